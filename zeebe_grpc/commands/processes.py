"""Commands that start process instances: create, with or without waiting for the result, and by a condition."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from typing import Final, cast

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.commands import checks
from zeebe_grpc.errors import MalformedResponseError, VariablesError
from zeebe_grpc.keys import ConditionalEvaluationKey, KeyLike, ProcessDefinitionKey, ProcessInstanceKey, read_key
from zeebe_grpc.models.jobs import DEFAULT_TENANT
from zeebe_grpc.models.processes import (
    ConditionalEvaluation,
    ProcessInstance,
    ProcessInstanceReference,
    ProcessInstanceResult,
)
from zeebe_grpc.rpc import RESULT_TIMEOUT, Command, RetryClass, command
from zeebe_grpc.spans import Span, result_request_timeout, seconds
from zeebe_grpc.variables import RawJson, V, Variables, check_type, decode, encode_text

LATEST_VERSION: Final = -1
"""What the wire calls the latest version; its own default of 0 is looked up literally and never found."""


def create_process_instance(
    bpmn_process_id: str | None = None,
    *,
    process_definition_key: KeyLike | None = None,
    version: int | None = None,
    variables: Variables = None,
    start_before_elements: Iterable[str] | None = None,
    terminate_after_elements: Iterable[str] | None = None,
    tags: Collection[str] | None = None,
    business_id: str | None = None,
    business_id_is_unique: bool = False,
    tenant_id: str | None = None,
    operation_reference: int | None = None,
) -> Command[ProcessInstance]:
    """Build CreateProcessInstance: see `ZeebeClient.create_process_instance` for what the arguments mean."""
    request = pb.CreateProcessInstanceRequest(
        bpmnProcessId=_process_id(bpmn_process_id, process_definition_key),
        processDefinitionKey=_definition_key(process_definition_key),
        version=_version(version, process_definition_key),
        variables=encode_text(variables),
        startInstructions=_start_instructions(start_before_elements),
        runtimeInstructions=_runtime_instructions(terminate_after_elements),
        tags=checks.tags(tags),
        businessId=checks.business_id(business_id),
        tenantId=checks.tenant_id(tenant_id),
        operationReference=checks.operation_reference(operation_reference),
    )
    retry = _creation_retry(business_id, is_unique=business_id_is_unique)
    return command("CreateProcessInstance", request, _read_instance, retry=retry)


def create_process_instance_with_result(
    bpmn_process_id: str | None = None,
    *,
    process_definition_key: KeyLike | None = None,
    version: int | None = None,
    variables: Variables = None,
    fetch_variables: Iterable[str] | None = None,
    as_type: type[V] | None = None,
    start_before_elements: Iterable[str] | None = None,
    terminate_after_elements: Iterable[str] | None = None,
    tags: Collection[str] | None = None,
    business_id: str | None = None,
    business_id_is_unique: bool = False,
    tenant_id: str | None = None,
    operation_reference: int | None = None,
    timeout: Span = RESULT_TIMEOUT,
) -> Command[ProcessInstanceResult[V]]:
    """Build CreateProcessInstanceWithResult: see the client's method for what the arguments mean.

    The gateway is asked to give up a little before `timeout`, so that its answer arrives in time. A request timeout of
    0 or less, which the wire reads as the gateway's own 15 seconds, is never sent.
    """
    check_type(as_type)
    waiting = seconds(timeout, "timeout")
    creation = create_process_instance(
        bpmn_process_id,
        process_definition_key=process_definition_key,
        version=version,
        variables=variables,
        start_before_elements=start_before_elements,
        terminate_after_elements=terminate_after_elements,
        tags=tags,
        business_id=business_id,
        business_id_is_unique=business_id_is_unique,
        tenant_id=tenant_id,
        operation_reference=operation_reference,
    )
    request = pb.CreateProcessInstanceWithResultRequest(
        requestTimeout=result_request_timeout(waiting), fetchVariables=checks.names(fetch_variables, "fetch_variables")
    )
    request.request.CopyFrom(cast("pb.CreateProcessInstanceRequest", creation.request))
    read = partial(_read_result, as_type=as_type)
    return command("CreateProcessInstanceWithResult", request, read, retry=creation.retry, timeout=waiting)


def evaluate_conditional(
    *,
    variables: Variables,
    process_definition_key: KeyLike | None = None,
    tenant_id: str | None = None,
) -> Command[ConditionalEvaluation]:
    """Build EvaluateConditional (8.9): see `ZeebeClient.evaluate_conditional` for what the arguments mean."""
    key = None if process_definition_key is None else _definition_key(process_definition_key)
    request = pb.EvaluateConditionalRequest(
        variables=encode_text(variables), processDefinitionKey=key, tenantId=checks.tenant_id(tenant_id)
    )
    return command("EvaluateConditional", request, _read_conditional)


def _process_id(bpmn_process_id: str | None, process_definition_key: KeyLike | None) -> str:
    checks.exactly_one(bpmn_process_id=bpmn_process_id, process_definition_key=process_definition_key)
    return "" if bpmn_process_id is None else checks.text(bpmn_process_id, "bpmn_process_id")


def _definition_key(key: KeyLike | None) -> int:
    return 0 if key is None else read_key(key, "process_definition_key")


def _version(version: int | None, process_definition_key: KeyLike | None) -> int:
    if version is None:
        return LATEST_VERSION
    if process_definition_key is not None:
        raise ValueError("version: a process definition key names one version already")
    return checks.number(version, "version", 1)


def _start_instructions(element_ids: Iterable[str] | None) -> list[pb.ProcessInstanceCreationStartInstruction]:
    listed = checks.names(element_ids, "start_before_elements")
    return [pb.ProcessInstanceCreationStartInstruction(elementId=element_id) for element_id in listed]


def _runtime_instructions(element_ids: Iterable[str] | None) -> list[pb.ProcessInstanceCreationRuntimeInstruction]:
    return [
        pb.ProcessInstanceCreationRuntimeInstruction(
            terminate=pb.TerminateProcessInstanceInstruction(afterElementId=element_id)
        )
        for element_id in checks.names(element_ids, "terminate_after_elements")
    ]


def _creation_retry(business_id: str | None, *, is_unique: bool) -> RetryClass:
    if is_unique and business_id is None:
        raise ValueError("business_id_is_unique: there is no business_id")
    return RetryClass.IDEMPOTENT_CREATION if is_unique else RetryClass.UNSAFE


def _read_instance(
    reply: pb.CreateProcessInstanceResponse,
) -> ProcessInstance:
    return ProcessInstance(
        process_instance_key=ProcessInstanceKey(reply.processInstanceKey),
        process_definition_key=ProcessDefinitionKey(reply.processDefinitionKey),
        bpmn_process_id=reply.bpmnProcessId,
        version=reply.version,
        tenant_id=reply.tenantId or DEFAULT_TENANT,
        tags=tuple(reply.tags),
        business_id=reply.businessId or None,
    )


def _read_result(
    reply: pb.CreateProcessInstanceWithResultResponse, as_type: type[V] | None
) -> ProcessInstanceResult[V]:
    try:
        return _result(reply, decode(reply.variables, as_type))
    except VariablesError as error:
        raw = _result(reply, RawJson(reply.variables))
        raise MalformedResponseError("CreateProcessInstanceWithResult", str(error), raw) from error


def _result(reply: pb.CreateProcessInstanceWithResultResponse, variables: V) -> ProcessInstanceResult[V]:
    return ProcessInstanceResult(
        process_instance_key=ProcessInstanceKey(reply.processInstanceKey),
        process_definition_key=ProcessDefinitionKey(reply.processDefinitionKey),
        bpmn_process_id=reply.bpmnProcessId,
        version=reply.version,
        variables=variables,
        variables_json=reply.variables,
        tenant_id=reply.tenantId or DEFAULT_TENANT,
        tags=tuple(reply.tags),
        business_id=reply.businessId or None,
    )


def _read_conditional(reply: pb.EvaluateConditionalResponse) -> ConditionalEvaluation:
    return ConditionalEvaluation(
        key=ConditionalEvaluationKey(reply.conditionalEvaluationKey),
        process_instances=tuple(
            ProcessInstanceReference(
                ProcessInstanceKey(instance.processInstanceKey), ProcessDefinitionKey(instance.processDefinitionKey)
            )
            for instance in reply.processInstances
        ),
        tenant_id=reply.tenantId or DEFAULT_TENANT,
    )
