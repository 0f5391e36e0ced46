"""What reaches a child process, and when: a crew of real children without a worker around it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from logging import LogRecord
from pathlib import Path
from typing import Any

import pytest

from tests.unit.worker.jobs import activated
from tests.wire import worker_processes as handlers
from tests.wire import worker_slow_import as slow
from tests.wire.gateway.support import until
from zeebe_grpc.worker import CancelReason, Completed, Lost, Outcome
from zeebe_grpc.worker.child import Assignment
from zeebe_grpc.worker.processes import ProcessCrew, ProcessJob


class Heard:
    """What a listener has heard."""

    def __init__(self) -> None:
        self.places: list[str] = []
        self.ends: list[tuple[Outcome | None, BaseException | None]] = []
        self._ended = threading.Event()

    def extend(self, timeout: float) -> None:
        raise ValueError(f"refuses {timeout:g}")

    def progress(self, progress: tuple[float | None, str]) -> None: ...
    def logged(self, record: LogRecord) -> None: ...

    def located(self, place: str) -> None:
        self.places.append(place)

    def done(self, outcome: Outcome | None, error: BaseException | None) -> None:
        self.ends.append((outcome, error))
        self._ended.set()

    def end(self) -> tuple[Any, BaseException | None]:
        assert self._ended.wait(30)
        assert len(self.ends) == 1
        return self.ends[0]


@pytest.fixture
def crew_for() -> Iterator[Callable[[Any], ProcessCrew]]:
    crews: list[ProcessCrew] = []

    def make(handler: Any) -> ProcessCrew:
        crews.append(ProcessCrew(Assignment(handler, "work", 60, None, "incident", 30, 30), 1, "crew"))
        return crews[-1]

    yield make
    for crew in crews:
        crew.close()


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(slow.GATE, str(tmp_path / "gate"))
    return tmp_path / "gate"


def test_what_is_said_while_the_child_imports_reaches_the_handler(
    crew_for: Callable[[Any], ProcessCrew], gate: Path
) -> None:
    ends_at = [time.monotonic() + 100]
    heard = Heard()
    job = ProcessJob(activated(), lambda: ends_at[0] - time.monotonic(), heard)
    crew_for(slow.tell_when_stopping).submit(job)
    until(gate.with_suffix(".reached").exists, 30)
    ends_at[0] += 900
    assert job.where().startswith("in the child process ")
    until(lambda: bool(heard.places), 30)
    job.renew()
    job.stop()
    gate.touch()
    outcome, _ = heard.end()
    told = json.loads(outcome.variables)
    assert told["ends_at"] == pytest.approx(ends_at[0], abs=1)
    assert heard.places[0].startswith("its handler has not begun, the child process is here:\n")
    assert "worker_slow_import.py" in heard.places[0]


def test_the_time_that_is_left_is_counted_from_the_start_and_a_job_may_start_while_the_worker_stops(
    crew_for: Callable[[Any], ProcessCrew], gate: Path
) -> None:
    gate.touch()
    ends_at = time.monotonic() + 1_000
    asked: list[float] = []
    heard, crew = [Heard(), Heard()], crew_for(slow.tell)

    def remaining() -> float:
        asked.append(ends_at - time.monotonic())
        return asked[-1]

    first, second = (ProcessJob(activated(), remaining, listener) for listener in heard)
    assert not asked
    second.stop()
    crew.submit(first)
    crew.submit(second)
    told = [json.loads(listener.end()[0].variables) for listener in heard]
    assert len(asked) == 2
    assert [one["ends_at"] for one in told] == pytest.approx([ends_at, ends_at], abs=1)
    assert [one["stopping"] for one in told] == [False, True]


def test_a_cancellation_while_the_child_imports_ends_the_job_and_not_the_child(
    crew_for: Callable[[Any], ProcessCrew], gate: Path
) -> None:
    heard, crew = [Heard(), Heard()], crew_for(slow.wait_for_a_cancellation)
    first, second = (ProcessJob(activated(), lambda: 100.0, listener) for listener in heard)
    crew.submit(first)
    until(gate.with_suffix(".reached").exists, 30)
    first.cancel(CancelReason.DEADLINE)
    gate.touch()
    assert heard[0].end() == (Lost(CancelReason.DEADLINE), None)
    first.cancel(CancelReason.LOST)
    crew.submit(second)
    until(lambda: second.where().startswith("in the child process"), 30)
    assert not heard[1].ends
    second.cancel(CancelReason.STOPPING)
    assert heard[1].end() == (Lost(CancelReason.STOPPING), None)
    assert crew._started == 1


def test_a_job_that_is_cancelled_before_a_child_is_free_is_not_begun(crew_for: Callable[[Any], ProcessCrew]) -> None:
    heard, crew = Heard(), crew_for(handlers.add)
    job = ProcessJob(activated(), lambda: 100.0, heard)
    assert job.where() == "waiting for a child process"
    job.cancel(CancelReason.LOST)
    crew.submit(job)
    assert heard.end() == (Lost(CancelReason.LOST), None)
    assert crew._started == 0


def test_whatever_happens_a_job_has_one_end_and_its_place_is_free_again(
    crew_for: Callable[[Any], ProcessCrew], tmp_path: Path
) -> None:
    heard, crew = [Heard(), Heard()], crew_for(handlers.draw)
    crew.submit(ProcessJob(activated({"path": str(tmp_path / "page")}), lambda: 100.0, heard[0]))
    outcome, error = heard[0].end()
    assert outcome is None
    assert str(error) == "refuses 600"
    crew.submit(ProcessJob(activated({"path": str(tmp_path / "page")}), lambda: 100.0, heard[1]))
    assert str(heard[1].end()[1]) == "refuses 600"
    assert crew._started == 2


def test_a_thread_that_a_handler_left_behind_says_nothing_of_the_next_job(
    crew_for: Callable[[Any], ProcessCrew], tmp_path: Path
) -> None:
    heard, crew = [Heard(), Heard()], crew_for(handlers.leave_a_thread_behind)
    for leave, listener in zip((True, False), heard, strict=True):
        variables = {"path": str(tmp_path / "go"), "leave": leave}
        crew.submit(ProcessJob(activated(variables), lambda: 100.0, listener))
        assert listener.end() == (Completed(None), None)
    assert crew._started == 1


def test_a_job_that_can_not_be_read_in_the_child_fails_alone(crew_for: Callable[[Any], ProcessCrew]) -> None:
    heard, crew = [Heard(), Heard()], crew_for(handlers.log_elsewhere)
    crew.submit(ProcessJob(activated(tags=handlers.OddError("can not", "travel")), lambda: 100.0, heard[0]))
    crew.submit(ProcessJob(activated(), lambda: 100.0, heard[1]))
    assert isinstance(heard[0].end()[1], TypeError)
    assert heard[1].end() == (Completed(None), None)
    assert crew._started == 1
