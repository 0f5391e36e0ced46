"""Variables in their scopes, and the view of them that an expression has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from zeebe_grpc.engine.commands import JsonValue
from zeebe_grpc.engine.state.messages import by_length


@dataclass
class Variable:
    """A variable of a scope."""

    key: int
    value: JsonValue


class Variables:
    """Variables by scope; a scope knows its parent."""

    def __init__(self) -> None:
        self._scopes: dict[int, dict[str, Variable]] = {}
        self._parents: dict[int, int] = {}

    def add_scope(self, key: int, parent: int) -> None:
        """Begin a scope; a parent of -1 is none."""
        self._parents[key] = parent
        self._scopes.setdefault(key, {})

    def remove_scope(self, key: int) -> None:
        """End a scope and forget its variables."""
        self._parents.pop(key, None)
        self._scopes.pop(key, None)

    def parent(self, key: int) -> int:
        """The parent of a scope, -1 if there is none."""
        return self._parents.get(key, -1)

    def local(self, scope: int, name: str) -> Variable | None:
        """A variable of this very scope."""
        return self._scopes.get(scope, {}).get(name)

    def set(self, scope: int, name: str, variable: Variable) -> None:
        """Set a variable of this very scope."""
        self._scopes.setdefault(scope, {})[name] = variable

    def find(self, scope: int, name: str) -> Variable | None:
        """The variable that a scope sees under a name."""
        while scope > 0:
            variable = self._scopes.get(scope, {}).get(name)
            if variable is not None:
                return variable
            scope = self._parents.get(scope, -1)
        return None

    def local_document(self, scope: int) -> dict[str, JsonValue]:
        """The variables of this very scope, in the order of Zeebe's tables."""
        variables = self._scopes.get(scope, {})
        return {name: variables[name].value for name in sorted(variables, key=by_length)}

    def document(self, scope: int) -> dict[str, JsonValue]:
        """All variables that a scope sees, those of inner scopes first."""
        result: dict[str, JsonValue] = {}
        while scope > 0:
            for name, value in self.local_document(scope).items():
                result.setdefault(name, value)
            scope = self._parents.get(scope, -1)
        return result

    def view(self, scope: int, extra: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The variables that a scope sees, read when they are asked for; `extra` is seen before them."""
        return _ScopeView(self, scope, extra or {})


class _ScopeView(Mapping[str, Any]):
    def __init__(self, variables: Variables, scope: int, extra: Mapping[str, Any]) -> None:
        self._variables = variables
        self._scope = scope
        self._extra = extra

    def __getitem__(self, name: str) -> Any:
        if name in self._extra:
            return self._extra[name]
        variable = self._variables.find(self._scope, name)
        if variable is None:
            raise KeyError(name)
        return variable.value

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        return name in self._extra or self._variables.find(self._scope, name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter({**self._variables.document(self._scope), **self._extra})

    def __len__(self) -> int:
        return len({**self._variables.document(self._scope), **self._extra})


def same_value(left: JsonValue, right: JsonValue) -> bool:
    """Whether two JSON values are written alike: 1, 1.0 and true differ, and so does another order of keys."""
    pairs = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, dict):
            entries, others = cast("dict[str, JsonValue]", one), cast("dict[str, JsonValue]", other)
            if list(entries) != list(others):
                return False
            pairs.extend((entries[name], others[name]) for name in entries)
        elif isinstance(one, list):
            items = cast("list[object]", one)
            if len(items) != len(other):
                return False
            pairs.extend(zip(items, other, strict=True))
        elif one != other:
            return False
    return True
