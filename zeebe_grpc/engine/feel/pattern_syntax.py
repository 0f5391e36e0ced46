r"""Regular expressions of the engine's dialect, rewritten for Python's `re`.

The dialect knows sets within sets, ``\p{...}``, quoting, possessive quantifiers, and line ends of its own; Python
does not. What is wrong there is refused here. Sets of characters are computed, so that any of them becomes a plain
Python one.
"""

from __future__ import annotations

import re
import sys

from zeebe_grpc.engine.feel import character_sets
from zeebe_grpc.engine.feel.character_sets import LAST, Ranges, common, inverted, merged

_LINE_ENDS = "\\n\\r\\x85\\u2028\\u2029"
_LINE_END = f"(?:\\r\\n|[{_LINE_ENDS}])"
_SETS: dict[str, Ranges] = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 13), (32, 32)),
    "h": (
        (9, 9),
        (32, 32),
        (160, 160),
        (0x1680, 0x1680),
        (0x2000, 0x200A),
        (0x202F, 0x202F),
        (0x205F, 0x205F),
        (0x3000, 0x3000),
    ),
    "v": ((10, 13), (0x85, 0x85), (0x2028, 0x2029)),
}
_CONTROLS = {"t": 9, "n": 10, "r": 13, "f": 12, "a": 7, "e": 27}
_BOUNDARIES = {"b": "\\b", "B": "\\B", "A": "\\A", "z": "\\Z", "Z": f"(?={_LINE_END}?\\Z)", "G": "\\A", "R": _LINE_END}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})([+?]?)")
_GROUP = re.compile(r"\?(?:<([A-Za-z][A-Za-z0-9]*)>|(<?[=!]|>|:)|([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)]))")
_FLAGS = frozenset("idmsuxU")
_ATOMIC = sys.version_info >= (3, 11)


class PatternError(ValueError):
    """A pattern, or a replacement, that cannot be read."""


def translated(pattern: str, flags: frozenset[str]) -> str:
    """A pattern in Python's spelling, to be compiled with `re.ASCII`.

    Raises:
        PatternError: It cannot be read.
    """
    return _Translator(pattern, flags).whole()


class _Translator:
    """One pattern on its way; `_open` counts the groups that flags in the middle of a group have opened."""

    def __init__(self, pattern: str, flags: frozenset[str]) -> None:
        self._pattern = pattern
        self._place = 0
        self._flags = flags
        self._groups = 0
        self._total = len(re.findall(r"(?<!\\)(?:\\\\)*\((?!\?)|\(\?<[A-Za-z]", pattern))

    def whole(self) -> str:
        text = self._alternatives()
        if self._place < len(self._pattern):
            raise PatternError("unmatched ')'")
        return text

    def _peek(self, size: int = 1) -> str:
        return self._pattern[self._place : self._place + size]

    def _next(self) -> str:
        if self._place >= len(self._pattern):
            raise PatternError("the pattern ends too early")
        self._place += 1
        return self._pattern[self._place - 1]

    def _alternatives(self) -> str:
        """Up to the closing parenthesis or the end; flags set inside hold to there."""
        flags = self._flags
        branches: list[str] = []
        parts = [self._opening()]
        while self._peek() not in ("", ")"):
            if self._peek() == "|":
                self._place += 1
                branches.append("".join(parts) + ")")
                parts = [self._opening()]
                continue
            before = self._flags
            parts.append(self._piece())
            if self._flags != before:
                parts.append(")" + self._opening())
        branches.append("".join(parts) + ")")
        self._flags = flags
        return "|".join(branches)

    def _opening(self) -> str:
        return "(?i:" if "i" in self._flags else "(?-i:"

    def _piece(self) -> str:
        if "x" in self._flags and self._skipped():
            return ""
        atom = self._atom()
        if "x" in self._flags:
            while self._skipped():
                pass
        return atom + self._quantifier() if atom else atom

    def _skipped(self) -> bool:
        if self._peek() and self._peek() in " \t\n\r\f\x0b":
            self._place += 1
            return True
        if self._peek() == "#":
            end = self._pattern.find("\n", self._place)
            self._place = len(self._pattern) if end < 0 else end
            return True
        return False

    def _quantifier(self) -> str:
        text = ""
        while match := _QUANTIFIER.match(self._pattern, self._place):
            self._place = match.end()
            possessive = match[1] == "+"
            text += match[0] if _ATOMIC or not possessive else match[0][:-1]
            if self._peek() and self._peek() in "*+?":
                raise PatternError("a quantifier without anything to repeat")
        return text

    def _atom(self) -> str:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return _set_text(self._set())
        if character == "\\":
            return self._escape()
        if character in "*+?{":
            raise PatternError(f"a quantifier '{character}' without anything to repeat")
        return self._plain(character)

    def _plain(self, character: str) -> str:
        if character == ".":
            return "[\\s\\S]" if "s" in self._flags else f"[^{_LINE_ENDS}]"
        if character == "^":
            return f"(?:\\A|(?<=[{_LINE_ENDS}])(?!\\Z))" if "m" in self._flags else "\\A"
        if character == "$":
            return f"(?={_LINE_END}|\\Z)" if "m" in self._flags else f"(?={_LINE_END}?\\Z)"
        return re.escape(character)

    # Groups

    def _group(self) -> str:
        if self._peek() != "?":
            self._groups += 1
            return f"({self._inside()})"
        match = _GROUP.match(self._pattern, self._place)
        if match is None:
            raise PatternError("an unknown kind of group")
        self._place = match.end()
        if match[1]:
            self._groups += 1
            return f"(?P<{match[1]}>{self._inside()})"
        if match[2]:
            kind = match[2] if match[2] != ">" or _ATOMIC else ":"
            return f"(?{kind}{self._inside()})"
        return self._flag_group(match[3], match[4] or "", match[5])

    def _flag_group(self, added: str, removed: str, end: str) -> str:
        if not set(added + removed) <= _FLAGS:
            raise PatternError(f"unknown flags '{added}{removed}'")
        before = self._flags
        self._flags = (self._flags | set(added)) - set(removed)
        if end == ")":
            return ""
        inside = self._inside()
        self._flags = before
        return f"(?:{inside})"

    def _inside(self) -> str:
        text = self._alternatives()
        if self._peek() != ")":
            raise PatternError("a group that is not closed")
        self._place += 1
        return text

    # Escapes

    def _escape(self) -> str:
        character = self._next()
        if character in _BOUNDARIES:
            return _BOUNDARIES[character]
        if character == "Q":
            return "".join(map(re.escape, self._quoted()))
        if character == "k":
            return self._named_reference()
        if character in "123456789":
            return self._reference(character)
        self._place -= 1
        return _set_text(self._escaped_set())

    def _quoted(self) -> str:
        end = self._pattern.find("\\E", self._place)
        text = self._pattern[self._place :] if end < 0 else self._pattern[self._place : end]
        self._place = len(self._pattern) if end < 0 else end + 2
        return text

    def _named_reference(self) -> str:
        match = re.compile(r"<([A-Za-z][A-Za-z0-9]*)>").match(self._pattern, self._place)
        if match is None:
            raise PatternError("a reference without a name")
        self._place = match.end()
        return f"(?P={match[1]})"

    def _reference(self, digits: str) -> str:
        while self._peek() and self._peek() in "0123456789" and int(digits + self._peek()) <= self._total:
            digits += self._next()
        return f"(?:\\{digits})" if int(digits) <= self._groups else "(?!)"

    def _escaped_set(self) -> Ranges:
        """The characters that an escape stands for, its backslash read already."""
        character = self._next()
        if character.lower() in _SETS:
            known = _SETS[character.lower()]
            return known if character.islower() else inverted(known)
        if character in "pP":
            return self._property(character == "P")
        code = self._escaped_code(character)
        return ((code, code),)

    def _property(self, negative: bool) -> Ranges:
        name = self._next()
        if name == "{":
            end = self._pattern.find("}", self._place)
            if end < 0:
                raise PatternError("a property that is not closed")
            name, self._place = self._pattern[self._place : end], end + 1
        ranges = character_sets.named(name)
        if ranges is None:
            raise PatternError(f"an unknown property '{name}'")
        return inverted(ranges) if negative else ranges

    def _escaped_code(self, character: str) -> int:
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character == "0":
            return self._digits(r"[0-3]?[0-7]{1,2}", 8)
        if character == "x":
            return self._digits(r"[0-9a-fA-F]{2}|\{[0-9a-fA-F]{1,6}\}", 16)
        if character == "u":
            return self._digits(r"[0-9a-fA-F]{4}", 16)
        if character == "c":
            return ord(self._next()) ^ 64
        if character.isascii() and character.isalpha():
            raise PatternError(f"an unknown escape '\\{character}'")
        return ord(character)

    def _digits(self, shape: str, base: int) -> int:
        match = re.compile(shape).match(self._pattern, self._place)
        code = int(match[0].strip("{}"), base) if match else LAST + 1
        if match is None or code > LAST:
            raise PatternError("an escape without its number")
        self._place = match.end()
        return code

    # Sets

    def _set(self) -> Ranges:
        """The characters between brackets, the opening one read already."""
        negative = self._peek() == "^"
        self._place += negative
        result: Ranges | None = None
        ranges: list[tuple[int, int]] = []
        empty = True
        while True:
            if "x" in self._flags and self._skipped():
                continue
            if self._peek() == "]" and not (empty and result is None and self._pattern.find("]", self._place + 1) > 0):
                self._place += 1
                if empty:
                    raise PatternError("an empty set")
                break
            if self._peek(2) == "&&":
                self._place += 2
                result = merged(ranges) if result is None else common(result, merged(ranges))
                ranges = []
                continue
            ranges.extend(self._set_item())
            empty = False
        whole = merged(ranges) if result is None else common(result, merged(ranges)) if ranges else result
        if "i" in self._flags:
            whole = _both_cases(whole)
        return inverted(whole) if negative else whole

    def _set_item(self) -> Ranges:
        first = self._set_atom()
        single = len(first) == 1 and first[0][0] == first[0][1]
        if single and self._peek() == "-" and self._peek(2) not in ("-]", "-[", "-"):
            self._place += 1
            last = self._set_atom()
            if len(last) != 1 or last[0][0] != last[0][1] or last[0][0] < first[0][0]:
                raise PatternError("a range that runs backwards")
            return ((first[0][0], last[0][0]),)
        return first

    def _set_atom(self) -> Ranges:
        character = self._next()
        if character == "[":
            return self._set()
        if character == "\\":
            if self._peek() == "Q":
                self._place += 1
                return merged((ord(one), ord(one)) for one in self._quoted())
            return self._escaped_set()
        return ((ord(character), ord(character)),)


def _both_cases(ranges: Ranges) -> Ranges:
    """With the other case of every ASCII letter."""
    upper, lower = common(ranges, ((65, 90),)), common(ranges, ((97, 122),))
    others = [(start + 32, end + 32) for start, end in upper] + [(start - 32, end - 32) for start, end in lower]
    return merged((*ranges, *others))


def _set_text(ranges: Ranges) -> str:
    if not ranges:
        return "(?!)"
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return re.escape(chr(ranges[0][0]))
    return "[" + "".join(f"{_code(start)}-{_code(end)}" if end > start else _code(start) for start, end in ranges) + "]"


def _code(code: int) -> str:
    return f"\\U{code:08x}"
