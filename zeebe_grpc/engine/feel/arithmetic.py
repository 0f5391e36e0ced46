"""What the arithmetic operators of FEEL do with values: numbers, strings, durations, dates and times.

Values in, value out; what does not fit is null and a warning. Nothing here knows syntax or scopes.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from zeebe_grpc.engine.feel import decimals, temporal
from zeebe_grpc.engine.feel.rendering import brief
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.temporal import NANOS, Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from zeebe_grpc.engine.feel.values import ErrorValue, FatalValue, Value, kind_of

_MILLI = 1_000_000

Operation = Callable[[Value, Value], Value]

_VERBS = {
    "+": "add {1} to {0}",
    "-": "subtract {1} from {0}",
    "*": "multiply {0} by {1}",
    "/": "divide {0} by {1}",
    "**": "raise {0} to {1}",
}


# Arithmetic


def calculate(run: Run, operator: str, left: Value, right: Value) -> Value:
    """``left operator right``; null with a warning if the types do not go together.

    Raises:
        FeelEvaluationError: There is no such number, date or duration.
    """
    operation = _OPERATIONS.get((operator, kind_of(left), kind_of(right)))
    try:
        result = operation(left, right) if operation else None
    except ArithmeticError as error:
        raise run.failure(f"cannot {_VERBS[operator].format(brief(left), brief(right))}: {_reason(error)}") from None
    return _unfit(run, operator, left, right) if result is None else result


def _unfit(run: Run, operator: str, left: Value, right: Value) -> Value:
    """What becomes of operands that do not go together; a power looks at them one after the other."""
    alone = operator == "**" and not isinstance(left, Decimal)
    error = next((value for value in (left, right) if isinstance(value, ErrorValue)), None)
    if error is None or (alone and error is not left):
        run.warn("INVALID_TYPE", f"cannot {_VERBS[operator].format(brief(left), brief(right))}")
        return None
    return error if isinstance(error, FatalValue) else None


def negate(run: Run, value: Value) -> Value:
    """``-value``; only numbers have an opposite."""
    if isinstance(value, Decimal):
        return decimals.negate(value)
    if isinstance(value, FatalValue):
        return value
    if not isinstance(value, ErrorValue):
        run.warn("INVALID_TYPE", f"expected a number but found {brief(value)}")
    return None


def _reason(error: ArithmeticError) -> str:
    text = str(error)
    return "out of range" if not text or text.startswith("[") else text


def _divide_numbers(left: Decimal, right: Decimal) -> Value:
    return decimals.divide(left, right) if right else None


def _span(nanos: int) -> DayTimeDuration:
    if abs(nanos) // NANOS > temporal.MAX_SECONDS:
        raise temporal.TemporalRangeError("the duration is too long")
    return DayTimeDuration(nanos)


def _months(months: int) -> YearMonthDuration:
    if abs(months) > temporal.MAX_MONTHS:
        raise temporal.TemporalRangeError("the duration is too long")
    return YearMonthDuration(months)


def _divide_span(left: DayTimeDuration, right: Decimal) -> Value:
    """The engine divides milliseconds and keeps 32 bits of the quotient, so one of 25 days and more is wrong."""
    if not right:
        return None
    millis = abs(left.nanos) // _MILLI * (-1 if left.nanos < 0 else 1)
    return _span(decimals.to_int(decimals.divide(Decimal(millis), right)) * _MILLI)


def _divide_spans(left: DayTimeDuration, right: DayTimeDuration) -> Value:
    return Decimal(_quotient(left.nanos, right.nanos)) if right.nanos else None


def _divide_months(left: YearMonthDuration, right: Decimal) -> Value:
    return _months(decimals.to_int(decimals.divide(Decimal(left.months), right))) if right else None


def _divide_periods(left: YearMonthDuration, right: YearMonthDuration) -> Value:
    return Decimal(_quotient(left.months, right.months)) if right.months else None


def _quotient(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _multiply_span(left: DayTimeDuration, right: Decimal) -> DayTimeDuration:
    return _span(left.nanos * decimals.to_int(right))


def _multiply_months(left: YearMonthDuration, right: Decimal) -> YearMonthDuration:
    return _months(left.months * decimals.to_int(right))


def _date_plus_span(date: Date, span: DayTimeDuration, sign: int = 1) -> Date:
    nanos = temporal.epoch_day(date) * temporal.DAY_NANOS + sign * span.nanos
    return temporal.date_of_day(nanos // temporal.DAY_NANOS)


def _time_plus_span(time: Time, span: DayTimeDuration, sign: int = 1) -> Time:
    return Time((time.nanos + sign * span.nanos) % temporal.DAY_NANOS, time.zone)


def _between_dates(left: Date, right: Date) -> DayTimeDuration:
    return _span((temporal.epoch_day(left) - temporal.epoch_day(right)) * temporal.DAY_NANOS)


def _between_times(left: Time, right: Time) -> Value:
    """Between times with an offset the engine takes the distance, without a sign."""
    if (left.zone is None) != (right.zone is None):
        return None
    if left.zone is None or right.zone is None:
        return DayTimeDuration(left.nanos - right.nanos)
    return DayTimeDuration(abs(_utc_nanos(right) - _utc_nanos(left)))


def _between_moments(left: DateTime, right: DateTime) -> Value:
    return _span(left.instant_nanos - right.instant_nanos) if (left.zone is None) == (right.zone is None) else None


def _utc_nanos(time: Time) -> int:
    return time.nanos - (time.zone.offset if time.zone else 0) * NANOS


_OPERATIONS: dict[tuple[str, type, type], Operation] = {
    ("+", Decimal, Decimal): decimals.add,
    ("-", Decimal, Decimal): decimals.subtract,
    ("*", Decimal, Decimal): decimals.multiply,
    ("/", Decimal, Decimal): _divide_numbers,
    ("**", Decimal, Decimal): decimals.power,
    ("+", str, str): lambda left, right: left + right,
    ("+", DayTimeDuration, DayTimeDuration): lambda left, right: _span(left.nanos + right.nanos),
    ("-", DayTimeDuration, DayTimeDuration): lambda left, right: _span(left.nanos - right.nanos),
    ("*", DayTimeDuration, Decimal): _multiply_span,
    ("*", Decimal, DayTimeDuration): lambda left, right: _multiply_span(right, left),
    ("/", DayTimeDuration, Decimal): _divide_span,
    ("/", DayTimeDuration, DayTimeDuration): _divide_spans,
    ("+", YearMonthDuration, YearMonthDuration): lambda left, right: _months(left.months + right.months),
    ("-", YearMonthDuration, YearMonthDuration): lambda left, right: _months(left.months - right.months),
    ("*", YearMonthDuration, Decimal): _multiply_months,
    ("*", Decimal, YearMonthDuration): lambda left, right: _multiply_months(right, left),
    ("/", YearMonthDuration, Decimal): _divide_months,
    ("/", YearMonthDuration, YearMonthDuration): _divide_periods,
    ("-", Date, Date): _between_dates,
    ("+", Date, YearMonthDuration): lambda left, right: temporal.plus_months(left, right.months),
    ("+", YearMonthDuration, Date): lambda left, right: temporal.plus_months(right, left.months),
    ("-", Date, YearMonthDuration): lambda left, right: temporal.plus_months(left, -right.months),
    ("+", Date, DayTimeDuration): _date_plus_span,
    ("+", DayTimeDuration, Date): lambda left, right: _date_plus_span(right, left),
    ("-", Date, DayTimeDuration): lambda left, right: _date_plus_span(left, right, -1),
    ("-", Time, Time): _between_times,
    ("+", Time, DayTimeDuration): _time_plus_span,
    ("+", DayTimeDuration, Time): lambda left, right: _time_plus_span(right, left),
    ("-", Time, DayTimeDuration): lambda left, right: _time_plus_span(left, right, -1),
    ("-", DateTime, DateTime): _between_moments,
    ("+", DateTime, YearMonthDuration): lambda left, right: temporal.plus_months_at(left, right.months),
    ("+", YearMonthDuration, DateTime): lambda left, right: temporal.plus_months_at(right, left.months),
    ("-", DateTime, YearMonthDuration): lambda left, right: temporal.plus_months_at(left, -right.months),
    ("+", DateTime, DayTimeDuration): lambda left, right: temporal.plus_nanos(left, right.nanos),
    ("+", DayTimeDuration, DateTime): lambda left, right: temporal.plus_nanos(right, left.nanos),
    ("-", DateTime, DayTimeDuration): lambda left, right: temporal.plus_nanos(left, -right.nanos),
}
