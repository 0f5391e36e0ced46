"""Events that catch: start, intermediate and boundary events, receive tasks and the event-based gateway."""

from __future__ import annotations

from zeebe_grpc.engine.elements.base import ElementBehavior
from zeebe_grpc.engine.model.elements import EventType
from zeebe_grpc.engine.state.elements import ElementInstance


class StartEvent(ElementBehavior):
    """A start event of a process or sub-process. While it completes, the events around its scope are subscribed."""

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active and on."""
        self.pass_through(instance)

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings, or the variables of the event go to the scope."""
        self.mappings.apply_outputs(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """The scope begins to wait for its events, then the token moves on."""
        scope = self.state.elements.scope_of(instance)
        if scope is not None:
            self.subscriptions.subscribe(scope)
        self.transitions.complete_and_leave(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """The incidents close after it has terminated."""
        self.terminate_then_resolve(instance)


class CatchEvent(ElementBehavior):
    """An intermediate event that waits; a link is only a landing place."""

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """Begin to wait."""
        if instance.element.event_type is EventType.LINK:
            self.pass_through(instance)
            return
        self.subscriptions.subscribe(instance)
        self.transitions.activated(instance)

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings, then nothing is waited for any more."""
        self.mappings.apply_outputs(instance)
        self.subscriptions.unsubscribe(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """Wait no more."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        self.incidents.resolve_of_element(instance)
        self.transitions.terminate_and_tell(instance)


class BoundaryEvent(ElementBehavior):
    """A boundary event; the event that happened has activated it already."""

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings, or the variables of the event go to the scope."""
        self.mappings.apply_outputs(instance)


class ReceiveTask(ElementBehavior):
    """A task that waits for a message."""

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """Begin to wait."""
        self.subscriptions.subscribe(instance)
        self.transitions.activated(instance)

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings, then nothing is waited for any more."""
        self.mappings.apply_outputs(instance)
        self.subscriptions.unsubscribe(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, and what it did can be compensated."""
        self.complete_compensable(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """Wait no more; a boundary event may take over."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        self.incidents.resolve_of_element(instance)
        self.hand_over_or_tell(instance)


class EventBasedGateway(ElementBehavior):
    """Waits for the first of several events; that event gets an instance only after the gateway has completed."""

    def finish_activation(self, instance: ElementInstance) -> None:
        """Begin to wait."""
        self.subscriptions.subscribe(instance)
        self.transitions.activated(instance)

    def complete(self, instance: ElementInstance) -> None:
        """Wait no more."""
        self.subscriptions.unsubscribe(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """No flow is taken: the event itself activates."""
        trigger = self.triggers.pending(instance)
        self.transitions.complete(instance)
        if trigger is not None:
            self.triggers.activate_pending(trigger, instance, instance.scope_key)

    def terminate(self, instance: ElementInstance) -> None:
        """Wait no more."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        self.incidents.resolve_of_element(instance)
        self.transitions.terminate_and_tell(instance)
