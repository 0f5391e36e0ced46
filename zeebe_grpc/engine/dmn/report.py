"""An evaluation as others are told of it: with the ids that Zeebe makes up, and as one JSON object.

Formats results; decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zeebe_grpc.engine.dmn.model import DecisionRequirements
from zeebe_grpc.engine.dmn.results import DecisionEvaluation, EvaluatedDecision, json_text

KNOWLEDGE_VERSION = -1
"""The version that a knowledge model, which is deployed with the decisions but not as one, has in reports."""


def with_rule_ids(evaluation: DecisionEvaluation, versions: Mapping[str, int]) -> DecisionEvaluation:
    """The same evaluation; matched rules without an id have the one that Zeebe reports.

    Args:
        evaluation: An evaluation.
        versions: The versions of the deployed decisions by id; what is not there is a knowledge model.
    """
    decisions = tuple(_identified(decision, versions) for decision in evaluation.decisions)
    return replace(evaluation, decisions=decisions)


def _identified(decision: EvaluatedDecision, versions: Mapping[str, int]) -> EvaluatedDecision:
    version = versions.get(decision.id, KNOWLEDGE_VERSION)
    rules = tuple(
        rule if rule.id else replace(rule, id=f"ZB_SYNTH_RULE_ID_{decision.id}_v{version}_r{rule.index}")
        for rule in decision.rules
    )
    return replace(decision, rules=rules)


def as_answer(
    model: DecisionRequirements, variables: Mapping[str, Any], evaluation: DecisionEvaluation
) -> dict[str, Any]:
    """An evaluation with its variables, as if every decision of the model were deployed for the first time.

    Returns:
        ``vars``, ``output``, ``failed`` (the id of the failing decision, else empty) and ``decisions`` in the order of
        deciding, each with ``id``, ``type``, ``output``, ``inputs`` as ``[id, name, value]`` and ``rules`` as ``[id,
        index, outputs]``, these again as ``[id, name, value]``. Values are JSON text, as on the wire.
    """
    identified = with_rule_ids(evaluation, dict.fromkeys(model.decisions, 1))
    return {
        "vars": variables,
        "output": json_text(identified.output),
        "failed": identified.failed_decision_id,
        "decisions": [_answer(decision) for decision in identified.decisions],
    }


def _answer(decision: EvaluatedDecision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "type": decision.type,
        "output": json_text(decision.output),
        "inputs": [[clause.id, clause.name, json_text(clause.value)] for clause in decision.inputs],
        "rules": [
            [rule.id, rule.index, [[clause.id, clause.name, json_text(clause.value)] for clause in rule.outputs]]
            for rule in decision.rules
        ],
    }
