"""User tasks that are no jobs: their attributes and where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from zeebe_grpc.engine.commands import Document, JsonValue
from zeebe_grpc.engine.state.elements import ElementInstance

CORRECTABLE: Mapping[str, str] = {
    "assignee": "assignee",
    "candidateGroups": "candidate_groups",
    "candidateUsers": "candidate_users",
    "dueDate": "due_date",
    "followUpDate": "follow_up_date",
    "priority": "priority",
}
"""The attributes that a task listener may correct, by the names that it uses."""


@dataclass(frozen=True)
class TaskData:
    """The attributes of a user task. `changed` names those that its running transition changes."""

    assignee: str = ""
    candidate_groups: Sequence[str] = ()
    candidate_users: Sequence[str] = ()
    due_date: str = ""
    follow_up_date: str = ""
    priority: int = 50
    form_key: int = -1
    external_form: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    variables: Document = field(default_factory=dict[str, JsonValue])
    action: str = ""
    changed: Sequence[str] = ()
    denied_reason: str = ""

    def differences(self, other: TaskData) -> tuple[str, ...]:
        """The attributes that differ, in alphabetical order."""
        names = [name for name, own in CORRECTABLE.items() if getattr(self, own) != getattr(other, own)]
        if dict(self.variables) != dict(other.variables):
            names.append("variables")
        return tuple(sorted(names))


class TaskPhase(Enum):
    """Where a user task stands; the values are the moments to which its listeners listen."""

    CREATING = "creating"
    CREATED = "created"
    ASSIGNING = "assigning"
    UPDATING = "updating"
    COMPLETING = "completing"
    CANCELING = "canceling"


@dataclass(frozen=True)
class DocumentUpdate:
    """Variables that are to be set in the scope of a user task when its listeners have agreed."""

    key: int
    variables: Document
    local: bool
    value: Mapping[str, Any]


@dataclass(eq=False)
class UserTaskEntry:
    """A user task. `data` is what holds, `coming` what will hold when the running transition has ended."""

    key: int
    instance: ElementInstance
    data: TaskData
    coming: TaskData
    created_at: int
    phase: TaskPhase = TaskPhase.CREATING
    first_assignee: str = ""
    listener_index: int = 0
    request: int = 0
    update: DocumentUpdate | None = None

    def value(self, data: TaskData) -> dict[str, Any]:
        """The record of the task with certain attributes."""
        definition = self.instance.definition
        return {
            "userTaskKey": self.key,
            "assignee": data.assignee,
            "candidateGroupsList": list(data.candidate_groups),
            "candidateUsersList": list(data.candidate_users),
            "dueDate": data.due_date,
            "followUpDate": data.follow_up_date,
            "priority": data.priority,
            "formKey": data.form_key,
            "externalFormReference": data.external_form,
            "customHeaders": dict(data.headers),
            "variables": dict(data.variables),
            "action": data.action,
            "changedAttributes": list(data.changed),
            "deniedReason": data.denied_reason,
            "creationTimestamp": self.created_at,
            "elementId": self.instance.element.id,
            "elementInstanceKey": self.instance.key,
            "processInstanceKey": self.instance.process_instance_key,
            "bpmnProcessId": definition.id,
            "processDefinitionVersion": definition.version,
            "processDefinitionKey": definition.key,
            "tenantId": definition.tenant_id,
        }


class UserTasks:
    """Open user tasks by key."""

    def __init__(self) -> None:
        self._tasks: dict[int, UserTaskEntry] = {}

    def get(self, key: int) -> UserTaskEntry | None:
        """The task with this key."""
        return self._tasks.get(key)

    def add(self, task: UserTaskEntry) -> None:
        """Enter a task."""
        self._tasks[task.key] = task

    def remove(self, task: UserTaskEntry) -> None:
        """Take a task out."""
        self._tasks.pop(task.key, None)
