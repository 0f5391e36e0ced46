"""From what a call ended with to the error that tells it: the choice of the class by (RPC, status).

Here live the tables and the one door through which every grpc status becomes an exception. No I/O, no retry; the
classes themselves are in `errors`, the reading of status texts in `statuses`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from zeebe_grpc import statuses
from zeebe_grpc.errors import (
    AbortedError,
    AlreadyExistsError,
    AmbiguousAbortedError,
    AmbiguousAlreadyExistsError,
    AmbiguousCancelledError,
    AmbiguousDeadlineError,
    AmbiguousInternalError,
    AmbiguousUnavailableError,
    AmbiguousUnknownError,
    AuthenticationError,
    BackpressureError,
    CallCancelledError,
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
    JobNotFoundError,
    MessageTooLargeError,
    NotFoundError,
    PartitionStatus,
    PermissionDeniedError,
    ProcessDefinitionNotFoundError,
    ProcessInstanceAlreadyExistsError,
    ProcessInstanceNotFoundError,
    ResourceNotFoundError,
    StatusCode,
    UnavailableError,
    UnimplementedError,
    UnknownError,
)

_BY_STATUS: Final[Mapping[StatusCode, type[GatewayError]]] = {
    StatusCode.INVALID_ARGUMENT: InvalidArgumentError,
    StatusCode.NOT_FOUND: NotFoundError,
    StatusCode.ALREADY_EXISTS: AlreadyExistsError,
    StatusCode.FAILED_PRECONDITION: InvalidStateError,
    StatusCode.RESOURCE_EXHAUSTED: BackpressureError,
    StatusCode.UNAVAILABLE: UnavailableError,
    StatusCode.DEADLINE_EXCEEDED: DeadlineError,
    StatusCode.UNAUTHENTICATED: AuthenticationError,
    StatusCode.PERMISSION_DENIED: PermissionDeniedError,
    StatusCode.UNIMPLEMENTED: UnimplementedError,
    StatusCode.INTERNAL: InternalError,
    StatusCode.ABORTED: AbortedError,
    StatusCode.CANCELLED: CallCancelledError,
}

_JOB_RPCS: Final = ("CompleteJob", "FailJob", "ThrowError", "UpdateJobRetries", "UpdateJobTimeout", "UpdateJobPriority")

_BY_RPC: Final[Mapping[tuple[str, StatusCode], type[GatewayError]]] = {
    **{(rpc, StatusCode.NOT_FOUND): JobNotFoundError for rpc in _JOB_RPCS},
    **{(rpc, StatusCode.FAILED_PRECONDITION): InvalidJobStateError for rpc in _JOB_RPCS},
    ("DeployResource", StatusCode.INVALID_ARGUMENT): DeploymentRejectedError,
    ("DeployProcess", StatusCode.INVALID_ARGUMENT): DeploymentRejectedError,
    ("CreateProcessInstance", StatusCode.NOT_FOUND): ProcessDefinitionNotFoundError,
    ("CreateProcessInstance", StatusCode.ALREADY_EXISTS): ProcessInstanceAlreadyExistsError,
    ("CreateProcessInstanceWithResult", StatusCode.NOT_FOUND): ProcessDefinitionNotFoundError,
    ("CreateProcessInstanceWithResult", StatusCode.ALREADY_EXISTS): ProcessInstanceAlreadyExistsError,
    ("CancelProcessInstance", StatusCode.NOT_FOUND): ProcessInstanceNotFoundError,
    ("CancelProcessInstance", StatusCode.FAILED_PRECONDITION): InvalidProcessInstanceStateError,
    ("ModifyProcessInstance", StatusCode.NOT_FOUND): ProcessInstanceNotFoundError,
    ("ModifyProcessInstance", StatusCode.FAILED_PRECONDITION): InvalidProcessInstanceStateError,
    ("MigrateProcessInstance", StatusCode.FAILED_PRECONDITION): InvalidProcessInstanceStateError,
    ("PublishMessage", StatusCode.ALREADY_EXISTS): DuplicateMessageError,
    ("SetVariables", StatusCode.NOT_FOUND): ElementInstanceNotFoundError,
    ("ResolveIncident", StatusCode.NOT_FOUND): IncidentNotFoundError,
    ("EvaluateDecision", StatusCode.NOT_FOUND): DecisionNotFoundError,
    ("EvaluateConditional", StatusCode.NOT_FOUND): ProcessDefinitionNotFoundError,
    ("DeleteResource", StatusCode.NOT_FOUND): ResourceNotFoundError,
}

_AMBIGUOUS: Final[Mapping[type[GatewayError], type[GatewayError]]] = {
    AbortedError: AmbiguousAbortedError,
    CallCancelledError: AmbiguousCancelledError,
    DeadlineError: AmbiguousDeadlineError,
    InternalError: AmbiguousInternalError,
    ProcessInstanceAlreadyExistsError: AmbiguousAlreadyExistsError,
    UnavailableError: AmbiguousUnavailableError,
    UnknownError: AmbiguousUnknownError,
}


def ambiguous(error: GatewayError) -> GatewayError:
    """The same error as an `AmbiguousResultError`, with outcome unknown; itself if it has no such form."""
    kind = _AMBIGUOUS.get(type(error))
    if kind is None:
        return error
    told = kind(error.rpc, error.code, error.details, outcome="unknown", attempts=error.attempts)
    told.partitions = error.partitions
    return told


def error_class(rpc: str, code: StatusCode) -> type[GatewayError]:
    """The most specific class for a status of an RPC."""
    return _BY_RPC.get((rpc, code)) or _BY_STATUS.get(code, UnknownError)


def from_status(
    rpc: str,
    code: StatusCode,
    details: str,
    *,
    repeatable: bool = False,
    receive_limit: int | None = None,
    partitions: tuple[PartitionStatus, ...] = (),
    since: str | None = None,
) -> GatewayError:
    """The error for a status that a call ended with.

    Args:
        rpc: The RPC's name on the wire.
        code: The status.
        details: Its text.
        repeatable: Whether this command may be sent again although nobody knows whether it was executed.
        receive_limit: This client's limit for replies, in bytes.
        partitions: What the partitions answered, if the status carries it.
        since: The first gateway version that has this RPC.
    """
    size = statuses.oversized(code.name, details, receive_limit)
    outcome = statuses.effect(code.name, details, size)
    kind = error_class(rpc, code) if size is None else MessageTooLargeError
    if outcome == "unknown" and not repeatable:
        kind = _AMBIGUOUS.get(kind, kind)
    refused = outcome == "not_executed" and kind in (BackpressureError, UnavailableError)
    retryable = refused or (outcome == "unknown" and repeatable)
    error = kind(rpc, code, details, outcome=outcome, retryable=retryable, partitions=partitions)
    if isinstance(error, UnimplementedError):
        error.since = since
    return error
