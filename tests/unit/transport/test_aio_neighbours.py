"""Loops beside each other: grpc's shared queue makes no noise, and everything else is reported as before."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from zeebe_grpc.transport import aio_neighbours


class PollerCompletionQueue:
    """Stands for grpc's own, which cannot be made to fail at will: asyncio sees the name of the callback."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def _handle_events(self) -> None:
        raise self._error


def other_callback(error: Exception) -> None:
    raise error


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[asyncio.AbstractEventLoop, asyncio.AbstractEventLoop]]:
    monkeypatch.setattr(aio_neighbours, "_loops", type(aio_neighbours._loops)())
    made = asyncio.new_event_loop(), asyncio.new_event_loop()
    yield made
    for loop in made:
        loop.close()


def report(loop: asyncio.AbstractEventLoop, *callbacks: Any) -> None:
    for callback in callbacks:
        loop.call_soon(callback)
    loop.call_soon(loop.stop)
    loop.run_forever()


NOISE = [BlockingIOError(11, "Resource temporarily unavailable"), RuntimeError("Event loop is closed")]


@pytest.mark.parametrize("error", NOISE, ids=lambda error: type(error).__name__)
def test_what_neighbours_cause_is_not_logged(loops: Any, caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    for loop in loops:
        aio_neighbours.settle(loop)
    for loop in loops:
        report(loop, PollerCompletionQueue(error)._handle_events)
    assert not caplog.records


@pytest.mark.parametrize(
    "callback",
    [
        PollerCompletionQueue(RuntimeError("something else"))._handle_events,
        PollerCompletionQueue(OSError(9, "Bad file descriptor"))._handle_events,
        functools.partial(other_callback, BlockingIOError(11, "Resource temporarily unavailable")),
    ],
    ids=["another error", "another system error", "another callback"],
)
def test_everything_else_is_logged(loops: Any, caplog: pytest.LogCaptureFixture, callback: Any) -> None:
    for loop in loops:
        aio_neighbours.settle(loop)
    report(loops[0], callback)
    assert [(record.name, record.levelno) for record in caplog.records] == [("asyncio", logging.ERROR)]


def test_a_handler_of_the_program_keeps_hearing_the_rest(loops: Any) -> None:
    heard: list[Any] = []
    loops[0].set_exception_handler(lambda loop, context: heard.append((loop, context["exception"])))
    for loop in (*loops, *loops):
        aio_neighbours.settle(loop)
    error = ValueError("of the program")
    report(loops[0], PollerCompletionQueue(NOISE[0])._handle_events, functools.partial(other_callback, error))
    assert heard == [(loops[0], error)]


def test_a_program_with_one_loop_is_left_alone(loops: Any) -> None:
    aio_neighbours.settle(loops[0])
    aio_neighbours.settle(loops[0])
    assert loops[0].get_exception_handler() is None
