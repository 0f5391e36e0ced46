"""How an element instance goes on to the next one, and how its scope learns of its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from zeebe_grpc.engine.followups import ActivateChildren, ElementCommand, ElementIntent, TerminateChildren
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import ElementType, Event, FlowNode, LinkDefinition, SequenceFlow
from zeebe_grpc.engine.processing.lifecycle import Lifecycle
from zeebe_grpc.engine.state.elements import ElementInstance, ElementInstances


class ScopeBehavior(Protocol):
    """What a scope does when its children begin and end."""

    def child_activating(self, scope: ElementInstance, child: ElementInstance) -> None:
        """A child begins to activate. May fail."""

    def before_path_completed(self, scope: ElementInstance, child: ElementInstance) -> bool:
        """A child without outgoing flow is about to complete. May fail. True if the scope has what it needs."""
        ...

    def after_path_completed(self, scope: ElementInstance, child: ElementInstance, satisfied: bool) -> None:
        """A child without outgoing flow has completed."""

    def child_terminated(self, scope: ElementInstance, child: ElementInstance | None) -> None:
        """A child has terminated; None stands for having no child at all."""


class Transitions:
    """Moves element instances on. `scopes` has the behaviour of each type of element that can hold others."""

    def __init__(self, log: Log, elements: ElementInstances, lifecycle: Lifecycle) -> None:
        self._log = log
        self._elements = elements
        self._lifecycle = lifecycle
        self.scopes: Mapping[ElementType, ScopeBehavior] = {}

    def activating(self, instance: ElementInstance) -> None:
        """Begin to activate, unless this is the second attempt after an incident."""
        if self._elements.get(instance.key) is None:
            self._lifecycle.activating(instance)

    def activated(self, instance: ElementInstance) -> None:
        """The instance is active."""
        self._lifecycle.activated(instance)

    def completing(self, instance: ElementInstance) -> None:
        """Begin to complete."""
        self._lifecycle.completing(instance)

    def complete(self, instance: ElementInstance) -> None:
        """Finish the instance; at the end of a path its scope is asked before and told after."""
        if not self._is_end_of_path(instance):
            self._lifecycle.completed(instance)
            return
        scope = self._outer(instance)
        behavior = self._behavior(scope)
        satisfied = behavior.before_path_completed(scope, instance) if behavior and scope else False
        self._lifecycle.completed(instance)
        if behavior and scope:
            behavior.after_path_completed(scope, instance, satisfied)

    def complete_and_leave(self, instance: ElementInstance) -> None:
        """Finish the instance and take all its outgoing sequence flows."""
        self.complete(instance)
        self.leave(instance)

    def leave(self, instance: ElementInstance) -> None:
        """Take all outgoing sequence flows of an instance that has just completed."""
        if self._lifecycle.is_last(instance):
            return
        for flow in instance.element.outgoing:
            self.take(instance, flow)

    def terminating(self, instance: ElementInstance) -> None:
        """Begin to terminate."""
        self._lifecycle.terminating(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """Finish terminating without telling the scope."""
        self._lifecycle.terminated(instance)

    def terminate_and_tell(self, instance: ElementInstance) -> None:
        """Finish terminating and tell the scope."""
        self._lifecycle.terminated(instance)
        self.tell_terminated(instance)

    def tell_terminated(self, instance: ElementInstance) -> None:
        """Tell the scope that a child has terminated."""
        scope = self._outer(instance)
        behavior = self._behavior(scope)
        if behavior and scope:
            behavior.child_terminated(scope, instance)

    def tell_activating(self, instance: ElementInstance) -> None:
        """Tell the scope that a child begins to activate."""
        scope = self._outer(instance)
        behavior = self._behavior(scope)
        if behavior and scope:
            behavior.child_activating(scope, instance)

    def take(self, source: ElementInstance, flow: SequenceFlow) -> None:
        """Take a sequence flow."""
        self._lifecycle.flow_taken(source, flow)
        self.activate_beside(source, flow.target)

    def activate_beside(self, source: ElementInstance, element: FlowNode) -> None:
        """Activate an element in the same scope. Its key is taken now, so keys follow the order of the flows."""
        self._log.command(ElementCommand(ElementIntent.ACTIVATE, source.at(element, self._log.next_key())))

    def activate_inside(self, scope: ElementInstance, element: FlowNode) -> None:
        """Activate an element in a scope; its key is taken when it begins."""
        self._log.command(ElementCommand(ElementIntent.ACTIVATE, scope.at(element, scope_key=scope.key)))

    def activate_inside_now(self, scope: ElementInstance, element: FlowNode) -> ElementInstance:
        """Activate an element in a scope with a key taken now; the instance that will begin."""
        instance = scope.at(element, self._log.next_key(), scope.key)
        self._log.command(ElementCommand(ElementIntent.ACTIVATE, instance))
        return instance

    def begin_at_once(self, scope: ElementInstance, element: FlowNode) -> ElementInstance:
        """Activate an element in a scope within this step; the active instance."""
        instance = scope.at(element, self._log.next_key(), scope.key)
        self._lifecycle.activating(instance)
        self._lifecycle.activated(instance)
        return instance

    def activate_many_inside(self, body: ElementInstance, amount: int) -> None:
        """Activate so many instances of what is inside a multi-instance body."""
        self._log.command(ActivateChildren(body, amount))

    def command_complete(self, instance: ElementInstance) -> None:
        """Let an instance complete."""
        self._log.command(ElementCommand(ElementIntent.COMPLETE, instance))

    def command_terminate(self, instance: ElementInstance) -> None:
        """Let an instance terminate."""
        self._log.command(ElementCommand(ElementIntent.TERMINATE, instance))

    def terminate_children(self, scope: ElementInstance) -> bool:
        """Let all children terminate; True if there are none."""
        if not scope.children:
            return True
        self._log.command(TerminateChildren(scope))
        return False

    def _is_end_of_path(self, instance: ElementInstance) -> bool:
        element = instance.element
        is_link = isinstance(element, Event) and isinstance(element.definition, LinkDefinition)
        if is_link and element.type is ElementType.INTERMEDIATE_THROW_EVENT:
            return False
        return not element.outgoing

    def _outer(self, instance: ElementInstance) -> ElementInstance | None:
        if instance.element.type is ElementType.PROCESS:
            return self._elements.get(instance.parent_element_instance_key)
        return self._elements.scope_of(instance)

    def _behavior(self, scope: ElementInstance | None) -> ScopeBehavior | None:
        return None if scope is None else self.scopes[scope.type]
