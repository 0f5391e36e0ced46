"""One evaluation: its clock, its warnings, its budget, and the scopes that names are looked up in.

Mutable, and alive only while an expression is evaluated. Knows values, but neither syntax nor functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from random import Random
from typing import Any, Final

from zeebe_grpc.engine.feel.errors import FeelEvaluationError, FeelLimitError, FeelWarning
from zeebe_grpc.engine.feel.values import Context, Function, Value

MAX_STEPS: Final = 1_000_000
MAX_DEPTH: Final = 100
MAX_WARNINGS: Final = 10_000
INPUT_NAME: Final = "cellInput"
"""The variable in which the input value of unary tests travels."""


class Missing:
    """The type of `MISSING`."""


MISSING: Final = Missing()
"""What a scope answers for a name it does not know."""


class Scope:
    """Names and their values, and the scope around it."""

    __slots__ = ("around", "names")

    def __init__(self, names: Mapping[str, Value], around: Scope | None = None) -> None:
        self.names = names
        self.around = around

    def find(self, name: str) -> Value:
        """The value of the innermost `name`, or `MISSING`."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.around
        return MISSING

    def functions(self, name: str) -> Iterator[Function]:
        """The functions of this name, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            if isinstance(scope.names, Context):
                yield from scope.names.functions.get(name, ())
            scope = scope.around


class Run:
    """What one evaluation shares: clock and zone as given, the warnings so far, and how much it may still do.

    Attributes:
        evaluate: Gives the value of a syntax tree in a scope.
        now: The point in time that ``now()`` tells.
        zone: Where ``now()`` and ``today()`` are told.
        random: Where ``uuid()`` and ``random number()`` draw from.
        warnings: What was noted so far.
    """

    __slots__ = ("_depth", "_evaluate", "_failure", "_steps", "now", "random", "warnings", "zone")

    def __init__(
        self, evaluate: Callable[[Run, Any, Scope], Value], now: datetime, zone: tzinfo, random: Random
    ) -> None:
        self._evaluate = evaluate
        self.now = now
        self.zone = zone
        self.random = random
        self.warnings: list[FeelWarning] = []
        self._failure: str | None = None
        self._depth = 0
        self._steps = MAX_STEPS

    def evaluate(self, tree: Any, scope: Scope) -> Value:
        """The value of a syntax tree in a scope."""
        return self._evaluate(self, tree, scope)

    def warn(self, kind: str, message: str) -> None:
        """Note a warning.

        Raises:
            FeelLimitError: There are too many.
        """
        if len(self.warnings) >= MAX_WARNINGS:
            raise self.limit(f"more than {MAX_WARNINGS} warnings")
        self.warnings.append(FeelWarning(kind, message))

    def step(self, count: int = 1) -> None:
        """Account for work done.

        Raises:
            FeelLimitError: The budget of the evaluation is used up.
        """
        self._steps -= count
        if self._steps < 0:
            raise self.limit(f"more than {MAX_STEPS} steps")

    def enter(self) -> None:
        """Go into the body of a function; `leave` comes back.

        Raises:
            FeelLimitError: Functions call each other too deeply.
        """
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.limit(f"functions call each other more than {MAX_DEPTH} levels deep")

    def leave(self) -> None:
        """Come back from the body of a function."""
        self._depth -= 1

    def fail_assertion(self, message: str) -> None:
        """Let the evaluation go on, but fail in the end."""
        self.warn("ASSERT_FAILURE", message)
        self._failure = self._failure or message

    def finish(self) -> None:
        """The end of the evaluation.

        Raises:
            FeelEvaluationError: An assertion did not hold.
        """
        if self._failure is not None:
            raise self.end(f"assertion failure: {self._failure}")

    def failure(self, message: str) -> FeelEvaluationError:
        """The error that breaks this evaluation off; the engine then forgets its warnings."""
        return FeelEvaluationError(message)

    def end(self, message: str) -> FeelEvaluationError:
        """The error that an evaluation ends with, beside its warnings."""
        return FeelEvaluationError(message, tuple(self.warnings))

    def limit(self, message: str) -> FeelLimitError:
        """The error that ends an evaluation which asks for too much."""
        return FeelLimitError(f"stopped: {message}", tuple(self.warnings))
