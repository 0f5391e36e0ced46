"""Where a new process instance begins, if not at its start event, and after which elements it ends."""

from __future__ import annotations

from collections.abc import Sequence

from zeebe_grpc.engine.answers import RejectionType
from zeebe_grpc.engine.commands import CreateInstance
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.model.elements import ElementType, Event, FlowNode, Process
from zeebe_grpc.engine.processing.direct import is_inside

UNSUPPORTED = (ElementType.PROCESS, ElementType.START_EVENT, ElementType.BOUNDARY_EVENT)
"""Types of elements that cannot be activated directly."""


def start_elements(command: CreateInstance, process: Process) -> Sequence[FlowNode]:
    """The elements at which an instance is to begin.

    Raises:
        RejectedError: if one of them is not there or cannot be activated directly.
    """
    expected = "Expected to create instance of process with start instructions but"
    found: list[FlowNode] = []
    for element_id in command.start_elements:
        element = process.elements.get(element_id)
        if element is None:
            raise _refused(f"{expected} no element found with id '{element_id}'.")
        reason = _obstacle(element)
        if reason:
            raise _refused(f"{expected} the element with id '{element_id}' {reason}")
        found.append(element)
    return found


def check_last_elements(command: CreateInstance, process: Process) -> None:
    """Check the elements after which an instance is to end.

    Raises:
        RejectedError: if one of them is not there.
    """
    for element_id in command.terminate_after:
        if element_id not in process.elements:
            raise _refused(
                "Expected to create instance of process with runtime instructions "
                f"but no element found with id '{element_id}'."
            )


def _obstacle(element: FlowNode) -> str:
    if is_inside(element, ElementType.MULTI_INSTANCE_BODY):
        return "is inside a multi-instance subprocess, where elements cannot be activated directly."
    if is_inside(element, ElementType.AD_HOC_SUB_PROCESS):
        return "is inside an ad-hoc subprocess, where elements cannot be activated directly."
    if element.type in UNSUPPORTED:
        return f"targets unsupported element type '{element.type.value}'."
    if isinstance(element, Event) and element.behind_event_gateway:
        return "belongs to an event-based gateway, whose events cannot be activated directly."
    return ""


def _refused(reason: str) -> RejectedError:
    return RejectedError("PROCESS_INSTANCE_CREATION", "CREATE", RejectionType.INVALID_ARGUMENT, reason)
