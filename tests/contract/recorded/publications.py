"""Questions about messages, signals, decisions and the resources that are no processes."""

from __future__ import annotations

from typing import Any

from tests.contract.recorded.interview import UNKNOWN_KEY, Interview
from tests.contract.recorded.models import DECISION, FORM
from zeebe_grpc._proto import gateway_pb2 as pb


def messages_and_signals(interview: Interview) -> None:
    """Publish and broadcast, though nobody listens."""

    def publish(case: str, fact: Any = None, **fields: Any) -> None:
        request = pb.PublishMessageRequest(**{"name": "m", "correlationKey": "k", **fields})
        interview.ask(f"publish.{case}", interview.gateway.PublishMessage, request, fact)

    publish("no_name", name="")
    publish("no_key", _has_key, correlationKey="")
    publish("ttl_0_id", messageId="i0")
    publish("ttl_0_id_again", messageId="i0")
    publish("ttl_id", messageId="i1", timeToLive=60_000)
    publish("ttl_id_again", messageId="i1", timeToLive=60_000)
    publish("same_id_other_key", correlationKey="k2", messageId="i1", timeToLive=60_000)
    publish("ttl_negative", timeToLive=-5)
    publish("bad_json", variables="1")
    publish("tenant_when_off", tenantId="x")
    broadcast = interview.gateway.BroadcastSignal
    interview.ask("signal.ok", broadcast, pb.BroadcastSignalRequest(signalName="s"), _has_key)
    interview.ask("signal.no_name", broadcast, pb.BroadcastSignalRequest())


def decisions_and_resources(interview: Interview) -> None:
    """Evaluate a decision before, while and after it is there; deploy forms."""

    def evaluate(name: str, fact: Any = None, **fields: Any) -> None:
        request = pb.EvaluateDecisionRequest(**fields)
        interview.ask(f"decision.{name}", interview.gateway.EvaluateDecision, request, fact)

    evaluate("unknown_id", decisionId="nope")
    evaluate("unknown_key", decisionKey=UNKNOWN_KEY)
    evaluate("neither")
    deployed = _deploy(interview, "dmn", "d.dmn", DECISION, _kinds)
    evaluate("ok", _evaluation, decisionId="dec", variables='{"x": 7}')
    evaluate("no_variable", _outcome, decisionId="dec")
    evaluate("wrong_type", _outcome, decisionId="dec", variables='{"x": "a"}')
    _deploy(interview, "form", "f.form", FORM, _form)
    _deploy(interview, "form_garbage", "f.form", b"nope")
    _deploy(interview, "form_no_id", "f.form", b'{"components":[]}')
    delete = interview.gateway.DeleteResource
    interview.ask("delete.unknown", delete, pb.DeleteResourceRequest(resourceKey=UNKNOWN_KEY))
    interview.ask("delete.ok", delete, pb.DeleteResourceRequest(resourceKey=_requirements_key(deployed)))
    evaluate("after_delete", decisionId="dec", variables='{"x": 7}')
    conditional = pb.EvaluateConditionalRequest(variables="{}")
    interview.ask(
        "conditional.none",
        interview.gateway.EvaluateConditional,
        conditional,
        lambda reply: len(reply.processInstances),
    )


def _deploy(interview: Interview, name: str, file: str, content: bytes, fact: Any = None) -> Any:
    request = pb.DeployResourceRequest(resources=[pb.Resource(name=file, content=content)])
    return interview.ask(f"deploy.{name}", interview.gateway.DeployResource, request, fact)


def _has_key(reply: Any) -> bool:
    return bool(reply.key > 0)


def _kinds(reply: pb.DeployResourceResponse) -> list[str | None]:
    return [deployment.WhichOneof("Metadata") for deployment in reply.deployments]


def _form(reply: pb.DeployResourceResponse) -> list[Any]:
    form = reply.deployments[0].form
    return [reply.deployments[0].WhichOneof("Metadata"), form.formId, form.version]


def _requirements_key(reply: pb.DeployResourceResponse | None) -> int:
    for deployment in reply.deployments if reply is not None else ():
        if deployment.WhichOneof("Metadata") == "decisionRequirements":
            return deployment.decisionRequirements.decisionRequirementsKey
    return 1


def _outcome(reply: pb.EvaluateDecisionResponse) -> list[str]:
    return [reply.decisionOutput, reply.failedDecisionId, reply.failureMessage]


def _evaluation(reply: pb.EvaluateDecisionResponse) -> list[Any]:
    first = reply.evaluatedDecisions[0]
    return [
        reply.decisionOutput,
        reply.decisionId,
        reply.decisionName,
        reply.decisionVersion,
        reply.failedDecisionId,
        len(reply.evaluatedDecisions),
        [[rule.ruleId, rule.ruleIndex, rule.evaluatedOutputs[0].outputValue] for rule in first.matchedRules],
        [[item.inputId, item.inputName, item.inputValue] for item in first.evaluatedInputs],
    ]
