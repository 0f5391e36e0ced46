"""BPMN errors on their way to who catches them."""

from __future__ import annotations

from dataclasses import dataclass

from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.model.elements import ErrorDefinition, Event
from zeebe_grpc.engine.processing.triggers import Triggers
from zeebe_grpc.engine.state.elements import ElementInstance, ElementInstances


@dataclass(frozen=True)
class Catcher:
    """An event that catches, and the element instance that waits for it."""

    event: Event
    instance: ElementInstance
    can_take: bool


class ErrorPublication:
    """Looks for the event that catches an error, from the inside out and on into the calling process."""

    def __init__(self, elements: ElementInstances, triggers: Triggers) -> None:
        self._elements = elements
        self._triggers = triggers

    def find(self, code: str, start: ElementInstance | None, message: str = "") -> Catcher | str:
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

    def throw(self, catcher: Catcher, variables: Document) -> None:
        """Let the catching event happen."""
        if self._triggers.can_trigger(catcher.instance, catcher.event.id):
            self._triggers.publish(catcher.event, catcher.instance, variables)

    def _find_in_process(self, code: str, start: ElementInstance, seen: list[str]) -> Catcher | None:
        instance: ElementInstance | None = start
        while instance is not None and instance.is_active and not instance.is_interrupted:
            for caught, event in _error_events(instance):
                seen.append(caught)
                if caught in ("", code):
                    scope = instance.event_scope
                    return Catcher(event, instance, scope is not None and scope.accepts(event.id))
            instance = self._elements.scope_of(instance)
        return None


def _error_events(instance: ElementInstance) -> list[tuple[str, Event]]:
    """The error events that an instance waits for with their codes, a catch-all last."""
    found = []
    for event in instance.element.subscriptions:
        if isinstance(event.definition, ErrorDefinition):
            code = event.definition.code
            if code is None:
                found.append(("", event))
            elif code.static_text is not None:
                found.append((code.static_text, event))
    return sorted(found, key=lambda pair: pair[0], reverse=True)
