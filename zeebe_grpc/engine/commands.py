"""What the engine can be told: one frozen value per command.

Here live the words that the gateway (or a test) speaks to the engine; what it says back is in `answers`. Keys are plain
integers, spans are milliseconds, documents are JSON values in Python form. Nothing here knows gRPC, BPMN elements or
how a command is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

JsonValue: TypeAlias = Any
"""None, bool, int (-2^63 to 2^64-1), float, str, list and dict of these."""

Document: TypeAlias = Mapping[str, JsonValue]
"""A JSON object: variables or headers."""

DEFAULT_TENANT = "<default>"
LATEST_VERSION = -1


@dataclass(frozen=True)
class Resource:
    """A file to deploy; its name decides its kind (``.bpmn``, ``.dmn``, ``.form``)."""

    name: str
    content: bytes


@dataclass(frozen=True)
class DeployResources:
    """Deploy all resources or none. Answered by `Deployed`."""

    resources: Sequence[Resource]
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True)
class DeleteResource:
    """Delete a process definition, decision requirements or form by key. Answered by `Accepted`."""

    resource_key: int


@dataclass(frozen=True)
class CreateInstance:
    """Start a process instance; a non-empty id wins over the key, a negative version is the latest.

    Answered by `InstanceCreated`; with `with_result` by `InstanceResult`, when the instance has completed.
    """

    bpmn_process_id: str = ""
    process_definition_key: int = 0
    version: int = LATEST_VERSION
    variables: Document = field(default_factory=dict[str, JsonValue])
    tenant_id: str = DEFAULT_TENANT
    start_elements: Sequence[str] = ()
    terminate_after: Sequence[str] = ()
    tags: Sequence[str] = ()
    business_id: str = ""
    operation_reference: int = 0
    with_result: bool = False
    fetch_variables: Sequence[str] = ()


@dataclass(frozen=True)
class CancelInstance:
    """Terminate a root process instance. Answered by `Accepted`."""

    process_instance_key: int
    operation_reference: int = 0


@dataclass(frozen=True)
class ScopeVariables:
    """Variables for an element or a scope around it, by its id; an empty id is the process instance."""

    variables: Document
    scope_id: str = ""


@dataclass(frozen=True)
class ActivateElement:
    """Activate an element. `ancestor_key` chooses a scope where there are several; 0 and below are no choice."""

    element_id: str
    ancestor_key: int = -1
    variables: Sequence[ScopeVariables] = ()


@dataclass(frozen=True)
class TerminateElement:
    """Terminate an element instance by its key, or all instances of an element."""

    element_instance_key: int = 0
    element_id: str = ""


@dataclass(frozen=True)
class MoveElement:
    """Terminate an element instance, or all of an element, and activate another element for each.

    The scope of the target is chosen by key, found by walking up from the source, or the source's own.
    """

    target_id: str
    source_key: int = 0
    source_id: str = ""
    ancestor_key: int = -1
    infer_ancestor: bool = False
    use_source_parent: bool = False
    variables: Sequence[ScopeVariables] = ()


@dataclass(frozen=True)
class ModifyInstance:
    """Activate, terminate and move elements of a process instance, all or nothing. Answered by `Accepted`."""

    process_instance_key: int
    activate: Sequence[ActivateElement] = ()
    terminate: Sequence[TerminateElement] = ()
    move: Sequence[MoveElement] = ()
    operation_reference: int = 0


@dataclass(frozen=True)
class MigrateInstance:
    """Make a process instance one of another definition; `mapping` pairs element ids. Answered by `Accepted`."""

    process_instance_key: int
    target_definition_key: int
    mapping: Sequence[tuple[str, str]] = ()
    operation_reference: int = 0


@dataclass(frozen=True)
class ActivateJobs:
    """Hand out up to `max_jobs` activatable jobs of a type: higher priority first, then in key order.

    Answered by `JobsActivated`. `only` restricts the choice to these job keys (how a job is pushed to a stream). With a
    lease each job gets a new token; whoever asks for none is not given jobs that ever had one.
    """

    type: str
    worker: str
    timeout: int
    max_jobs: int
    fetch_variables: Sequence[str] = ()
    tenant_ids: Sequence[str] = (DEFAULT_TENANT,)
    only: Sequence[int] | None = None
    max_bytes: int | None = None
    with_lease: bool = False


@dataclass(frozen=True)
class YieldJob:
    """Give back an activated job that could not be delivered; no retry is consumed. Answered by `Accepted`."""

    job_key: int


@dataclass(frozen=True)
class CompleteJob:
    """Complete an activatable or activated job; a leased one only with the token of its latest activation.

    A business id is for a process instance that has none yet and that no other called; else the job does not complete.
    Answered by `Accepted`.
    """

    job_key: int
    variables: Document = field(default_factory=dict[str, JsonValue])
    result: Mapping[str, JsonValue] | None = None
    lease_token: str = ""
    business_id: str = ""


@dataclass(frozen=True)
class FailJob:
    """Fail a job: back after `backoff` ms with `retries` left, or an incident if none are left.

    A leased job needs its token. Answered by `Accepted`.
    """

    job_key: int
    retries: int
    error_message: str = ""
    backoff: int = 0
    variables: Document = field(default_factory=dict[str, JsonValue])
    lease_token: str = ""


@dataclass(frozen=True)
class ThrowError:
    """Throw a BPMN error from a job; a leased one needs its token.

    Answered by `Accepted`, also when nobody catches it (then an incident).
    """

    job_key: int
    error_code: str
    error_message: str = ""
    variables: Document = field(default_factory=dict[str, JsonValue])
    lease_token: str = ""


@dataclass(frozen=True)
class UpdateJobRetries:
    """Set the retries of a job; an incident stays until it is resolved. A lease token counts if there is one.

    Answered by `Accepted`.
    """

    job_key: int
    retries: int
    operation_reference: int = 0
    lease_token: str = ""


@dataclass(frozen=True)
class UpdateJobTimeout:
    """Set the deadline of an activated job to now plus `timeout` ms. A lease token counts if there is one.

    Answered by `Accepted`.
    """

    job_key: int
    timeout: int
    operation_reference: int = 0
    lease_token: str = ""


@dataclass(frozen=True)
class UpdateJobPriority:
    """Set the priority with which a job is handed out from now on. A lease token counts if there is one.

    Answered by `Accepted`.
    """

    job_key: int
    priority: int
    operation_reference: int = 0
    lease_token: str = ""


@dataclass(frozen=True)
class PublishMessage:
    """Publish a message, kept for `time_to_live` ms. Answered by `MessagePublished`.

    With a business id it reaches only instances that have it, and the instances that it starts are given it.
    """

    name: str
    correlation_key: str
    time_to_live: int = 0
    message_id: str = ""
    variables: Document = field(default_factory=dict[str, JsonValue])
    tenant_id: str = DEFAULT_TENANT
    business_id: str = ""


@dataclass(frozen=True)
class BroadcastSignal:
    """Broadcast a signal. Answered by `SignalBroadcast`."""

    name: str
    variables: Document = field(default_factory=dict[str, JsonValue])
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True)
class SetVariables:
    """Set variables at an element instance: in its own scope only (`local`), or merged upward.

    Answered by `VariablesSet`.
    """

    element_instance_key: int
    variables: Document
    local: bool = False
    operation_reference: int = 0


@dataclass(frozen=True)
class ResolveIncident:
    """Try again what raised an incident. Answered by `Accepted`; a new incident may follow."""

    incident_key: int
    operation_reference: int = 0


@dataclass(frozen=True)
class EvaluateDecision:
    """Evaluate a deployed decision; a non-empty id wins over the key. Answered by `DecisionEvaluated`."""

    decision_id: str = ""
    decision_key: int = 0
    variables: Document = field(default_factory=dict[str, JsonValue])
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True)
class EvaluateConditional:
    """Start the processes whose conditional start events hold for the variables; with a key only this one.

    Answered by `ConditionalEvaluated`.
    """

    process_definition_key: int = 0
    variables: Document = field(default_factory=dict[str, JsonValue])
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True)
class CompleteUserTask:
    """Complete a native user task (no gRPC command exists; tests and the testing kit use it).

    Answered by `Accepted`.
    """

    user_task_key: int
    variables: Document = field(default_factory=dict[str, JsonValue])
    action: str = ""


EngineCommand: TypeAlias = (
    DeployResources
    | DeleteResource
    | CreateInstance
    | CancelInstance
    | ModifyInstance
    | MigrateInstance
    | ActivateJobs
    | YieldJob
    | CompleteJob
    | FailJob
    | ThrowError
    | UpdateJobRetries
    | UpdateJobTimeout
    | UpdateJobPriority
    | PublishMessage
    | BroadcastSignal
    | SetVariables
    | ResolveIncident
    | EvaluateConditional
    | EvaluateDecision
    | CompleteUserTask
)
