"""Dates, times, points in time and durations: years far beyond Python's own, to the nanosecond, with offsets and zones.

Written with plain integers because FEEL's years reach from -999999999 to 999999999. Immutable; nothing here knows
expressions or text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

NANOS = 1_000_000_000
DAY_SECONDS = 86_400
DAY_NANOS = DAY_SECONDS * NANOS
MAX_YEAR = 999_999_999
MAX_SECONDS = (1 << 63) - 1
MAX_MONTHS = (1 << 31) * 12

_ERA_DAYS = 146_097
_EPOCH_SHIFT = 719_468
_UTC_NAMES = frozenset(("UTC", "Etc/UTC"))
_FOREIGN_ZONES = frozenset(("EST", "MST", "HST", "ROC", "Factory", "localtime", "posixrules"))


class TemporalRangeError(ArithmeticError):
    """A year beyond the greatest, or a duration too long."""


class Date(NamedTuple):
    """A day of the calendar; compares by time."""

    year: int
    month: int
    day: int


@dataclass(frozen=True)
class Zone:
    """Where a time is told: `offset` seconds east of Greenwich, and the name of the region if it was given by one."""

    offset: int
    region: str | None = None

    @property
    def id(self) -> str:
        """The region, or the offset as text."""
        return self.region or offset_text(self.offset)


UTC = Zone(0)


@dataclass(frozen=True)
class Time:
    """A time of day in nanoseconds since midnight, local if `zone` is None."""

    nanos: int
    zone: Zone | None = None


@dataclass(frozen=True)
class DateTime:
    """A date and a time of day, local if `zone` is None."""

    date: Date
    nanos: int
    zone: Zone | None = None

    @property
    def local_nanos(self) -> int:
        """Nanoseconds from 1970-01-01T00:00 to the local reading."""
        return epoch_day(self.date) * DAY_NANOS + self.nanos

    @property
    def instant_nanos(self) -> int:
        """Nanoseconds from the epoch; a local point in time counts as UTC."""
        return self.local_nanos - (self.zone.offset if self.zone else 0) * NANOS


@dataclass(frozen=True)
class DayTimeDuration:
    """A span in nanoseconds."""

    nanos: int

    @property
    def seconds(self) -> int:
        """Whole seconds, rounded towards the past."""
        return self.nanos // NANOS


@dataclass(frozen=True)
class YearMonthDuration:
    """A span in months."""

    months: int


# The calendar


def epoch_day(date: Date) -> int:
    """Days from 1970-01-01."""
    year = date.year - (date.month <= 2)
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((date.month + 9) % 12) + 2) // 5 + date.day - 1
    return era * _ERA_DAYS + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - _EPOCH_SHIFT


def date_of_day(day: int) -> Date:
    """The date so many days from 1970-01-01.

    Raises:
        TemporalRangeError: Its year has more than nine digits.
    """
    era, day_of_era = divmod(day + _EPOCH_SHIFT, _ERA_DAYS)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = era * 400 + year_of_era + (month <= 2)
    if abs(year) > MAX_YEAR:
        raise TemporalRangeError(f"the year {year} is out of range")
    return Date(year, month, day_of_year - (153 * shifted + 2) // 5 + 1)


def is_leap(year: int) -> bool:
    """Whether the year has a 29th of February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Days of the month."""
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def valid_date(year: int, month: int, day: int) -> Date | None:
    """The date, or None if the calendar has none like it."""
    if abs(year) > MAX_YEAR or not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        return None
    return Date(year, month, day)


def weekday(date: Date) -> int:
    """1 for Monday to 7 for Sunday."""
    return (epoch_day(date) + 3) % 7 + 1


def day_of_year(date: Date) -> int:
    """1 for the first of January."""
    return epoch_day(date) - epoch_day(Date(date.year, 1, 1)) + 1


def week_of_year(date: Date) -> int:
    """The ISO week: the first one has the year's first Thursday."""
    thursday = epoch_day(date) - weekday(date) + 4
    first = epoch_day(Date(date_of_day(thursday).year, 1, 1))
    return (thursday - first) // 7 + 1


def plus_months(date: Date, months: int) -> Date:
    """The same day so many months later, or the last of that month if it is shorter.

    Raises:
        TemporalRangeError: The year is out of range.
    """
    year, month0 = divmod(date.year * 12 + date.month - 1 + months, 12)
    if abs(year) > MAX_YEAR:
        raise TemporalRangeError(f"the year {year} is out of range")
    return Date(year, month0 + 1, min(date.day, month_length(year, month0 + 1)))


def months_between(start: Date, end: Date) -> int:
    """Whole months from one date to the other, negative if `end` is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        return months - 1
    if months < 0 and end.day > start.day:
        return months + 1
    return months


# Zones


def offset_text(offset: int) -> str:
    """``Z``, ``+01:00`` or, with seconds, ``-02:45:55``."""
    if offset == 0:
        return "Z"
    hours, rest = divmod(abs(offset), 3_600)
    minutes, seconds = divmod(rest, 60)
    text = f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"
    return f"{text}:{seconds:02}" if seconds else text


@lru_cache(maxsize=256)
def region(name: str) -> ZoneInfo | None:
    """The rules of a region, or None if no such region is known."""
    if name in _FOREIGN_ZONES:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):  # an unknown key is a KeyError of zoneinfo's own, and so are odd file names
        return None
    except KeyError:
        return None


@lru_cache(maxsize=256)
def standard_offset(name: str) -> int:
    """The offset that a region has outside of summer time, which is the one of a time without a date."""
    rules = region(name)
    if rules is None:
        return 0
    return min(_seconds(datetime(2025, month, 15, tzinfo=rules).utcoffset() or timedelta()) for month in range(1, 13))


def in_region(date: Date, nanos: int, name: str, rules: ZoneInfo, preferred: int | None = None) -> DateTime:
    """A local reading in a region.

    In the gap of spring it moves on; of autumn's two it is the earlier, or the one with the `preferred` offset.
    """
    before, after = _offsets(date, nanos, rules)
    if before < after:
        local = epoch_day(date) * DAY_NANOS + nanos + (after - before) * NANOS
        day, nanos = divmod(local, DAY_NANOS)
        return DateTime(date_of_day(day), nanos, Zone(after, name))
    offset = after if preferred == after else before
    return DateTime(date, nanos, Zone(offset, name))


def at_instant(nanos: int, zone: Zone) -> DateTime:
    """The reading in a zone at so many nanoseconds from the epoch."""
    rules = region(zone.region) if zone.region else None
    if zone.region is None or rules is None:
        day, rest = divmod(nanos + zone.offset * NANOS, DAY_NANOS)
        return DateTime(date_of_day(day), rest, zone)
    offset = _offset_at(nanos, rules)
    day, rest = divmod(nanos + offset * NANOS, DAY_NANOS)
    return DateTime(date_of_day(day), rest, Zone(offset, zone.region))


def from_python(moment: datetime) -> DateTime:
    """An aware point in time of Python's; its zone keeps its name if it is a region's other than UTC."""
    offset = moment.utcoffset() or timedelta()
    seconds = offset.days * DAY_SECONDS + offset.seconds
    name = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) and moment.tzinfo.key not in _UTC_NAMES else None
    nanos = (moment.hour * 3_600 + moment.minute * 60 + moment.second) * NANOS + moment.microsecond * 1_000
    return DateTime(Date(moment.year, moment.month, moment.day), nanos, Zone(seconds, name))


def plus_nanos(moment: DateTime, nanos: int) -> DateTime:
    """So much later on the time line."""
    if moment.zone is not None:
        return at_instant(moment.instant_nanos + nanos, moment.zone)
    day, rest = divmod(moment.local_nanos + nanos, DAY_NANOS)
    return DateTime(date_of_day(day), rest)


def plus_months_at(moment: DateTime, months: int) -> DateTime:
    """The same local time so many months later."""
    return with_date(moment, plus_months(moment.date, months))


def with_date(moment: DateTime, date: Date) -> DateTime:
    """The same local time on another day."""
    rules = region(moment.zone.region) if moment.zone and moment.zone.region else None
    if moment.zone is None or moment.zone.region is None or rules is None:
        return DateTime(date, moment.nanos, moment.zone)
    return in_region(date, moment.nanos, moment.zone.region, rules, moment.zone.offset)


def _offsets(date: Date, nanos: int, rules: ZoneInfo) -> tuple[int, int]:
    """The offsets that hold for a local reading before and after a change; the same one twice if there is none."""
    if date.year < 1:
        moment = datetime(1, 1, 1)  # noqa: DTZ001
    else:
        seconds = nanos // NANOS
        moment = datetime(_python_year(date.year), date.month, date.day) + timedelta(seconds=seconds)  # noqa: DTZ001
    early, late = (moment.replace(tzinfo=rules, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return _seconds(early), _seconds(late)


def _offset_at(nanos: int, rules: ZoneInfo) -> int:
    date = date_of_day(nanos // DAY_NANOS)
    if date.year < 2:
        return _offsets(Date(1, 1, 1), 0, rules)[0]
    start = datetime(_python_year(date.year), date.month, date.day, tzinfo=_UTC_RULES)
    moment = start + timedelta(seconds=nanos % DAY_NANOS // NANOS)
    return _seconds(moment.astimezone(rules).utcoffset() or timedelta())


def _python_year(year: int) -> int:
    """A year that Python can name; the calendar repeats every 400 years, and so do a zone's last rules."""
    return year if year < 9_600 else 9_200 + (year % 400)


def _seconds(span: timedelta) -> int:
    return span.days * DAY_SECONDS + span.seconds


_UTC_RULES = ZoneInfo("UTC")
