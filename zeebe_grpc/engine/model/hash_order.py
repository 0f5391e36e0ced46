"""The order in which Java's hash map hands out what was put into it; no other order of the engine lives here."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

from zeebe_grpc.engine.feel.ordering import string_hash

_WORD = 0xFFFF_FFFF
_FEWEST_BUCKETS = 16


def order_of_elements(names: Iterable[str]) -> list[str]:
    """The order in which the engine keeps the flow nodes of a scope.

    Args:
        names: Their ids, each once, in the order of the document. The engine reads them last first.
    """
    return _hash_map_order(reversed(list(names)), _buffer_hash)


def order_of_texts(names: Iterable[str]) -> list[str]:
    """The order in which a hash map by text hands out its keys.

    Args:
        names: The keys, each once, in the order in which they were put in.
    """
    return _hash_map_order(names, string_hash)


def _hash_map_order(names: Iterable[str], code: Callable[[str], int]) -> list[str]:
    """Bucket by bucket; keys of one bucket keep the order in which they came."""
    given = list(names)
    buckets = _FEWEST_BUCKETS
    while len(given) > buckets * 3 // 4:
        buckets *= 2
    return sorted(given, key=lambda name: _spread(code(name)) & (buckets - 1))


def _buffer_hash(text: str) -> int:
    """The hash code of a buffer with the text in UTF-8: of words of eight bytes, then of the signed bytes left."""
    content = text.encode("utf-8")
    whole = len(content) // 8 * 8
    words = struct.iter_unpack("<II", content[:whole])
    parts = [*(low ^ high for low, high in words), *struct.unpack(f"{len(content) - whole}b", content[whole:])]
    value = 19
    for part in parts:
        value = (31 * value + part) & _WORD
    return value


def _spread(code: int) -> int:
    return code ^ (code >> 16)
