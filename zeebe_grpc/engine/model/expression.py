"""Texts of a model that may be expressions: a static value, or FEEL behind a leading ``=``.

Here lives when a text is which, and the typed result that both give. Where variables come from is the caller's matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any, Protocol

from zeebe_grpc.engine.feel import FeelSyntaxError, parse_expression
from zeebe_grpc.engine.feel.free_names import free_names
from zeebe_grpc.engine.feel.syntax import Expr, Path, Property, VariableRef


@dataclass(frozen=True)
class Result:
    """What an expression gave: FEEL's name of the type, the value as JSON, and the warnings as text."""

    type: str
    value: Any
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Circumstances:
    """What an evaluation depends on besides variables: the time, its zone, and where chance comes from."""

    now: datetime
    zone: tzinfo
    random: Random


class Expression(Protocol):
    """A text that can be evaluated."""

    text: str

    @property
    def is_static(self) -> bool:
        """Whether the text is the value."""
        ...

    @property
    def static_text(self) -> str | None:
        """The value of a static text; None for FEEL."""
        ...

    @property
    def root_variable(self) -> str | None:
        """The variable of an expression that is a mere name or path; None for any other."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that the expression may read."""
        ...

    def evaluate(self, variables: Mapping[str, Any], context: Circumstances) -> Result:
        """Evaluate; raises `FeelEvaluationError`."""
        ...


class StaticExpression:
    """A text that is its own value. One that reads as a number is a number to whoever asks for its type."""

    is_static = True
    root_variable = None
    variables: tuple[str, ...] = ()

    def __init__(self, text: str) -> None:
        self.text = text
        self._number = _number(text)

    @property
    def static_text(self) -> str | None:
        """The text."""
        return self.text

    def evaluate(self, variables: Mapping[str, Any], context: Circumstances) -> Result:
        """The text, or the number that it is."""
        if self._number is not None:
            return Result("NUMBER", self._number)
        return Result("STRING", self.text)


class FeelExpression:
    """A FEEL expression; the text is without the leading ``=``."""

    is_static = False
    static_text = None

    def __init__(self, text: str) -> None:
        self.text = text
        self._parsed = parse_expression(text)

    @property
    def tree(self) -> Expr:
        """The syntax tree."""
        return self._parsed.tree

    @property
    def root_variable(self) -> str | None:
        """The first name of a path."""
        tree = self._parsed.tree
        if isinstance(tree, Path) and all(isinstance(step, Property) for step in tree.steps):
            tree = tree.base
        return tree.names[0] if isinstance(tree, VariableRef) else None

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that are not its own."""
        return free_names(self._parsed.tree)

    def evaluate(self, variables: Mapping[str, Any], context: Circumstances) -> Result:
        """Evaluate with the variables."""
        evaluation = self._parsed.evaluate(variables, now=context.now, zone=context.zone, random=context.random)
        warnings = tuple(f"[{warning.type}] {warning.message}" for warning in evaluation.warnings)
        return Result(evaluation.type, evaluation.to_json(), warnings)


def expression(text: str) -> Expression:
    """Read a text of the model.

    Raises:
        FeelSyntaxError: It begins with ``=`` and what follows is not FEEL.
    """
    return FeelExpression(text.strip()[1:]) if is_feel(text) else StaticExpression(text)


def is_feel(text: str) -> bool:
    """Whether a text is an expression: it begins with ``=``, and something follows."""
    stripped = text.strip()
    return stripped.startswith("=") and len(stripped) > 1


def syntax_problem(text: str) -> str | None:
    """What is wrong with a text as an expression; None if nothing is."""
    try:
        expression(text)
    except FeelSyntaxError as error:
        return f"failed to parse expression '{text.strip()[1:]}': {error}"
    return None


def _number(text: str) -> int | float | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or text != text.strip() or "_" in text:
        return None
    return int(number) if number == number.to_integral_value() and abs(number) < 2**63 else float(number)
