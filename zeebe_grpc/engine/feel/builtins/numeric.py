"""Built-in functions on numbers: rounding, remainders, roots and logarithms."""

from __future__ import annotations

import math
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from zeebe_grpc.engine.feel import decimals
from zeebe_grpc.engine.feel.builtins.registry import NUMBER, STRING, CallError, CallFailureError, builtin
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.temporal import DayTimeDuration, YearMonthDuration
from zeebe_grpc.engine.feel.values import Value

_MODES = {
    "UP": ROUND_UP,
    "DOWN": ROUND_DOWN,
    "CEILING": ROUND_CEILING,
    "FLOOR": ROUND_FLOOR,
    "HALF_UP": ROUND_HALF_UP,
    "HALF_DOWN": ROUND_HALF_DOWN,
    "HALF_EVEN": ROUND_HALF_EVEN,
}
_N = ("n", NUMBER)
_SCALE = ("scale", NUMBER)
_NUMBER = ("number", NUMBER)


def _rounded(number: Decimal, scale: Decimal, mode: str) -> Decimal:
    try:
        return decimals.rescaled(number, scale, mode)
    except ArithmeticError:
        raise CallError(f"cannot round to {scale} digits") from None


@builtin("decimal", _N, _SCALE)
def _decimal(_run: Run, number: Decimal, scale: Decimal) -> Value:
    return _rounded(number, scale, ROUND_HALF_EVEN)


@builtin("decimal", _N, _SCALE, ("mode", STRING))
def _decimal_by_mode(_run: Run, number: Decimal, scale: Decimal, mode: str) -> Value:
    known = _MODES.get(mode.upper())
    if known is None:
        raise CallError(f"'{mode}' is no way of rounding: it has to be one of {', '.join(_MODES)}")
    return _rounded(number, scale, known)


def _enter_rounding(name: str, mode: str, scale: str = "scale") -> None:
    def round_it(_run: Run, number: Decimal, digits: Decimal) -> Value:
        return _rounded(number, digits, mode)

    builtin(name, _N, (scale, NUMBER))(round_it)


def _enter_whole(name: str, mode: str) -> None:
    def round_it(_run: Run, number: Decimal) -> Value:
        return _rounded(number, Decimal(0), mode)

    builtin(name, _N)(round_it)


_enter_whole("floor", ROUND_FLOOR)
_enter_whole("ceiling", ROUND_CEILING)
_enter_rounding("floor", ROUND_FLOOR, "")  # the engine's floor and round half down know no name for the scale
_enter_rounding("ceiling", ROUND_CEILING)
_enter_rounding("round up", ROUND_UP)
_enter_rounding("round down", ROUND_DOWN)
_enter_rounding("round half up", ROUND_HALF_UP)
_enter_rounding("round half down", ROUND_HALF_DOWN, "")

_ABSOLUTE = (Decimal, DayTimeDuration, YearMonthDuration)


@builtin("abs", ("number", _ABSOLUTE))
@builtin("abs", ("n", _ABSOLUTE))
def _abs(_run: Run, value: Value) -> Value:
    if isinstance(value, DayTimeDuration):
        return DayTimeDuration(abs(value.nanos))
    if isinstance(value, YearMonthDuration):
        return YearMonthDuration(abs(value.months))
    return value.copy_abs()


@builtin("modulo", ("dividend", NUMBER), ("divisor", NUMBER))
def _modulo(_run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    try:
        return decimals.modulo(dividend, divisor)
    except ArithmeticError:
        raise CallFailureError(f"cannot divide {dividend} by {divisor}") from None


@builtin("sqrt", _NUMBER)
def _sqrt(_run: Run, number: Decimal) -> Value:
    return None if number < 0 else decimals.from_float(math.sqrt(number))


@builtin("log", _NUMBER)
def _log(_run: Run, number: Decimal) -> Value:
    if number <= 0:
        raise CallFailureError(f"there is no logarithm of {number}")
    return decimals.from_float(math.log(number))


@builtin("exp", _NUMBER)
def _exp(_run: Run, number: Decimal) -> Value:
    try:
        return decimals.from_float(math.exp(number))
    except OverflowError:
        raise CallFailureError(f"e to the power of {number} is too large") from None


@builtin("odd", _NUMBER)
def _odd(_run: Run, number: Decimal) -> Value:
    return decimals.is_whole(number) and decimals.to_long(number) % 2 == 1


@builtin("even", _NUMBER)
def _even(_run: Run, number: Decimal) -> Value:
    return decimals.is_whole(number) and decimals.to_long(number) % 2 == 0
