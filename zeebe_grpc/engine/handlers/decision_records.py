"""The records about decisions, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zeebe_grpc.engine.dmn import DecisionEvaluation, EvaluatedDecision, MatchedRule, json_text
from zeebe_grpc.engine.state.decisions import DeployedDecision, DeployedRequirements

Value = dict[str, Any]


def requirements_record(requirements: DeployedRequirements, namespace: str) -> Value:
    """The value of a DECISION_REQUIREMENTS record."""
    return {
        "decisionRequirementsId": requirements.id,
        "decisionRequirementsName": requirements.model.name,
        "decisionRequirementsVersion": requirements.version,
        "decisionRequirementsKey": requirements.key,
        "namespace": namespace,
        "resourceName": requirements.resource_name,
        "duplicate": False,
        "tenantId": requirements.tenant_id,
    }


def decision_record(entry: DeployedDecision) -> Value:
    """The value of a DECISION record."""
    return {
        "decisionId": entry.id,
        "decisionName": entry.decision.name,
        "version": entry.version,
        "versionTag": entry.decision.version_tag,
        "decisionKey": entry.key,
        "decisionRequirementsId": entry.requirements.id,
        "decisionRequirementsKey": entry.requirements.key,
        "deploymentKey": entry.deployment_key,
        "duplicate": False,
        "tenantId": entry.tenant_id,
    }


@dataclass(frozen=True)
class Caller:
    """The business rule task that calls a decision; keys of -1 and empty ids where nobody does."""

    bpmn_process_id: str = ""
    process_definition_key: int = -1
    process_instance_key: int = -1
    element_id: str = ""
    element_instance_key: int = -1


def evaluation_record(
    entry: DeployedDecision,
    evaluation: DecisionEvaluation,
    identities: Sequence[tuple[int, int]],
    caller: Caller,
) -> Value:
    """The value of a DECISION_EVALUATION record; `identities` are key and version of each evaluated decision."""
    return {
        "decisionKey": entry.key,
        "decisionId": entry.id,
        "decisionName": entry.decision.name,
        "decisionVersion": entry.version,
        "decisionRequirementsId": entry.requirements.id,
        "decisionRequirementsKey": entry.requirements.key,
        "decisionOutput": evaluation.output,
        "variables": {},
        "bpmnProcessId": caller.bpmn_process_id,
        "processDefinitionKey": caller.process_definition_key,
        "processInstanceKey": caller.process_instance_key,
        "elementId": caller.element_id,
        "elementInstanceKey": caller.element_instance_key,
        "evaluatedDecisions": [
            _evaluated(decision, key, version, entry.tenant_id)
            for decision, (key, version) in zip(evaluation.decisions, identities, strict=True)
        ],
        "evaluationFailureMessage": evaluation.failure_message,
        "failedDecisionId": evaluation.failed_decision_id,
        "tenantId": entry.tenant_id,
    }


def _evaluated(decision: EvaluatedDecision, key: int, version: int, tenant_id: str) -> Mapping[str, Any]:
    return {
        "decisionId": decision.id,
        "decisionName": decision.name,
        "decisionKey": key,
        "decisionVersion": version,
        "decisionType": decision.type,
        "decisionOutput": json_text(decision.output),
        "evaluatedInputs": [
            {"inputId": clause.id, "inputName": clause.name, "inputValue": json_text(clause.value)}
            for clause in decision.inputs
        ],
        "matchedRules": [_rule(rule) for rule in decision.rules],
        "tenantId": tenant_id,
    }


def _rule(rule: MatchedRule) -> Mapping[str, Any]:
    return {
        "ruleId": rule.id,
        "ruleIndex": rule.index,
        "evaluatedOutputs": [
            {"outputId": clause.id, "outputName": clause.name, "outputValue": json_text(clause.value)}
            for clause in rule.outputs
        ],
    }
