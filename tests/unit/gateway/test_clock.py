"""The two clocks."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest

from zeebe_grpc.gateway.clock import Clock, HeldClock, SystemClock, milliseconds_of, span_in_milliseconds


def test_system_clock_tells_the_time() -> None:
    before = time.time_ns() // 1_000_000
    assert before <= SystemClock().now() <= time.time_ns() // 1_000_000


def test_system_clock_adds_what_it_was_advanced_by() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.advance(3_600_000)
    clock.advance(1)
    assert 3_600_001 <= clock.now() - before < 3_700_000


def test_system_clock_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    before = clock.now()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert clock.now() == before


def test_seconds_until() -> None:
    clock = SystemClock()
    assert 9 < clock.seconds_until(clock.now() + 10_000) <= 10
    assert clock.seconds_until(clock.now() - 1) == 0


def test_held_clock_stands() -> None:
    clock = HeldClock(datetime(2026, 1, 1, tzinfo=timezone.utc))
    assert clock.now() == HeldClock().now() == 1_767_225_600_000
    assert clock.seconds_until(clock.now() + 1) is None
    assert clock.seconds_until(clock.now()) == 0
    clock.advance(5)
    assert clock.now() == 1_767_225_600_005


@pytest.mark.parametrize("clock", [SystemClock(), HeldClock(0)])
def test_no_clock_goes_back(clock: Clock) -> None:
    with pytest.raises(ValueError, match="only goes forward, not by -1 ms"):
        clock.advance(-1)


def test_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        milliseconds_of(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("span", "milliseconds"), [(timedelta(days=14), 1_209_600_000), (0.0015, 2), (0, 0), (3, 3000)]
)
def test_spans(span: timedelta | float, milliseconds: int) -> None:
    assert span_in_milliseconds(span) == milliseconds
