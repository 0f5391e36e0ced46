"""Commands about decisions."""

from __future__ import annotations

from functools import partial

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.commands import checks
from zeebe_grpc.errors import MalformedResponseError, VariablesError
from zeebe_grpc.keys import DecisionEvaluationKey, DecisionKey, DecisionRequirementsKey, KeyLike, read_key
from zeebe_grpc.models.decisions import (
    DecisionEvaluation,
    EvaluatedDecision,
    EvaluatedInput,
    EvaluatedOutput,
    MatchedRule,
)
from zeebe_grpc.models.jobs import DEFAULT_TENANT
from zeebe_grpc.rpc import Command, command
from zeebe_grpc.variables import J, RawJson, Variables, check_type, decode_value, encode_text


def evaluate_decision(
    decision_id: str | None = None,
    *,
    decision_key: KeyLike | None = None,
    variables: Variables = None,
    as_type: type[J] | None = None,
    tenant_id: str | None = None,
) -> Command[DecisionEvaluation[J]]:
    """Build EvaluateDecision: see `ZeebeClient.evaluate_decision` for what the arguments mean."""
    check_type(as_type)
    checks.exactly_one(decision_id=decision_id, decision_key=decision_key)
    request = pb.EvaluateDecisionRequest(
        decisionId="" if decision_id is None else checks.text(decision_id, "decision_id"),
        decisionKey=0 if decision_key is None else read_key(decision_key, "decision_key"),
        variables=encode_text(variables),
        tenantId=checks.tenant_id(tenant_id),
    )
    return command("EvaluateDecision", request, partial(_read_evaluation, as_type=as_type))


def _read_evaluation(reply: pb.EvaluateDecisionResponse, as_type: type[J] | None) -> DecisionEvaluation[J]:
    if reply.failedDecisionId or reply.decisionOutput in ("", "null"):
        return _evaluation(reply, None)
    try:
        return _evaluation(reply, decode_value(reply.decisionOutput, as_type))
    except VariablesError as error:
        raw = _evaluation(reply, RawJson(reply.decisionOutput))
        raise MalformedResponseError("EvaluateDecision", str(error), raw) from error


def _evaluation(reply: pb.EvaluateDecisionResponse, output: J | None) -> DecisionEvaluation[J]:
    # 8.8 renamed the instance key; older gateways know the old name only.
    key = reply.decisionEvaluationKey or reply.decisionInstanceKey
    return DecisionEvaluation(
        decision_key=DecisionKey(reply.decisionKey),
        decision_id=reply.decisionId,
        decision_name=reply.decisionName,
        decision_version=reply.decisionVersion,
        decision_requirements_id=reply.decisionRequirementsId,
        decision_requirements_key=DecisionRequirementsKey(reply.decisionRequirementsKey),
        output=output,
        output_json=reply.decisionOutput or "null",
        evaluated_decisions=tuple(_decision(decision) for decision in reply.evaluatedDecisions),
        failed_decision_id=reply.failedDecisionId or None,
        failure_message=reply.failureMessage or None,
        evaluation_key=DecisionEvaluationKey(key) if key else None,
        tenant_id=reply.tenantId or DEFAULT_TENANT,
    )


def _decision(message: pb.EvaluatedDecision) -> EvaluatedDecision:
    return EvaluatedDecision(
        decision_key=DecisionKey(message.decisionKey),
        decision_id=message.decisionId,
        decision_name=message.decisionName,
        decision_version=message.decisionVersion,
        decision_type=message.decisionType,
        output_json=message.decisionOutput or "null",
        matched_rules=tuple(_rule(rule) for rule in message.matchedRules),
        inputs=tuple(
            EvaluatedInput(id=given.inputId, name=given.inputName, value_json=given.inputValue)
            for given in message.evaluatedInputs
        ),
        tenant_id=message.tenantId or DEFAULT_TENANT,
        evaluation_instance_key=message.decisionEvaluationInstanceKey or None,
    )


def _rule(message: pb.MatchedDecisionRule) -> MatchedRule:
    outputs = tuple(
        EvaluatedOutput(id=output.outputId, name=output.outputName, value_json=output.outputValue)
        for output in message.evaluatedOutputs
    )
    return MatchedRule(id=message.ruleId, index=message.ruleIndex, outputs=outputs)
