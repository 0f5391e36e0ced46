"""What the engine answers: one frozen value per kind of answer, and why it refuses a command.

As in `commands`, keys are plain integers, points in time epoch milliseconds, documents JSON values in Python form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from zeebe_grpc.engine.commands import DEFAULT_TENANT, Document


class RejectionType(Enum):
    """Why the engine refuses a command."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    INVALID_STATE = "INVALID_STATE"
    PROCESSING_ERROR = "PROCESSING_ERROR"
    EXCEEDED_BATCH_RECORD_SIZE = "EXCEEDED_BATCH_RECORD_SIZE"
    UNSUPPORTED = "UNSUPPORTED"


@dataclass(frozen=True)
class Rejection:
    """A refused command: nothing was changed."""

    intent: str
    type: RejectionType
    reason: str


@dataclass(frozen=True)
class Accepted:
    """Done, and there is nothing more to say."""

    key: int = 0


@dataclass(frozen=True)
class DeployedDefinition:
    """One definition of a deployment. `kind`: process, decision, decision_requirements, form or resource."""

    kind: str
    key: int
    id: str
    version: int
    resource_name: str
    tenant_id: str = DEFAULT_TENANT
    name: str = ""
    requirements_id: str = ""
    requirements_key: int = 0


@dataclass(frozen=True)
class Deployed:
    """All resources are deployed; unchanged ones keep their key and version."""

    deployment_key: int
    definitions: Sequence[DeployedDefinition]
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True)
class InstanceCreated:
    """A process instance was started."""

    process_definition_key: int
    bpmn_process_id: str
    version: int
    process_instance_key: int
    tenant_id: str = DEFAULT_TENANT
    tags: Sequence[str] = ()
    business_id: str = ""


@dataclass(frozen=True)
class InstanceResult:
    """A process instance started with `with_result` has completed; its root variables as asked for."""

    created: InstanceCreated
    variables: Document


@dataclass(frozen=True)
class Job:
    """A job as a worker sees it. `deadline` is in epoch milliseconds."""

    key: int
    type: str
    process_instance_key: int
    bpmn_process_id: str
    process_definition_version: int
    process_definition_key: int
    element_id: str
    element_instance_key: int
    custom_headers: Mapping[str, str]
    worker: str
    retries: int
    deadline: int
    variables: Document
    tenant_id: str = DEFAULT_TENANT
    kind: str = "BPMN_ELEMENT"
    listener_event_type: str = "UNSPECIFIED"
    tags: Sequence[str] = ()
    business_id: str = ""
    lease_token: str = ""
    priority: int = 0


@dataclass(frozen=True)
class JobsActivated:
    """The jobs handed out; `truncated` if a job did not fit into the size asked for."""

    jobs: Sequence[Job]
    truncated: bool = False


@dataclass(frozen=True)
class MessagePublished:
    """The message's key."""

    message_key: int
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True)
class SignalBroadcast:
    """The signal's key."""

    signal_key: int
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True)
class VariablesSet:
    """The key of the accepted command."""

    key: int


@dataclass(frozen=True)
class ConditionalEvaluated:
    """Which process instances an evaluation started, as pairs of definition key and instance key."""

    evaluation_key: int
    instances: Sequence[tuple[int, int]]
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True)
class DecisionEvaluated:
    """The whole result of an evaluation; `evaluation` is the value that `engine.dmn` gave."""

    decision_id: str
    decision_name: str
    decision_version: int
    decision_key: int
    requirements_id: str
    requirements_key: int
    evaluation_key: int
    evaluation: Any
    tenant_id: str = DEFAULT_TENANT
    identities: Sequence[tuple[int, int]] = ()
    """Key and version of each of `evaluation.decisions`; -1 and -1 for a knowledge model."""


Answer: TypeAlias = (
    Accepted
    | Deployed
    | InstanceCreated
    | InstanceResult
    | JobsActivated
    | MessagePublished
    | SignalBroadcast
    | VariablesSet
    | ConditionalEvaluated
    | DecisionEvaluated
    | Rejection
)
