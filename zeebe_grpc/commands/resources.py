"""Commands about resources: deploy and delete. Reading files is the client's matter: `resource_files`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.commands import checks
from zeebe_grpc.keys import (
    BatchOperationKey,
    DecisionKey,
    DecisionRequirementsKey,
    DeploymentKey,
    FormKey,
    KeyLike,
    ProcessDefinitionKey,
    ResourceKey,
    read_key,
)
from zeebe_grpc.models.jobs import DEFAULT_TENANT
from zeebe_grpc.models.resources import (
    BatchOperation,
    BatchOperationType,
    DecisionMetadata,
    DecisionRequirementsMetadata,
    DeletedResource,
    Deployment,
    FormMetadata,
    ProcessMetadata,
    Resource,
)
from zeebe_grpc.rpc import Command, command

_BATCH_OPERATIONS = {
    number: BatchOperationType[name]
    for name, number in pb.BatchOperationCreatedResult.BatchOperationTypeEnum.items()
    if name in BatchOperationType.__members__
}


def deploy_resources(
    resources: Iterable[Resource] | Mapping[str, bytes], *, tenant_id: str | None = None
) -> Command[Deployment]:
    """Build DeployResource: see `ZeebeClient.deploy_resources` for what the arguments mean."""
    request = pb.DeployResourceRequest(
        resources=[pb.Resource(name=resource.name, content=resource.content) for resource in _checked(resources)],
        tenantId=checks.tenant_id(tenant_id),
    )
    return command("DeployResource", request, _read_deployment)


def deploy_process(resources: Iterable[Resource] | Mapping[str, bytes]) -> Command[Deployment]:
    """Build DeployProcess, which gateways keep for old clients: see `ZeebeClient.deploy_process`."""
    # Gateways keep the call and its messages for old clients, and so does this client.
    request = pb.DeployProcessRequest(  # pyright: ignore[reportDeprecated]
        processes=[
            pb.ProcessRequestObject(name=r.name, definition=r.content)  # pyright: ignore[reportDeprecated]
            for r in _checked(resources)
        ]
    )
    return command("DeployProcess", request, _read_processes)


def delete_resource(
    resource_key: KeyLike, *, delete_history: bool | None = None, operation_reference: int | None = None
) -> Command[DeletedResource]:
    """Build DeleteResource: see `ZeebeClient.delete_resource` for what the arguments mean."""
    request = pb.DeleteResourceRequest(
        resourceKey=read_key(resource_key, "resource_key"),
        deleteHistory=None if delete_history is None else checks.flag(delete_history, "delete_history"),
        operationReference=checks.operation_reference(operation_reference),
    )
    return command("DeleteResource", request, _read_deleted)


def _checked(given: Iterable[Resource] | Mapping[str, bytes]) -> Sequence[Resource]:
    if isinstance(given, Resource):
        raise TypeError("resources: expected a list of resources, got one; write [resource]")
    if isinstance(given, Mapping):
        resources = [_resource(name, content) for name, content in cast("Mapping[str, bytes]", given).items()]
    else:
        resources = [_resource(*_parts(resource)) for resource in given]
    seen = [resource.name for resource in resources]
    if not seen:
        raise ValueError("resources: there is nothing to deploy")
    twice = sorted({name for name in seen if seen.count(name) > 1})
    if twice:
        raise ValueError(f"resources: two of one name: {', '.join(twice)}; the name is what versions are counted by")
    return resources


def _parts(resource: Resource) -> tuple[str, bytes]:
    if not isinstance(resource, Resource):
        raise TypeError(
            "resources: expected Resource(name, content) or a mapping of names to bytes, got "
            f"{type(resource).__name__}; deploy_resources_from_files(paths) takes files"
        )
    return resource.name, resource.content


def _resource(name: str, content: bytes) -> Resource:
    checks.text(name, "resource name")
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise TypeError(f"resource {name!r}: expected its content as bytes, got {type(content).__name__}")
    if not content:
        raise ValueError(f"resource {name!r}: it is empty")
    return Resource(name, bytes(content))


def _read_deployment(reply: pb.DeployResourceResponse) -> Deployment:
    kinds = [deployment.WhichOneof("Metadata") for deployment in reply.deployments]
    parts = list(zip(kinds, reply.deployments, strict=True))
    return Deployment(
        key=DeploymentKey(reply.key),
        processes=tuple(_process(part.process) for kind, part in parts if kind == "process"),
        decisions=tuple(_decision(part.decision) for kind, part in parts if kind == "decision"),
        decision_requirements=tuple(
            _requirements(part.decisionRequirements) for kind, part in parts if kind == "decisionRequirements"
        ),
        forms=tuple(_form(part.form) for kind, part in parts if kind == "form"),
        unrecognized=kinds.count(None),
        tenant_id=reply.tenantId or DEFAULT_TENANT,
    )


def _read_processes(reply: pb.DeployProcessResponse) -> Deployment:  # pyright: ignore[reportDeprecated]
    processes = tuple(_process(process) for process in reply.processes)
    return Deployment(key=DeploymentKey(reply.key), processes=processes)


def _process(message: pb.ProcessMetadata) -> ProcessMetadata:
    return ProcessMetadata(
        bpmn_process_id=message.bpmnProcessId,
        version=message.version,
        process_definition_key=ProcessDefinitionKey(message.processDefinitionKey),
        resource_name=message.resourceName,
        tenant_id=message.tenantId or DEFAULT_TENANT,
    )


def _decision(message: pb.DecisionMetadata) -> DecisionMetadata:
    return DecisionMetadata(
        dmn_decision_id=message.dmnDecisionId,
        dmn_decision_name=message.dmnDecisionName,
        version=message.version,
        decision_key=DecisionKey(message.decisionKey),
        dmn_decision_requirements_id=message.dmnDecisionRequirementsId,
        decision_requirements_key=DecisionRequirementsKey(message.decisionRequirementsKey),
        tenant_id=message.tenantId or DEFAULT_TENANT,
    )


def _requirements(message: pb.DecisionRequirementsMetadata) -> DecisionRequirementsMetadata:
    return DecisionRequirementsMetadata(
        dmn_decision_requirements_id=message.dmnDecisionRequirementsId,
        dmn_decision_requirements_name=message.dmnDecisionRequirementsName,
        version=message.version,
        decision_requirements_key=DecisionRequirementsKey(message.decisionRequirementsKey),
        resource_name=message.resourceName,
        tenant_id=message.tenantId or DEFAULT_TENANT,
    )


def _form(message: pb.FormMetadata) -> FormMetadata:
    return FormMetadata(
        form_id=message.formId,
        version=message.version,
        form_key=FormKey(message.formKey),
        resource_name=message.resourceName,
        tenant_id=message.tenantId or DEFAULT_TENANT,
    )


def _read_deleted(reply: pb.DeleteResourceResponse) -> DeletedResource:
    return DeletedResource(
        key=ResourceKey(int(reply.resourceKey)) if reply.resourceKey.isdecimal() else None,
        batch_operation=_batch_operation(reply.batchOperation) if reply.HasField("batchOperation") else None,
    )


def _batch_operation(message: pb.BatchOperationCreatedResult) -> BatchOperation | None:
    if not message.batchOperationKey.isdecimal():
        return None
    kind = _BATCH_OPERATIONS.get(message.batchOperationType, BatchOperationType.UNRECOGNIZED)
    return BatchOperation(BatchOperationKey(int(message.batchOperationKey)), kind)
