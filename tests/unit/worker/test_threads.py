"""The bounded crew of daemon threads."""

from __future__ import annotations

import threading
from queue import SimpleQueue

import pytest

from zeebe_grpc.worker.threads import ThreadCrew


def test_no_more_threads_than_allowed_and_none_before_they_are_needed() -> None:
    crew = ThreadCrew(3, "crew")
    go, done = threading.Event(), SimpleQueue[str]()
    assert crew.threads == 0

    def work() -> None:
        go.wait(10)
        done.put(threading.current_thread().name)

    for _ in range(10):
        crew.submit(work)
    assert crew.threads == 3
    go.set()
    assert {done.get(timeout=10) for _ in range(10)} <= {"crew-1", "crew-2", "crew-3"}
    crew.close()


def test_an_idle_thread_is_used_again() -> None:
    crew = ThreadCrew(8, "crew")
    done = SimpleQueue[int]()
    idle = crew._changed
    for number in range(20):
        crew.submit(lambda number=number: done.put(number))  # type: ignore[misc]
        assert done.get(timeout=10) == number
        with idle:
            pass
    assert crew.threads <= 3
    crew.close()


def test_closing_lets_the_waiting_work_be_done_and_takes_no_more() -> None:
    crew = ThreadCrew(1, "crew")
    done = SimpleQueue[int]()
    for number in range(5):
        crew.submit(lambda number=number: done.put(number))  # type: ignore[misc]
    crew.close()
    assert [done.get(timeout=10) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(RuntimeError, match="closed"):
        crew.submit(lambda: None)


def test_the_threads_delay_no_exit() -> None:
    crew = ThreadCrew(1, "crew-of-daemons")
    go = threading.Event()
    crew.submit(lambda: go.wait(10) and None)
    assert all(t.daemon for t in threading.enumerate() if t.name.startswith("crew-of-daemons"))
    go.set()
    crew.close()
