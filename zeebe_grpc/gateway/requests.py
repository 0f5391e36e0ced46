"""Requests of the wire as commands of the engine: one function for each RPC.

Each raises a `StatusError` for what a gateway refuses by itself, before the engine hears of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.engine import commands
from zeebe_grpc.gateway.documents import read_document
from zeebe_grpc.gateway.releases import Release
from zeebe_grpc.gateway.statuses import invalid_argument
from zeebe_grpc.gateway.streams import StreamKind
from zeebe_grpc.gateway.tenants import Tenancy
from zeebe_grpc.gateway.validation import (
    MAX_MESSAGE_SIZE,
    activation,
    business_id,
    not_blank,
    routed,
    streaming,
    tags,
    variables_for,
)

# What surrounds the jobs in a response of the largest size.
_ENVELOPE = 1024


@dataclass(frozen=True)
class Rules:
    """What a request is read by: the release that is imitated and its tenants."""

    release: Release
    tenancy: Tenancy


def activate_jobs(request: pb.ActivateJobsRequest, rules: Rules) -> commands.ActivateJobs:
    """ActivateJobs: its first activation, whose amount shrinks as jobs are found."""
    tenant_ids = _tenants(request, "ActivateJobs", rules)
    if request.maxJobsToActivate >= 1:
        activation(request.type, request.timeout)
    return commands.ActivateJobs(
        type=request.type,
        worker=request.worker,
        timeout=request.timeout,
        max_jobs=request.maxJobsToActivate,
        fetch_variables=tuple(request.fetchVariable),
        tenant_ids=tenant_ids,
        max_bytes=MAX_MESSAGE_SIZE - _ENVELOPE,
        with_lease=request.withLease and rules.release.has_leases,
    )


def stream_activated_jobs(request: pb.StreamActivatedJobsRequest, rules: Rules) -> StreamKind:
    """StreamActivatedJobs: the group of streams to which it belongs."""
    tenant_ids = _tenants(request, "StreamActivatedJobs", rules)
    streaming(request.type, request.timeout)
    return StreamKind(
        type=request.type,
        worker=request.worker,
        timeout=request.timeout,
        fetch_variables=tuple(sorted(request.fetchVariable)),
        tenant_ids=tenant_ids,
        with_lease=request.withLease and rules.release.has_leases,
    )


def cancel_process_instance(request: pb.CancelProcessInstanceRequest, rules: Rules) -> commands.CancelInstance:
    """CancelProcessInstance."""
    return commands.CancelInstance(routed(request.processInstanceKey), _reference(request))


def complete_job(request: pb.CompleteJobRequest, rules: Rules) -> commands.CompleteJob:
    """CompleteJob."""
    variables = variables_for("COMPLETE", request.variables)
    result = _job_result(request.result) if request.HasField("result") and rules.release.has_job_results else None
    assigned = business_id(request.businessId, "COMPLETE") if rules.release.has_late_business_ids else ""
    return commands.CompleteJob(routed(request.jobKey), variables, result, _lease_token(request, rules), assigned)


def create_process_instance(request: pb.CreateProcessInstanceRequest, rules: Rules) -> commands.CreateInstance:
    """CreateProcessInstance."""
    return _create(request, rules, "CreateProcessInstance", "CREATE")


def create_process_instance_with_result(
    request: pb.CreateProcessInstanceWithResultRequest, rules: Rules
) -> commands.CreateInstance:
    """CreateProcessInstanceWithResult."""
    intent = "CREATE_WITH_AWAITING_RESULT"
    return _create(
        request.request, rules, "CreateProcessInstanceWithResult", intent, tuple(request.fetchVariables), awaited=True
    )


def evaluate_conditional(request: pb.EvaluateConditionalRequest, rules: Rules) -> commands.EvaluateConditional:
    """EvaluateConditional."""
    return commands.EvaluateConditional(
        process_definition_key=request.processDefinitionKey,
        variables=variables_for("EVALUATE", request.variables),
        tenant_id=rules.tenancy.one(request.tenantId, "EvaluateConditional"),
    )


def evaluate_decision(request: pb.EvaluateDecisionRequest, rules: Rules) -> commands.EvaluateDecision:
    """EvaluateDecision."""
    return commands.EvaluateDecision(
        decision_id=request.decisionId,
        decision_key=request.decisionKey,
        variables=variables_for("EVALUATE", request.variables),
        tenant_id=rules.tenancy.one(request.tenantId, "EvaluateDecision"),
    )


def deploy_process(
    request: pb.DeployProcessRequest,  # pyright: ignore[reportDeprecated]
    rules: Rules,
) -> commands.DeployResources:
    """DeployProcess, which has no tenant: always the default one."""
    resources = [commands.Resource(process.name, process.definition) for process in request.processes]
    return commands.DeployResources(resources, rules.tenancy.one(commands.DEFAULT_TENANT, "DeployProcess"))


def deploy_resource(request: pb.DeployResourceRequest, rules: Rules) -> commands.DeployResources:
    """DeployResource."""
    resources = [commands.Resource(resource.name, resource.content) for resource in request.resources]
    return commands.DeployResources(resources, rules.tenancy.one(request.tenantId, "DeployResource"))


def delete_resource(request: pb.DeleteResourceRequest, rules: Rules) -> commands.DeleteResource:
    """DeleteResource."""
    return commands.DeleteResource(routed(request.resourceKey))


def fail_job(request: pb.FailJobRequest, rules: Rules) -> commands.FailJob:
    """FailJob."""
    variables = variables_for("FAIL", request.variables)
    return commands.FailJob(
        job_key=routed(request.jobKey),
        retries=request.retries,
        error_message=request.errorMessage,
        backoff=request.retryBackOff,
        variables=variables,
        lease_token=_lease_token(request, rules),
    )


def throw_error(request: pb.ThrowErrorRequest, rules: Rules) -> commands.ThrowError:
    """ThrowError."""
    variables = variables_for("THROW_ERROR", request.variables)
    return commands.ThrowError(
        job_key=routed(request.jobKey),
        error_code=request.errorCode,
        error_message=request.errorMessage,
        variables=variables,
        lease_token=_lease_token(request, rules),
    )


def publish_message(request: pb.PublishMessageRequest, rules: Rules) -> commands.PublishMessage:
    """PublishMessage."""
    if rules.release.refuses_blank_message_name:
        not_blank(request.name, "message name")
    return commands.PublishMessage(
        name=request.name,
        correlation_key=request.correlationKey,
        time_to_live=request.timeToLive,
        message_id=request.messageId,
        variables=variables_for("PUBLISH", request.variables),
        tenant_id=rules.tenancy.one(request.tenantId, "PublishMessage"),
        business_id=business_id(request.businessId, "PUBLISH") if rules.release.has_late_business_ids else "",
    )


def broadcast_signal(request: pb.BroadcastSignalRequest, rules: Rules) -> commands.BroadcastSignal:
    """BroadcastSignal."""
    variables = variables_for("BROADCAST", request.variables)
    tenant_id = rules.tenancy.one(request.tenantId, "BroadcastSignal")
    return commands.BroadcastSignal(request.signalName, variables, tenant_id)


def resolve_incident(request: pb.ResolveIncidentRequest, rules: Rules) -> commands.ResolveIncident:
    """ResolveIncident."""
    return commands.ResolveIncident(routed(request.incidentKey), _reference(request))


def set_variables(request: pb.SetVariablesRequest, rules: Rules) -> commands.SetVariables:
    """SetVariables."""
    variables = variables_for("UPDATE", request.variables)
    return commands.SetVariables(routed(request.elementInstanceKey), variables, request.local, _reference(request))


def update_job_retries(request: pb.UpdateJobRetriesRequest, rules: Rules) -> commands.UpdateJobRetries:
    """UpdateJobRetries."""
    token = _lease_token(request, rules)
    return commands.UpdateJobRetries(routed(request.jobKey), request.retries, _reference(request), token)


def update_job_timeout(request: pb.UpdateJobTimeoutRequest, rules: Rules) -> commands.UpdateJobTimeout:
    """UpdateJobTimeout."""
    token = _lease_token(request, rules)
    return commands.UpdateJobTimeout(routed(request.jobKey), request.timeout, _reference(request), token)


def update_job_priority(request: pb.UpdateJobPriorityRequest, rules: Rules) -> commands.UpdateJobPriority:
    """UpdateJobPriority, whose priority has no default."""
    if not request.HasField("priority"):
        raise invalid_argument("UpdateJobPriority has no priority")
    token = _lease_token(request, rules)
    return commands.UpdateJobPriority(routed(request.jobKey), request.priority, _reference(request), token)


def _create(
    request: pb.CreateProcessInstanceRequest,
    rules: Rules,
    rpc: str,
    intent: str,
    fetch_variables: Sequence[str] = (),
    *,
    awaited: bool = False,
) -> commands.CreateInstance:
    release = rules.release
    return commands.CreateInstance(
        bpmn_process_id=request.bpmnProcessId,
        process_definition_key=request.processDefinitionKey,
        version=request.version,
        variables=variables_for(intent, request.variables),
        tenant_id=rules.tenancy.one(request.tenantId, rpc),
        start_elements=[instruction.elementId for instruction in request.startInstructions],
        terminate_after=_terminate_after(request) if release.has_tags else (),
        tags=tags(request.tags) if release.has_tags else (),
        business_id=business_id(request.businessId) if release.has_business_ids else "",
        operation_reference=_reference(request),
        with_result=awaited,
        fetch_variables=fetch_variables,
    )


def _terminate_after(request: pb.CreateProcessInstanceRequest) -> list[str]:
    return [
        instruction.terminate.afterElementId
        for instruction in request.runtimeInstructions
        if instruction.HasField("terminate")
    ]


def _tenants(
    request: pb.ActivateJobsRequest | pb.StreamActivatedJobsRequest, rpc: str, rules: Rules
) -> tuple[str, ...]:
    if not rules.release.has_tenant_filter:
        return rules.tenancy.several(request.tenantIds, rpc)
    if request.tenantFilter not in pb.TenantFilter.values():
        raise invalid_argument(f"{rpc} has the unknown tenant filter {request.tenantFilter}")
    return rules.tenancy.several(request.tenantIds, rpc, assigned=request.tenantFilter == pb.ASSIGNED)


def _reference(request: Any) -> int:
    """The number that the caller wants to find in the records; 0 if none was given."""
    return int(request.operationReference) if request.HasField("operationReference") else 0


def _lease_token(request: Any, rules: Rules) -> str:
    """The proof of an activation; a release without leases does not see the field."""
    return str(request.jobLeaseToken) if rules.release.has_leases else ""


def _job_result(result: pb.JobResult) -> dict[str, Any]:
    """A job's result in the form of Zeebe's record."""
    corrections = _corrections(result.corrections) if result.HasField("corrections") else {}
    if result.denied and corrections:
        raise invalid_argument("CompleteJob denies the user task's transition and corrects its attributes at once")
    return {
        "type": result.type or "userTask",
        "denied": result.denied,
        "deniedReason": result.deniedReason,
        "correctedAttributes": list(corrections),
        "corrections": corrections,
        "activateElements": [
            {"elementId": element.elementId, "variables": read_document(element.variables)}
            for element in result.activateElements
        ],
        "isCompletionConditionFulfilled": result.isCompletionConditionFulfilled,
        "isCancelRemainingInstances": result.isCancelRemainingInstances,
    }


def _corrections(corrections: pb.JobResultCorrections) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for field, value in corrections.ListFields():
        given[field.name] = list(value.values) if isinstance(value, pb.StringList) else value
    return given
