"""Threads on demand, alarms, and the order in which listeners are told."""

from __future__ import annotations

import logging
import threading

import pytest

from zeebe_grpc.engine.records import Record
from zeebe_grpc.gateway import crew as crew_module
from zeebe_grpc.gateway.alarms import Alarms
from zeebe_grpc.gateway.crew import Crew
from zeebe_grpc.gateway.journal import Journal


class TestCrew:
    def test_result_and_error(self) -> None:
        crew = Crew("test")
        assert crew.submit(pow, 2, exp=5).result(5) == 32
        with pytest.raises(ZeroDivisionError):
            crew.submit(divmod, 1, 0).result(5)
        crew.shutdown()

    def test_no_thread_before_there_is_work_and_none_more_than_needed(self) -> None:
        crew = Crew("test")
        assert crew.threads == 0
        for _ in range(20):
            crew.submit(int).result(5)
        assert crew.threads <= 2
        crew.shutdown()

    def test_as_many_threads_as_there_is_work_at_once(self) -> None:
        crew = Crew("test")
        together = threading.Barrier(10)
        futures = [crew.submit(together.wait, 5) for _ in range(10)]
        assert sorted(future.result(5) for future in futures) == list(range(10))
        crew.shutdown()

    def test_limit(self) -> None:
        crew = Crew("test", limit=2)
        gate = threading.Event()
        futures = [crew.submit(gate.wait, 5) for _ in range(6)]
        assert crew.threads == 2
        gate.set()
        assert all(future.result(5) for future in futures)
        crew.shutdown()

    def test_idle_threads_leave(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crew_module, "_IDLE_SECONDS", 0.01)
        crew = Crew("test")
        names = [crew.submit(threading.current_thread).result(5)]
        names[0].join(5)
        assert crew.threads == 0
        assert crew.submit(threading.current_thread).result(5) is not names[0]
        crew.shutdown()

    def test_shut_down_does_what_it_has_and_takes_no_more(self) -> None:
        crew = Crew("test", limit=1)
        gate = threading.Event()
        first, second = crew.submit(gate.wait, 5), crew.submit(int)
        gate.set()
        crew.shutdown()
        assert first.result(0) is True
        assert second.result(0) == 0
        assert crew.threads == 0
        with pytest.raises(RuntimeError, match="test takes no more work"):
            crew.submit(int)

    def test_shut_down_does_not_wait_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crew_module, "_PATIENCE_SECONDS", 0.01)
        crew = Crew("test")
        gate = threading.Event()
        future = crew.submit(gate.wait, 5)
        crew.shutdown()
        assert not future.done()
        gate.set()
        assert future.result(5)

    def test_threads_are_daemons(self) -> None:
        crew = Crew("test")
        assert crew.submit(threading.current_thread).result(5).daemon
        crew.shutdown()


class TestAlarms:
    def test_they_ring_in_the_order_of_their_time(self) -> None:
        alarms = Alarms()
        heard: list[str] = []
        done = threading.Event()
        alarms.after(0.05, done.set)
        alarms.after(0.02, lambda: heard.append("second"))
        alarms.after(0.01, lambda: heard.append("first"))
        alarms.start()
        assert done.wait(5)
        assert heard == ["first", "second"]
        alarms.stop()

    def test_an_earlier_one_is_not_held_up_by_a_later_one(self) -> None:
        alarms = Alarms()
        alarms.start()
        alarms.after(3600, int)
        done = threading.Event()
        alarms.after(0, done.set)
        assert done.wait(5)
        alarms.stop()

    def test_cancelled_ones_do_not_ring(self) -> None:
        alarms = Alarms()
        heard: list[str] = []
        done = threading.Event()
        cancelled = alarms.after(0, lambda: heard.append("cancelled"))
        cancelled.cancel()
        alarms.after(0.01, done.set)
        alarms.start()
        assert done.wait(5)
        assert heard == []
        assert not cancelled.pending
        alarms.stop()

    def test_cancelled_ones_do_not_pile_up(self) -> None:
        alarms = Alarms()
        for _ in range(10_000):
            alarms.after(3600, int).cancel()
        assert len(alarms._heap) < 2_100

    def test_one_that_fails_is_logged_and_the_next_one_rings(self, caplog: pytest.LogCaptureFixture) -> None:
        alarms = Alarms()
        done = threading.Event()

        def fail() -> None:
            raise LookupError("no such poll")

        alarms.after(0, fail)
        alarms.after(0.01, done.set)
        with caplog.at_level(logging.ERROR):
            alarms.start()
            assert done.wait(5)
        alarms.stop()
        assert "no such poll" in caplog.text

    def test_after_stop_nothing_rings_and_they_can_start_again(self) -> None:
        alarms = Alarms()
        alarms.start()
        alarms.stop()
        assert alarms.after(0, pytest.fail).pending
        alarms.start()
        done = threading.Event()
        alarms.after(0, done.set)
        assert done.wait(5)
        alarms.stop()


def _records(*positions: int) -> list[Record]:
    return [Record(position, 0, "JOB", "CREATED", position, {}) for position in positions]


class TestJournal:
    def test_listener_hears_steps_from_its_start_to_its_end(self) -> None:
        journal = Journal()
        heard: list[int] = []
        journal.add(_records(1))
        journal.tell()
        stop = journal.listen(lambda records: heard.append(len(records)))
        journal.add(_records(2, 3))
        journal.add([])
        journal.tell()
        stop()
        stop()
        journal.add(_records(4))
        journal.tell()
        assert heard == [2]
        assert [record.position for record in journal.records()] == [1, 2, 3, 4]

    def test_what_a_listener_causes_comes_after_what_it_was_told(self) -> None:
        journal = Journal()
        heard: list[int] = []

        def listen(records: object) -> None:
            heard.append(len(heard))
            if len(heard) < 3:
                journal.add(_records(9))
                journal.tell()

        journal.listen(listen)
        journal.add(_records(1))
        journal.tell()
        assert heard == [0, 1, 2]

    def test_limit(self) -> None:
        journal = Journal(2)
        journal.add(_records(1, 2, 3))
        assert [record.position for record in journal.records()] == [2, 3]
