"""What this engine does not execute.

Such an element is refused by name at deployment; it never runs as something else.
"""

from __future__ import annotations

from zeebe_grpc.engine.model.document import Problem, kind, problem
from zeebe_grpc.engine.model.elements import EventType
from zeebe_grpc.engine.model.event_reader import EVENT_DEFINITIONS, UNSUPPORTED_DEFINITIONS
from zeebe_grpc.engine.model.node_reader import SCOPE_TYPES
from zeebe_grpc.engine.xml import Element

_NONE = EventType.NONE
SUPPORTED_EVENTS: dict[str, frozenset[EventType]] = {
    "startEvent": frozenset(
        {
            _NONE,
            EventType.MESSAGE,
            EventType.TIMER,
            EventType.SIGNAL,
            EventType.ERROR,
            EventType.ESCALATION,
            EventType.CONDITIONAL,  # of a process only: the rules of events see to that
        }
    ),
    "endEvent": frozenset(
        {
            _NONE,
            EventType.MESSAGE,
            EventType.SIGNAL,
            EventType.ERROR,
            EventType.ESCALATION,
            EventType.TERMINATE,
            EventType.COMPENSATION,
        }
    ),
    "intermediateThrowEvent": frozenset(
        {_NONE, EventType.MESSAGE, EventType.SIGNAL, EventType.ESCALATION, EventType.LINK, EventType.COMPENSATION}
    ),
    "intermediateCatchEvent": frozenset({EventType.MESSAGE, EventType.TIMER, EventType.SIGNAL, EventType.LINK}),
    "boundaryEvent": frozenset(
        {
            EventType.MESSAGE,
            EventType.TIMER,
            EventType.SIGNAL,
            EventType.ERROR,
            EventType.ESCALATION,
            EventType.COMPENSATION,
        }
    ),
}
UNSUPPORTED_NODES = frozenset(
    {
        "complexGateway",
        "transaction",
        "implicitThrowEvent",
        "callChoreography",
        "choreographyTask",
        "subChoreography",
    }
)


def unsupported(scope: Element) -> list[Problem]:
    """Every element in a process or sub-process that this engine does not execute."""
    found: list[Problem] = []
    pending = [scope]
    while pending:
        for element in pending.pop():
            name = kind(element)
            if name in SUPPORTED_EVENTS:
                found += _check_event(element, name)
            elif name in SCOPE_TYPES:
                pending.append(element)
            elif name in UNSUPPORTED_NODES:
                found.append(_unsupported(element, f"the element type '{name}' is not supported"))
    return found


def _check_event(element: Element, name: str) -> list[Problem]:
    definitions = [kind(part) for part in element if kind(part).endswith("EventDefinition")]
    if len(definitions) > 1:
        return [_unsupported(element, "an event with several event definitions is not supported")]
    definition = definitions[0] if definitions else ""
    event_type = EVENT_DEFINITIONS.get(definition, EventType.UNSPECIFIED) if definition else _NONE
    if definition in UNSUPPORTED_DEFINITIONS or event_type not in SUPPORTED_EVENTS[name]:
        shown = definition or "no event definition"
        return [_unsupported(element, f"a {name} with {shown} is not supported")]
    return []


def _unsupported(element: Element, reason: str) -> Problem:
    return problem(element, reason)
