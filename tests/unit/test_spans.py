"""Spans: how they are given, what is refused, and the arithmetic of timeouts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.spans import LONGEST_SPAN, milliseconds, poll_timeout, result_request_timeout, seconds


@pytest.mark.parametrize(
    ("span", "expected"),
    [(1, 1.0), (0.25, 0.25), (3600, 3600.0), (timedelta(days=2), 172_800.0), (timedelta(milliseconds=1), 0.001)],
)
def test_spans_in_seconds(span: Any, expected: float) -> None:
    assert seconds(span, "timeout") == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (1, 1000),
        (0.001, 1),
        (0.0301, 31),
        (1.1, 1100),
        (timedelta(microseconds=1500), 2),
        (timedelta(days=3650), 315_360_000_000),
    ],
)
def test_spans_in_milliseconds_are_rounded_up(span: Any, expected: int) -> None:
    assert milliseconds(span, "job_timeout") == expected


@given(st.timedeltas(min_value=timedelta(milliseconds=1), max_value=LONGEST_SPAN))
def test_a_timedelta_is_never_shortened_and_by_less_than_a_millisecond_lengthened(span: timedelta) -> None:
    given_ms = milliseconds(span, "timeout")
    assert timedelta(0) <= timedelta(milliseconds=given_ms) - span < timedelta(milliseconds=1)


@pytest.mark.parametrize("span", [3600.5, 60_000, float("inf")])
def test_a_large_bare_number_is_taken_for_milliseconds(span: float) -> None:
    with pytest.raises(ValueError, match=r"^timeout: .* milliseconds\? write 60, or timedelta"):
        seconds(span, "timeout")


@pytest.mark.parametrize("span", [0, -1, 0.0009, float("nan"), float("-inf"), timedelta(0), timedelta(days=3651)])
def test_a_span_out_of_bounds_is_refused(span: Any) -> None:
    with pytest.raises(ValueError, match=r"^timeout: expected 0.001 seconds to ten years"):
        seconds(span, "timeout")


@pytest.mark.parametrize("span", ["5", None, True, [1]])
def test_another_type_is_refused(span: Any) -> None:
    with pytest.raises(TypeError, match=rf"^timeout: expected a timedelta or seconds, got {type(span).__name__}$"):
        seconds(span, "timeout")


def test_zero_is_allowed_where_it_means_something() -> None:
    assert seconds(0, "backoff", shortest=0.0) == 0.0
    assert milliseconds(0, "backoff", shortest=0.0) == 0


@given(st.floats(0.0, 3600.0))
def test_the_client_outwaits_a_poll(request_timeout: float) -> None:
    assert poll_timeout(request_timeout) == request_timeout + 10.0


@pytest.mark.parametrize(("timeout", "expected"), [(30.0, 29_000), (10.0, 9_000), (1.0, 900), (0.001, 1)])
def test_the_gateway_gives_up_before_the_client(timeout: float, expected: int) -> None:
    assert result_request_timeout(timeout) == expected


@given(st.floats(0.01, 315_360_000.0))
def test_the_gateways_wait_is_positive_and_shorter(timeout: float) -> None:
    assert 0 < result_request_timeout(timeout) < timeout * 1000
