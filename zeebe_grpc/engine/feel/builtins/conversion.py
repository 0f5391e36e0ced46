"""Built-in functions that make one kind of value from another."""

from __future__ import annotations

from decimal import Decimal

from zeebe_grpc.engine.feel import temporal_text
from zeebe_grpc.engine.feel.builtins.registry import Anything, CallError, builtin
from zeebe_grpc.engine.feel.rendering import as_text
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.temporal import Date, DateTime
from zeebe_grpc.engine.feel.values import Value


@builtin("string", ("from", Anything))
def _string(_run: Run, value: Value) -> Value:
    return None if value is None else as_text(value)


@builtin("number", ("from", str))
def _number(_run: Run, text: str) -> Value:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise CallError(f"cannot read '{text}' as a number") from None


@builtin("date", ("from", (str, Date, DateTime)))
def _date(_run: Run, value: Value) -> Value:
    if isinstance(value, str):
        return temporal_text.parse_date(value)
    return value if isinstance(value, Date) else value.date


@builtin("time", ("from", str))
def _time(_run: Run, text: str) -> Value:
    return temporal_text.parse_time(text)


@builtin("date and time", ("from", str))
def _date_time(_run: Run, text: str) -> Value:
    return temporal_text.parse_date_time(text)


@builtin("duration", ("from", str))
def _duration(_run: Run, text: str) -> Value:
    return temporal_text.parse_duration(text)


@builtin("is defined", ("value", Anything))
def _is_defined(_run: Run, value: Value) -> Value:
    return value is not None


@builtin("not", ("negand", Anything))
def _not(_run: Run, value: Value) -> Value:
    return not value if isinstance(value, bool) else None
