"""The answer to EvaluateDecision as a message; the engine's DMN evaluation is read nowhere else in the gateway."""

from __future__ import annotations

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.engine.answers import DecisionEvaluated
from zeebe_grpc.engine.dmn.results import DecisionEvaluation, EvaluatedDecision, MatchedRule
from zeebe_grpc.gateway.documents import write_value
from zeebe_grpc.gateway.releases import Release


def evaluated(answer: DecisionEvaluated, release: Release) -> pb.EvaluateDecisionResponse:
    """A decision and all that it needed; a failed evaluation is told in the reply, not by a status."""
    evaluation: DecisionEvaluation = answer.evaluation
    message = pb.EvaluateDecisionResponse(
        decisionKey=answer.decision_key,
        decisionId=answer.decision_id,
        decisionName=answer.decision_name,
        decisionVersion=answer.decision_version,
        decisionRequirementsId=answer.requirements_id,
        decisionRequirementsKey=answer.requirements_key,
        decisionOutput="" if _is_silent(evaluation, release) else write_value(evaluation.output),
        evaluatedDecisions=[
            _decision(decision, key, version, answer.tenant_id)
            for decision, (key, version) in zip(evaluation.decisions, answer.identities, strict=True)
        ],
        failedDecisionId=evaluation.failed_decision_id,
        failureMessage=evaluation.failure_message,
        tenantId=answer.tenant_id,
        decisionInstanceKey=answer.evaluation_key,
    )
    if release.number >= (8, 8):
        message.decisionEvaluationKey = answer.evaluation_key
        for index, decision in enumerate(message.evaluatedDecisions, start=1):
            decision.decisionEvaluationInstanceKey = f"{answer.evaluation_key}-{index}"
    return message


def _is_silent(evaluation: DecisionEvaluation, release: Release) -> bool:
    return bool(evaluation.failed_decision_id) and release.failed_decision_has_no_output


def _decision(decision: EvaluatedDecision, key: int, version: int, tenant_id: str) -> pb.EvaluatedDecision:
    return pb.EvaluatedDecision(
        decisionKey=key,
        decisionId=decision.id,
        decisionName=decision.name,
        decisionVersion=version,
        decisionType=decision.type,
        decisionOutput=write_value(decision.output),
        matchedRules=[_rule(rule) for rule in decision.rules],
        evaluatedInputs=[
            pb.EvaluatedDecisionInput(inputId=item.id, inputName=item.name, inputValue=write_value(item.value))
            for item in decision.inputs
        ],
        tenantId=tenant_id,
    )


def _rule(rule: MatchedRule) -> pb.MatchedDecisionRule:
    return pb.MatchedDecisionRule(
        ruleId=rule.id,
        ruleIndex=rule.index,
        evaluatedOutputs=[
            pb.EvaluatedDecisionOutput(outputId=item.id, outputName=item.name, outputValue=write_value(item.value))
            for item in rule.outputs
        ],
    )
