"""Rules of dates, spans and numbers that can be checked at deployment because they are static."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from random import Random

from zeebe_grpc.engine.feel import FeelEvaluationError, FeelSyntaxError
from zeebe_grpc.engine.model.document import child, kind, text_of
from zeebe_grpc.engine.model.expression import Circumstances, Result, expression
from zeebe_grpc.engine.model.rules.index import Index, event_definitions, parent_kind
from zeebe_grpc.engine.timing.cron import CronError, parse_cron
from zeebe_grpc.engine.timing.spans import SpanError, parse_date, parse_repeating, parse_span
from zeebe_grpc.engine.xml import Element

_EPOCH = datetime.fromtimestamp(0, timezone.utc)


def static_timer(element: Element, index: Index) -> Iterator[str]:
    """A static timer, and any timer of a process's start event, can be read without variables."""
    at_start = kind(element) == "startEvent" and parent_kind(element) == "process"
    for definition in event_definitions(element):
        for name, check in (("timeDuration", _check_span), ("timeCycle", _check_cycle), ("timeDate", _check_date)):
            found = child(definition, name)
            if found is not None:
                reason = _check(text_of(found), check, at_start)
                if reason:
                    yield f"Invalid timer {name.removeprefix('time').lower()} expression ({reason})"
                break


def is_date(text: str) -> bool:
    """Whether a static text is a date-time with a zone."""
    try:
        parse_date(text)
    except SpanError:
        return False
    return True


def is_priority(text: str) -> bool:
    """Whether a static text is a number from 0 to 100."""
    return text.isascii() and text.isdigit() and int(text) <= 100


def is_job_priority(text: str) -> bool:
    """Whether a static text is a number of 32 bits, or empty."""
    return not text or (re.fullmatch(r"[+-]?[0-9]{1,10}", text) is not None and -(2**31) <= int(text) < 2**31)


def _check(text: str, check: Callable[[Result], str | None], at_start: bool) -> str | None:
    try:
        read = expression(text)
    except FeelSyntaxError:
        return None
    if not (at_start or read.is_static):
        return None
    try:
        return check(read.evaluate({}, Circumstances(_EPOCH, timezone.utc, Random(0))))  # noqa: S311
    except FeelEvaluationError as error:
        return str(error)
    except (SpanError, CronError) as error:
        return str(error)


def _check_span(result: Result) -> str | None:
    if result.type in ("DURATION", "PERIOD"):
        return None
    if result.type != "STRING":
        return f"Expected a duration, but was '{result.type}'"
    parse_span(result.value)
    return None


def _check_cycle(result: Result) -> str | None:
    if result.type != "STRING":
        return f"Expected a cycle, but was '{result.type}'"
    if result.value.startswith("R"):
        parse_repeating(result.value)
    else:
        parse_cron(result.value)
    return None


def _check_date(result: Result) -> str | None:
    if result.type == "DATE_TIME":
        return None
    if result.type != "STRING":
        return f"Expected a date-time, but was '{result.type}'"
    parse_date(result.value)
    return None
