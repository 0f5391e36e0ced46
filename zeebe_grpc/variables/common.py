"""What encoding and decoding share: the names of variables' types, and the questions that both ask."""

from __future__ import annotations

import re
import sys
from types import GenericAlias
from typing import Any, Final, Literal, TypeAlias

from typing_extensions import TypeVar

V = TypeVar("V", default=dict[str, Any])
"""What variables are decoded into."""

J = TypeVar("J", default=Any)
"""What a JSON value of any kind is decoded into."""

Variables: TypeAlias = Any
"""What callers may pass: a mapping, a dataclass, a `TypedDict`, a `msgspec.Struct`, an attrs class, a pydantic model,
`RawJson`, or None for the empty document."""

DecimalForm: TypeAlias = Literal["number", "string"]
"""How a `Decimal` goes out: as a JSON number, which must survive a double, or as a string of its digits."""

EMPTY: Final = "{}"

_QUOTED_VALUE = re.compile(r"^(Invalid (?:enum )?value) '.*'(?= - at|$)", re.DOTALL)


class RawJson(str):
    """The text of a JSON object: sent as it is, or received and not decoded (`as_type=RawJson`)."""

    __slots__ = ()


class EncodedJson(RawJson):
    """A document that this package has encoded, so that nobody need look at it again."""

    __slots__ = ()


def without_values(error: Exception) -> str:
    """The text of msgspec's error without the value that it may quote."""
    return _QUOTED_VALUE.sub(r"\1", str(error))


def is_pydantic(kind: Any) -> bool:
    """Whether it is a pydantic model, without importing pydantic: a model exists only where it is imported."""
    pydantic = sys.modules.get("pydantic")
    # Python 3.10 takes list[int] for a class, which it cannot compare with an abstract one.
    if pydantic is None or type(kind) is GenericAlias or not isinstance(kind, type):
        return False
    return issubclass(kind, pydantic.BaseModel)
