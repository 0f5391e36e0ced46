"""Numbers as FEEL has them: decimals of 34 digits, rounded half even, with the scale they were written with.

The one place that knows decimal arithmetic and its limits; it knows no other FEEL value.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, Rounded

PRECISION = 34
MAX_EXPONENT = 999_999
"""Numbers of 10^999999 and more are refused."""

MAX_DIGITS = 10_000
"""Numbers with more digits are refused."""

_WORD = 1 << 64
_SIGN = 1 << 63


def context(precision: int) -> Context:
    """Arithmetic with so many digits; what cannot be done raises an ArithmeticError."""
    traps = [InvalidOperation, DivisionByZero, Overflow]
    return Context(prec=precision, rounding=ROUND_HALF_EVEN, Emax=MAX_EXPONENT, Emin=-MAX_EXPONENT, traps=traps)


_PLAIN = context(PRECISION)


def add(left: Decimal, right: Decimal) -> Decimal:
    """The sum. A left operand of more than 34 digits keeps the result as long as itself."""
    result = _PLAIN.add(left, right)
    if _PLAIN.flags[Rounded]:
        result = _context_of(left).add(left, right)
    return result if result else abs(result)


def subtract(left: Decimal, right: Decimal) -> Decimal:
    """The difference, as long as `add` has it."""
    return add(left, right.copy_negate())


def multiply(left: Decimal, right: Decimal) -> Decimal:
    """The product, as long as `add` has it."""
    result = _PLAIN.multiply(left, right)
    if _PLAIN.flags[Rounded]:
        result = _context_of(left).multiply(left, right)
    return result if result else abs(result)


def divide(left: Decimal, right: Decimal) -> Decimal:
    """The quotient; `right` is not zero."""
    return _context_of(left).divide(left, right).copy_abs() if not left else _context_of(left).divide(left, right)


def modulo(left: Decimal, right: Decimal) -> Decimal:
    """The remainder with the sign of `right`, found as the engine does: it loses digits if `right` is far larger.

    Raises:
        ArithmeticError: `right` is zero, or `left` is so large that the quotient has too many digits.
    """
    arithmetic = _context_of(left)
    shifted = add(arithmetic.remainder(left, right), right)
    result = arithmetic.remainder(shifted, right)
    return result if result else abs(result)


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Exact to 34 digits for a whole exponent, a double for any other.

    Raises:
        ArithmeticError: There is no such number.
    """
    if not is_whole(exponent):
        return _power_of_doubles(float(base), float(exponent))
    if not base and exponent <= 0:
        if exponent:
            raise ArithmeticError("zero has no negative power")
        return Decimal(1)
    result = _PLAIN.power(base, exponent.to_integral_value())
    return trimmed(result) if exponent < 0 else result


def _power_of_doubles(base: float, exponent: float) -> Decimal:
    try:
        result = base**exponent
    except (OverflowError, ZeroDivisionError) as error:
        raise ArithmeticError(str(error)) from None
    if isinstance(result, float):
        return from_float(result)
    raise ArithmeticError("not a real number")


def negate(value: Decimal) -> Decimal:
    """The opposite; zero has none."""
    return value.copy_negate() if value else value


def trimmed(value: Decimal) -> Decimal:
    """Without the zeros at the end of its fraction."""
    if value == value.to_integral_value():
        return value.to_integral_value()
    return value.normalize(_context_of(value))


def from_float(value: float) -> Decimal:
    """The decimal that a double is written as in Java: 0.1 is 0.1, 1.0 keeps its zero, and so does 1.0E+22."""
    return Decimal(double_text(value))


def double_text(value: float) -> str:
    """A double in Java's spelling: from ``0.001`` to below ``1.0E7`` plainly, anything else with an exponent.

    Raises:
        ArithmeticError: It is infinite, or no number.
    """
    if _SMALLEST_PLAIN <= abs(value) < _PLAIN_BELOW:
        return repr(value)
    if not abs(value) < _INFINITY:
        raise ArithmeticError("not a finite number")
    number = Decimal(repr(value))
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0") or "0"
    power = number.adjusted()
    sign = "-" if number.is_signed() else ""
    if not -3 <= power < 7:
        return f"{sign}{digits[0]}.{digits[1:] or '0'}E{power}"
    text = f"{number:f}"
    return text if "." in text else f"{text}.0"


_INFINITY = float("inf")
_SMALLEST_PLAIN = 1e-3
_PLAIN_BELOW = 1e7


def rescaled(value: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """Rounded to so many digits behind the point; with a negative scale, before it.

    Raises:
        ArithmeticError: There would be too many digits.
    """
    digits = to_int(scale)
    size = max(1, value.adjusted() + digits + 2)
    if abs(digits) > MAX_EXPONENT or abs(scale) > MAX_EXPONENT or size > MAX_DIGITS:
        raise ArithmeticError("too many digits")
    result = value.quantize(Decimal((0, (1,), -digits)), rounding, context(size))
    return result if result else abs(result)


def is_whole(value: Decimal) -> bool:
    """Whether there is nothing behind the point."""
    return value == value.to_integral_value()


def to_json_number(value: Decimal) -> int | float:
    """A whole number as an integer of 64 bits (a larger one loses its upper bits), any other as a double."""
    return to_long(value) if is_whole(value) else float(value)


def to_long(value: Decimal) -> int:
    """The whole part in 64 bits; a larger one loses its upper bits."""
    return _wrapped(value, _WORD)


def to_int(value: Decimal) -> int:
    """The whole part in 32 bits; a larger one loses its upper bits."""
    return _wrapped(value, 1 << 32)


def _wrapped(value: Decimal, size: int) -> int:
    sign, digits, exponent = value.as_tuple()
    figures, shift = int(Decimal((0, digits, 0))), int(exponent)
    whole = figures * pow(10, shift, size) if shift >= 0 else 0
    if -len(digits) <= shift < 0:
        whole = figures // 10**-shift
    return ((-whole if sign else whole) + size // 2) % size - size // 2


def _context_of(value: Decimal) -> Context:
    _PLAIN.clear_flags()
    digits = len(value.as_tuple().digits)
    return _PLAIN if digits <= PRECISION else context(digits)
