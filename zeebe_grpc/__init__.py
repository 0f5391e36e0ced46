"""A Python client for the Zeebe gateway (Camunda 8) over gRPC, and long-running job workers.

The public names are here, sorted, and loaded when first used, so that importing the package is cheap. Begin with::

    from zeebe_grpc import ZeebeClient

    with ZeebeClient() as client:  # CAMUNDA_*/ZEEBE_* variables, else localhost:26500
        client.create_process_instance("order", variables={"orderId": "7"})

Beside them stand `zeebe_grpc.worker` (job workers), `zeebe_grpc.testing` (tests), `zeebe_grpc.gateway` (a
gateway that executes BPMN in this process), `zeebe_grpc.feel` and `zeebe_grpc.dmn` (the two languages),
`zeebe_grpc.commands` (builders of commands), `zeebe_grpc.raw` (the generated messages) and `zeebe_grpc.otel` (spans).
"""

from __future__ import annotations

import importlib
import sys
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
    from zeebe_grpc.auth import (
        Auth,
        Basic,
        Bearer,
        Keystore,
        NoAuth,
        OAuth,
    )
    from zeebe_grpc.calls import (
        CallObserver,
        ObservedCall,
    )
    from zeebe_grpc.client import (
        JobStream,
        ZeebeClient,
    )
    from zeebe_grpc.config import (
        TLS,
        Settings,
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
        TokenError,
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
    from zeebe_grpc.logs import (
        NullLogger,
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
    from zeebe_grpc.worker import (
        Backoff,
        CallNext,
        CancelReason,
        Completed,
        Deferred,
        DrainReport,
        ErrorThrown,
        Failed,
        Header,
        Health,
        Job,
        JobCancelled,
        JobOptions,
        JobResult,
        Lost,
        Middleware,
        Outcome,
        RunningWorker,
        ThreadedWorker,
        Variable,
        Worker,
        WorkerConfig,
        WorkerEvent,
        run_workers,
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
    "Auth",
    "AuthenticationError",
    "Backoff",
    "BackpressureError",
    "Basic",
    "BatchOperation",
    "BatchOperationKey",
    "BatchOperationType",
    "Bearer",
    "BpmnError",
    "Broker",
    "CallCancelledError",
    "CallNext",
    "CallObserver",
    "CancelReason",
    "Command",
    "Completed",
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
    "Deferred",
    "DeletedResource",
    "Deployment",
    "DeploymentKey",
    "DeploymentRejectedError",
    "DrainReport",
    "DuplicateMessageError",
    "ElementInstanceKey",
    "ElementInstanceNotFoundError",
    "ErrorThrown",
    "EvaluatedDecision",
    "EvaluatedInput",
    "EvaluatedOutput",
    "Failed",
    "FormKey",
    "FormMetadata",
    "GatewayError",
    "Header",
    "Health",
    "IncidentKey",
    "IncidentNotFoundError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidJobStateError",
    "InvalidProcessInstanceStateError",
    "InvalidStateError",
    "Job",
    "JobCancelled",
    "JobFailure",
    "JobKey",
    "JobKind",
    "JobNotFoundError",
    "JobOptions",
    "JobResult",
    "JobStream",
    "KeyLike",
    "Keystore",
    "ListenerEventType",
    "Lost",
    "MalformedResponseError",
    "MappingInstruction",
    "MatchedRule",
    "MessageKey",
    "MessageTooLargeError",
    "Middleware",
    "MoveInstruction",
    "NoAuth",
    "NotFoundError",
    "NullLogger",
    "OAuth",
    "ObservedCall",
    "Outcome",
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
    "RunningWorker",
    "SetVariablesKey",
    "Settings",
    "SignalBroadcast",
    "SignalKey",
    "Span",
    "Stream",
    "StreamCommand",
    "TenantFilter",
    "TerminateInstruction",
    "ThreadedWorker",
    "TokenError",
    "Topology",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
    "UserTaskCorrections",
    "UserTaskKey",
    "UserTaskProperties",
    "UserTaskResult",
    "Variable",
    "VariableInstruction",
    "VariablesError",
    "VariablesSet",
    "Worker",
    "WorkerConfig",
    "WorkerError",
    "WorkerEvent",
    "ZeebeClient",
    "ZeebeError",
    "__version__",
    "partition_of",
    "run_workers",
]

_HOMES = {
    "zeebe_grpc._version": "__version__",
    "zeebe_grpc.async_client": "AsyncJobStream AsyncZeebeClient",
    "zeebe_grpc.auth": "Auth Basic Bearer Keystore NoAuth OAuth",
    "zeebe_grpc.calls": "CallObserver ObservedCall",
    "zeebe_grpc.client": "JobStream ZeebeClient",
    "zeebe_grpc.config": "Settings TLS",
    "zeebe_grpc.errors": """
        AbortedError AlreadyExistsError AmbiguousAbortedError AmbiguousAlreadyExistsError
        AmbiguousCancelledError AmbiguousDeadlineError AmbiguousInternalError AmbiguousResultError
        AmbiguousUnavailableError AmbiguousUnknownError AuthenticationError BackpressureError BpmnError
        CallCancelledError ConfigurationError DeadlineError DecisionNotFoundError DeploymentRejectedError
        DuplicateMessageError ElementInstanceNotFoundError GatewayError IncidentNotFoundError InternalError
        InvalidArgumentError InvalidJobStateError InvalidProcessInstanceStateError InvalidStateError
        JobFailure JobNotFoundError MalformedResponseError MessageTooLargeError NotFoundError
        PartitionStatus PermissionDeniedError ProcessDefinitionNotFoundError
        ProcessInstanceAlreadyExistsError ProcessInstanceNotFoundError ResourceNotFoundError TokenError
        UnavailableError UnimplementedError UnknownError VariablesError WorkerError ZeebeError
    """,
    "zeebe_grpc.keys": """
        BatchOperationKey ConditionalEvaluationKey DecisionEvaluationKey DecisionKey DecisionRequirementsKey
        DeploymentKey ElementInstanceKey FormKey IncidentKey JobKey KeyLike MessageKey ProcessDefinitionKey
        ProcessInstanceKey ResourceKey SetVariablesKey SignalKey UserTaskKey partition_of
    """,
    "zeebe_grpc.logs": "NullLogger",
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
    "zeebe_grpc.worker": """
        Backoff CallNext CancelReason Completed Deferred DrainReport ErrorThrown Failed Header Health Job
        JobCancelled JobOptions JobResult Lost Middleware Outcome RunningWorker ThreadedWorker Variable
        Worker WorkerConfig WorkerEvent run_workers
    """,
}

_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    module = _HOME_OF.get(name)
    if module is None:
        # With name and object, so that Python says which name may have been meant.
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])
    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    own = {name for name in globals() if name.startswith("__") or f"{__name__}.{name}" in sys.modules}
    return sorted({*own, *__all__})
