"""Built-in functions that make dates, times and durations, and ask them about the calendar and the present."""

from __future__ import annotations

from decimal import Decimal

from zeebe_grpc.engine.feel import temporal, temporal_text
from zeebe_grpc.engine.feel.builtins.registry import NUMBER, STRING, CallError, CallFailureError, builtin
from zeebe_grpc.engine.feel.decimals import multiply, to_int, to_long
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.temporal import (
    NANOS,
    UTC,
    Date,
    DateTime,
    DayTimeDuration,
    Time,
    YearMonthDuration,
    Zone,
)
from zeebe_grpc.engine.feel.values import Value

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WITH_DATE = (Date, DateTime)
_DATE = ("date", _WITH_DATE)
_MAX_OFFSET = 18 * 3_600
_CLOCK = (("hour", NUMBER), ("minute", NUMBER), ("second", NUMBER))


def _date_of(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


# Making


def _read(what: str, value: Value) -> Value:
    if value is None:
        raise CallError(f"the text is no {what}")
    return value


@builtin("date", ("from", (str, Date, DateTime)))
def _date(_run: Run, value: str | Date | DateTime) -> Value:
    return _read("date", temporal_text.parse_date(value)) if isinstance(value, str) else _date_of(value)


@builtin("date", ("year", NUMBER), ("month", NUMBER), ("day", NUMBER))
def _date_of_parts(_run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    date = temporal.valid_date(to_int(year), to_int(month), to_int(day))
    if date is None:
        raise CallError(f"there is no day {day} in month {month} of the year {year}")
    return date


@builtin("time", ("from", (str, Date, DateTime)))
def _time(_run: Run, value: str | Date | DateTime) -> Value:
    if isinstance(value, str):
        return _read("time", temporal_text.parse_time(value))
    return Time(value.nanos, value.zone) if isinstance(value, DateTime) else Time(0, UTC)


@builtin("time", *_CLOCK)
def _time_of_parts(_run: Run, hour: Decimal, minute: Decimal, second: Decimal) -> Value:
    return Time(_nanos_of_day(hour, minute, second))


@builtin("time", *_CLOCK, ("offset", (DayTimeDuration, type(None))))
def _time_at_offset(
    _run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DayTimeDuration | None
) -> Value:
    nanos = _nanos_of_day(hour, minute, second)
    if offset is None:
        return Time(nanos)
    if abs(offset.seconds) > _MAX_OFFSET:
        raise CallError("an offset has at most 18 hours")
    return Time(nanos, Zone(offset.seconds))


def _nanos_of_day(hour: Decimal, minute: Decimal, second: Decimal) -> int:
    whole = (to_int(hour), to_int(minute), to_int(second))
    if not (0 <= whole[0] < 24 and 0 <= whole[1] < 60 and 0 <= second < 60):
        raise CallError(f"there is no time {hour}:{minute}:{second}")
    return (whole[0] * 3_600 + whole[1] * 60) * NANOS + to_long(multiply(second, Decimal(NANOS)))


@builtin("date and time", ("from", STRING))
def _date_time(_run: Run, text: str) -> Value:
    return _read("date and time", temporal_text.parse_date_time(text))


@builtin("date and time", ("date", _WITH_DATE), ("time", (Time, str)))
def _date_and_time(_run: Run, day: Date | DateTime, time: Time | str) -> Value:
    if isinstance(time, Time):
        return (
            temporal_text.place(_date_of(day), time.nanos, time.zone)
            if time.zone
            else DateTime(_date_of(day), time.nanos)
        )
    if not isinstance(day, DateTime):
        raise CallError
    zone = temporal_text.parse_zone(time)
    if zone is None:
        raise CallFailureError(f"there is no time zone '{time}'")
    if day.zone is None:
        return temporal_text.place(day.date, day.nanos, zone)
    return temporal.at_instant(day.instant_nanos, zone)


@builtin("duration", ("from", STRING))
def _duration(_run: Run, text: str) -> Value:
    return _read("duration", temporal_text.parse_duration(text))


@builtin("years and months duration", ("from", _WITH_DATE), ("to", _WITH_DATE))
def _between(_run: Run, start: Date | DateTime, end: Date | DateTime) -> Value:
    return YearMonthDuration(temporal.months_between(_date_of(start), _date_of(end)))


# Asking


@builtin("now")
def _now(run: Run) -> Value:
    return _present(run)


@builtin("today")
def _today(run: Run) -> Value:
    return _present(run).date


def _present(run: Run) -> DateTime:
    return temporal.from_python(run.now.astimezone(run.zone))


@builtin("day of week", _DATE)
def _day_of_week(_run: Run, value: Date | DateTime) -> Value:
    return _DAY_NAMES[temporal.weekday(_date_of(value)) - 1]


@builtin("day of year", _DATE)
def _day_of_year(_run: Run, value: Date | DateTime) -> Value:
    return Decimal(temporal.day_of_year(_date_of(value)))


@builtin("week of year", _DATE)
def _week_of_year(_run: Run, value: Date | DateTime) -> Value:
    return Decimal(temporal.week_of_year(_date_of(value)))


@builtin("month of year", _DATE)
def _month_of_year(_run: Run, value: Date | DateTime) -> Value:
    return _MONTH_NAMES[_date_of(value).month - 1]


@builtin("last day of month", _DATE)
def _last_day(_run: Run, value: Date | DateTime) -> Value:
    date = _date_of(value)
    return Date(date.year, date.month, temporal.month_length(date.year, date.month))
