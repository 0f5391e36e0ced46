"""Evaluate FEEL, with no cluster and no process: the expression language of Zeebe as a small library.

    >>> from zeebe_grpc.feel import evaluate
    >>> evaluate("sum(order.items.price) > 100", {"order": {"items": [{"price": 80}, {"price": 40}]}}).to_json()
    True
    >>> [warning.type for warning in evaluate("customer.name").warnings]
    ['NO_VARIABLE_FOUND']

Answers are those of Zeebe 8.8, null and warnings included. The work is done by `zeebe_grpc.engine.feel`; only the clock
and the source of chance are added here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone, tzinfo
from random import SystemRandom
from typing import Any

from zeebe_grpc.engine.feel import (
    Evaluation,
    Expression,
    FeelError,
    FeelEvaluationError,
    FeelLimitError,
    FeelSyntaxError,
    FeelWarning,
    UnaryTests,
    parse_expression,
    parse_unary_tests,
)

__all__ = [
    "Evaluation",
    "Expression",
    "FeelError",
    "FeelEvaluationError",
    "FeelLimitError",
    "FeelSyntaxError",
    "FeelWarning",
    "UnaryTests",
    "evaluate",
    "evaluate_unary_tests",
    "parse_expression",
    "parse_unary_tests",
]

_RANDOM = SystemRandom()


def evaluate(
    expression: str,
    variables: Mapping[str, Any] | None = None,
    *,
    now: datetime | None = None,
    zone: tzinfo = timezone.utc,
) -> Evaluation:
    """Evaluate an expression.

    Args:
        expression: The expression, with or without the ``=`` that marks one in a process model. Parsed once; the last
            4096 are remembered.
        variables: JSON values by name. A name that is missing is null and a warning.
        now: The time that ``now()`` and ``today()`` tell, aware of its zone; without it the current time.
        zone: The time zone in which they tell it.

    Returns:
        The value, its type, its JSON form, and the warnings about everything that was null instead of failing.

    Raises:
        FeelSyntaxError: The text is no expression; the error has line, column and what was expected.
        FeelEvaluationError: The evaluation fails, where Zeebe raises an incident.
        FeelLimitError: It asks for too much time, depth or space.
        ValueError: `now` has no zone.
    """
    parsed = parse_expression(expression.removeprefix("="))
    return parsed.evaluate(variables or {}, now=_aware(now), zone=zone, random=_RANDOM)


def evaluate_unary_tests(
    tests: str,
    input_value: Any,
    variables: Mapping[str, Any] | None = None,
    *,
    now: datetime | None = None,
    zone: tzinfo = timezone.utc,
) -> Evaluation:
    """Ask whether a value passes unary tests, as in a cell of a decision table.

    Args:
        tests: ``-``, ``not(...)``, or tests separated by commas, such as ``< 5, [10..20]`` or ``odd(?)``.
        input_value: The JSON value (or FEEL value) that the tests are asked about.
        variables: As for `evaluate`.
        now: As for `evaluate`.
        zone: As for `evaluate`.

    Returns:
        True, false, or null where it cannot be told, and the warnings.

    Raises:
        FeelSyntaxError: The text is no unary tests; the error has line, column and what was expected.
        FeelEvaluationError: The evaluation fails.
        FeelLimitError: It asks for too much time, depth or space.
        ValueError: `now` has no zone.
    """
    parsed = parse_unary_tests(tests)
    return parsed.evaluate(input_value, variables or {}, now=_aware(now), zone=zone, random=_RANDOM)


def _aware(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(timezone.utc)
    if now.tzinfo is None:
        raise ValueError("now= has no time zone; write now.replace(tzinfo=...) or datetime.now(timezone.utc)")
    return now
