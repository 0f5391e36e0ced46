"""The steps of an element instance's life: the record of each, and what it changes in the table.

Here lives what ELEMENT_ACTIVATING to ELEMENT_TERMINATED and SEQUENCE_FLOW_TAKEN mean for the state. When a step is
taken is decided by the elements.
"""

from __future__ import annotations

from zeebe_grpc.engine.followups import ElementCommand, ElementIntent
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import Container, ElementType, Event, EventType, SequenceFlow, TerminateDefinition
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.elements import ElementInstance, Phase, event_scope_of

_JOINING = (ElementType.PARALLEL_GATEWAY, ElementType.INCLUSIVE_GATEWAY)
_WITHOUT_FLOW = (ElementType.START_EVENT, ElementType.BOUNDARY_EVENT)


class Lifecycle:
    """Writes the PROCESS_INSTANCE events."""

    def __init__(self, log: Log, state: State) -> None:
        self._log = log
        self._state = state

    def activating(self, instance: ElementInstance) -> None:
        """Enter an instance; it uses up the sequence flows that led to it."""
        if instance.key < 0:
            instance.key = self._log.next_key()
        instance.event_scope = event_scope_of(instance.element)
        self._move(instance, Phase.ACTIVATING)
        taken = self._use_up_joined_flows(instance)
        self._state.elements.add(instance)
        self._state.variables.add_scope(instance.key, instance.scope_key)
        scope = self._state.elements.scope_of(instance)
        if scope is None:
            self._adopt_child_process(instance)
            return
        self._use_up_flow(instance, scope, taken)
        if instance.type is ElementType.START_EVENT and scope.type is ElementType.EVENT_SUB_PROCESS:
            self._hand_down_trigger(instance, scope)
        if scope.type is ElementType.MULTI_INSTANCE_BODY:
            scope.loop_counter += 1
            instance.loop_counter = scope.loop_counter

    def activated(self, instance: ElementInstance) -> None:
        """It has activated."""
        self._move(instance, Phase.ACTIVATED)

    def completing(self, instance: ElementInstance) -> None:
        """It begins to complete; done again when an incident of its completion is resolved, then without a record."""
        if instance.phase is not Phase.COMPLETING:
            self._move(instance, Phase.COMPLETING)

    def completed(self, instance: ElementInstance) -> None:
        """It has completed and is taken out."""
        self._move(instance, Phase.COMPLETED)
        self._leave(instance)
        scope = self._state.elements.scope_of(instance)
        if scope is None:
            return
        element = instance.element
        if isinstance(element, Event) and isinstance(element.definition, TerminateDefinition):
            scope.active_flows = 0
            scope.active_flow_ids.clear()
            scope.interrupting_element = element.id

    def terminating(self, instance: ElementInstance) -> None:
        """It begins to terminate."""
        self._move(instance, Phase.TERMINATING)

    def terminated(self, instance: ElementInstance) -> None:
        """It has terminated and is taken out."""
        self._move(instance, Phase.TERMINATED)
        self._leave(instance)

    def flow_taken(self, source: ElementInstance, flow: SequenceFlow) -> None:
        """A sequence flow is taken in the scope of an instance that has just completed."""
        value = source.value()
        value.update(elementId=flow.id, bpmnElementType="SEQUENCE_FLOW", bpmnEventType="UNSPECIFIED")
        self._log.event("PROCESS_INSTANCE", "SEQUENCE_FLOW_TAKEN", self._log.next_key(), value)
        scope = self._state.elements.scope_of(source)
        if scope is None:
            return
        scope.active_flows += 1
        scope.active_flow_ids.append(flow.id)
        if flow.target.type in _JOINING:
            counts = scope.taken_flows.setdefault(flow.target.id, {})
            counts[flow.id] = counts.get(flow.id, 0) + 1

    def is_last(self, instance: ElementInstance) -> bool:
        """Whether the process instance was told at its creation to end after this element."""
        element = instance.element
        looped = element.scope is not None and element.scope.type is ElementType.MULTI_INSTANCE_BODY
        return not looped and element.id in self._state.traits.of(instance.process_instance_key).terminate_after

    def lend_flows(self, instance: ElementInstance) -> None:
        """Give the scope what an instance will use up that no sequence flow leads to."""
        scope = self._state.elements.scope_of(instance)
        if scope is None or instance.type is ElementType.EVENT_SUB_PROCESS:
            return
        if instance.type in _JOINING:
            counts = scope.taken_flows.setdefault(instance.element.id, {})
            for flow in instance.element.incoming:
                counts[flow.id] = counts.get(flow.id, 0) + 1
        scope.active_flows += _used_flows(instance, scope, len(instance.element.incoming))

    def _move(self, instance: ElementInstance, phase: Phase) -> None:
        instance.phase = phase
        self._log.event("PROCESS_INSTANCE", phase.value, instance.key, instance.value())

    def _leave(self, instance: ElementInstance) -> None:
        self._state.elements.remove(instance)
        self._state.variables.remove_scope(instance.key)
        scope = self._state.elements.scope_of(instance)
        if scope is None:
            return
        if instance.phase is Phase.COMPLETED:
            scope.completed_children += 1
        else:
            scope.terminated_children += 1
        root = self._state.elements.get(instance.process_instance_key)
        if self.is_last(instance) and root is not None and root.can_terminate:
            self._log.command(ElementCommand(ElementIntent.TERMINATE, root))

    def _use_up_joined_flows(self, instance: ElementInstance) -> int:
        """Take one token off each incoming flow of a joining gateway; how many flows had one."""
        scope = self._state.elements.scope_of(instance)
        if scope is None or instance.type not in _JOINING:
            return 0
        counts = scope.taken_flows.get(instance.element.id, {})
        waiting = [flow_id for flow_id, count in counts.items() if count > 0]
        for flow_id in waiting:
            counts[flow_id] -= 1
            if counts[flow_id] == 0:
                del counts[flow_id]
        return len(waiting)

    def _use_up_flow(self, instance: ElementInstance, scope: ElementInstance, taken: int) -> None:
        element = instance.element
        for flow in element.incoming:
            if flow.id in scope.active_flow_ids:
                scope.active_flow_ids.remove(flow.id)
        scope.active_flows = max(0, scope.active_flows - _used_flows(instance, scope, taken))

    def _adopt_child_process(self, instance: ElementInstance) -> None:
        caller = self._state.elements.get(instance.parent_element_instance_key)
        if caller is not None and caller.type is ElementType.CALL_ACTIVITY:
            caller.called_child_key = instance.key
            parent = self._state.elements.get(instance.parent_process_instance_key)
            instance.depth = (parent.depth if parent else 0) + 1

    def _hand_down_trigger(self, instance: ElementInstance, event_sub_process: ElementInstance) -> None:
        """The start event inside takes over the event of the scope around the event sub-process."""
        outer = self._state.elements.scope_of(event_sub_process)
        if outer is None or outer.event_scope is None or not outer.event_scope.triggers:
            return
        trigger = outer.event_scope.triggers.pop(0)
        if instance.event_scope is not None:
            instance.event_scope.triggers.append(trigger)


def _used_flows(instance: ElementInstance, scope: ElementInstance, taken: int) -> int:
    """How many of the flows under way in its scope an instance uses up; `taken` is for gateways that join."""
    element = instance.element
    if element.type in _WITHOUT_FLOW or scope.type is ElementType.MULTI_INSTANCE_BODY:
        return 0
    if element.type is ElementType.PARALLEL_GATEWAY:
        return len(element.incoming)
    if element.type is ElementType.INCLUSIVE_GATEWAY:
        return taken
    if element.event_type is EventType.COMPENSATION and not element.incoming:
        return 0  # a compensation handler
    if element.type is ElementType.EVENT_SUB_PROCESS:
        return scope.active_flows if _is_interrupting(instance) else 0
    if element.type is ElementType.INTERMEDIATE_CATCH_EVENT:
        return 0 if not element.incoming or _behind_event_gateway(element) else 1
    return 1


def _is_interrupting(instance: ElementInstance) -> bool:
    container = instance.element
    return isinstance(container, Container) and bool(container.start_events) and container.start_events[0].interrupting


def _behind_event_gateway(element: object) -> bool:
    return isinstance(element, Event) and element.behind_event_gateway
