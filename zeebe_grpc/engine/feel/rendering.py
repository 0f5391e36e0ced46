"""FEEL values to the outside: the text that `string` gives, the JSON of a variable, and the name of a type.

Only reads values. JSON is the engine's: whole numbers as integers, others as doubles, temporal values as ISO text,
nothing for functions and ranges.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from zeebe_grpc.engine.feel import temporal_text as text
from zeebe_grpc.engine.feel.decimals import double_text, to_json_number
from zeebe_grpc.engine.feel.errors import FeelLimitError
from zeebe_grpc.engine.feel.ordering import context_order
from zeebe_grpc.engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from zeebe_grpc.engine.feel.values import Function, Range, Value, Variables, is_context, is_list, kind_of

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def type_name(value: Value) -> str:
    """The engine's name for what an evaluation gave; ``UNKNOWN`` for times, ranges and functions."""
    if value is None:
        return "NULL"
    name = _TYPE_NAMES.get(kind_of(value))
    if name is None:
        name = "OBJECT" if is_context(value) else "UNKNOWN"
    return name


_TYPE_NAMES: dict[type, str] = {
    bool: "BOOLEAN",
    Decimal: "NUMBER",
    str: "STRING",
    list: "ARRAY",
    Date: "DATE",
    DateTime: "DATE_TIME",
    DayTimeDuration: "DURATION",
    YearMonthDuration: "PERIOD",
}


MAX_NODES = 1_000_000
MAX_HEIGHT = 100


def weigh(value: Value) -> int:
    """How many values there are in a value, itself included; one that several hold counts each time.

    Raises:
        FeelLimitError: More than a million, or nested more than 100 levels deep.
    """
    count, level = 0, [value]
    for _height in range(MAX_HEIGHT):
        count += len(level)
        below: list[Value] = []
        for holder in level:
            if is_list(holder):
                below.extend(holder)
            elif is_context(holder):
                below.extend(holder.values())
            if count + len(below) > MAX_NODES:
                raise FeelLimitError(f"stopped: a value holds more than {MAX_NODES} others")
        if not below:
            return count
        level = below
    raise FeelLimitError(f"stopped: a value is nested more than {MAX_HEIGHT} levels deep")


def brief(value: Value) -> str:
    """A value in a message: only the beginning of a large one."""
    if isinstance(value, str):
        return as_source(value if len(value) <= _BRIEF else f"{value[:_BRIEF]}...")
    if is_list(value):
        nested = any(is_list(item) or is_context(item) for item in value)
        return "a list" if nested or len(value) > _BRIEF_ITEMS else f"[{', '.join(map(brief, value))}]"
    return "a context" if is_context(value) else as_source(value)


_BRIEF = 60
_BRIEF_ITEMS = 8


def as_text(value: Value) -> str:
    """A value as `string` shows it; a string stays itself."""
    return value if isinstance(value, str) else as_source(value)


def as_source(value: Value) -> str:
    """A value inside another one, or in a message: strings in quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Decimal):
        return str(value)
    if is_list(value):
        return f"[{', '.join(map(as_source, value))}]"
    if is_context(value):
        return f"{{{', '.join(f'{key}:{as_source(value[key])}' for key in context_order(value))}}}"
    return _other_source(value)


def _other_source(value: Value) -> str:
    plain = _temporal_source(value)
    if plain is not None:
        return plain
    if isinstance(value, Range):
        opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
        return f"{opening}{as_source(value.start)}..{as_source(value.end)}{closing}"
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    return str(getattr(value, "message", value))


def _temporal_source(value: Value) -> str | None:
    if isinstance(value, Date):
        return text.date_text(value)
    if isinstance(value, Time):
        return text.time_text(value)
    if isinstance(value, DateTime):
        return text.date_time_text(value)
    if isinstance(value, DayTimeDuration):
        return text.duration_text(value)
    if isinstance(value, YearMonthDuration):
        return text.period_text(value)
    return None


def to_json(value: Value) -> Any:
    """A value as the engine puts it into a variable: None, bool, int, float, str, list or dict.

    Integers have 64 bits. A function or a range has no JSON form: it becomes None, and as an entry of a context it is
    left out.
    """
    if isinstance(value, str):
        return _whole_characters(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return to_json_number(value)
    if is_list(value):
        return [to_json(item) for item in value]
    if isinstance(value, Variables):
        return _raw_json(value.raw)
    if is_context(value):
        return {key: to_json(value[key]) for key in context_order(value)}
    if isinstance(value, Time):
        return text.time_json(value)
    if isinstance(value, DateTime):
        return text.date_time_json(value)
    return _temporal_source(value)


def _whole_characters(text: str) -> str:
    """Halves of characters that meet are one, and lone ones are a question mark."""
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return joined.encode("utf-8", "replace").decode("utf-8")


def _raw_json(value: Any) -> Any:
    """What came as JSON goes as JSON: a double that is whole stays a double, and entries keep their order."""
    if value is None or isinstance(value, (bool, str, int, float)):
        return value
    if is_context(value):
        return {key: _raw_json(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_raw_json(item) for item in cast("Iterable[Any]", value)]
    return to_json(value)


def json_text(value: Any) -> str:
    """JSON as the engine writes it: no blanks, doubles in Java's spelling, astral characters escaped."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string_text(value)
    if isinstance(value, float):
        return double_text(value)
    if is_list(value):
        return f"[{','.join(map(json_text, value))}]"
    if is_context(value):
        return f"{{{','.join(f'{_string_text(key)}:{json_text(entry)}' for key, entry in value.items())}}}"
    return json.dumps(value)


def _string_text(value: str) -> str:
    return f'"{"".join(map(_escaped, value))}"'


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    code = ord(character)
    if code < 0x20:
        return f"\\u{code:04X}"
    if code > 0xFFFF:
        high, low = divmod(code - 0x10000, 0x400)
        return f"\\u{0xD800 + high:04X}\\u{0xDC00 + low:04X}"
    return character
