"""Spans of time: how callers give them, and the one place that turns them into wire numbers and deadlines.

A *timeout* is a span, a *deadline* a point in time. At the face a span is a `timedelta` or seconds; the wire wants
milliseconds. Here lives the reading of both, and the arithmetic between the time the gateway may take and the time the
client waits. No clock is read here.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Final, TypeAlias

Span: TypeAlias = timedelta | float | int
"""A span of time: a `timedelta`, or a number of seconds up to 3,600."""

LONGEST_BARE_NUMBER: Final = 3_600.0
"""Seconds. A larger bare number is more likely to be milliseconds than meant."""

LONGEST_SPAN: Final = timedelta(days=3_650)
"""The broker adds spans to the clock; far larger ones overflow there."""

POLL_SLACK: Final = 10.0
"""Seconds between the end of the gateway's own wait in ActivateJobs and our deadline.

The gateway starts its timer only after a first pass over all partitions, and ends the call with OK; so the client must
wait longer than it asked the gateway to wait.
"""

RESULT_SLACK: Final = 1.0
"""Seconds by which the gateway gives up before our deadline, so that its answer arrives and not our guess."""


def seconds(span: Span, name: str, *, shortest: float = 0.001) -> float:
    """A span in seconds.

    Args:
        span: A `timedelta`, or seconds up to 3,600.
        name: What the caller calls the span, for the error's text.
        shortest: The least allowed span, in seconds.

    Raises:
        TypeError: It is neither a `timedelta` nor a number.
        ValueError: It is below `shortest` or beyond ten years, no finite number, or a bare number above 3,600.
    """
    if isinstance(span, timedelta):
        value = span.total_seconds()
    elif isinstance(span, bool) or not isinstance(span, (int, float)):
        raise TypeError(f"{name}: expected a timedelta or seconds, got {type(span).__name__}")
    elif span > LONGEST_BARE_NUMBER:
        raise ValueError(f"{name}: {span} seconds as a bare number; milliseconds? write 60, or timedelta(hours=...)")
    else:
        value = float(span)
    if not shortest <= value <= LONGEST_SPAN.total_seconds() or math.isnan(value):
        raise ValueError(f"{name}: expected {shortest:g} seconds to ten years, got {value:g} seconds")
    return value


def milliseconds(span: Span, name: str, *, shortest: float = 0.001) -> int:
    """A span in whole milliseconds, rounded up so that a short span does not become none. Raises as `seconds` does."""
    exact = span / timedelta(milliseconds=1) if isinstance(span, timedelta) else None
    checked = seconds(span, name, shortest=shortest)
    return math.ceil(exact if exact is not None else round(checked * 1000, 6))


def poll_timeout(request_timeout: float) -> float:
    """How long the client waits for an ActivateJobs call in which the gateway waits `request_timeout` seconds."""
    return max(request_timeout, 0.0) + POLL_SLACK


def result_request_timeout(timeout: float) -> int:
    """Milliseconds that the gateway may wait for a process instance's result, if the client waits `timeout` seconds.

    A second less than the client waits, or nine tenths of a short wait; never 0, which would mean the gateway's own
    15 seconds.
    """
    return max(1, int((timeout - min(RESULT_SLACK, timeout / 10)) * 1000))
