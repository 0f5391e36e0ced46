"""What an event waits for or throws, read from its event definition."""

from __future__ import annotations

from collections.abc import Mapping

from zeebe_grpc.engine.model.document import child, children, extension, identity, text_of
from zeebe_grpc.engine.model.elements import (
    CompensationDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    EventType,
    LinkDefinition,
    MessageDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
    TimerKind,
)
from zeebe_grpc.engine.model.expression import Expression, expression
from zeebe_grpc.engine.xml import Element, local_name

EVENT_DEFINITIONS = {
    "messageEventDefinition": EventType.MESSAGE,
    "timerEventDefinition": EventType.TIMER,
    "signalEventDefinition": EventType.SIGNAL,
    "errorEventDefinition": EventType.ERROR,
    "escalationEventDefinition": EventType.ESCALATION,
    "linkEventDefinition": EventType.LINK,
    "compensateEventDefinition": EventType.COMPENSATION,
    "terminateEventDefinition": EventType.TERMINATE,
    "conditionalEventDefinition": EventType.CONDITIONAL,
}
_READ_OVER = {
    "intermediateThrowEvent": ("errorEventDefinition", "terminateEventDefinition", "timerEventDefinition"),
    "startEvent": ("terminateEventDefinition", "compensateEventDefinition"),
}
"""What Zeebe accepts where it means nothing: the event is as one without a definition."""


class EventReader:
    """Reads event definitions; `roots` has the messages, signals, errors and escalations of the file by id."""

    def __init__(self, roots: Mapping[str, Element]) -> None:
        self._roots = roots

    def type_of(self, element: Element) -> EventType:
        """The type of an event; NONE if it has no definition that counts."""
        definition = definition_of(element)
        return EventType.NONE if definition is None else EVENT_DEFINITIONS[local_name(definition)]

    def definition(self, element: Element) -> EventDefinition | None:
        """What the event waits for or throws."""
        found = definition_of(element)
        if found is None:
            return None
        event_type = EVENT_DEFINITIONS[local_name(found)]
        if event_type is EventType.MESSAGE:
            return self.message(found.get("messageRef"))
        if event_type is EventType.TIMER:
            return _timer(found)
        if event_type is EventType.SIGNAL:
            return SignalDefinition(expression(self._attribute(found.get("signalRef"), "name") or ""))
        if event_type is EventType.ERROR:
            code = self._attribute(found.get("errorRef"), "errorCode")
            return ErrorDefinition(_code(code))
        if event_type is EventType.ESCALATION:
            return EscalationDefinition(_code(self._attribute(found.get("escalationRef"), "escalationCode")))
        if event_type is EventType.CONDITIONAL:
            return ConditionalDefinition(expression(text_of(child(found, "condition"))))
        if event_type is EventType.LINK:
            return LinkDefinition(found.get("name", ""))
        if event_type is EventType.COMPENSATION:
            return CompensationDefinition(found.get("activityRef"))
        return TerminateDefinition() if event_type is EventType.TERMINATE else None

    def message(self, reference: str | None) -> MessageDefinition | None:
        """A message of the file."""
        root = self._roots.get(reference or "")
        if root is None:
            return None
        subscription = extension(root, "subscription")
        key = subscription.get("correlationKey") if subscription is not None else None
        return MessageDefinition(expression(root.get("name", "")), expression(key) if key else None)

    def _attribute(self, reference: str | None, name: str) -> str | None:
        root = self._roots.get(reference or "")
        return None if root is None else root.get(name)


def definition_of(element: Element) -> Element | None:
    """The event definition that counts: the first, unless the event is one that cannot act by it."""
    found = next(iter(children(element, *EVENT_DEFINITIONS)), None)
    return None if found is None or local_name(found) in _READ_OVER.get(local_name(element), ()) else found


def roots_of(definitions: Element) -> dict[str, Element]:
    """The messages, signals, errors and escalations of a file by id."""
    return {identity(root): root for root in children(definitions, "message", "signal", "error", "escalation")}


def _code(text: str | None) -> Expression | None:
    return expression(text) if text else None


def _timer(definition: Element) -> TimerDefinition | None:
    for kind in TimerKind:
        found = child(definition, kind.value)
        if found is not None:
            return TimerDefinition(kind, expression(text_of(found)))
    return None
