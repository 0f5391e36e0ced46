"""What deciding gives: every decision on the way with its inputs, rules and output, and why it failed if it did.

Plain data, as the engine's answer and its records carry it. Values are JSON in Python form (None, bool, int, float,
str, list, dict); `json_text` writes them as Zeebe does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zeebe_grpc.engine.feel.rendering import json_text

__all__ = [
    "DecisionEvaluation",
    "EvaluatedDecision",
    "EvaluatedInput",
    "EvaluatedOutput",
    "MatchedRule",
    "json_text",
]


@dataclass(frozen=True)
class EvaluatedInput:
    """The value of an input clause. `id` is empty if the clause has none; `name` is its label, or its expression."""

    id: str
    name: str
    value: Any


@dataclass(frozen=True)
class EvaluatedOutput:
    """The value that a matched rule has in an output clause. `id` and `name` are empty if the clause has none."""

    id: str
    name: str
    value: Any


@dataclass(frozen=True)
class MatchedRule:
    """A rule whose tests were all met. `id` is empty if the rule has none; `index` counts the rules from 1."""

    id: str
    index: int
    outputs: tuple[EvaluatedOutput, ...]


@dataclass(frozen=True)
class EvaluatedDecision:
    """One decision, or one call of a knowledge model, in the order of deciding.

    Attributes:
        id: The id of the decision or the knowledge model.
        name: Its name.
        type: ``DECISION_TABLE``, ``LITERAL_EXPRESSION``, ``CONTEXT``, ``LIST``, ``RELATION``, ``INVOCATION`` or
            ``UNKNOWN`` (a knowledge model without logic).
        output: Its result; None if it failed.
        inputs: The inputs of a decision table.
        rules: The matched rules of a decision table.
    """

    id: str
    name: str
    type: str
    output: Any
    inputs: tuple[EvaluatedInput, ...] = ()
    rules: tuple[MatchedRule, ...] = ()


@dataclass(frozen=True)
class DecisionEvaluation:
    """The whole result.

    Attributes:
        decision_id: The decision that was asked for.
        decision_name: Its name.
        output: Its result; None if the evaluation failed.
        decisions: All that was decided for it, in order, itself last; a decision required twice stands there twice.
        failed_decision_id: The decision that failed, which may be a required one; empty if none did.
        failure_message: Why; empty if nothing failed.
    """

    decision_id: str
    decision_name: str
    output: Any
    decisions: tuple[EvaluatedDecision, ...]
    failed_decision_id: str = ""
    failure_message: str = ""
