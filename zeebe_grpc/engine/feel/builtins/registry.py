"""What a built-in function is, and the table of them all: found by name and number of arguments, or by the names of the arguments.

The functions themselves lie in the other modules of this package and enter the table when they are imported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.values import Value

Implementation = Callable[..., Value]
_I = TypeVar("_I", bound=Implementation)


class CallError(Exception):
    """A built-in function refuses its arguments; the call is null and a warning. Without a text the arguments are named."""


class Anything:
    """A parameter that takes every value."""


@dataclass(frozen=True)
class Builtin:
    """One signature of a built-in function. If it is `variadic`, any number of arguments becomes one list."""

    parameters: tuple[str, ...]
    types: tuple[Any, ...]
    implementation: Implementation
    variadic: bool = False

    def call(self, run: Run, arguments: tuple[Value, ...]) -> Value:
        """Call it with arguments in order.

        Raises:
            CallError: It takes no such values.
        """
        if self.variadic and not (len(arguments) == 1 and isinstance(arguments[0], list)):
            arguments = (list(arguments),)
        for kind, argument in zip(self.types, arguments, strict=True):
            if kind is not Anything and not isinstance(argument, kind):
                raise CallError
        return self.implementation(run, *arguments)

    def call_named(self, run: Run, names: tuple[str, ...], arguments: tuple[Value, ...]) -> Value:
        """Call it with named arguments; what is not named is null.

        Raises:
            CallError: It takes no such values.
        """
        named = dict(zip(names, arguments, strict=True))
        ordered = tuple(named.get(name) for name in self.parameters)
        for kind, argument in zip(self.types, ordered, strict=True):
            if kind is not Anything and not isinstance(argument, kind):
                raise CallError
        return self.implementation(run, *ordered)


_TABLE: dict[str, list[Builtin]] = {}


def builtin(name: str, *parameters: tuple[str, Any], variadic: bool = False) -> Callable[[_I], _I]:
    """Enter a function under a name, with the names and types of its parameters."""

    def enter(implementation: _I) -> _I:
        names, types = tuple(name for name, _ in parameters), tuple(kind for _, kind in parameters)
        _TABLE.setdefault(name, []).append(Builtin(names, types, implementation, variadic))
        return implementation

    return enter


def find(name: str, count: int) -> Builtin | None:
    """The function of this name for so many arguments."""
    variadic = None
    for candidate in _TABLE.get(name, ()):
        if len(candidate.parameters) == count:
            return candidate
        if candidate.variadic and count > 0:
            variadic = candidate
    return variadic


def find_named(name: str, names: frozenset[str]) -> Builtin | None:
    """The function of this name that knows all these parameters."""
    return next((candidate for candidate in _TABLE.get(name, ()) if names <= set(candidate.parameters)), None)
