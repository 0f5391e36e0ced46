"""A Python client for the Zeebe gateway (Camunda 8) over gRPC, and long-running job workers.

The public names are here, sorted, and loaded when first used, so that importing the package is cheap. The gateway that
runs in the test's own process is `zeebe_grpc.gateway`; the builders of commands are in `zeebe_grpc.commands`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from zeebe_grpc._installation import require_intact

require_intact()

if TYPE_CHECKING:
    from zeebe_grpc._version import (
        __version__,
    )
    from zeebe_grpc.async_client import (
        AsyncJobStream,
        AsyncZeebeClient,
    )
    from zeebe_grpc.client import (
        JobStream,
        ZeebeClient,
    )
    from zeebe_grpc.config import (
        TLS,
    )
    from zeebe_grpc.errors import (
        AbortedError,
        AlreadyExistsError,
        AmbiguousAbortedError,
        AmbiguousAlreadyExistsError,
        AmbiguousCancelledError,
        AmbiguousDeadlineError,
        AmbiguousInternalError,
        AmbiguousResultError,
        AmbiguousUnavailableError,
        AmbiguousUnknownError,
        AuthenticationError,
        BackpressureError,
        BpmnError,
        CallCancelledError,
        ConfigurationError,
        DeadlineError,
        DecisionNotFoundError,
        DeploymentRejectedError,
        DuplicateMessageError,
        ElementInstanceNotFoundError,
        GatewayError,
        IncidentNotFoundError,
        InternalError,
        InvalidArgumentError,
        InvalidJobStateError,
        InvalidProcessInstanceStateError,
        InvalidStateError,
        JobFailure,
        JobNotFoundError,
        MalformedResponseError,
        MessageTooLargeError,
        NotFoundError,
        PartitionStatus,
        PermissionDeniedError,
        ProcessDefinitionNotFoundError,
        ProcessInstanceAlreadyExistsError,
        ProcessInstanceNotFoundError,
        ResourceNotFoundError,
        UnavailableError,
        UnimplementedError,
        UnknownError,
        VariablesError,
        WorkerError,
        ZeebeError,
    )
    from zeebe_grpc.keys import (
        BatchOperationKey,
        ConditionalEvaluationKey,
        DecisionEvaluationKey,
        DecisionKey,
        DecisionRequirementsKey,
        DeploymentKey,
        ElementInstanceKey,
        FormKey,
        IncidentKey,
        JobKey,
        KeyLike,
        MessageKey,
        ProcessDefinitionKey,
        ProcessInstanceKey,
        ResourceKey,
        SetVariablesKey,
        SignalKey,
        UserTaskKey,
        partition_of,
    )
    from zeebe_grpc.models import (
        ActivatedJob,
        ActivatedJobs,
        ActivateElement,
        ActivateInstruction,
        AdHocSubProcessResult,
        BatchOperation,
        BatchOperationType,
        Broker,
        ConditionalEvaluation,
        DecisionEvaluation,
        DecisionMetadata,
        DecisionRequirementsMetadata,
        DeletedResource,
        Deployment,
        EvaluatedDecision,
        EvaluatedInput,
        EvaluatedOutput,
        FormMetadata,
        JobKind,
        ListenerEventType,
        MappingInstruction,
        MatchedRule,
        MoveInstruction,
        Partition,
        PartitionHealth,
        PartitionRole,
        ProcessInstance,
        ProcessInstanceReference,
        ProcessInstanceResult,
        ProcessMetadata,
        PublishedMessage,
        Resource,
        SignalBroadcast,
        TenantFilter,
        TerminateInstruction,
        Topology,
        UserTaskCorrections,
        UserTaskProperties,
        UserTaskResult,
        VariableInstruction,
        VariablesSet,
    )
    from zeebe_grpc.resilience import (
        Resilience,
    )
    from zeebe_grpc.rpc import (
        Command,
        StreamCommand,
    )
    from zeebe_grpc.spans import (
        Span,
    )
    from zeebe_grpc.transport.aio import (
        AsyncStream,
    )
    from zeebe_grpc.transport.blocking import (
        Stream,
    )
    from zeebe_grpc.variables import (
        RawJson,
    )

__all__ = [
    "TLS",
    "AbortedError",
    "ActivateElement",
    "ActivateInstruction",
    "ActivatedJob",
    "ActivatedJobs",
    "AdHocSubProcessResult",
    "AlreadyExistsError",
    "AmbiguousAbortedError",
    "AmbiguousAlreadyExistsError",
    "AmbiguousCancelledError",
    "AmbiguousDeadlineError",
    "AmbiguousInternalError",
    "AmbiguousResultError",
    "AmbiguousUnavailableError",
    "AmbiguousUnknownError",
    "AsyncJobStream",
    "AsyncStream",
    "AsyncZeebeClient",
    "AuthenticationError",
    "BackpressureError",
    "BatchOperation",
    "BatchOperationKey",
    "BatchOperationType",
    "BpmnError",
    "Broker",
    "CallCancelledError",
    "Command",
    "ConditionalEvaluation",
    "ConditionalEvaluationKey",
    "ConfigurationError",
    "DeadlineError",
    "DecisionEvaluation",
    "DecisionEvaluationKey",
    "DecisionKey",
    "DecisionMetadata",
    "DecisionNotFoundError",
    "DecisionRequirementsKey",
    "DecisionRequirementsMetadata",
    "DeletedResource",
    "Deployment",
    "DeploymentKey",
    "DeploymentRejectedError",
    "DuplicateMessageError",
    "ElementInstanceKey",
    "ElementInstanceNotFoundError",
    "EvaluatedDecision",
    "EvaluatedInput",
    "EvaluatedOutput",
    "FormKey",
    "FormMetadata",
    "GatewayError",
    "IncidentKey",
    "IncidentNotFoundError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidJobStateError",
    "InvalidProcessInstanceStateError",
    "InvalidStateError",
    "JobFailure",
    "JobKey",
    "JobKind",
    "JobNotFoundError",
    "JobStream",
    "KeyLike",
    "ListenerEventType",
    "MalformedResponseError",
    "MappingInstruction",
    "MatchedRule",
    "MessageKey",
    "MessageTooLargeError",
    "MoveInstruction",
    "NotFoundError",
    "Partition",
    "PartitionHealth",
    "PartitionRole",
    "PartitionStatus",
    "PermissionDeniedError",
    "ProcessDefinitionKey",
    "ProcessDefinitionNotFoundError",
    "ProcessInstance",
    "ProcessInstanceAlreadyExistsError",
    "ProcessInstanceKey",
    "ProcessInstanceNotFoundError",
    "ProcessInstanceReference",
    "ProcessInstanceResult",
    "ProcessMetadata",
    "PublishedMessage",
    "RawJson",
    "Resilience",
    "Resource",
    "ResourceKey",
    "ResourceNotFoundError",
    "SetVariablesKey",
    "SignalBroadcast",
    "SignalKey",
    "Span",
    "Stream",
    "StreamCommand",
    "TenantFilter",
    "TerminateInstruction",
    "Topology",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
    "UserTaskCorrections",
    "UserTaskKey",
    "UserTaskProperties",
    "UserTaskResult",
    "VariableInstruction",
    "VariablesError",
    "VariablesSet",
    "WorkerError",
    "ZeebeClient",
    "ZeebeError",
    "__version__",
    "partition_of",
]

_HOMES = {
    "zeebe_grpc._version": "__version__",
    "zeebe_grpc.async_client": "AsyncJobStream AsyncZeebeClient",
    "zeebe_grpc.client": "JobStream ZeebeClient",
    "zeebe_grpc.config": "TLS",
    "zeebe_grpc.errors": """
        AbortedError AlreadyExistsError AmbiguousAbortedError AmbiguousAlreadyExistsError
        AmbiguousCancelledError AmbiguousDeadlineError AmbiguousInternalError AmbiguousResultError
        AmbiguousUnavailableError AmbiguousUnknownError AuthenticationError BackpressureError BpmnError
        CallCancelledError ConfigurationError DeadlineError DecisionNotFoundError DeploymentRejectedError
        DuplicateMessageError ElementInstanceNotFoundError GatewayError IncidentNotFoundError InternalError
        InvalidArgumentError InvalidJobStateError InvalidProcessInstanceStateError InvalidStateError
        JobFailure JobNotFoundError MalformedResponseError MessageTooLargeError NotFoundError
        PartitionStatus PermissionDeniedError ProcessDefinitionNotFoundError
        ProcessInstanceAlreadyExistsError ProcessInstanceNotFoundError ResourceNotFoundError
        UnavailableError UnimplementedError UnknownError VariablesError WorkerError ZeebeError
    """,
    "zeebe_grpc.keys": """
        BatchOperationKey ConditionalEvaluationKey DecisionEvaluationKey DecisionKey DecisionRequirementsKey
        DeploymentKey ElementInstanceKey FormKey IncidentKey JobKey KeyLike MessageKey ProcessDefinitionKey
        ProcessInstanceKey ResourceKey SetVariablesKey SignalKey UserTaskKey partition_of
    """,
    "zeebe_grpc.models": """
        ActivateElement ActivateInstruction ActivatedJob ActivatedJobs AdHocSubProcessResult BatchOperation
        BatchOperationType Broker ConditionalEvaluation DecisionEvaluation DecisionMetadata
        DecisionRequirementsMetadata DeletedResource Deployment EvaluatedDecision EvaluatedInput
        EvaluatedOutput FormMetadata JobKind ListenerEventType MappingInstruction MatchedRule
        MoveInstruction Partition PartitionHealth PartitionRole ProcessInstance ProcessInstanceReference
        ProcessInstanceResult ProcessMetadata PublishedMessage Resource SignalBroadcast TenantFilter
        TerminateInstruction Topology UserTaskCorrections UserTaskProperties UserTaskResult
        VariableInstruction VariablesSet
    """,
    "zeebe_grpc.resilience": "Resilience",
    "zeebe_grpc.rpc": "Command StreamCommand",
    "zeebe_grpc.spans": "Span",
    "zeebe_grpc.transport.aio": "AsyncStream",
    "zeebe_grpc.transport.blocking": "Stream",
    "zeebe_grpc.variables": "RawJson",
}

_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
