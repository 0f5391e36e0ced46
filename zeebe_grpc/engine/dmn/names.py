"""What FEEL in a decision can name: the variables given, and on top of them results, functions and arguments.

Scopes of FEEL values; nothing here knows the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zeebe_grpc.engine.dmn.values import DecisionContext, ordered_variables
from zeebe_grpc.engine.feel.run import Scope
from zeebe_grpc.engine.feel.values import Context, Function, Value, to_feel


def outermost(variables: Mapping[str, Any]) -> Scope:
    """The scope of a whole evaluation: JSON values (or FEEL values) by name."""
    return Scope(_GivenVariables(variables), _WITHOUT_PROCESS_FUNCTIONS)


def within(scope: Scope, names: Mapping[str, Value]) -> Scope:
    """A scope with more names, which hide those around it; functions among them can be called."""
    return Scope(DecisionContext(names), scope)


def _process_functions() -> Scope:
    """Functions that Zeebe adds to FEEL for processes are not there in decisions: calling them gives null."""
    absent = Context()
    for name, parameters in _PROCESS_FUNCTIONS.items():
        counts = range(1, len(parameters) + 1)
        absent.functions[name] = tuple(Function(parameters[:count], lambda _arguments: None) for count in counts)
    return Scope(absent)


_PROCESS_FUNCTIONS = {
    "cycle": ("repetitions", "interval"),
    "fromAi": ("value", "description", "type", "schema", "options"),
}
_WITHOUT_PROCESS_FUNCTIONS = _process_functions()


class _GivenVariables(Mapping[str, Value]):
    """Variables, made FEEL values once and only if something asks for them."""

    __slots__ = ("_known", "_variables")

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._known: dict[str, Value] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._variables

    def __getitem__(self, name: str) -> Value:
        if name not in self._known:
            self._known[name] = to_feel(ordered_variables(self._variables[name]))
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)
