"""How activated jobs are read from the wire. Tolerant: unknown enum values and empty documents are no error."""

from __future__ import annotations

from typing import Any, cast

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.keys import FormKey, UserTaskKey
from zeebe_grpc.models.jobs import DEFAULT_TENANT, ActivatedJob, JobKind, ListenerEventType, UserTaskProperties
from zeebe_grpc.variables import V

_BPMN_ELEMENT = pb.ActivatedJob.BPMN_ELEMENT
_KINDS = {number: JobKind[name] for name, number in pb.ActivatedJob.JobKind.items()}
_EVENTS = {number: ListenerEventType[name] for name, number in pb.ActivatedJob.ListenerEventType.items()}


def read_jobs(message: pb.ActivateJobsResponse, as_type: type[V] | None) -> list[ActivatedJob[V]]:
    """The jobs of one ActivateJobs response."""
    return [read_job(job, as_type) for job in message.jobs]


def read_job(message: pb.ActivatedJob, as_type: type[V] | None) -> ActivatedJob[V]:
    """One job; its documents stay undecoded until asked for.

    Made from its state: a worker reads thousands a second, and the initializer of a frozen dataclass takes as long as
    all the rest.
    """
    job = cast("ActivatedJob[V]", object.__new__(ActivatedJob))
    job.__setstate__(
        {
            "key": message.key,
            "type": message.type,
            "process_instance_key": message.processInstanceKey,
            "bpmn_process_id": message.bpmnProcessId,
            "process_definition_version": message.processDefinitionVersion,
            "process_definition_key": message.processDefinitionKey,
            "element_id": message.elementId,
            "element_instance_key": message.elementInstanceKey,
            "worker": message.worker,
            "retries": message.retries,
            "deadline_in_milliseconds": message.deadline,
            "tenant_id": message.tenantId or DEFAULT_TENANT,
            "kind": _KINDS.get(message.kind, JobKind.UNRECOGNIZED),
            "listener_event_type": _event(message),
            "user_task": _user_task(message.userTask) if message.HasField("userTask") else None,
            "tags": tuple(message.tags),
            "priority": message.priority,
            "business_id": message.businessId or None,
            "lease_token": message.jobLeaseToken or None,
            "custom_headers_json": message.customHeaders,
            "variables_json": message.variables,
            "as_type": as_type,
        }
    )
    return job


def _event(message: pb.ActivatedJob) -> ListenerEventType:
    """The event; a job that is no listener's has none, whatever an older gateway's zero would mean."""
    if message.kind == _BPMN_ELEMENT:
        return ListenerEventType.UNSPECIFIED
    return _EVENTS.get(message.listenerEventType, ListenerEventType.UNRECOGNIZED)


def _user_task(message: pb.UserTaskProperties) -> UserTaskProperties:
    user_task_key = _set(message, "userTaskKey")
    form_key = _set(message, "formKey")
    return UserTaskProperties(
        user_task_key=None if user_task_key is None else UserTaskKey(user_task_key),
        action=_set(message, "action"),
        assignee=_set(message, "assignee"),
        candidate_groups=tuple(message.candidateGroups),
        candidate_users=tuple(message.candidateUsers),
        changed_attributes=tuple(message.changedAttributes),
        due_date=_set(message, "dueDate"),
        follow_up_date=_set(message, "followUpDate"),
        form_key=None if form_key is None else FormKey(form_key),
        priority=_set(message, "priority"),
    )


def _set(message: Any, field: str) -> Any:
    return getattr(message, field) if message.HasField(field) else None
