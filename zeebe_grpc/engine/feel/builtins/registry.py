"""What a built-in function is, and the table of them all: found by name and number of arguments, or by their names.

The functions themselves lie in the other modules of this package and enter the table when they are imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.values import Value, is_list

Kind: TypeAlias = Any
"""What a parameter takes: `ANYTHING`, a type, or a tuple of types."""

ANYTHING: Kind = object
NUMBER: Kind = Decimal
STRING: Kind = str
LIST: Kind = list
CONTEXT: Kind = Mapping

_Implementation = Callable[..., Value]
_I = TypeVar("_I", bound=_Implementation)


class CallError(Exception):
    """A built-in function refuses its arguments: null and a warning. Without a text the arguments are named."""


class CallFailureError(Exception):
    """A built-in function cannot go on where the engine fails as a whole."""


@dataclass(frozen=True)
class Builtin:
    """One signature of a built-in function.

    Attributes:
        parameters: Their names.
        kinds: What each takes.
        implementation: What is called, with the run first.
        variadic: The last parameter takes all further arguments as one list.
    """

    parameters: tuple[str, ...]
    kinds: tuple[Kind, ...]
    implementation: _Implementation
    variadic: bool = False

    def call(self, run: Run, arguments: tuple[Value, ...]) -> Value:
        """Call it with arguments in order.

        Raises:
            CallError: It takes no such values.
            CallFailureError: It fails.
        """
        if self.variadic:
            arguments = self._gathered(arguments)
        return self._call(run, arguments)

    def call_named(self, run: Run, named: Mapping[str, Value]) -> Value:
        """Call it with named arguments; what is not named is null.

        Raises:
            CallError: It takes no such values.
            CallFailureError: It fails.
        """
        return self._call(run, tuple(named.get(name) for name in self.parameters))

    def _call(self, run: Run, arguments: tuple[Value, ...]) -> Value:
        for kind, argument in zip(self.kinds, arguments, strict=True):
            if not isinstance(argument, kind):
                raise CallError
        return self.implementation(run, *arguments)

    def _gathered(self, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
        """A single list given to a single parameter is taken for its items."""
        fixed = len(self.parameters) - 1
        if fixed == 0 and len(arguments) == 1 and is_list(arguments[0]):
            return arguments
        return (*arguments[:fixed], list(arguments[fixed:]))


_TABLE: dict[str, list[Builtin]] = {}


def builtin(name: str, *parameters: tuple[str, Kind], variadic: bool = False) -> Callable[[_I], _I]:
    """Enter a function under a name, with the names and kinds of its parameters."""

    def enter(implementation: _I) -> _I:
        names, kinds = tuple(name for name, _ in parameters), tuple(kind for _, kind in parameters)
        _TABLE.setdefault(name, []).append(Builtin(names, kinds, implementation, variadic))
        return implementation

    return enter


def names() -> frozenset[str]:
    """The names of all built-in functions."""
    return frozenset(_TABLE)


def signatures(name: str) -> tuple[Builtin, ...]:
    """All signatures of a name."""
    return tuple(_TABLE.get(name, ()))


def find(name: str, count: int) -> Builtin | None:
    """The function of this name for so many arguments."""
    candidates = _TABLE.get(name, ())
    for candidate in candidates:
        if len(candidate.parameters) == count:
            return candidate
    return next((one for one in candidates if one.variadic and count >= len(one.parameters)), None)


def find_named(name: str, given: frozenset[str]) -> Builtin | None:
    """The function of this name that knows all these parameters."""
    return next((candidate for candidate in _TABLE.get(name, ()) if given <= set(candidate.parameters)), None)
