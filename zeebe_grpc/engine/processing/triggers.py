"""Events that reach an element instance.

They are noted when they happen (TRIGGERING) and taken up by the element that they activate (TRIGGERED).
"""

from __future__ import annotations

from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.followups import ElementCommand, ElementIntent
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import ElementType, Event, FlowNode
from zeebe_grpc.engine.processing.lifecycle import Lifecycle
from zeebe_grpc.engine.processing.subscriptions import Subscriptions
from zeebe_grpc.engine.processing.variables import VariableWriter
from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.elements import TERMINABLE, ElementInstance, ElementInstances, EventTrigger

_WAITING_ELEMENTS = frozenset({ElementType.INTERMEDIATE_CATCH_EVENT, ElementType.RECEIVE_TASK})


class Triggers:
    """Writes PROCESS_EVENT records and activates what an event activates."""

    def __init__(
        self,
        log: Log,
        elements: ElementInstances,
        lifecycle: Lifecycle,
        variables: VariableWriter,
        subscriptions: Subscriptions,
    ) -> None:
        self._log = log
        self._elements = elements
        self._lifecycle = lifecycle
        self._variables = variables
        self._subscriptions = subscriptions

    def can_trigger(self, instance: ElementInstance | None, element_id: str) -> bool:
        """Whether an event for an element reaches this instance."""
        if instance is None or not instance.is_active:
            return False
        scope = self._elements.scope_of(instance)
        accepts = instance.event_scope is not None and instance.event_scope.accepts(element_id)
        return accepts and (scope is None or not scope.is_interrupted)

    def triggering(self, instance: ElementInstance, element_id: str, variables: Document) -> EventTrigger:
        """An event happened for an instance."""
        trigger = EventTrigger(self._log.next_key(), element_id, variables, instance.process_instance_key)
        record = self._record(instance.definition, trigger.process_instance_key, instance.key, element_id, variables)
        self._log.event("PROCESS_EVENT", "TRIGGERING", trigger.key, record)
        if instance.event_scope is not None:
            instance.event_scope.trigger(trigger)
        self._mark_interrupted(instance, element_id)
        return trigger

    def start_triggering(
        self, definition: ProcessDefinition, process_instance_key: int, element_id: str, variables: Document
    ) -> None:
        """A start event happened for a process instance that is about to be made."""
        trigger = EventTrigger(self._log.next_key(), element_id, variables, process_instance_key)
        record = self._record(definition, process_instance_key, definition.key, element_id, variables)
        self._log.event("PROCESS_EVENT", "TRIGGERING", trigger.key, record)
        self._elements.start_triggers.setdefault(definition.key, []).append(trigger)

    def triggered(self, trigger: EventTrigger, instance: ElementInstance, scope_key: int, element_id: str) -> None:
        """An event has been taken up."""
        record = self._record(instance.definition, instance.process_instance_key, scope_key, element_id, {})
        self._log.event("PROCESS_EVENT", "TRIGGERED", trigger.key, record)
        holder = self._elements.get(scope_key)
        pending = (
            self._elements.start_triggers.get(scope_key, [])
            if holder is None
            else holder.event_scope.triggers
            if holder.event_scope is not None
            else []
        )
        pending[:] = [other for other in pending if other.key != trigger.key]

    def pending(self, instance: ElementInstance) -> EventTrigger | None:
        """The event that waits to be taken up by something other than the element itself."""
        scope = instance.event_scope
        if scope is None or not scope.triggers:
            return None
        trigger = scope.triggers[0]
        return None if trigger.element_id == instance.element.id else trigger

    def pending_start(self, instance: ElementInstance) -> EventTrigger | None:
        """The start event that made a process instance, if it was made by one."""
        waiting = self._elements.start_triggers.get(instance.definition.key, [])
        return next((trigger for trigger in waiting if trigger.process_instance_key == instance.key), None)

    def pending_boundary(self, instance: ElementInstance) -> EventTrigger | None:
        """The boundary event that takes over from a terminating instance."""
        trigger = self.pending(instance)
        scope = self._elements.scope_of(instance)
        if trigger is None or scope is None or not scope.is_active or scope.is_interrupted:
            return None
        return trigger

    def publish(self, event: Event, instance: ElementInstance, variables: Document) -> None:
        """An event happened for an instance that takes it: complete, interrupt or accompany that instance."""
        trigger = self.triggering(instance, event.id, variables)
        if event.type in _WAITING_ELEMENTS:
            self._log.command(ElementCommand(ElementIntent.COMPLETE, instance))
        elif event.type is ElementType.START_EVENT:
            self._start_event_sub_process(event, instance)
        elif event.interrupting:
            self._log.command(ElementCommand(ElementIntent.TERMINATE, instance))
        else:
            self.activate(trigger, event, instance, instance.key, instance.scope_key)

    def activate_pending(self, trigger: EventTrigger, instance: ElementInstance, flow_scope_key: int) -> None:
        """Activate what a pending event of an instance activates."""
        element = instance.definition.process.elements[trigger.element_id]
        self.activate(trigger, element, instance, instance.key, flow_scope_key)

    def activate(
        self, trigger: EventTrigger, element: FlowNode, source: ElementInstance, scope_key: int, flow_scope_key: int
    ) -> None:
        """Take up an event: its element activates at once, with the event's variables in its own scope."""
        container = element.scope
        if (
            element.type is ElementType.START_EVENT
            and container is not None
            and container.type is ElementType.EVENT_SUB_PROCESS
        ):
            # the event is taken up by the start event inside, which needs its variables
            self._log.command(ElementCommand(ElementIntent.ACTIVATE, source.at(container, scope_key=flow_scope_key)))
            return
        self.triggered(trigger, source, scope_key, element.id)
        activated = source.at(element, self._log.next_key(), flow_scope_key)
        self._lifecycle.activating(activated)
        self._lifecycle.activated(activated)
        if trigger.variables:
            self._variables.merge_local(activated.key, activated, trigger.variables)
        self._log.command(ElementCommand(ElementIntent.COMPLETE, activated))

    def _start_event_sub_process(self, event: Event, scope: ElementInstance) -> None:
        container = event.scope
        if container is None or (scope.is_interrupted and scope.interrupting_element != container.id):
            return
        pending = scope.event_scope.triggers[0] if scope.event_scope and scope.event_scope.triggers else None
        if pending is None:
            return
        if event.interrupting:
            self._subscriptions.unsubscribe_event_sub_processes(scope)
            for child in self._elements.children(scope.key):
                if child.phase in TERMINABLE:
                    self._log.command(ElementCommand(ElementIntent.TERMINATE, child))
            if scope.children:
                return  # the last child that terminates activates the event sub-process
        self.activate(pending, event, scope, scope.key, scope.key)

    @staticmethod
    def _mark_interrupted(instance: ElementInstance, element_id: str) -> None:
        """From an interrupting start event of an event sub-process on, the scope admits only that event sub-process."""
        element = instance.definition.process.elements.get(element_id)
        if not isinstance(element, Event) or element.type is not ElementType.START_EVENT or not element.interrupting:
            return
        if element.scope is not None and element.scope.type is ElementType.EVENT_SUB_PROCESS:
            instance.interrupting_element = element.scope.id

    @staticmethod
    def _record(
        definition: ProcessDefinition, process_instance_key: int, scope_key: int, element_id: str, variables: Document
    ) -> dict[str, object]:
        return {
            "scopeKey": scope_key,
            "targetElementId": element_id,
            "variables": dict(variables),
            "processDefinitionKey": definition.key,
            "processInstanceKey": process_instance_key,
            "tenantId": definition.tenant_id,
        }
