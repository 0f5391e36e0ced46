"""BPMN errors and escalations on their way to who catches them."""

from __future__ import annotations

from dataclasses import dataclass

from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import ErrorDefinition, EscalationDefinition, Event
from zeebe_grpc.engine.processing.triggers import Triggers
from zeebe_grpc.engine.state.elements import ElementInstance, ElementInstances


@dataclass(frozen=True)
class Catcher:
    """An event that catches, and the element instance that waits for it."""

    event: Event
    instance: ElementInstance
    can_take: bool


class Publication:
    """Looks for the event that catches, from the inside out and on into the calling process."""

    def __init__(self, log: Log, elements: ElementInstances, triggers: Triggers) -> None:
        self._log = log
        self._elements = elements
        self._triggers = triggers

    def find_error(self, code: str, start: ElementInstance | None, message: str = "") -> Catcher | str:
        """Who catches the error, or a text that says that nobody does."""
        seen: list[str] = []
        instance = start
        while instance is not None and instance.is_active:
            found = self._find_in_process(code, instance, seen)
            if found is not None:
                return found
            instance = self._elements.get(instance.parent_element_instance_key)
        with_message = f" with message '{message}'" if message else ""
        available = (
            f" Available error events are [{', '.join(seen)}]"
            if seen
            else " No error events are available in the scope."
        )
        return (
            f"Expected to throw an error event with the code '{code}'{with_message}, but it was not caught.{available}"
        )

    def throw_error(self, catcher: Catcher, variables: Document) -> None:
        """Let the catching event happen."""
        if self._triggers.can_trigger(catcher.instance, catcher.event.id):
            self._triggers.publish(catcher.event, catcher.instance, variables)

    def escalate(self, code: str, thrower: ElementInstance) -> bool:
        """Throw an escalation; False if an interrupting event catches it, so that the thrower does not go on."""
        key = self._log.next_key()
        event, instance = self._find_escalation(code, self._elements.scope_of(thrower))
        escalated = False
        if event is not None and self._triggers.can_trigger(instance, event.id) and instance is not None:
            self._triggers.publish(event, instance, {})
            escalated = True
        record = {
            "processInstanceKey": thrower.process_instance_key,
            "escalationCode": code,
            "throwElementId": thrower.element.id,
            "catchElementId": event.id if event is not None else "",
            "tenantId": thrower.tenant_id,
        }
        self._log.event("ESCALATION", "ESCALATED" if escalated else "NOT_ESCALATED", key, record)
        return event is None or not event.interrupting

    def _find_escalation(self, code: str, start: ElementInstance | None) -> tuple[Event | None, ElementInstance | None]:
        process_instance = start
        while process_instance is not None:
            instance: ElementInstance | None = process_instance
            while instance is not None:
                for caught, event in _catching(instance, EscalationDefinition):
                    if caught in ("", code):
                        return event, instance
                going_on = instance.is_active and not instance.is_interrupted
                instance = self._elements.scope_of(instance) if going_on else None
            caller = self._elements.get(process_instance.parent_element_instance_key)
            process_instance = caller if caller is not None and caller.is_active else None
        return None, None

    def _find_in_process(self, code: str, start: ElementInstance, seen: list[str]) -> Catcher | None:
        instance: ElementInstance | None = start
        while instance is not None and instance.is_active and not instance.is_interrupted:
            for caught, event in _catching(instance, ErrorDefinition):
                seen.append(caught)
                if caught in ("", code):
                    scope = instance.event_scope
                    return Catcher(event, instance, scope is not None and scope.accepts(event.id))
            instance = self._elements.scope_of(instance)
        return None


def _catching(
    instance: ElementInstance, kind: type[ErrorDefinition] | type[EscalationDefinition]
) -> list[tuple[str, Event]]:
    """The events of a kind that an instance waits for with their codes, a catch-all last."""
    found: list[tuple[str, Event]] = []
    for event in instance.element.subscriptions:
        if isinstance(event.definition, kind):
            code = event.definition.code
            if code is None:
                found.append(("", event))
            elif code.static_text is not None:
                found.append((code.static_text, event))
    return sorted(found, key=lambda pair: pair[0], reverse=True)
