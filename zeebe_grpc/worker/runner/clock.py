"""The clock of a runner: the event loop's own, or one that a test holds."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


class Clock(Protocol):
    """Time in seconds, and a way to be called at one. An asyncio event loop is one."""

    def time(self) -> float:
        """The time."""
        ...

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back at `when`, or soon after."""
        ...


class _ManualTimer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualClock:
    """A clock that stands until it is advanced. Not for several threads."""

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._timers: list[tuple[float, int, _ManualTimer]] = []
        self._made = 0

    def time(self) -> float:
        """The time."""
        return self._now

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back when the clock is advanced to `when` or beyond."""
        timer = _ManualTimer(callback)
        self._made += 1
        heapq.heappush(self._timers, (when, self._made, timer))
        return timer

    def advance(self, span: float) -> None:
        """Let `span` seconds pass, calling back on the way whoever is due."""
        end = self._now + span
        while self._timers and self._timers[0][0] <= end:
            due, _, timer = heapq.heappop(self._timers)
            self._now = max(self._now, due)
            if timer.callback is not None:
                timer.callback()
        self._now = end
