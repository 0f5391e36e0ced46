"""What FEEL in a decision can name, in layers: arguments over results over the variables given.

Read-only mappings of FEEL values; nothing here knows the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zeebe_grpc.engine.dmn.values import ordered_variables
from zeebe_grpc.engine.feel.values import Value, to_feel


class GivenVariables(Mapping[str, Value]):
    """The variables given to an evaluation, made FEEL values once and only if something asks for them."""

    __slots__ = ("_known", "_variables")

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._known: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._known:
            self._known[name] = to_feel(ordered_variables(self._variables[name]))
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


class Layer(Mapping[str, Value]):
    """Names that hide those of the same name below."""

    __slots__ = ("_below", "_names")

    def __init__(self, names: Mapping[str, Value], below: Mapping[str, Value]) -> None:
        self._names = names
        self._below = below

    def __getitem__(self, name: str) -> Value:
        return self._names[name] if name in self._names else self._below[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names or name in self._below

    def __iter__(self) -> Iterator[str]:
        yield from self._names
        yield from (name for name in self._below if name not in self._names)

    def __len__(self) -> int:
        return sum(1 for _ in self)
