"""Built-in functions that make a string or a number of another value."""

from __future__ import annotations

import re
from decimal import Decimal

from zeebe_grpc.engine.feel.builtins.registry import ANYTHING, STRING, CallError, builtin
from zeebe_grpc.engine.feel.decimals import MAX_DIGITS, MAX_EXPONENT
from zeebe_grpc.engine.feel.rendering import as_text, weigh
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.values import Value

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?")
_GROUPINGS = (" ", ",", ".")
_POINTS = (",", ".")
_OR_NULL = (str, type(None))


@builtin("string", ("from", ANYTHING))
def _string(run: Run, value: Value) -> Value:
    run.step(weigh(value))
    return None if value is None else as_text(value)


@builtin("number", ("from", STRING))
def _number(_run: Run, text: str) -> Value:
    return _read(text)


@builtin("number", ("from", STRING), ("grouping separator", STRING))
def _number_grouped(_run: Run, text: str, grouping: str) -> Value:
    if grouping not in _GROUPINGS:
        raise CallError("the grouping separator has to be ' ', ',' or '.'")
    return _read(text.replace(grouping, ""))


@builtin("number", ("from", STRING), ("grouping separator", _OR_NULL), ("decimal separator", _OR_NULL))
def _number_separated(_run: Run, text: str, grouping: str | None, point: str | None) -> Value:
    if grouping is None and point is None:
        raise CallError
    if grouping == point or grouping not in (*_GROUPINGS, None) or point not in (*_POINTS, None):
        raise CallError("the separators have to be ' ' (of groups only), ',' or '.', and different")
    ungrouped = text if grouping is None else text.replace(grouping, "")
    return _read(ungrouped if point is None else ungrouped.replace(point, "."))


def _read(text: str) -> Decimal:
    number = Decimal(text) if _NUMBER.fullmatch(text) else None
    if number is None or abs(number.adjusted()) > MAX_EXPONENT or len(text) > MAX_DIGITS:
        raise CallError(f"cannot read '{text}' as a number")
    return number
