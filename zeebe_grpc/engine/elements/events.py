"""Start and end events without a trigger."""

from __future__ import annotations

from zeebe_grpc.engine.elements.base import ElementBehavior
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
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.transitions.terminate(instance)
        self.incidents.resolve_of_element(instance)
        self.transitions.tell_terminated(instance)


class NoneEndEvent(ElementBehavior):
    """Ends a path; applies outputs, but no inputs."""

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active and on."""
        self.pass_through(instance)

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings."""
        self.mappings.apply_outputs(instance)
