"""The values of FEEL that Python has no type for, and the way of plain JSON values into FEEL.

In FEEL's own terms: null is None, a boolean a bool, a number a Decimal, a string a str, a list a list, and a context
any Mapping; temporal values live in `temporal`. Functions, ranges and errors are here. Nothing here evaluates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias, TypeGuard, cast

from zeebe_grpc.engine.feel.decimals import from_float
from zeebe_grpc.engine.feel.errors import FeelEvaluationError
from zeebe_grpc.engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration

Value: TypeAlias = Any
"""A FEEL value."""


@dataclass(frozen=True)
class Range:
    """All values from `start` to `end`."""

    start: Value
    end: Value
    start_included: bool
    end_included: bool


@dataclass(frozen=True, eq=False)
class Function:
    """A function as a value: one that an expression defines."""

    parameters: tuple[str, ...]
    call: Callable[[tuple[Value, ...]], Value]


@dataclass(frozen=True)
class ErrorValue:
    """No value, but a reason why: null to every operator, a failure if nothing else becomes of it."""

    message: str


@dataclass(frozen=True)
class FatalValue(ErrorValue):
    """An error that goes through every operator: ``?`` was asked for where there is no input value."""


class Context(dict[str, Value]):
    """A context that an expression wrote down. Its functions are not among its entries; they can only be called."""

    __slots__ = ("functions",)

    def __init__(self) -> None:
        super().__init__()
        self.functions: dict[str, tuple[Function, ...]] = {}

    def extended(self) -> Context:
        """A copy to add to."""
        copy = Context()
        copy.update(self)
        copy.functions.update(self.functions)
        return copy


class Variables(Mapping[str, Value]):
    """A JSON object seen as a context: each entry becomes a FEEL value when it is asked for."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._entries = entries

    @property
    def raw(self) -> Mapping[str, Any]:
        """The object as it was given."""
        return self._entries

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> Value:
        return to_feel(self._entries[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def kind_of(value: Value) -> type[Any]:
    """The Python type that stands for the kind of a value."""
    return type(value)  # pyright: ignore[reportUnknownVariableType]


def is_list(value: Value) -> TypeGuard[list[Value]]:
    """Whether a value is a list."""
    return isinstance(value, list)


def is_context(value: Value) -> TypeGuard[Mapping[str, Value]]:
    """Whether a value is a context."""
    return isinstance(value, Mapping)


_UNCHANGED = frozenset(
    (
        type(None),
        bool,
        str,
        Decimal,
        Variables,
        Date,
        Time,
        DateTime,
        DayTimeDuration,
        YearMonthDuration,
        Range,
        Function,
        ErrorValue,
        FatalValue,
        Context,
    )
)


def _from_float(value: float) -> Decimal:
    try:
        return from_float(value)
    except ArithmeticError:
        raise FeelEvaluationError(f"a variable holds {value}, which is no number of FEEL") from None


def to_feel(value: Any) -> Value:
    """A plain Python value as a FEEL value; FEEL values stay what they are.

    Raises:
        FeelEvaluationError: It is neither.
    """
    kind = kind_of(value)
    if kind in _UNCHANGED:
        return value
    if kind is int:
        return Decimal(value)
    if kind is float:
        return _from_float(value)
    if is_context(value):
        return Variables(value)
    if isinstance(value, (list, tuple)):
        return [to_feel(item) for item in cast("Iterable[Any]", value)]
    if isinstance(value, (int, str)):
        return Decimal(value) if isinstance(value, int) else str(value)
    raise FeelEvaluationError(f"a variable holds a {type(value).__name__}, which has no counterpart in FEEL")
