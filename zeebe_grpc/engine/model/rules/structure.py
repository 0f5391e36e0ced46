"""Rules of the structure: definitions, processes, sub-processes, gateways, sequence flows and what may stand where."""

from __future__ import annotations

from collections.abc import Iterator

from zeebe_grpc.engine.model.document import child, children, extension, identity, kind
from zeebe_grpc.engine.model.node_reader import FLOW_NODES
from zeebe_grpc.engine.model.rules.duplicates import of_event_sub_processes, of_links, same_codes, same_names
from zeebe_grpc.engine.model.rules.index import Index, event_definitions, is_true, listeners, parent_kind
from zeebe_grpc.engine.xml import Element

_PASSIVE = frozenset({"sequenceFlow", "dataObject", "dataObjectReference", "dataStoreReference"})
_OTHER_FLOW_ELEMENTS = frozenset(
    {
        "complexGateway",
        "transaction",
        "choreographyTask",
        "callChoreography",
        "subChoreography",
        "implicitThrowEvent",
        "event",
    }
)
_GATEWAY_TARGETS = ("timerEventDefinition", "messageEventDefinition", "signalEventDefinition")
_ESCALATION = "escalationEventDefinition"
_SUB_PROCESS_STARTS = (*_GATEWAY_TARGETS, "errorEventDefinition", _ESCALATION)
_COMPENSABLE = ("serviceTask", "userTask", "sendTask", "scriptTask", "manualTask", "task")


def has_id(element: Element, index: Index) -> Iterator[str]:
    """An element that others refer to needs an id."""
    if not identity(element):
        yield "Link id must be present and not empty."


def definitions(element: Element, index: Index) -> Iterator[str]:
    """Something must be executable."""
    if not any(process.get("isExecutable") == "true" for process in children(element, "process")):
        yield "Must contain at least one executable process"


def process(element: Element, index: Index) -> Iterator[str]:
    """A process begins somewhere, and nowhere twice."""
    yield from has_id(element, index)
    starts = children(element, "startEvent")
    if not starts:
        yield "Must have at least one start event"
    elif sum(not event_definitions(start) for start in starts) > 1:
        yield "Multiple none start events are not allowed"
    yield from of_event_sub_processes(element, index)
    of_starts = [found for start in starts for found in event_definitions(start)]
    yield from same_names([found for found in of_starts if kind(found) == "signalEventDefinition"], index)
    messages: dict[str | None, Element] = {}
    for found in of_starts:
        if kind(found) == "messageEventDefinition":
            messages.setdefault(found.get("messageRef"), found)
    yield from same_names(list(messages.values()), index)
    yield from of_links(element, index)


def sub_process(element: Element, index: Index) -> Iterator[str]:
    """A sub-process begins with one start event, of the kind that belongs to it."""
    yield from has_id(element, index)
    starts = children(element, "startEvent")
    if len(starts) != 1 and kind(element) != "adHocSubProcess":
        yield "Must have exactly one start event"
    if starts and is_true(element.get("triggeredByEvent")):
        yield from _event_sub_process_start(starts[0])
        yield from _loop_that_stops_zeebe(element, starts[0])
        if parent_kind(element) == "adHocSubProcess" and starts[0].get("isInterrupting") != "false":
            yield "An interrupting event subprocess is not allowed inside an ad-hoc subprocess"
    elif starts and event_definitions(starts[0]):
        yield "Start events in subprocesses must be of type none"
    yield from of_event_sub_processes(element, index)
    yield from of_links(element, index)


def ad_hoc(element: Element, index: Index) -> Iterator[str]:
    """An ad-hoc sub-process holds activities and neither start nor end."""
    nodes = [found for found in element if kind(found) in FLOW_NODES or kind(found) in _PASSIVE]
    if not nodes:
        yield "Must have at least one activity."
    if children(element, "startEvent"):
        yield "Must not contain a start event."
    if children(element, "endEvent"):
        yield "Must not contain an end event."
    if extension(element, "taskDefinition") is None:
        return
    if element.get("cancelRemainingInstances") == "false":
        yield "Must not set cancelRemainingInstances to false in combination with zeebe:taskDefinition"
    if child(element, "completionCondition") is not None:
        yield "Must not set completionCondition in combination with zeebe:taskDefinition"
    settings = extension(element, "adHoc")
    if settings is not None and settings.get("activeElementsCollection"):
        yield "Must not set activeElementsCollection in combination with zeebe:taskDefinition"


def activity(element: Element, index: Index) -> Iterator[str]:
    """The boundary events of one activity can be told apart."""
    yield from has_id(element, index)
    attached = [found for event in index.boundary_events(element) for found in event_definitions(event)]
    yield from same_names(attached, index)
    yield from same_codes(attached, index)


def compensation_handler(element: Element, index: Index) -> Iterator[str]:
    """A compensation handler stands apart from the flow."""
    if not is_true(element.get("isForCompensation")):
        return
    if kind(element) not in _COMPENSABLE:
        yield (
            "Compensation task must be one of: service task, user task, send task, script task, manual task, "
            "or undefined task."
        )
    if index.flows(element, "incoming"):
        yield "A compensation handler should have no incoming sequence flows"
    if index.flows(element, "outgoing"):
        yield "A compensation handler should have no outgoing sequence flows"
    if index.boundary_events(element):
        yield "A compensation handler should have no boundary events"


def gateway(element: Element, index: Index) -> Iterator[str]:
    """A gateway is left at once, so nothing can listen to its end."""
    yield from has_id(element, index)
    if listeners(element, "end"):
        yield "Execution listeners of type 'end' are not supported by gateway element"


def default_flow(element: Element, index: Index) -> Iterator[str]:
    """The default flow belongs to the gateway."""
    default = index.get(element.get("default")) if element.get("default") else None
    if default is not None and index.get(default.get("sourceRef")) is not element:
        yield "Default flow must start at gateway"


def event_gateway(element: Element, index: Index) -> Iterator[str]:
    """An event-based gateway leads to events that only it leads to."""
    flows = index.flows(element, "outgoing")
    if len(flows) < 2:
        yield "Event-based gateway must have at least 2 outgoing sequence flows."
    targets = [index.get(flow.get("targetRef")) for flow in flows]
    if not all(target is not None and _is_gateway_target(target) for target in targets):
        yield (
            "Event-based gateway must not have an outgoing sequence flow to other elements than "
            "message/timer/signal intermediate catch events."
        )
    events = [target for target in targets if target is not None and kind(target) == "intermediateCatchEvent"]
    yield from same_names([found for event in events for found in event_definitions(event)], index)
    arriving = [flow for target in targets if target is not None for flow in index.flows(target, "incoming")]
    if any(index.get(flow.get("sourceRef")) is not element for flow in arriving):
        yield (
            "Target elements of an event gateway must not have any additional incoming sequence flows other than that "
            "from the event gateway."
        )


def sequence_flow(element: Element, index: Index) -> Iterator[str]:
    """A flow connects two nodes, and where several leave a gateway it has a condition."""
    yield from has_id(element, index)
    for end in ("sourceRef", "targetRef"):
        reference = element.get(end)
        if not (reference or "").strip():
            yield f"SequenceFlow is missing required attribute {end}"
        elif index.get(reference) is None:
            yield f"SequenceFlow has {end} '{reference}' which cannot be resolved"
    source = index.get(element.get("sourceRef"))
    if source is None or len(index.flows(source, "outgoing")) < 2:
        return
    is_default = source.get("default") == identity(element)
    if is_default or child(element, "conditionExpression") is not None:
        return
    if kind(source) == "exclusiveGateway":
        yield "Must have a condition or be default flow"
    elif kind(source) == "inclusiveGateway" and any(flow is element for flow in index.flows(source, "outgoing")):
        yield "Must have a condition"


def unconditional(element: Element, index: Index) -> Iterator[str]:
    """Only two kinds of gateways choose."""
    if any(child(flow, "conditionExpression") is not None for flow in index.flows(element, "outgoing")):
        yield "Conditional sequence flows are only supported at exclusive or inclusive gateway"


def unknown_element(element: Element, index: Index) -> Iterator[str]:
    """A flow element that Zeebe does not execute."""
    if kind(element) in _OTHER_FLOW_ELEMENTS:
        name = kind(element)
        yield f"Elements of type '{name[0].upper()}{name[1:]}' are currently not supported."


UNKNOWN_ELEMENTS = _OTHER_FLOW_ELEMENTS


def _event_sub_process_start(start: Element) -> Iterator[str]:
    found = event_definitions(start)
    text = "Start events in event subprocesses must be one of: message, timer, error, signal or escalation"
    if not found:
        yield text
    for definition in found:
        if kind(definition) not in _SUB_PROCESS_STARTS:
            yield text
        yield from interruption(definition, start.get("isInterrupting") != "false")


def _loop_that_stops_zeebe(element: Element, start: Element) -> Iterator[str]:
    """Zeebe accepts such a loop; when something is caught, it writes nothing more of the process instance."""
    caught = {kind(definition) for definition in event_definitions(start)} & {"errorEventDefinition", _ESCALATION}
    if caught and child(element, "multiInstanceLoopCharacteristics") is not None:
        yield (
            "A loop around an event subprocess that catches errors or escalations is not executed here, because Zeebe "
            "accepts it and then stops working on the process instance"
        )


def interruption(definition: Element, interrupting: bool) -> Iterator[str]:
    """What may and what must not interrupt."""
    if not interrupting and kind(definition) not in (*_GATEWAY_TARGETS, _ESCALATION):
        yield "Non-Interrupting event of this type is not allowed"
    if interrupting and child(definition, "timeCycle") is not None:
        yield "Interrupting timer event with time cycle is not allowed."


def _is_gateway_target(element: Element) -> bool:
    found = event_definitions(element)
    return kind(element) == "intermediateCatchEvent" and len(found) == 1 and kind(found[0]) in _GATEWAY_TARGETS
