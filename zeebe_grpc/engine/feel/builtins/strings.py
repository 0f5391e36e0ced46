"""Built-in functions on strings, which count in UTF-16 units as the engine does."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal

from zeebe_grpc.engine.feel import patterns
from zeebe_grpc.engine.feel.builtins.registry import LIST, NUMBER, STRING, CallError, CallFailureError, builtin
from zeebe_grpc.engine.feel.decimals import to_int
from zeebe_grpc.engine.feel.patterns import PatternError
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.values import Value

_OR_NULL = (str, type(None))
_CONTROLS = "".join(map(chr, range(0x21)))
_MATCH = (("string", STRING), ("match", STRING))


@builtin("substring", ("string", STRING), ("start position", NUMBER))
def _substring(_run: Run, text: str, start: Decimal) -> Value:
    return _cut(text, to_int(start), None)


@builtin("substring", ("string", STRING), ("start position", NUMBER), ("length", NUMBER))
def _substring_of_length(_run: Run, text: str, start: Decimal, length: Decimal) -> Value:
    return _cut(text, to_int(start), to_int(length))


def _cut(text: str, start: int, length: int | None) -> str:
    units = _units(text)
    first = start - 1 if start > 0 else len(units) + start
    last = len(units) if length is None else min(len(units), first + length)
    if first < 0 or last < first:
        raise CallFailureError(f"there is no position {start} in a string of {len(units)}")
    return _text(units[first:last])


def _units(text: str) -> str:
    """A string as UTF-16 units, one character each."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    encoded = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(low | high << 8) for low, high in zip(encoded[::2], encoded[1::2], strict=True))


def _text(units: str) -> str:
    """The opposite of `_units`; half a character stays half a character."""
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") if units else units


@builtin("string length", ("string", STRING))
def _length(_run: Run, text: str) -> Value:
    return Decimal(len(text) + sum(character > "\uffff" for character in text))


@builtin("upper case", ("string", STRING))
def _upper(_run: Run, text: str) -> Value:
    return text.upper()


@builtin("lower case", ("string", STRING))
def _lower(_run: Run, text: str) -> Value:
    return text.lower()


@builtin("substring before", *_MATCH)
def _before(_run: Run, text: str, match: str) -> Value:
    place = text.find(match)
    return text[:place] if place > 0 else ""


@builtin("substring after", *_MATCH)
def _after(_run: Run, text: str, match: str) -> Value:
    place = text.find(match)
    return text[place + len(match) :] if place >= 0 else ""


@builtin("contains", *_MATCH)
def _contains(_run: Run, text: str, match: str) -> Value:
    return match in text


@builtin("starts with", *_MATCH)
def _starts(_run: Run, text: str, match: str) -> Value:
    return text.startswith(match)


@builtin("ends with", *_MATCH)
def _ends(_run: Run, text: str, match: str) -> Value:
    return text.endswith(match)


@builtin("trim", ("string", STRING))
def _trim(_run: Run, text: str) -> Value:
    return text.strip(_CONTROLS)


@builtin("is blank", ("string", STRING))
def _is_blank(_run: Run, text: str) -> Value:
    return all(character.isspace() and character not in "\u00a0\u2007\u202f\x85" for character in text)


@builtin("to base64", ("value", STRING))
def _base64(_run: Run, text: str) -> Value:
    return b64encode(text.encode("utf-8", "replace")).decode("ascii")


# Patterns


@builtin("matches", ("input", STRING), ("pattern", STRING))
def _matches(_run: Run, text: str, pattern: str) -> Value:
    return _matches_with(_run, text, pattern, "")


@builtin("matches", ("input", STRING), ("pattern", STRING), ("flags", STRING))
def _matches_with(_run: Run, text: str, pattern: str, flags: str) -> Value:
    try:
        return patterns.compiled(pattern, flags).search(text) is not None
    except PatternError as error:
        raise CallError(str(error)) from None


@builtin("replace", ("input", STRING), ("pattern", STRING), ("replacement", STRING))
def _replace(run: Run, text: str, pattern: str, replacement: str) -> Value:
    return _replace_with(run, text, pattern, replacement, "")


@builtin("replace", ("input", STRING), ("pattern", STRING), ("replacement", STRING), ("flags", STRING))
def _replace_with(run: Run, text: str, pattern: str, replacement: str, flags: str) -> Value:
    try:
        return patterns.replaced(text, pattern, replacement, flags, run.step)
    except PatternError as error:
        raise CallError(str(error)) from None


@builtin("split", ("string", STRING), ("delimiter", STRING))
def _split(_run: Run, text: str, delimiter: str) -> Value:
    try:
        return patterns.split(text, delimiter)
    except PatternError as error:
        raise CallError(str(error)) from None


@builtin("extract", ("input", STRING), ("pattern", STRING))
def _extract(_run: Run, text: str, pattern: str) -> Value:
    try:
        return [match[0] for match in patterns.compiled(pattern, "").finditer(text)]
    except PatternError as error:
        raise CallError(str(error)) from None


# Joining


@builtin("string join", ("list", LIST))
def _join(run: Run, items: list[Value]) -> Value:
    return _joined(run, items, "")


@builtin("string join", ("list", LIST), ("delimiter", _OR_NULL))
def _join_with(run: Run, items: list[Value], delimiter: str | None) -> Value:
    return _joined(run, items, delimiter or "")


@builtin("string join", ("list", LIST), ("delimiter", _OR_NULL), ("prefix", STRING), ("suffix", STRING))
def _join_between(run: Run, items: list[Value], delimiter: str | None, prefix: str, suffix: str) -> Value:
    return f"{prefix}{_joined(run, items, delimiter or '')}{suffix}"


def _joined(run: Run, items: list[Value], delimiter: str) -> str:
    if not all(item is None or isinstance(item, str) for item in items):
        raise CallError("expected a list of strings")
    strings = [item for item in items if item is not None]
    run.step(len(items) + sum(map(len, strings)) + len(delimiter) * len(strings) >> 6)
    return delimiter.join(strings)
