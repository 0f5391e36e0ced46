"""The face of an element's behaviour, and what most elements have in common."""

from __future__ import annotations

from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance


class ElementBehavior:
    """The steps of an element's life. Each may raise `Failure`, which becomes an incident, except in terminating.

    Between `activate` and `finish_activation` the start listeners run, between `complete` and `finish_completion` the
    end listeners.
    """

    def __init__(self, services: Services) -> None:
        self.log = services.log
        self.state = services.state
        self.expressions = services.expressions
        self.variables = services.variables
        self.incidents = services.incidents
        self.jobs = services.jobs
        self.subscriptions = services.subscriptions
        self.triggers = services.triggers
        self.mappings = services.mappings
        self.transitions = services.transitions
        self.compensation = services.compensation

    def activate(self, instance: ElementInstance) -> None:
        """The instance has begun to activate: input mappings."""

    def finish_activation(self, instance: ElementInstance) -> None:
        """Make the instance active."""
        self.transitions.activated(instance)

    def complete(self, instance: ElementInstance) -> None:
        """The instance has begun to complete: output mappings."""

    def finish_completion(self, instance: ElementInstance) -> None:
        """Make the instance completed and go on."""
        self.transitions.complete_and_leave(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """The instance has begun to terminate: close all it has open, and finish when nothing is left inside."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.incidents.resolve_of_element(instance)
        self.transitions.terminate_and_tell(instance)

    def finish_termination(self, instance: ElementInstance) -> None:
        """What the instance waited for in terminating is over."""

    def terminate_then_resolve(self, instance: ElementInstance) -> None:
        """Finish terminating; the incidents close after it, and then the scope is told."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.transitions.terminate(instance)
        self.incidents.resolve_of_element(instance)
        self.transitions.tell_terminated(instance)

    def complete_compensable(self, instance: ElementInstance) -> None:
        """Complete an activity that can be compensated later, or that is a compensation handler itself."""
        self.compensation.subscribe(instance)
        self.transitions.complete(instance)
        self.compensation.handler_completed(instance)
        self.transitions.leave(instance)

    def pass_through(self, instance: ElementInstance) -> None:
        """Make the instance active and let it complete."""
        self.transitions.activated(instance)
        self.transitions.command_complete(instance)

    def hand_over_or_tell(self, instance: ElementInstance) -> None:
        """Finish terminating; a boundary event that caused it takes over, else the scope is told."""
        trigger = self.triggers.pending_boundary(instance)
        self.transitions.terminate(instance)
        if trigger is not None:
            self.triggers.activate_pending(trigger, instance, instance.scope_key)
        else:
            self.transitions.tell_terminated(instance)


class ScopeElementBehavior(ElementBehavior):
    """The behaviour of an element that holds others."""

    def child_activating(self, scope: ElementInstance, child: ElementInstance) -> None:
        """A child begins to activate."""

    def before_path_completed(self, scope: ElementInstance, child: ElementInstance) -> bool:
        """A path is about to end."""
        return False

    def after_path_completed(self, scope: ElementInstance, child: ElementInstance, satisfied: bool) -> None:
        """A path has ended: the scope completes when nothing is under way in it."""
        if not scope.has_active_paths:
            self.transitions.command_complete(scope)

    def child_terminated(self, scope: ElementInstance, child: ElementInstance | None) -> None:
        """A child has terminated."""
