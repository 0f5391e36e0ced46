"""ISO 8601 dates, durations and repeating intervals, in the form and within the limits of timers."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

INFINITE = -1

_NUMBER = r"([-+]?[0-9]{1,9})"
_PERIOD = re.compile(rf"([-+]?)P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?", re.IGNORECASE)
_LONG = r"([-+]?[0-9]{1,15})"
_DURATION = re.compile(
    rf"([-+]?)P(?:{_LONG}D)?(T(?:{_LONG}H)?(?:{_LONG}M)?(?:{_LONG}(?:[.,]([0-9]{{0,9}}))?S)?)?", re.IGNORECASE
)
_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:[.](\d{0,9}))?)?(Z|[-+]\d\d(?::?\d\d(?::?\d\d)?)?)(?:\[([\w/+-]+)])?",
    re.IGNORECASE,
)
_DAY = 86_400_000


class SpanError(ValueError):
    """A text that is no date, duration or repetition."""


@dataclass(frozen=True)
class Span:
    """A period of the calendar and a duration in milliseconds after it.

    From a `start` on, if one is given (epoch milliseconds).
    """

    months: int = 0
    days: int = 0
    milliseconds: int = 0
    start: int | None = None

    def after(self, moment: int, zone: tzinfo) -> int:
        """The epoch millisecond at which the span that begins at a moment ends.

        It is the start, if there is one that has not passed.
        """
        if self.start is not None:
            return max(self.start, moment)
        return self.added_to(moment, zone)

    def added_to(self, moment: int, zone: tzinfo) -> int:
        """The epoch millisecond that lies the span after a moment."""
        if not self.months and not self.days and abs(self.milliseconds) < _DAY:
            return moment + self.milliseconds
        try:
            local = datetime.fromtimestamp(moment // 1000, zone)
            shifted = _plus_months(local, self.months) + timedelta(days=self.days)
            whole = int(shifted.timestamp()) * 1000
        except (OverflowError, ValueError, OSError):
            raise SpanError("Timer duration is too large. Please use a smaller duration value.") from None
        return whole + moment % 1000 + self.milliseconds

    def repeated_after(self, moment: int, zone: tzinfo) -> Span:
        """The same span, next due one span after a moment."""
        return replace(self, start=replace(self, start=None).added_to(moment, zone))


@dataclass(frozen=True)
class Repeating:
    """A span that comes again; `repetitions` is -1 for ever."""

    repetitions: int
    span: Span


def parse_span(text: str) -> Span:
    """Read a duration, with a start date before a slash if there is one.

    Raises:
        SpanError: It is none.
    """
    begin, _, plain = text.rpartition("/")
    start = parse_date(begin) if begin else None
    signed = plain[:1] in "+-" and plain != ""
    time_at = plain.upper().find("T")
    if time_at < 0:
        months, days = _period(plain, text)
        return Span(months, days, 0, start)
    if time_at == (2 if signed else 1):
        return Span(0, 0, _duration(plain, text), start)
    months, days = _period(plain[:time_at], text)
    sign = "-" if plain.startswith("-") else ""
    return Span(months, days, _duration(f"{sign}P{plain[time_at:]}", text), start)


def parse_repeating(text: str) -> Repeating:
    """Read a repeating interval, ``R[n]/...``.

    Raises:
        SpanError: It is none.
    """
    head, slash, rest = text.partition("/")
    if not head.startswith("R") or not slash:
        raise SpanError(f"'{text}' is no repeating interval: expected R[count]/duration")
    count = head[1:]
    if not count:
        return Repeating(INFINITE, parse_span(rest))
    if not re.fullmatch(r"[-+]?[0-9]{1,9}", count):
        raise SpanError(f"'{text}' is no repeating interval: '{count}' is no count")
    return Repeating(int(count), parse_span(rest))


def parse_date(text: str, zone: tzinfo | None = None) -> int:
    """The epoch millisecond of a date-time with a zone or an offset; without either it is one of `zone`, if given.

    Raises:
        SpanError: It is none.
    """
    found = _DATE.fullmatch(text) or (_DATE.fullmatch(f"{text}Z") if zone else None)
    if found is None:
        raise SpanError(f"Invalid date-time format '{text}'")
    day, clock, seconds, fraction, offset, name = found.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{clock}:{seconds or '00'}")
        own = zone if zone is not None and found[0] != text else None
        moment = local.replace(tzinfo=own or (ZoneInfo(name) if name else _offset(offset)))
        milliseconds = int((fraction or "").ljust(3, "0")[:3])
        return int(moment.timestamp()) * 1000 + milliseconds
    except (ValueError, OverflowError, ZoneInfoNotFoundError, OSError):
        raise SpanError(f"Invalid date-time format '{text}'") from None


def _offset(text: str) -> tzinfo:
    if text in "Zz":
        return timezone.utc
    digits = text[1:].replace(":", "").ljust(6, "0")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
    return timezone(-span if text[0] == "-" else span)


def _period(text: str, whole: str) -> tuple[int, int]:
    found = _PERIOD.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise SpanError(f"'{whole}' is no duration")
    sign = -1 if found[1] == "-" else 1
    years, months, weeks, days = (int(part or 0) for part in found.groups()[1:])
    return sign * (years * 12 + months), sign * (weeks * 7 + days)


def _duration(text: str, whole: str) -> int:
    found = _DURATION.fullmatch(text)
    if found is None or not any((found[2], found[4], found[5], found[6])):
        raise SpanError(f"'{whole}' is no duration")
    days, hours, minutes, seconds = (int(found[part] or 0) for part in (2, 4, 5, 6))
    fraction = int((found[7] or "").ljust(3, "0")[:3])
    negative = (found[6] or "").startswith("-")
    milliseconds = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
    milliseconds += -fraction if negative else fraction
    return -milliseconds if found[1] == "-" else milliseconds


def _plus_months(moment: datetime, months: int) -> datetime:
    if not months:
        return moment
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
