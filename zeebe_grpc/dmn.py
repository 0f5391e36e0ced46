"""Decide by a DMN file, with no cluster and no process: the decision models of Zeebe as a small library.

    >>> from zeebe_grpc.dmn import decide
    >>> decide("discount.dmn", {"amount": 120}).output          # doctest: +SKIP
    0.1

`read` parses a file once for many decisions. Needs ``pip install 'zeebe-grpc-client[gateway]'`` (lxml). The work is
done by `zeebe_grpc.engine.dmn`; only the clock is added here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone, tzinfo
from pathlib import Path
from typing import Any, TypeAlias

from zeebe_grpc.engine.dmn import (
    Decision,
    DecisionEvaluation,
    DecisionRequirements,
    DmnError,
    EvaluatedDecision,
    EvaluatedInput,
    EvaluatedOutput,
    MatchedRule,
    UnknownDecisionError,
    evaluate,
    json_text,
    parse_dmn,
)

__all__ = [
    "Decision",
    "DecisionEvaluation",
    "DecisionRequirements",
    "DmnError",
    "EvaluatedDecision",
    "EvaluatedInput",
    "EvaluatedOutput",
    "MatchedRule",
    "UnknownDecisionError",
    "decide",
    "json_text",
    "main_decision",
    "read",
]

Source: TypeAlias = "str | Path | bytes | DecisionRequirements"
"""A path, the content of a file, or a model that `read` gave."""


def read(source: str | Path | bytes) -> DecisionRequirements:
    """Read a decision model, DMN 1.1 to 1.5.

    Args:
        source: The path of a ``.dmn`` file, or its content as bytes.

    Raises:
        DmnError: Zeebe would refuse to deploy it; the error names every problem and its line.
        OSError: The file cannot be read.
    """
    if isinstance(source, bytes):
        return parse_dmn(source)
    return parse_dmn(Path(source).read_bytes(), Path(source).name)


def main_decision(model: DecisionRequirements) -> Decision:
    """The decision of a model that no other one requires.

    Raises:
        UnknownDecisionError: There is none, or more than one.
    """
    required = {below.id for decision in model.decisions.values() for below in decision.required_decisions}
    found = [decision for decision in model.decisions.values() if decision.id not in required]
    if len(found) != 1:
        raise UnknownDecisionError("", [decision.id for decision in found])
    return found[0]


def decide(
    source: Source,
    variables: Mapping[str, Any] | None = None,
    *,
    decision_id: str | None = None,
    now: datetime | None = None,
    zone: tzinfo = timezone.utc,
) -> DecisionEvaluation:
    """Decide as Zeebe's EvaluateDecision does.

    Args:
        source: The path of a ``.dmn`` file, its content as bytes, or a model that `read` gave.
        variables: JSON values by name; a name that is missing is null.
        decision_id: Which decision; without it the one that no other requires.
        now: The time that ``now()`` and ``today()`` tell, aware of its zone; without it the current time.
        zone: The time zone in which they tell it.

    Returns:
        The output as a JSON value, every decision on the way with its inputs and matched rules, and, where the
        evaluation fails, the failing decision and the reason: a failed evaluation is a result, as over gRPC.

    Raises:
        DmnError: Zeebe would refuse to deploy the model.
        UnknownDecisionError: The model has no such decision, or `decision_id` is needed to choose one.
        OSError: The file cannot be read.
        ValueError: `now` has no zone.
    """
    model = source if isinstance(source, DecisionRequirements) else read(source)
    chosen = decision_id if decision_id is not None else main_decision(model).id
    if now is not None and now.tzinfo is None:
        raise ValueError("now= has no time zone; write now.replace(tzinfo=...) or datetime.now(timezone.utc)")
    return evaluate(model, chosen, variables or {}, now=now or datetime.now(timezone.utc), zone=zone)
