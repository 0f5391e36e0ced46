"""JSON documents as the gateway reads and rewrites them: leniently on the way in, in Zeebe's form on the way out.

The client of this project has rules of its own; nothing is shared with it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring
from typing import Any, cast

from zeebe_grpc.engine.commands import JsonValue
from zeebe_grpc.gateway.statuses import StatusError, invalid_argument

SMALLEST_INTEGER = -(2**63)
LARGEST_INTEGER = 2**64 - 1
DEEPEST = 400
"""Levels of a document; how deep Python itself can go differs between its versions."""

_LONGEST_INTEGER = len(str(LARGEST_INTEGER))
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_ESCAPED_OR_QUOTE = re.compile(r'\\.|"', re.DOTALL)
_REWRITTEN = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]|\\\\(?:u00[0-9a-f]{2}|.)")
_BLANK = " \t\r\n"
_NULL = re.compile(r"null(?![\w$])")


def read_document(text: str) -> dict[str, JsonValue]:
    r"""A JSON object from a request's text.

    As the real gateway: the empty text, blank text and ``null`` are the empty document; strings may stand in single
    quotes; of a repeated name the last value wins; text after the closing brace is ignored; integers are exact from
    -2^63 to 2^64-1.

    Raises:
        StatusError: INVALID_ARGUMENT, if the text is anything else.
    """
    start = text.removeprefix("\ufeff").lstrip(_BLANK)
    if not start or _NULL.match(start):
        return {}
    value = _parse(start)
    if not isinstance(value, dict):
        raise _invalid(f"the root must be an object, not {_kind(value)}")
    document = cast("dict[str, JsonValue]", value)
    if _is_deep(document):
        raise _invalid(f"it is nested more than {DEEPEST} levels deep")
    return document


def write_document(document: Mapping[str, JsonValue]) -> str:
    """The JSON text of a document in the form that Zeebe gives it: no blanks, floats as Java writes them."""
    return write_value(document)


def write_value(value: JsonValue) -> str:
    """The JSON text of any value; see `write_document`."""
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts)


def _parse(text: str) -> Any:
    try:
        return _DECODER.raw_decode(text)[0]
    except RecursionError:
        raise _invalid("it is nested too deeply") from None
    except ValueError as error:
        if "'" not in text:
            raise _invalid(str(error)) from None
    try:
        return _DECODER.raw_decode(_QUOTED.sub(_with_double_quotes, text))[0]
    except (ValueError, RecursionError) as error:
        raise _invalid(str(error)) from None


def _is_deep(value: object) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [each for container in level for each in _inside(container) if isinstance(each, (dict, list))]
        if not level:
            return False
    return True


def _inside(container: Any) -> Iterable[Any]:
    return cast("dict[str, Any]", container).values() if isinstance(container, dict) else cast("list[Any]", container)


def _with_double_quotes(match: re.Match[str]) -> str:
    inner = match[2] if match[1] is None else match[1]
    return '"' + _ESCAPED_OR_QUOTE.sub(lambda found: _ESCAPES.get(found[0], found[0]), inner) + '"'


_ESCAPES = {"\\'": "'", '"': '\\"'}


def _integer(digits: str) -> int:
    if len(digits) <= _LONGEST_INTEGER + 1 and SMALLEST_INTEGER <= int(digits) <= LARGEST_INTEGER:
        return int(digits)
    raise ValueError(f"an integer of {len(digits)} digits is outside -2^63 to 2^64-1")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_constant=_refuse_constant)


def _invalid(reason: str) -> StatusError:
    return invalid_argument(f"JSON property was invalid: {reason}")


def _kind(value: object) -> str:
    names: dict[type[object], str] = {list: "an array", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number")


def _write(value: Any, put: Any) -> None:
    if isinstance(value, str):
        put(_text(value))
    elif value is None:
        put("null")
    elif value is True:
        put("true")
    elif value is False:
        put("false")
    elif isinstance(value, int):
        put(str(value))
    elif isinstance(value, float):
        put(java_double(value))
    elif isinstance(value, Mapping):
        _write_members(cast("Mapping[str, Any]", value), put)
    else:
        _write_items(value, put)


def _write_members(members: Mapping[str, Any], put: Any) -> None:
    separator = "{"
    for name, value in members.items():
        put(f"{separator}{_text(name)}:")
        _write(value, put)
        separator = ","
    put("}" if separator == "," else "{}")


def _write_items(items: Any, put: Any) -> None:
    separator = "["
    for item in items:
        put(separator)
        _write(item, put)
        separator = ","
    put("]" if separator == "," else "[]")


def _text(text: str) -> str:
    return _REWRITTEN.sub(_rewritten, encode_basestring(text))


def _rewritten(match: re.Match[str]) -> str:
    """Outside the BMP Zeebe writes a pair of escapes with capital digits, and "?" for half a pair."""
    found = match[0]
    if found.startswith("\\"):
        return f"\\u{found[2:].upper()}" if found.startswith("\\u") else found
    if found <= "\uffff":
        return "?"
    units = found.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02X}{units[i + 1]:02X}" for i in range(0, len(units), 2))


def java_double(value: float) -> str:
    """A float as Java's ``Double.toString`` writes it: plain from 0.001 up to 10,000,000, else in scientific form."""
    if not math.isfinite(value):
        return '"NaN"' if math.isnan(value) else f'"{"-" if value < 0 else ""}Infinity"'
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    digits, exponent = _scientific(abs(value))
    return f"{'-' if value < 0 else ''}{digits[0]}.{digits[1:] or '0'}E{exponent}"


def _scientific(value: float) -> tuple[str, int]:
    """The shortest decimal digits of a positive float, and the exponent of the first of them."""
    mantissa, _, power = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = whole + fraction
    exponent = int(power or 0) + len(whole) - 1
    stripped = digits.lstrip("0")
    exponent -= len(digits) - len(stripped)
    if len(stripped) == 1 and float(two := f"{value:.1e}") == value:  # Java shows the nearest decimal of two digits
        return two[0] + two[2], exponent
    return stripped.rstrip("0"), exponent
