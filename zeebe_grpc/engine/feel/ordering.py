"""The order of a context's entries, which for large contexts is neither the order of writing nor that of the alphabet.

A context of up to four entries keeps the order in which they came. A larger one is a hash trie in the engine: its
order follows the bits of the names' hash codes, five at a time. JSON text, ``get entries`` and ``string`` show it, and
decision tables with more than four outputs do. Nothing else lives here.
"""

from __future__ import annotations

from collections.abc import Iterable

SMALL = 4
"""Up to this many entries the order of insertion holds."""

_BITS = 5
_MASK = (1 << _BITS) - 1
_WORD = 0xFFFF_FFFF


def context_order(names: Iterable[str]) -> list[str]:
    """The order in which a context with these entries hands them out.

    Args:
        names: The names, each once, in the order in which they were put in.
    """
    listed = list(names)
    return listed if len(listed) <= SMALL else _trie_order([(_spread(string_hash(name)), name) for name in listed])


def string_hash(text: str) -> int:
    """The hash code of a string, 0 to 2^32 - 1: base 31 over its UTF-16 code units."""
    value = 0
    encoded = text.encode("utf-16-be", "surrogatepass")
    for index in range(0, len(encoded), 2):
        value = (31 * value + (encoded[index] << 8 | encoded[index + 1])) & _WORD
    return value


def _trie_order(entries: list[tuple[int, str]], shift: int = 0) -> list[str]:
    """A node hands out the entries that have a place to themselves, then the nodes below it."""
    places: dict[int, list[tuple[int, str]]] = {}
    for entry in entries:
        places.setdefault(entry[0] >> shift & _MASK, []).append(entry)
    ordered = [places[place] for place in sorted(places)]
    names = [group[0][1] for group in ordered if len(group) == 1]
    for group in ordered:
        if len(group) > 1:
            names += _trie_order(group, shift + _BITS) if shift <= 32 - _BITS else [name for _, name in group]
    return names


def _spread(code: int) -> int:
    value = (code + ~(code << 9)) & _WORD
    value ^= value >> 14
    value = (value + (value << 4)) & _WORD
    return value ^ value >> 10
