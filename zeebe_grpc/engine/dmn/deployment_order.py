"""The order in which the decisions of one file are deployed, and so get their keys.

It is neither that of the file nor that of the alphabet: the engine keeps the decisions in a hash table and takes them
as they lie. Nothing else lives here.
"""

from __future__ import annotations

from collections.abc import Sequence

from zeebe_grpc.engine.feel.ordering import string_hash


def deployment_order(ids: Sequence[str]) -> list[str]:
    """The ids of decisions, as the engine deploys them.

    Args:
        ids: The ids, each once, in the order in which they are read.
    """
    size = _FIRST_SIZE
    while len(ids) >= size * 3 // 4:
        size *= 2
    codes = {identity: _spread(string_hash(identity)) for identity in ids}
    return sorted(ids, key=lambda identity: (codes[identity] & (size - 1), _signed(codes[identity])))


_FIRST_SIZE = 16
_SIGN = 1 << 31


def _spread(code: int) -> int:
    return code ^ code >> 16


def _signed(code: int) -> int:
    return code - 2 * _SIGN if code >= _SIGN else code
