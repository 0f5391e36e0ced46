"""The face of FEEL: parsed expressions and unary tests, and what evaluating them gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from random import Random
from typing import Any

from zeebe_grpc.engine.feel import parser, rendering, tests
from zeebe_grpc.engine.feel.errors import FeelLimitError, FeelWarning
from zeebe_grpc.engine.feel.evaluator import evaluate
from zeebe_grpc.engine.feel.run import Run, Scope
from zeebe_grpc.engine.feel.syntax import Expr
from zeebe_grpc.engine.feel.values import ErrorValue, Value, Variables, to_feel

_SHARED_RANDOM = Random(0)  # noqa: S311 (draws nothing secret)


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation gave.

    Attributes:
        value: The FEEL value: None, bool, Decimal, str, list, a Mapping, or a date, time, duration, range or function
            of this package.
        warnings: What was met on the way and answered with null, in order.
    """

    value: Value
    warnings: tuple[FeelWarning, ...] = ()

    @property
    def type(self) -> str:
        """The engine's name of the value's type.

        ``NULL``, ``BOOLEAN``, ``NUMBER``, ``STRING``, ``ARRAY``, ``OBJECT``, ``DATE``, ``DATE_TIME``, ``DURATION``
        (days and time), ``PERIOD`` (years and months) or ``UNKNOWN`` (a time, a range, a function).
        """
        return rendering.type_name(self.value)

    def to_json(self) -> Any:
        """The value as the engine puts it into a variable: None, bool, int (64 bits), float, str, list or dict."""
        rendering.weigh(self.value)
        return rendering.to_json(self.value)

    def json_text(self) -> str:
        """The value as the JSON text that the engine makes of it."""
        return rendering.json_text(self.to_json())


@dataclass(frozen=True)
class Expression:
    """A parsed expression. Immutable, and safe to share between threads.

    Attributes:
        text: What was parsed.
        tree: The syntax tree.
    """

    text: str
    tree: Expr

    def evaluate(
        self, variables: Mapping[str, Any] | Scope, *, now: datetime, zone: tzinfo, random: Random | None = None
    ) -> Evaluation:
        """Evaluate with these variables.

        Args:
            variables: JSON values (or FEEL values) by name; only the names that the expression asks for are looked up.
                A ready-made scope brings functions as well (a decision's knowledge models).
            now: The point in time that ``now()`` and ``today()`` tell; it has to be aware of its zone.
            zone: The time zone in which they tell it.
            random: Where ``uuid()`` and ``random number()`` draw from. Without one, from a generator that starts
                alike in every process.

        Raises:
            FeelEvaluationError: The evaluation fails, where the engine raises an incident.
            FeelLimitError: The evaluation asks for too much time, depth or space.
            ValueError: `now` has no zone.
        """
        return _evaluate(self.tree, _outermost(variables), now, zone, random)


@dataclass(frozen=True)
class UnaryTests:
    """Parsed unary tests, as in a cell of a decision table. Immutable, and safe to share between threads.

    Attributes:
        text: What was parsed.
        tree: The syntax tree.
    """

    text: str
    tree: Expr

    def evaluate(
        self,
        input_value: Any,
        variables: Mapping[str, Any] | Scope,
        *,
        now: datetime,
        zone: tzinfo,
        random: Random | None = None,
    ) -> Evaluation:
        """Ask whether an input value passes; true, false, or null if it cannot be told.

        Arguments and errors are those of `Expression.evaluate`, with the input value before them.
        """
        scope = tests.input_scope(to_feel(input_value), _outermost(variables))
        return _evaluate(self.tree, scope, now, zone, random)


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """Read an expression, without the ``=`` that marks one in a process model. The last 4096 are remembered.

    Raises:
        FeelSyntaxError: The text is no expression.
    """
    return Expression(text, parser.parse(text))


@lru_cache(maxsize=4096)
def parse_unary_tests(text: str) -> UnaryTests:
    """Read unary tests: ``-``, ``not(...)``, or tests separated by commas. The last 4096 are remembered.

    Raises:
        FeelSyntaxError: The text is no unary tests.
    """
    return UnaryTests(text, parser.parse_tests(text))


def _outermost(variables: Mapping[str, Any] | Scope) -> Scope:
    return variables if isinstance(variables, Scope) else Scope(Variables(variables))


def _evaluate(tree: Expr, scope: Scope, now: datetime, zone: tzinfo, random: Random | None) -> Evaluation:
    if now.tzinfo is None:
        raise ValueError("now= has no time zone")
    run = Run(evaluate, now, zone, random or _SHARED_RANDOM)
    try:
        value = evaluate(run, tree, scope)
    except RecursionError:
        raise FeelLimitError("stopped: nested too deeply", tuple(run.warnings)) from None
    run.finish()
    if isinstance(value, ErrorValue):
        raise run.end(value.message)
    return Evaluation(value, tuple(run.warnings))
