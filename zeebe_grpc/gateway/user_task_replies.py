"""What the job of a task listener tells of its user task: the gateway reads it from the job's headers."""

from __future__ import annotations

import json
from collections.abc import Mapping

from zeebe_grpc._proto import gateway_pb2 as pb

_PREFIX = "io.camunda.zeebe:"
_TEXTS = ("action", "assignee", "dueDate", "followUpDate")
_NUMBERS = ("formKey", "priority", "userTaskKey")
_LISTS = ("candidateGroups", "candidateUsers", "changedAttributes")


def user_task_properties(headers: Mapping[str, str]) -> pb.UserTaskProperties:
    """The user task of a listener's job; what no header tells is left unset."""
    properties = pb.UserTaskProperties()
    for name in _TEXTS:
        if (text := headers.get(_PREFIX + name)) is not None:
            setattr(properties, name, text)
    for name in _NUMBERS:
        if (text := headers.get(_PREFIX + name)) is not None:
            setattr(properties, name, int(text))
    for name in _LISTS:
        getattr(properties, name).extend(json.loads(headers.get(_PREFIX + name, "[]")))
    return properties
