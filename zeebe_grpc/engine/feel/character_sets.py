r"""Sets of characters for patterns: what ``\p{...}`` names, as ranges of code points.

Knows Unicode through the standard library only; a script is recognised by the names of its characters.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

Ranges = tuple[tuple[int, int], ...]
"""Code points from and to, both included, ascending and apart from each other."""

LAST = sys.maxunicode

_POSIX: dict[str, Ranges] = {
    "Lower": ((97, 122),),
    "Upper": ((65, 90),),
    "ASCII": ((0, 127),),
    "Alpha": ((65, 90), (97, 122)),
    "Digit": ((48, 57),),
    "Alnum": ((48, 57), (65, 90), (97, 122)),
    "Punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "Graph": ((33, 126),),
    "Print": ((32, 126),),
    "Blank": ((9, 9), (32, 32)),
    "Cntrl": ((0, 31), (127, 127)),
    "XDigit": ((48, 57), (65, 70), (97, 102)),
    "Space": ((9, 13), (32, 32)),
}
_BLOCKS: dict[str, Ranges] = {
    "BASICLATIN": ((0x00, 0x7F),),
    "LATIN1SUPPLEMENT": ((0x80, 0xFF),),
    "LATINEXTENDEDA": ((0x100, 0x17F),),
    "LATINEXTENDEDB": ((0x180, 0x24F),),
    "GREEK": ((0x370, 0x3FF),),
    "GREEKANDCOPTIC": ((0x370, 0x3FF),),
    "CYRILLIC": ((0x400, 0x4FF),),
    "HEBREW": ((0x590, 0x5FF),),
    "ARABIC": ((0x600, 0x6FF),),
    "THAI": ((0xE00, 0xE7F),),
    "HIRAGANA": ((0x3040, 0x309F),),
    "KATAKANA": ((0x30A0, 0x30FF),),
    "CJKUNIFIEDIDEOGRAPHS": ((0x4E00, 0x9FFF),),
}
_SCRIPTS = {
    "LATIN": ("LATIN ",),
    "GREEK": ("GREEK ",),
    "CYRILLIC": ("CYRILLIC ",),
    "HEBREW": ("HEBREW ",),
    "ARABIC": ("ARABIC ",),
    "THAI": ("THAI ",),
    "HIRAGANA": ("HIRAGANA ",),
    "KATAKANA": ("KATAKANA ",),
    "HANGUL": ("HANGUL ",),
    "HAN": ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH"),
}
_TESTS: dict[str, Callable[[str], bool]] = {
    "ALPHABETIC": str.isalpha,
    "LETTER": str.isalpha,
    "LOWERCASE": str.islower,
    "UPPERCASE": str.isupper,
    "WHITESPACE": str.isspace,
    "DIGIT": lambda character: unicodedata.category(character) == "Nd",
    "LETTERORDIGIT": lambda character: unicodedata.category(character) == "Nd" or character.isalpha(),
    "PUNCTUATION": lambda character: unicodedata.category(character)[0] == "P",
    "TITLECASE": lambda character: unicodedata.category(character) == "Lt",
    "ASSIGNED": lambda character: unicodedata.category(character) != "Cn",
}
_JAVA = {"javaLowerCase": "LOWERCASE", "javaUpperCase": "UPPERCASE", "javaWhitespace": "WHITESPACE"}


@lru_cache(maxsize=64)
def named(name: str) -> Ranges | None:
    """The characters that a property names: a category, a POSIX class, a script, a block; None if it is unknown."""
    if name in _POSIX:
        return _POSIX[name]
    if name in _JAVA:
        return _where(_TESTS[_JAVA[name]])
    if name.startswith("In"):
        return _BLOCKS.get(_plain(name[2:]))
    key, _, value = name.rpartition("=")
    if _plain(key) in ("BLK", "BLOCK"):
        return _BLOCKS.get(_plain(value))
    return _category(name) or _is(value.removeprefix("Is"))


def _is(name: str) -> Ranges | None:
    plain = _plain(name)
    if plain in _TESTS:
        return _where(_TESTS[plain])
    if plain in _SCRIPTS:
        return _where(lambda character: unicodedata.name(character, "").startswith(_SCRIPTS[plain]))
    return _category(name)


def _category(name: str) -> Ranges | None:
    short = name.removeprefix("general_category=").removeprefix("gc=")
    if short == "LC":
        return _where(lambda character: unicodedata.category(character) in ("Lu", "Ll", "Lt"))
    if short not in _CATEGORIES:
        return None
    return _where(lambda character: unicodedata.category(character).startswith(short))


_CATEGORIES = frozenset(
    [
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "C",
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
    ]
)


def _plain(name: str) -> str:
    return name.upper().replace("_", "").replace("-", "").replace(" ", "")


def _where(test: Callable[[str], bool]) -> Ranges:
    return merged((code, code) for code in range(LAST + 1) if test(chr(code)))


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in order, with neighbours joined."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def inverted(ranges: Ranges) -> Ranges:
    """All other characters."""
    result: list[tuple[int, int]] = []
    start = 0
    for first, last in ranges:
        if first > start:
            result.append((start, first - 1))
        start = last + 1
    if start <= LAST:
        result.append((start, LAST))
    return tuple(result)


def common(left: Ranges, right: Ranges) -> Ranges:
    """The characters of both."""
    return inverted(merged((*inverted(left), *inverted(right))))
