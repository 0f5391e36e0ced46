"""Carries out the commands of element instances: checks whether they still hold, and calls the element's behaviour.

A `Failure` in activating or completing becomes an incident; the same command is given again when that is resolved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zeebe_grpc.engine.answers import RejectionType
from zeebe_grpc.engine.elements.base import ElementBehavior
from zeebe_grpc.engine.followups import ActivateChildren, ElementCommand, ElementIntent, TerminateChildren
from zeebe_grpc.engine.model.elements import ElementType, Listener, MultiInstanceBody
from zeebe_grpc.engine.processing.failure import Failure
from zeebe_grpc.engine.processing.joins import can_join
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import TERMINABLE, ElementInstance, Phase

_COMPLETABLE = (Phase.ACTIVATED, Phase.COMPLETING)
_LISTENING = (Phase.ACTIVATING, Phase.COMPLETING)


def _holds_others(instance: ElementInstance) -> bool:
    """Whether a scope still has children; a multi-instance body does not wait for those that came too late."""
    return bool(instance.children) and instance.type is not ElementType.MULTI_INSTANCE_BODY


class ElementProcessor:
    """The one who reads the element commands of the queue."""

    def __init__(self, services: Services, behaviors: Mapping[ElementType, ElementBehavior]) -> None:
        self._services = services
        self._behaviors = behaviors

    def process(self, command: ElementCommand) -> None:
        """Carry out one command, or reject it if it no longer holds."""
        instance = command.instance
        if not self._holds(command):
            log = self._services.log
            log.reject(
                "PROCESS_INSTANCE", command.intent.value, instance.key, instance.value(), RejectionType.INVALID_STATE
            )
            return
        try:
            self._carry_out(command.intent, instance)
        except Failure as failure:
            self._services.incidents.raise_failure(failure, instance)

    def retry(self, instance: ElementInstance) -> None:
        """Try again what failed, after its incident was resolved."""
        task = self._services.state.user_tasks.get(instance.user_task_key)
        if task is not None and instance.job_key < 0 and instance.phase is not Phase.COMPLETING:
            self._services.user_tasks.ask_again(task)
            return
        intent = ElementIntent.ACTIVATE if instance.phase is Phase.ACTIVATING else ElementIntent.COMPLETE
        self.process(ElementCommand(intent, instance))

    def terminate_children(self, command: TerminateChildren) -> None:
        """Let the first child from a key on terminate, and come again for the rest."""
        scope = command.scope
        left = command.left()
        child = scope.children[left.popleft()] if left else None
        if child is not None and child.phase in TERMINABLE:
            self._services.transitions.command_terminate(child)
        if left:
            self._services.log.command(TerminateChildren(scope, left[0], left))
        else:
            self._batch_record("TERMINATED", scope)

    def activate_children(self, command: ActivateChildren) -> None:
        """Activate one instance inside a multi-instance body, and come again for the rest."""
        body = command.body
        if isinstance(body.element, MultiInstanceBody):
            self._services.transitions.activate_inside_now(body, body.element.inner)
        if command.amount > 1:
            self._services.log.command(ActivateChildren(body, command.amount - 1))
        else:
            self._batch_record("ACTIVATED", body)

    def _carry_out(self, intent: ElementIntent, instance: ElementInstance) -> None:
        behavior = self._behaviors[instance.type]
        transitions = self._services.transitions
        if intent is ElementIntent.ACTIVATE:
            transitions.activating(instance)
            transitions.tell_activating(instance)
            behavior.activate(instance)
            if not self._listen(instance, instance.element.start_listeners, 0):
                behavior.finish_activation(instance)
        elif intent is ElementIntent.COMPLETE:
            transitions.completing(instance)
            behavior.complete(instance)
            if not self._listen(instance, instance.element.end_listeners, 0):
                behavior.finish_completion(instance)
        elif intent is ElementIntent.TERMINATE:
            transitions.terminating(instance)
            behavior.terminate(instance)
        elif intent is ElementIntent.CONTINUE_TERMINATING:
            behavior.finish_termination(instance)
        else:
            self._listener_done(instance, behavior)

    def _listener_done(self, instance: ElementInstance, behavior: ElementBehavior) -> None:
        starting = instance.phase is Phase.ACTIVATING
        listeners = instance.element.start_listeners if starting else instance.element.end_listeners
        self._merge_listener_variables(instance, local=starting)
        if self._listen(instance, listeners, instance.listener_index + 1):
            return
        instance.listener_index = 0
        if starting:
            behavior.finish_activation(instance)
        else:
            behavior.finish_completion(instance)

    def _listen(self, instance: ElementInstance, listeners: Sequence[Listener], index: int) -> bool:
        """Create the job of the listener at an index; False if there is none."""
        if index >= len(listeners):
            return False
        instance.listener_index = index
        self._services.jobs.create_for_listener(listeners[index], instance)
        return True

    def _merge_listener_variables(self, instance: ElementInstance, local: bool) -> None:
        scope = instance.event_scope
        if scope is None or not scope.triggers:
            return
        trigger = scope.triggers[0]
        if trigger.variables:
            key = instance.key if local or instance.scope_key <= 0 else instance.scope_key
            self._services.variables.merge_local(key, instance, trigger.variables)
        self._services.triggers.triggered(trigger, instance, instance.key, trigger.element_id)

    def _holds(self, command: ElementCommand) -> bool:
        instance, elements = command.instance, self._services.state.elements
        if command.intent is ElementIntent.ACTIVATE:
            return self._scope_admits(instance) and can_join(instance, elements)
        if elements.get(instance.key) is not instance:
            return False
        if command.intent is ElementIntent.COMPLETE:
            # an event may have begun something in a scope that was just about to complete
            return instance.phase in _COMPLETABLE and self._scope_admits(instance) and not _holds_others(instance)
        if command.intent is ElementIntent.CONTINUE_TERMINATING:
            return instance.is_terminating
        return instance.phase in (TERMINABLE if command.intent is ElementIntent.TERMINATE else _LISTENING)

    def _scope_admits(self, instance: ElementInstance) -> bool:
        """Whether the scope is active, and not interrupted by another element."""
        if instance.type is ElementType.PROCESS:
            if instance.parent_process_instance_key < 0:
                return True
            scope = self._services.state.elements.get(instance.parent_element_instance_key)
        else:
            scope = self._services.state.elements.scope_of(instance)
        if scope is None or not scope.is_active:
            return False
        return scope.interrupting_element in (None, instance.element.id)

    def _batch_record(self, intent: str, scope: ElementInstance) -> None:
        record = {"processInstanceKey": scope.process_instance_key, "batchElementInstanceKey": scope.key, "index": 0}
        self._services.log.event("PROCESS_INSTANCE_BATCH", intent, self._services.log.next_key(), record)
