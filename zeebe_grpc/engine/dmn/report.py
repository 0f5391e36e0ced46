"""An evaluation as one JSON object, as tests and the command line exchange it.

Formats results; decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zeebe_grpc.engine.dmn.model import DecisionRequirements
from zeebe_grpc.engine.dmn.results import DecisionEvaluation, EvaluatedDecision, json_text

KNOWLEDGE_VERSION = -1
"""The version that a knowledge model, which is deployed with the decisions but not as one, has in reports."""


def as_answer(
    model: DecisionRequirements, variables: Mapping[str, Any], evaluation: DecisionEvaluation
) -> dict[str, Any]:
    """An evaluation with its variables.

    Returns:
        ``vars``, ``output``, ``failed`` (the id of the failing decision, else empty) and ``decisions`` in the order of
        deciding, each with ``id``, ``type``, ``output``, ``inputs`` as ``[id, name, value]`` and ``rules`` as ``[id,
        index, outputs]``, these again as ``[id, name, value]``. Values are JSON text, as on the wire.
    """
    return {
        "vars": variables,
        "output": json_text(evaluation.output),
        "failed": evaluation.failed_decision_id,
        "decisions": [_decision(model, decision) for decision in evaluation.decisions],
    }


def _decision(model: DecisionRequirements, decision: EvaluatedDecision) -> dict[str, Any]:
    version = 1 if decision.id in model.decisions else KNOWLEDGE_VERSION
    return {
        "id": decision.id,
        "type": decision.type,
        "output": json_text(decision.output),
        "inputs": [[clause.id, clause.name, json_text(clause.value)] for clause in decision.inputs],
        "rules": [
            [
                rule.id or synthetic_rule_id(decision.id, version, rule.index),
                rule.index,
                [[clause.id, clause.name, json_text(clause.value)] for clause in rule.outputs],
            ]
            for rule in decision.rules
        ],
    }


def synthetic_rule_id(decision_id: str, version: int, index: int) -> str:
    """The id that Zeebe reports for a matched rule without one.

    Args:
        decision_id: The decision, or the knowledge model, that the rule belongs to.
        version: The version of the deployed decision, or `KNOWLEDGE_VERSION`.
        index: The rule's place in its table, from 1.
    """
    return f"ZB_SYNTH_RULE_ID_{decision_id}_v{version}_r{index}"
