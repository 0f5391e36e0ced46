"""Temporal values to text and back: what ``date("...")`` reads, what ``string()`` writes, and what JSON gets.

The three spellings differ in small things (seconds that are zero, signs of large years, zones), each as the engine
has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

from zeebe_grpc.engine.feel import temporal
from zeebe_grpc.engine.feel.temporal import (
    DAY_SECONDS,
    NANOS,
    Date,
    DateTime,
    DayTimeDuration,
    Time,
    YearMonthDuration,
    Zone,
    offset_text,
)

Temporal: TypeAlias = Date | Time | DateTime | DayTimeDuration | YearMonthDuration

_DATE = re.compile(r"(-?)([1-9][0-9]{4,8}|[0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_CLOCK = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{0,9}))?)?"
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2}|@.+)?"
_TIME = re.compile("T?" + _CLOCK + _ZONE, re.ASCII)
_CLOCK_AND_ZONE = re.compile(_CLOCK + _ZONE, re.ASCII)
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})", re.ASCII)
_REGION = re.compile(r"[A-Za-z][A-Za-z0-9~/._+-]+", re.ASCII)
_COUNT = r"([+-]?[0-9]{1,20})"
_DAYS = re.compile(
    rf"([+-]?)P(?:{_COUNT}D)?(T(?=[+\-0-9])(?:{_COUNT}H)?(?:{_COUNT}M)?(?:{_COUNT}(?:[.,]([0-9]{{0,9}}))?S)?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = re.compile(rf"([+-]?)P(?:{_COUNT}Y)?(?:{_COUNT}M)?", re.ASCII | re.IGNORECASE)
_MAX_OFFSET = 18 * 3_600
_INT_LIMIT = 1 << 31


# Reading


def parse_date(text: str) -> Date | None:
    """``2024-01-31``; years of more than four digits without a plus."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year = int(match[2])
    return temporal.valid_date(-year if match[1] else year, int(match[3]), int(match[4]))


def parse_time(text: str) -> Time | None:
    """``10:15``, ``10:15:30.5``, with an offset or ``@Region`` only after seconds."""
    match = _TIME.fullmatch(text)
    nanos = _clock_nanos(match) if match else None
    if match and match[1] == "24" and not (match[4] or "").strip("0") and match[2] == "00" and match[3] in (None, "00"):
        nanos = 0
    if match is None or nanos is None or (match[5] and not match[3]):
        return None
    if not match[5]:
        return Time(nanos)
    zone = _zone(match[5])
    if zone is None:
        return None
    return Time(nanos, zone)


def parse_date_time(text: str) -> DateTime | None:
    """``2024-01-31T10:15:30``, without seconds, without time, with an offset or ``@Region``."""
    day, separator, clock = text.partition("T")
    date = parse_date(day)
    if date is None or not separator:
        return DateTime(date, 0) if date else None
    match = _CLOCK_AND_ZONE.fullmatch(clock)
    nanos = _clock_nanos(match) if match else None
    if match is None or nanos is None:
        return None
    if not match[5]:
        return DateTime(date, nanos)
    zone = _zone(match[5])
    return place(date, nanos, zone) if zone else None


def place(date: Date, nanos: int, zone: Zone) -> DateTime:
    """A local reading in a zone; a region's offset is found from its rules."""
    rules = temporal.region(zone.region) if zone.region else None
    if zone.region is None or rules is None:
        return DateTime(date, nanos, zone)
    return temporal.in_region(date, nanos, zone.region, rules)


def parse_zone(text: str) -> Zone | None:
    """``Z``, an offset or a region; a region comes with its standard offset."""
    return _zone(text if text[:1] in "Z+-" else f"@{text}")


def parse_duration(text: str) -> DayTimeDuration | YearMonthDuration | None:
    """``P1Y2M`` or ``P1DT2H3M4.5S``, never a mixture."""
    return None if "+" in text or not text.isupper() else parse_lenient_duration(text)


def parse_lenient_duration(text: str) -> DayTimeDuration | YearMonthDuration | None:
    """The same with small letters and pluses, which the engine takes where ``duration`` is given a literal."""
    months = _MONTHS.fullmatch(text)
    if months and (months[2] or months[3]):
        return _year_month(months)
    days = _DAYS.fullmatch(text)
    if days and (days[2] or days[3]):
        return _day_time(days)
    return None


@lru_cache(maxsize=512)
def parse_any(text: str) -> Temporal | None:
    """What stands behind an ``@``."""
    return parse_duration(text) or parse_date(text) or parse_time(text) or parse_date_time(text)


PARSERS: Mapping[str, Callable[[str], Temporal | None]] = {
    "": parse_any,
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_lenient_duration,
}
"""How the text of a literal is read, by its kind."""


def _clock_nanos(match: re.Match[str]) -> int | None:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return ((hour * 60 + minute) * 60 + second) * NANOS + int((match[4] or "").ljust(9, "0"))


def _zone(text: str) -> Zone | None:
    name = text.removeprefix("@")
    if name == "Z":
        return temporal.UTC
    match = _OFFSET.fullmatch(name)
    if match is None:
        known = text.startswith("@") and _REGION.fullmatch(name) and temporal.region(name)
        return Zone(temporal.standard_offset(name), name) if known else None
    seconds = int(match[2]) * 3_600 + int(match[3]) * 60
    if seconds > _MAX_OFFSET or int(match[3]) > 59:
        return None
    return Zone(-seconds if match[1] == "-" else seconds)


def _year_month(match: re.Match[str]) -> YearMonthDuration | None:
    sign = -1 if match[1] == "-" else 1
    years, months = sign * int(match[2] or 0), sign * int(match[3] or 0)
    if not (-_INT_LIMIT <= years < _INT_LIMIT and -_INT_LIMIT <= months < _INT_LIMIT):
        return None
    return YearMonthDuration(years * 12 + months)


def _day_time(match: re.Match[str]) -> DayTimeDuration | None:
    sign = -1 if match[1] == "-" else 1
    seconds = (
        int(match[2] or 0) * DAY_SECONDS + int(match[4] or 0) * 3_600 + int(match[5] or 0) * 60 + int(match[6] or 0)
    )
    fraction = int((match[7] or "").ljust(9, "0"))
    if (match[6] or "").startswith("-"):
        fraction = -fraction
    if abs(seconds) > temporal.MAX_SECONDS:
        return None
    return DayTimeDuration(sign * (seconds * NANOS + fraction))


# Writing


def date_text(date: Date) -> str:
    """``2024-01-31``; a year beyond 9999 has a plus."""
    sign = "-" if date.year < 0 else "+" if date.year > 9_999 else ""
    return f"{sign}{abs(date.year):04}-{date.month:02}-{date.day:02}"


def clock_text(nanos: int) -> str:
    """``10:15:30.5``, always with seconds, the fraction without trailing zeros."""
    seconds, fraction = divmod(nanos, NANOS)
    text = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{fraction:09}".rstrip("0") if fraction else text


def time_text(time: Time) -> str:
    """With its offset, or ``@Region``."""
    if time.zone is None:
        return clock_text(time.nanos)
    suffix = f"@{time.zone.region}" if time.zone.region else offset_text(time.zone.offset)
    return clock_text(time.nanos) + suffix


def date_time_text(moment: DateTime) -> str:
    """With its offset, or ``@Region`` instead; an offset to the second stays beside the region. No year has a plus."""
    text = f"{date_text(moment.date).removeprefix('+')}T{clock_text(moment.nanos)}"
    if moment.zone is None:
        return text
    if moment.zone.region is None:
        return text + offset_text(moment.zone.offset)
    offset = offset_text(moment.zone.offset) if moment.zone.offset % 60 else ""
    return f"{text}{offset}@{moment.zone.region}"


def duration_text(duration: DayTimeDuration) -> str:
    """``P1DT2H3M4S``; parts of a second are left out, and nothing at all is ``P0D``."""
    seconds = duration.seconds
    if seconds == 0:
        return "P0D"
    minutes, second = divmod(abs(seconds), 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    clock = "".join(f"{count}{unit}" for count, unit in ((hour, "H"), (minute, "M"), (second, "S")) if count)
    return f"{'-' if seconds < 0 else ''}P{f'{day}D' if day else ''}{f'T{clock}' if clock else ''}"


def period_text(duration: YearMonthDuration) -> str:
    """``P1Y2M``; nothing at all is ``P0Y``."""
    if duration.months == 0:
        return "P0Y"
    year, month = divmod(abs(duration.months), 12)
    return f"{'-' if duration.months < 0 else ''}P{f'{year}Y' if year else ''}{f'{month}M' if month else ''}"


def time_json(time: Time) -> str:
    """As a variable: a local time drops seconds that are zero and shows parts of a second in threes."""
    if time.zone is not None:
        return time_text(time)
    seconds, fraction = divmod(time.nanos, NANOS)
    text = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}"
    if not time.nanos % (60 * NANOS):
        return text
    text += f":{seconds % 60:02}"
    if not fraction:
        return text
    digits = 3 if fraction % 1_000_000 == 0 else 6 if fraction % 1_000 == 0 else 9
    return f"{text}.{f'{fraction:09}'[:digits]}"


def date_time_json(moment: DateTime) -> str:
    """As a variable: offset and region, as in ``2024-01-31T10:15:30+01:00[Europe/Berlin]``."""
    text = f"{date_text(moment.date)}T{clock_text(moment.nanos)}"
    if moment.zone is None:
        return text
    region = f"[{moment.zone.region}]" if moment.zone.region else ""
    return f"{text}{offset_text(moment.zone.offset)}{region}"
