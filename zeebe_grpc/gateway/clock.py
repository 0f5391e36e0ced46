"""The gateway's time: the system's clock with an offset, or a clock that stands until it is moved.

The engine only ever sees the numbers that a clock gives. Waiting (long polls, deadlines of calls) is done in real
time, elsewhere.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the engine the time."""

    def now(self) -> int:
        """The time in epoch milliseconds; never less than what was said before."""
        ...

    def advance(self, milliseconds: int) -> None:
        """Move the clock forward by a span of at least 0 ms."""
        ...

    def seconds_until(self, due: int) -> float | None:
        """Real seconds until the clock will show `due` (epoch ms) by itself, at least 0; None if it never will."""
        ...


class SystemClock:
    """The system's time plus all spans it was advanced by."""

    def __init__(self) -> None:
        self._offset = 0
        self._latest = 0

    def now(self) -> int:
        """The time in epoch milliseconds; a system clock that is set back makes it stand, not go back."""
        self._latest = max(self._latest, time.time_ns() // 1_000_000 + self._offset)
        return self._latest

    def advance(self, milliseconds: int) -> None:
        """Add a span of at least 0 ms to the offset."""
        self._offset += _forward(milliseconds)

    def seconds_until(self, due: int) -> float | None:
        """Real seconds until `due` (epoch ms), at least 0."""
        return max(0.0, (due - self.now()) / 1000)


class HeldClock:
    """A clock that never moves by itself: for tests in which only `advance` lets time pass.

    Args:
        start: its first time, an aware datetime or epoch milliseconds; 2026-01-01T00:00:00Z if not given.
    """

    def __init__(self, start: datetime | int = 1_767_225_600_000) -> None:
        self._now = start if isinstance(start, int) else milliseconds_of(start)

    def now(self) -> int:
        """The time in epoch milliseconds."""
        return self._now

    def advance(self, milliseconds: int) -> None:
        """Move the clock forward by a span of at least 0 ms."""
        self._now += _forward(milliseconds)

    def seconds_until(self, due: int) -> float | None:
        """0 if `due` (epoch ms) has come, else None: the clock never gets there by itself."""
        return 0.0 if due <= self._now else None


def milliseconds_of(moment: datetime) -> int:
    """Epoch milliseconds of an aware datetime.

    Raises:
        ValueError: if the datetime has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(
            f"{moment!r} has no time zone: use an aware datetime, such as datetime(..., tzinfo=timezone.utc)"
        )
    return round(moment.timestamp() * 1000)


def span_in_milliseconds(span: timedelta | float) -> int:
    """Whole milliseconds of a span given as timedelta or in seconds.

    Raises:
        ValueError: if the span is negative.
    """
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    return _forward(round(seconds * 1000))


def _forward(milliseconds: int) -> int:
    if milliseconds < 0:
        raise ValueError(f"the clock only goes forward, not by {milliseconds} ms")
    return milliseconds
