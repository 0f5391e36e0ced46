"""Processes and embedded sub-processes."""

from __future__ import annotations

from typing import Protocol

from zeebe_grpc.engine.elements.base import ScopeElementBehavior
from zeebe_grpc.engine.model.elements import Container, Event, TerminateDefinition
from zeebe_grpc.engine.processing.failure import Failure
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance


def is_interrupted(scope: ElementInstance) -> bool:
    """Whether an interrupting event has emptied an active scope."""
    return not scope.children and scope.is_interrupted and scope.is_active


def ended_by_terminate_event(scope: ElementInstance) -> bool:
    """Whether a terminate end event has emptied an active scope."""
    if not is_interrupted(scope) or scope.interrupting_element is None:
        return False
    element = scope.definition.process.elements.get(scope.interrupting_element)
    return isinstance(element, Event) and isinstance(element.definition, TerminateDefinition)


class InstanceWatch(Protocol):
    """Who wants to know when process instances end."""

    def completing(self, instance: ElementInstance) -> None:
        """A process instance is about to complete; its variables are still there."""

    def ended(self, instance: ElementInstance) -> None:
        """A process instance has completed or terminated."""


class ProcessBehavior(ScopeElementBehavior):
    """A process instance."""

    def __init__(self, services: Services, watch: InstanceWatch) -> None:
        super().__init__(services)
        self._watch = watch

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active; the start event that happened activates, or the none start event."""
        self.transitions.activated(instance)
        trigger = self.triggers.pending_start(instance)
        if trigger is not None:
            event = instance.definition.process.elements[trigger.element_id]
            self.triggers.activate(trigger, event, instance, instance.definition.key, instance.key)
            return
        start = instance.element.none_start_event if isinstance(instance.element, Container) else None
        if start is None:
            raise Failure("Expected to activate the none start event of the process, but it has none.")
        self.transitions.activate_inside(instance, start)

    def complete(self, instance: ElementInstance) -> None:
        """Nothing is waited for any more, and nothing can be compensated."""
        self.subscriptions.unsubscribe(instance)
        self.compensation.forget_all(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Whoever waits for the result gets it, before the variables go."""
        self._watch.completing(instance)
        self.transitions.complete(instance)
        self._watch.ended(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """Close what is open, then the children terminate."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        self.incidents.resolve_of_element(instance)
        self.compensation.forget_all(instance)
        if self.transitions.terminate_children(instance):
            self._end_terminated(instance)

    def child_terminated(self, scope: ElementInstance, child: ElementInstance | None) -> None:
        """The last child has terminated: because of an interrupting event, or because the instance terminates."""
        if is_interrupted(scope):
            if ended_by_terminate_event(scope):
                self.transitions.command_complete(scope)
                return
            trigger = self.triggers.pending(scope)
            if trigger is not None:
                self.triggers.activate_pending(trigger, scope, scope.key)
        elif not scope.children and scope.is_terminating:
            self._end_terminated(scope)

    def _end_terminated(self, instance: ElementInstance) -> None:
        self.transitions.terminate_and_tell(instance)
        self._watch.ended(instance)


class SubProcessBehavior(ScopeElementBehavior):
    """An embedded sub-process."""

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active, and its start event activates."""
        self.transitions.activated(instance)
        start = instance.element.none_start_event if isinstance(instance.element, Container) else None
        if start is None:
            raise Failure("Expected to activate none start event, but no none start event found in sub process")
        self.transitions.activate_inside(instance, start)

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings, then nothing is waited for any more."""
        self.mappings.apply_outputs(instance)
        self.subscriptions.unsubscribe(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, and what it did can be compensated."""
        self.complete_compensable(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """Close what is open, then the children terminate."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        self.incidents.resolve_of_element(instance)
        self.compensation.forget_inside(instance)
        if self.transitions.terminate_children(instance):
            self.child_terminated(instance, None)

    def child_terminated(self, scope: ElementInstance, child: ElementInstance | None) -> None:
        """The last child has terminated: an event sub-process or a boundary event takes over, or the scope ends."""
        by_terminate_event = ended_by_terminate_event(scope)
        if is_interrupted(scope) and not by_terminate_event:
            trigger = self.triggers.pending(scope)
            if trigger is not None:
                self.triggers.activate_pending(trigger, scope, scope.key)
        elif not scope.children:
            self._end(scope, by_terminate_event)

    def _end(self, scope: ElementInstance, by_terminate_event: bool) -> None:
        trigger = self.triggers.pending_boundary(scope)
        if trigger is not None:
            self.transitions.terminate(scope)
            self.triggers.activate_pending(trigger, scope, scope.scope_key)
        elif scope.is_terminating:
            self.transitions.terminate_and_tell(scope)
        elif by_terminate_event:
            self.transitions.command_complete(scope)


class EventSubProcessBehavior(ScopeElementBehavior):
    """An event sub-process; the event that happened activates it."""

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active, and its start event activates."""
        self.transitions.activated(instance)
        if isinstance(instance.element, Container):
            self.transitions.activate_inside(instance, instance.element.start_events[0])

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings."""
        self.mappings.apply_outputs(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """No flow leaves an event sub-process."""
        self.transitions.complete(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """The children terminate first."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.incidents.resolve_of_element(instance)
        if self.transitions.terminate_children(instance):
            self.child_terminated(instance, None)

    def child_terminated(self, scope: ElementInstance, child: ElementInstance | None) -> None:
        """The last child has terminated: because the scope around it goes, or by a terminate end event."""
        if scope.children:
            return
        if scope.is_terminating:
            self.transitions.terminate_and_tell(scope)
        elif ended_by_terminate_event(scope):
            self.transitions.command_complete(scope)
