"""Rules of events and of the messages, signals and escalations that they refer to."""

from __future__ import annotations

from collections.abc import Iterator

from zeebe_grpc.engine.model.document import child, children, extensions, identity, kind, zeebe
from zeebe_grpc.engine.model.rules.index import (
    CATCH_EVENTS,
    THROW_EVENTS,
    Index,
    event_definitions,
    is_true,
    listeners,
    parent_kind,
)
from zeebe_grpc.engine.model.rules.structure import has_id, interruption
from zeebe_grpc.engine.versions import CONDITIONAL_STARTS
from zeebe_grpc.engine.xml import Element

_BOUNDARY = ("timer", "message", "error", "signal", "escalation", "compensate")
_END = ("error", "message", "terminate", "signal", "escalation", "compensate")
_CATCH = ("message", "timer", "signal", "link")
_ANY = (*_BOUNDARY, "terminate", "link")
_EXPRESSION_PREFIX = "="


def start_event(element: Element, index: Index) -> Iterator[str]:
    """A start event has one type, and cannot be listened to before it starts."""
    yield from has_id(element, index)
    if len(event_definitions(element)) > 1:
        yield "Start event can't have more than one type"
    for container in extensions(element, "properties"):
        for found in container.findall(zeebe("property")):
            if found.get("name") == "publicAccess" and is_true(found.get("value")):
                yield "Start event forms with public access enabled are not supported"
    if listeners(element, "start"):
        yield "Execution listeners of type 'start' are not supported by start events"


def boundary_event(element: Element, index: Index) -> Iterator[str]:
    """A boundary event stands on an activity and waits for one thing."""
    host = index.get(element.get("attachedToRef"))
    if host is None:
        yield "Must be attached to an activity"
    if index.flows(element, "incoming"):
        yield "Cannot have incoming sequence flows"
    found = event_definitions(element)
    compensates = any(kind(definition) == "compensateEventDefinition" for definition in found)
    if compensates and (index.flows(element, "outgoing") or not _has_association(element, index)):
        yield "Compensation boundary events must have a compensation association and no outgoing sequence flows"
    if len(found) != 1:
        yield "Must have exactly one event definition"
    for definition in found:
        if not _is_one_of(definition, _BOUNDARY):
            yield "Boundary events must be one of: timer, message, error, signal, escalation"
        if kind(definition) == "escalationEventDefinition" and (host is None or kind(host) not in _ESCALATION_HOSTS):
            yield "An escalation boundary event should only be attached to a subprocess, or a call activity."
        yield from interruption(definition, element.get("cancelActivity") != "false")
    if compensates and (listeners(element, "start") or listeners(element, "end")):
        yield "Execution listeners of type 'start' and 'end' are not supported by [compensation] boundary events"
    elif found and listeners(element, "start"):
        yield "Execution listeners of type 'start' are not supported by boundary events"


def catch_event(element: Element, index: Index) -> Iterator[str]:
    """An intermediate catch event waits for one thing."""
    yield from has_id(element, index)
    found = event_definitions(element)
    if len(found) != 1:
        yield "Must have exactly one event definition"
    elif not _is_one_of(found[0], _CATCH):
        yield "Event definition must be one of: message, timer, signal, or link"
    elif kind(found[0]) == "timerEventDefinition" and not _has_moment(found[0]):
        yield "Intermediate timer catch event must have either a time duration or a time date."


def _has_moment(definition: Element) -> bool:
    return child(definition, "timeDuration") is not None or child(definition, "timeDate") is not None


def end_event(element: Element, index: Index) -> Iterator[str]:
    """An end event ends."""
    if index.flows(element, "outgoing"):
        yield "End events must not have outgoing sequence flows to other elements."
    found = event_definitions(element)
    if len(found) > 1:
        yield "Must have at most one event definition"
    for definition in found:
        if not _is_one_of(definition, _END):
            yield ("End events must be one of: none, error, message, terminate, signal, escalation or compensation")
    yield from _waits(found, "end event")
    if found and kind(found[0]) in ("errorEventDefinition", "escalationEventDefinition") and listeners(element, "end"):
        yield "Execution listeners of type 'end' are not supported by [escalation, error] end events"


def throw_event(element: Element, index: Index) -> Iterator[str]:
    """A throwing compensation waits for the handlers."""
    yield from _waits(event_definitions(element), "intermediate throwing event")


def message_throw(element: Element, index: Index) -> Iterator[str]:
    """A message is thrown by a job."""
    yield from has_id(element, index)
    for definition in event_definitions(element):
        if kind(definition) != "messageEventDefinition":
            continue
        publishing, jobs = extensions(definition, "publishMessage"), extensions(element, "taskDefinition")
        if len(publishing) + len(jobs) != 1:
            yield "Must have either one 'zeebe:publishMessage' or one 'zeebe:taskDefinition' extension element"
        elif not jobs and index.get(definition.get("messageRef")) is None:
            yield "Must reference a message"


def event_definition(element: Element, index: Index) -> Iterator[str]:
    """Not every type of event is executed; conditions only start processes, and that from 8.9 on."""
    if _is_one_of(element, _ANY):
        return
    if kind(element) != "conditionalEventDefinition" or index.version < CONDITIONAL_STARTS:
        yield "Event definition of this type is not supported"
    elif parent_kind(element) != "startEvent" or _scope_kind(element) != "process":
        yield "Conditional events are only supported as start events of a process"


def error_definition(element: Element, index: Index) -> Iterator[str]:
    """A thrown error has a code, a caught one no expression."""
    error = index.get(element.get("errorRef"))
    code = error.get("errorCode") if error is not None else None
    if parent_kind(element) == "endEvent":
        if error is None:
            yield "Must reference an error"
        elif not code:
            yield "ErrorCode must be present and not empty"
    elif code is not None and code.startswith(_EXPRESSION_PREFIX):
        yield "The errorCode of the error catch event is not allowed to be an expression"


def escalation_definition(element: Element, index: Index) -> Iterator[str]:
    """A thrown escalation is named, a caught one has no expression."""
    escalation = index.get(element.get("escalationRef"))
    if parent_kind(element) in THROW_EVENTS and escalation is None:
        yield "Must reference an escalation"
    code = escalation.get("escalationCode") if escalation is not None else None
    if parent_kind(element) in CATCH_EVENTS and code is not None and code.startswith(_EXPRESSION_PREFIX):
        yield "The escalationCode of the escalation catch event is not allowed to be an expression"


def message_definition(element: Element, index: Index) -> Iterator[str]:
    """A waiting or throwing message event names its message."""
    job = parent_kind(element) in THROW_EVENTS
    if not job and index.get(element.get("messageRef")) is None:
        yield "Must reference a message"


def signal_definition(element: Element, index: Index) -> Iterator[str]:
    """A signal event names its signal."""
    if index.get(element.get("signalRef")) is None:
        yield "Must reference a signal"


def link_definition(element: Element, index: Index) -> Iterator[str]:
    """A link has a name."""
    if not element.get("name"):
        yield "Link name must be present and not empty."


def timer_definition(element: Element, index: Index) -> Iterator[str]:
    """A timer is written in one of three ways."""
    if len(children(element, "timeDate", "timeDuration", "timeCycle")) != 1:
        yield "Must be exactly one type of timer: timeDuration, timeDate or timeCycle"


def compensation_definition(element: Element, index: Index) -> Iterator[str]:
    """A compensation of one activity names one that can be compensated."""
    reference = element.get("activityRef")
    if not reference:
        return
    activity = index.get(reference)
    if activity is None:
        yield f"The referenced compensation activity '{reference}' doesn't exist"
        return
    attached = [found for event in index.boundary_events(activity) for found in event_definitions(event)]
    compensable = any(kind(found) == "compensateEventDefinition" for found in attached)
    if not compensable and (kind(activity) != "subProcess" or is_true(activity.get("triggeredByEvent"))):
        yield (
            f"The referenced compensation activity '{reference}' "
            "must have either a compensation boundary event or be a subprocess"
        )
    event = element.getparent()
    if event is not None and activity.getparent() is not event.getparent():
        yield (
            f"The referenced compensation activity '{reference}' "
            "must be in the same scope as the compensation throw event"
        )


def message(element: Element, index: Index) -> Iterator[str]:
    """A message that is waited for has a name, and outside of start events one subscription."""
    yield from has_id(element, index)
    users = [found for found in index.all("messageEventDefinition") if index.get(found.get("messageRef")) is element]
    receiving = any(index.get(task.get("messageRef")) is element for task in index.all("receiveTask"))
    caught = any(parent_kind(found) in ("intermediateCatchEvent", "boundaryEvent") for found in users)
    if caught or receiving or sum(_is_sub_process_start(found) for found in users) == 1:
        yield from _named(element)
        if len(extensions(element, "subscription")) != 1:
            yield "Must have exactly one zeebe:subscription extension element"
        return
    sending = any(index.get(task.get("messageRef")) is element for task in index.all("sendTask"))
    starts = sum(parent_kind(found) == "startEvent" and _scope_kind(found) == "process" for found in users)
    if sending or any(parent_kind(found) in THROW_EVENTS for found in users):
        yield from _named(element)
    elif starts > 1:
        yield "A message cannot be referred by more than one start event"
    elif starts == 1:
        yield from _named(element)


def signal(element: Element, index: Index) -> Iterator[str]:
    """A signal that is used has a name."""
    yield from has_id(element, index)
    if any(index.get(found.get("signalRef")) is element for found in index.all("signalEventDefinition")):
        yield from _named(element)


def escalation(element: Element, index: Index) -> Iterator[str]:
    """An escalation that is thrown has a code."""
    yield from has_id(element, index)
    users = [
        found for found in index.all("escalationEventDefinition") if index.get(found.get("escalationRef")) is element
    ]
    if any(parent_kind(found) in THROW_EVENTS for found in users) and not element.get("escalationCode"):
        yield "EscalationCode must be present and not empty"


_ESCALATION_HOSTS = ("subProcess", "adHocSubProcess", "callActivity")


def _waits(definitions: list[Element], name: str) -> Iterator[str]:
    for definition in definitions:
        waits = definition.get("waitForCompletion")
        if kind(definition) == "compensateEventDefinition" and waits is not None and not is_true(waits):
            yield f"A compensation {name} waitForCompletion attribute must be true or not present"


def _named(element: Element) -> Iterator[str]:
    if not element.get("name"):
        yield "Name must be present and not empty"


def _is_one_of(definition: Element, names: tuple[str, ...]) -> bool:
    return kind(definition).removesuffix("EventDefinition") in names


def _has_association(event: Element, index: Index) -> bool:
    return any(index.get(found.get("sourceRef")) is event for found in index.associations) and bool(identity(event))


def _scope_kind(definition: Element) -> str:
    event = definition.getparent()
    return "" if event is None else parent_kind(event)


def _is_sub_process_start(definition: Element) -> bool:
    """Whether it belongs to a start event of a sub-process directly in a process."""
    event = definition.getparent()
    scope = None if event is None else event.getparent()
    if event is None or scope is None or kind(event) != "startEvent":
        return False
    return kind(scope) in ("subProcess", "adHocSubProcess") and parent_kind(scope) == "process"
