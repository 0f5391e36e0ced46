"""Spans, repeating cycles, dates and cron expressions."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.engines import END, START, Lab, flows, process
from zeebe_grpc.engine.timing.cron import CronError, parse_cron
from zeebe_grpc.engine.timing.spans import INFINITE, SpanError, parse_date, parse_repeating, parse_span

UTC = timezone.utc
MONDAY = int(datetime(2026, 1, 5, 12, 0, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("PT1S", 1000),
        ("PT0.5S", 500),
        ("PT1H30M", 5_400_000),
        ("P1D", 86_400_000),
        ("P1W", 604_800_000),
        ("-PT1S", -1000),
    ],
)
def test_spans(text: str, milliseconds: int) -> None:
    assert parse_span(text).after(MONDAY, UTC) - MONDAY == milliseconds


@pytest.mark.parametrize("text", ["", "1s", "PT", "P1H", "PT1D", "1", "P1.5Y"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(SpanError):
        parse_span(text)


def test_months_follow_the_calendar() -> None:
    end_of_january = int(datetime(2026, 1, 31, tzinfo=UTC).timestamp() * 1000)
    assert datetime.fromtimestamp(parse_span("P1M").after(end_of_january, UTC) / 1000, UTC).day == 28


@given(st.integers(0, 10_000_000))
def test_seconds_add_up(seconds: int) -> None:
    assert parse_span(f"PT{seconds}S").after(MONDAY, UTC) == MONDAY + seconds * 1000


def test_cycles() -> None:
    assert parse_repeating("R3/PT1S").repetitions == 3
    assert parse_repeating("R/PT1S").repetitions == INFINITE
    with pytest.raises(SpanError):
        parse_repeating("R3PT1S")


def test_dates() -> None:
    assert parse_date("2026-01-05T12:00:00Z") == MONDAY
    assert parse_date("2026-01-05T13:00:00+01:00") == MONDAY
    for text in ("2026-01-05", "tomorrow", "2026-01-05T12:00:00"):
        with pytest.raises(SpanError):
            parse_date(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 0 9 * * *", datetime(2026, 1, 6, 9, tzinfo=UTC)),
        ("0 */15 * * * *", datetime(2026, 1, 5, 12, 15, tzinfo=UTC)),
        ("0 0 9 * * MON-FRI", datetime(2026, 1, 6, 9, tzinfo=UTC)),
        ("0 0 0 1 * *", datetime(2026, 2, 1, tzinfo=UTC)),
        ("0 0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 0 0 L * *", datetime(2026, 1, 31, tzinfo=UTC)),
        ("@daily", datetime(2026, 1, 6, tzinfo=UTC)),
        ("30 0 12 5 1 ?", datetime(2026, 1, 5, 12, 0, 30, tzinfo=UTC)),
    ],
)
def test_cron(text: str, expected: datetime) -> None:
    following = parse_cron(text).after(MONDAY, UTC)
    assert following is not None
    assert datetime.fromtimestamp(following / 1000, UTC) == expected


def test_cron_in_a_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    following = parse_cron("0 0 9 * * *").after(MONDAY, berlin)
    assert following is not None
    assert datetime.fromtimestamp(following / 1000, berlin).hour == 9


@pytest.mark.parametrize("text", ["", "* * * * *", "61 * * * * *", "a b c d e f", "0 0 0 31 2 * *"])
def test_what_is_no_cron(text: str) -> None:
    with pytest.raises(CronError):
        parse_cron(text)


def test_a_day_that_never_comes() -> None:
    assert parse_cron("0 0 0 31 2 *").after(MONDAY, UTC) is None


@given(st.integers(0, 59), st.integers(0, 23))
def test_cron_is_always_later_and_fits(minute: int, hour: int) -> None:
    following = parse_cron(f"0 {minute} {hour} * * *").after(MONDAY, UTC)
    assert following is not None
    moment = datetime.fromtimestamp(following / 1000, UTC)
    assert timedelta(0) < moment - datetime.fromtimestamp(MONDAY / 1000, UTC) <= timedelta(days=1)
    assert (moment.minute, moment.hour) == (minute, hour)


def _timer(kind: str, text: str) -> str:
    definition = f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    event = f'<bpmn:intermediateCatchEvent id="wait">{definition}</bpmn:intermediateCatchEvent>'
    return START + event + END + flows("start>wait", "wait>end")


def test_a_timer_fires_when_it_is_due() -> None:
    lab = Lab(process(_timer("timeDuration", "PT1M")))
    lab.create()
    assert lab.engine.next_due() == lab.now + 60_000
    lab.wait(59_999)
    assert lab.intents("TIMER") == ["CREATED"]
    lab.wait(1)
    assert lab.intents("TIMER") == ["CREATED", "TRIGGERED"]
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_COMPLETED"
    assert lab.engine.next_due() is None


def test_a_cycle_of_no_length_does_not_fire_for_ever() -> None:
    definition = "<bpmn:timerEventDefinition><bpmn:timeCycle>R/PT0S</bpmn:timeCycle></bpmn:timerEventDefinition>"
    body = f'<bpmn:startEvent id="start">{definition}</bpmn:startEvent>{END}{flows("start>end")}'
    lab = Lab(process(body))
    lab.wait(1)
    assert lab.intents("TIMER").count("TRIGGERED") <= 2
