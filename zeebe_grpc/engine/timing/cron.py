"""Cron expressions in Spring's form: second, minute, hour, day of month, month, day of week; all of them must match."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_YEARS_AHEAD = 100
DayRule = Callable[[date], bool]


class CronError(ValueError):
    """A text that is no cron expression."""


@dataclass(frozen=True)
class Cron:
    """A parsed cron expression."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    day_rules: tuple[DayRule, ...]

    def after(self, moment: int, zone: tzinfo) -> int | None:
        """The first epoch millisecond after a moment that matches; None if there is none in a hundred years."""
        start = datetime.fromtimestamp(moment // 1000, zone).replace(microsecond=0) + timedelta(seconds=1)
        day = start.date()
        first = (start.hour, start.minute, start.second)
        while day.year <= start.year + _YEARS_AHEAD:
            if day.month not in self.months:
                day, first = _next_month(day), (0, 0, 0)
                continue
            clock = self._clock_from(first) if all(rule(day) for rule in self.day_rules) else None
            if clock is not None:
                found = datetime(day.year, day.month, day.day, *clock, tzinfo=zone)
                return int(found.timestamp()) * 1000
            day, first = day + timedelta(days=1), (0, 0, 0)
        return None

    def _clock_from(self, first: tuple[int, int, int]) -> tuple[int, int, int] | None:
        for hour in self.hours:
            for minute in self.minutes:
                if (hour, minute) < first[:2]:
                    continue
                for second in self.seconds:
                    if (hour, minute, second) >= first:
                        return hour, minute, second
        return None


def parse_cron(text: str) -> Cron:
    """Read a cron expression.

    Raises:
        CronError: It is none.
    """
    fields = _MACROS.get(text.strip(), text).split()
    if len(fields) != 6:
        raise CronError(f"'{text}' is no cron expression: expected 6 fields, but there are {len(fields)}")
    second, minute, hour, day, month, weekday = fields
    return Cron(
        tuple(sorted(_values(second, 0, 59))),
        tuple(sorted(_values(minute, 0, 59))),
        tuple(sorted(_values(hour, 0, 23))),
        frozenset(_values(month, 1, 12, _MONTHS, 1)),
        (
            _any_of([_day_rule(part) for part in day.split(",")]),
            _any_of([_weekday_rule(part) for part in weekday.split(",")]),
        ),
    )


def _values(field: str, low: int, high: int, names: tuple[str, ...] = (), first: int = 0) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(step_text, part) if slash else 1
        if step < 1:
            raise CronError(f"'{part}' has no valid step")
        if span in ("*", "?"):
            begin, end = low, high
        elif "-" in span:
            begin, end = (_named(each, names, first) for each in span.split("-", 1))
        else:
            begin = _named(span, names, first)
            end = high if slash else begin
        if not low <= begin <= high or not low <= end <= high or begin > end:
            raise CronError(f"'{part}' is not between {low} and {high}")
        found.update(range(begin, end + 1, step))
    return found


def _day_rule(part: str) -> DayRule:
    if part == "L":
        return lambda day: day.day == _last(day)
    if part == "LW":
        return lambda day: day.day == _nearest_weekday(day, _last(day))
    before = re.fullmatch(r"L-(\d{1,2})", part)
    if before:
        offset = int(before[1])
        return lambda day: day.day == _last(day) - offset
    nearest = re.fullmatch(r"(\d{1,2})W", part)
    if nearest:
        wanted = int(nearest[1])
        return lambda day: day.day == _nearest_weekday(day, min(wanted, _last(day)))
    days = _values(part, 1, 31)
    return lambda day: day.day in days


def _weekday_rule(part: str) -> DayRule:
    last = re.fullmatch(r"(\w+)L", part)
    if last and part != "L":
        wanted = _named(last[1], _DAYS, 0) % 7
        return lambda day: _weekday(day) == wanted and day.day + 7 > _last(day)
    nth = re.fullmatch(r"(\w+)#([1-5])", part)
    if nth:
        weekday, number = _named(nth[1], _DAYS, 0) % 7, int(nth[2])
        return lambda day: _weekday(day) == weekday and (day.day - 1) // 7 == number - 1
    if part == "L":
        return lambda day: _weekday(day) == 6
    days = {value % 7 for value in _values(part, 0, 7, _DAYS, 0)}
    return lambda day: _weekday(day) in days


def _any_of(rules: list[DayRule]) -> DayRule:
    return lambda day: any(rule(day) for rule in rules)


def _named(text: str, names: tuple[str, ...], first: int) -> int:
    return names.index(text.upper()) + first if text.upper() in names else _number(text, text)


def _number(text: str, part: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text):
        raise CronError(f"'{part}' is no part of a cron expression")
    return int(text)


def _weekday(day: date) -> int:
    return day.isoweekday() % 7


def _last(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> int:
    weekday = day.replace(day=wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < _last(day) else wanted - 2
    return wanted


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
