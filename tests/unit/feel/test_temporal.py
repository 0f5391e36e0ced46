"""The calendar and the zones, against Python's own where it reaches, and by their laws beyond."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeebe_grpc.engine.feel import temporal, temporal_text
from zeebe_grpc.engine.feel.temporal import NANOS, Date, DateTime, DayTimeDuration, TemporalRangeError, Zone

ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"]
)
DAYS = st.integers(min_value=-365_241_000_000, max_value=365_241_000_000)
EPOCH = date(1970, 1, 1)
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001 (the zone is added where it is used)


@given(st.dates())
@settings(deadline=None)
def test_the_calendar_is_pythons(day: date) -> None:
    ours = Date(day.year, day.month, day.day)
    assert temporal.epoch_day(ours) == (day - EPOCH).days
    assert temporal.weekday(ours) == day.isoweekday()
    assert temporal.week_of_year(ours) == day.isocalendar()[1]
    assert temporal.day_of_year(ours) == day.timetuple().tm_yday


@given(DAYS)
@settings(deadline=None)
def test_days_and_dates_are_one_to_one(day: int) -> None:
    assert temporal.epoch_day(temporal.date_of_day(day)) == day


@given(DAYS, st.integers(min_value=-1200, max_value=1200))
@settings(deadline=None)
def test_months_away_are_months_between_from_any_first(day: int, months: int) -> None:
    first = temporal.date_of_day(day)._replace(day=1)
    assert temporal.months_between(first, temporal.plus_months(first, months)) == months


@given(MOMENTS, ZONES)
@settings(deadline=None)
def test_an_instant_reads_as_python_reads_it(moment: datetime, name: str) -> None:
    instant = moment.replace(microsecond=0, tzinfo=timezone.utc)
    there = instant.astimezone(ZoneInfo(name))
    ours = temporal.at_instant(int(instant.timestamp()) * NANOS, Zone(0, name))
    assert temporal_text.date_time_json(ours) == f"{there.isoformat().replace('+00:00', 'Z')}[{name}]"
    assert temporal.from_python(there) == ours


@given(MOMENTS, ZONES)
@settings(deadline=None)
def test_a_local_reading_exists_after_it_was_placed(moment: datetime, name: str) -> None:
    day = Date(moment.year, moment.month, moment.day)
    rules = temporal.region(name)
    assert rules is not None
    placed = temporal.in_region(day, (moment.hour * 60 + moment.minute) * 60 * NANOS, name, rules)
    assert temporal.at_instant(placed.instant_nanos, Zone(0, name)) == placed


@given(DAYS, st.integers(min_value=0, max_value=86_399_999_999_999), st.sampled_from([None, 0, 3_600, -19_800]))
@settings(deadline=None)
def test_points_in_time_are_read_as_written(day: int, nanos: int, offset: int | None) -> None:
    moment = DateTime(temporal.date_of_day(day), nanos, None if offset is None else Zone(offset))
    assert temporal_text.parse_date_time(temporal_text.date_time_text(moment)) == moment


@given(st.integers(min_value=-(10**15), max_value=10**15))
@settings(deadline=None)
def test_durations_are_read_as_written(seconds: int) -> None:
    duration = DayTimeDuration(seconds * NANOS)
    assert temporal_text.parse_duration(temporal_text.duration_text(duration)) == duration


def test_python_spans_agree() -> None:
    start = DateTime(Date(2024, 2, 28), 0)
    later = temporal.plus_nanos(start, int(timedelta(days=2, hours=1).total_seconds()) * NANOS)
    assert temporal_text.date_time_text(later) == "2024-03-01T01:00:00"


@pytest.mark.parametrize("day", [Date(999_999_999, 12, 31), Date(-999_999_999, 1, 1)])
def test_years_end_somewhere(day: Date) -> None:
    beyond = 1 if day.year > 0 else -1
    with pytest.raises(TemporalRangeError, match="out of range"):
        temporal.date_of_day(temporal.epoch_day(day) + beyond)
    with pytest.raises(TemporalRangeError, match="out of range"):
        temporal.plus_months(day, beyond * 12)


@pytest.mark.parametrize("name", ["EST", "Nowhere/City", "../etc/passwd", "europe/berlin", "", "localtime"])
def test_no_such_region(name: str) -> None:
    assert temporal.region(name) is None
