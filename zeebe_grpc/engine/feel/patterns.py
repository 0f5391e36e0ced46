"""Matching with regular expressions as the engine does: find, replace and split, with the engine's dialect and flags.

How a pattern is read is the matter of `pattern_syntax`. A pattern may be as slow as its author made it: nothing here
bounds the time of a match.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from zeebe_grpc.engine.feel.pattern_syntax import PatternError, translated

__all__ = ["PatternError", "compiled", "replaced", "split"]

_KNOWN_FLAGS = frozenset("imsx")
_NAME = re.compile(r"\{([A-Za-z][A-Za-z0-9]*)\}")


@lru_cache(maxsize=256)
def compiled(pattern: str, flags: str) -> re.Pattern[str]:
    """A pattern ready to match. Of the flags ``i``, ``m``, ``s`` and ``x`` count, any others do not.

    Raises:
        PatternError: The pattern cannot be read.
    """
    known = frozenset(flags) & _KNOWN_FLAGS
    try:
        return re.compile(translated(pattern, known), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"invalid pattern '{pattern}': {error}") from None
    except PatternError as error:
        raise PatternError(f"invalid pattern '{pattern}': {error}") from None


def replaced(text: str, pattern: str, replacement: str, flags: str, step: Callable[[int], None]) -> str:
    """Every match replaced; ``$1`` and ``${name}`` stand for groups, a backslash makes the next character plain.

    Accounts for each match, and for what takes its place, with `step`.

    Raises:
        PatternError: The pattern or the replacement cannot be read.
    """
    expression = compiled(pattern, flags)
    parts: list[str] = []
    place = 0
    for match in expression.finditer(text):
        expanded = _expanded(match, replacement)
        step(1 + (len(expanded) >> 6))
        parts += (text[place : match.start()], expanded)
        place = match.end()
    return "".join((*parts, text[place:]))


def split(text: str, pattern: str) -> list[str]:
    """The pieces between the matches, empty ones included; a match of nothing at the very beginning is none.

    Raises:
        PatternError: The pattern cannot be read.
    """
    pieces: list[str] = []
    place = 0
    for match in compiled(pattern, "").finditer(text):
        if match.end() == 0:
            continue
        pieces.append(text[place : match.start()])
        place = match.end()
    return [*pieces, text[place:]]


def _expanded(match: re.Match[str], replacement: str) -> str:
    parts: list[str] = []
    place = 0
    while place < len(replacement):
        character = replacement[place]
        place += 1
        if character == "\\":
            parts.append(replacement[place : place + 1] or _refuse("a backslash at the end"))
            place += 1
        elif character == "$":
            group, place = _group(match, replacement, place)
            parts.append(group)
        else:
            parts.append(character)
    return "".join(parts)


def _group(match: re.Match[str], replacement: str, place: int) -> tuple[str, int]:
    name = _NAME.match(replacement, place)
    if name:
        if name[1] not in match.re.groupindex:
            _refuse(f"no group is named '{name[1]}'")
        return match[name[1]] or "", name.end()
    digits = replacement[place : place + 1]
    if not digits.isdigit() or int(digits) > match.re.groups:
        _refuse("a dollar sign without a group")
    place += 1
    while replacement[place : place + 1].isdigit() and int(digits + replacement[place]) <= match.re.groups:
        digits += replacement[place]
        place += 1
    return match[int(digits)] or "", place


def _refuse(reason: str) -> str:
    raise PatternError(f"invalid replacement: {reason}")
