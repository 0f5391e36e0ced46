"""Jobs as a worker gets them, and what a worker may say when it completes one."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, cast, overload

from zeebe_grpc.errors import GatewayError
from zeebe_grpc.keys import ElementInstanceKey, FormKey, JobKey, ProcessDefinitionKey, ProcessInstanceKey, UserTaskKey
from zeebe_grpc.variables import V, Variables, decode

DEFAULT_TENANT = "<default>"
"""The tenant of everything on a cluster without multi-tenancy."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LATEST: Final = datetime.max.replace(tzinfo=timezone.utc)


class JobKind(Enum):
    """What a job is created for."""

    BPMN_ELEMENT = "BPMN_ELEMENT"
    EXECUTION_LISTENER = "EXECUTION_LISTENER"
    TASK_LISTENER = "TASK_LISTENER"
    AD_HOC_SUB_PROCESS = "AD_HOC_SUB_PROCESS"
    UNRECOGNIZED = "UNRECOGNIZED"
    """A kind that a newer gateway knows."""


class ListenerEventType(Enum):
    """The event that a listener's job is created for."""

    ASSIGNING = "ASSIGNING"
    CANCELING = "CANCELING"
    COMPLETING = "COMPLETING"
    CREATING = "CREATING"
    END = "END"
    START = "START"
    UNSPECIFIED = "UNSPECIFIED"
    UPDATING = "UPDATING"
    BEFORE_ALL = "BEFORE_ALL"
    CANCEL = "CANCEL"
    UNRECOGNIZED = "UNRECOGNIZED"
    """An event that a newer gateway knows."""


class TenantFilter(Enum):
    """Whose jobs are asked for (8.9)."""

    PROVIDED = "PROVIDED"
    """Those of the tenants named in the request."""
    ASSIGNED = "ASSIGNED"
    """Those of all tenants that the caller is assigned to; the request's list is ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskProperties:
    """The user task that a task listener's job is about (8.8). None means that the gateway did not say."""

    user_task_key: UserTaskKey | None = None
    action: str | None = None
    assignee: str | None = None
    candidate_groups: tuple[str, ...] = ()
    candidate_users: tuple[str, ...] = ()
    changed_attributes: tuple[str, ...] = ()
    due_date: str | None = None
    follow_up_date: str | None = None
    form_key: FormKey | None = None
    priority: int | None = None


@dataclass(frozen=True, kw_only=True)
class ActivatedJob(Generic[V]):
    """A job that this client now holds, until `deadline`.

    `variables` and `custom_headers` are decoded when first read, so that one job with variables that do not fit costs
    nobody the others; their texts are in `variables_json` and `custom_headers_json`.
    """

    key: JobKey
    type: str
    process_instance_key: ProcessInstanceKey
    bpmn_process_id: str
    process_definition_version: int
    process_definition_key: ProcessDefinitionKey
    element_id: str
    element_instance_key: ElementInstanceKey
    worker: str = ""
    retries: int
    """Retries left, this attempt included."""
    deadline: datetime
    """When the job is offered to others again, by the broker's clock; in UTC."""
    tenant_id: str = DEFAULT_TENANT
    kind: JobKind = JobKind.BPMN_ELEMENT
    listener_event_type: ListenerEventType = ListenerEventType.UNSPECIFIED
    user_task: UserTaskProperties | None = None
    tags: tuple[str, ...] = ()
    priority: int = 0
    """Of the element (8.10); 0 if the gateway did not say."""
    business_id: str | None = None
    """Of the process instance (8.10)."""
    lease_token: str | None = field(default=None, repr=False)
    """Proof that this client holds the job (8.10, `with_lease=True`). It travels along if the job itself is given to
    `complete_job`, `fail_job`, `throw_error` and the `update_job_*` methods."""
    custom_headers_json: str = field(default="{}", repr=False)
    variables_json: str = field(default="{}", repr=False)
    as_type: builtins.type[V] | None = field(default=None, repr=False)

    @cached_property
    def variables(self) -> V:
        """The variables asked for, as `as_type`.

        Raises:
            VariablesError: They do not fit `as_type`; the error names the path.
        """
        return decode(self.variables_json, self.as_type)

    @cached_property
    def custom_headers(self) -> Mapping[str, str]:
        """The task headers of the element in the model."""
        return decode(self.custom_headers_json)

    if not TYPE_CHECKING:  # a worker looks at no deadline of the broker's clock, and a point in time takes long to make

        def __getattr__(self, name: str) -> Any:
            if name == "deadline" and "deadline_in_milliseconds" in self.__dict__:
                self.__dict__["deadline"] = found = _point_in_time(self.__dict__.pop("deadline_in_milliseconds"))
                return found
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("variables", "custom_headers")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def _point_in_time(epoch_milliseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(milliseconds=epoch_milliseconds)
    except OverflowError:
        return _LATEST


class ActivatedJobs(Sequence[ActivatedJob[V]]):
    """The jobs that one ActivateJobs call brought: an immutable sequence.

    Attributes:
        error: Why the call ended early, if some jobs had arrived before it failed; None if it ended well. A call that
            failed with nothing raises instead.
    """

    __slots__ = ("_jobs", "error")

    def __init__(self, jobs: Sequence[ActivatedJob[V]] = (), error: GatewayError | None = None) -> None:
        self._jobs = tuple(jobs)
        self.error = error

    @overload
    def __getitem__(self, index: int) -> ActivatedJob[V]: ...
    @overload
    def __getitem__(self, index: slice) -> ActivatedJobs[V]: ...
    def __getitem__(self, index: int | slice) -> ActivatedJob[V] | ActivatedJobs[V]:
        if isinstance(index, slice):
            return ActivatedJobs(self._jobs[index], self.error)
        return self._jobs[index]

    def __len__(self) -> int:
        return len(self._jobs)

    def __repr__(self) -> str:
        return f"ActivatedJobs({list(self._jobs)!r}, error={self.error!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ActivatedJobs):
            return False
        theirs = cast("ActivatedJobs[object]", other)
        return (self._jobs, self.error) == (theirs._jobs, theirs.error)

    def __hash__(self) -> int:
        return hash(tuple(job.key for job in self._jobs))


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskCorrections:
    """What a user task listener changes. None keeps a value; empty text or an empty sequence clears it."""

    assignee: str | None = None
    due_date: str | datetime | None = None
    """RFC 3339."""
    follow_up_date: str | datetime | None = None
    """RFC 3339."""
    candidate_users: Sequence[str] | None = None
    candidate_groups: Sequence[str] | None = None
    priority: int | None = None
    """0 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskResult:
    """What a user task listener says (8.8): it lets the transition pass, with corrections or without, or denies it."""

    denied: bool = False
    denied_reason: str | None = None
    """Shown to people; only with `denied`."""
    corrections: UserTaskCorrections | None = None
    """Not together with `denied`."""


@dataclass(frozen=True, slots=True)
class ActivateElement:
    """An element of an ad-hoc sub-process to activate, with variables for its own scope."""

    element_id: str
    variables: Variables = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdHocSubProcessResult:
    """What the job of an ad-hoc sub-process says (8.8): which elements come next, and whether it is complete."""

    activate_elements: Sequence[ActivateElement] = ()
    is_completion_condition_fulfilled: bool = False
    is_cancel_remaining_instances: bool = False


JobCompletion: TypeAlias = UserTaskResult | AdHocSubProcessResult
"""What `complete_job` takes as `result`."""
