"""Moving one element instance to its counterpart in another definition, with all that belongs to it.

What it waits for is kept where the event is mapped too, and closed and opened anew where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import ElementType, FlowNode
from zeebe_grpc.engine.processing.subscriptions import Subscriptions
from zeebe_grpc.engine.processing.variables import VariableWriter
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.elements import ElementInstance, event_scope_of


class Migration:
    """Writes the MIGRATED records."""

    def __init__(self, log: Log, state: State, subscriptions: Subscriptions, variables: VariableWriter) -> None:
        self._log = log
        self._state = state
        self._subscriptions = subscriptions
        self._variables = variables

    def move(
        self, instance: ElementInstance, element: FlowNode, definition: ProcessDefinition, mapping: Mapping[str, str]
    ) -> None:
        """Make an instance one of another element; `mapping` has the ids of the elements that are mapped."""
        self._change(instance, element, definition, mapping)
        self._log.event("PROCESS_INSTANCE", "ELEMENT_MIGRATED", instance.key, instance.value())
        if instance.is_active:
            self._subscriptions.unsubscribe(instance, but=mapping)
        self._move_subscriptions(instance, definition, mapping)
        if instance.is_active:
            self._subscriptions.subscribe(instance, but=set(mapping.values()))
        self._move_work(instance)
        self._variables.migrated(instance)

    def _change(
        self, instance: ElementInstance, element: FlowNode, definition: ProcessDefinition, mapping: Mapping[str, str]
    ) -> None:
        if instance.type is ElementType.PROCESS:
            self._move_lock(instance, definition)
            self._state.elements.remove(instance)
        triggers = instance.event_scope.triggers if instance.event_scope is not None else []
        instance.element, instance.definition = element, definition
        if instance.event_scope is not None:
            was = instance.event_scope
            instance.event_scope = event_scope_of(element)
            if instance.event_scope is not None:
                instance.event_scope.accepting, instance.event_scope.interrupted = was.accepting, was.interrupted
                instance.event_scope.triggers = triggers
        if instance.interrupting_element is not None:
            instance.interrupting_element = mapping.get(instance.interrupting_element, instance.interrupting_element)
        if instance.type is ElementType.PROCESS:
            self._state.elements.add(instance)

    def _move_lock(self, instance: ElementInstance, definition: ProcessDefinition) -> None:
        """The lock of a start message follows its instance."""
        subscriptions = self._state.message_subscriptions
        correlation_key = subscriptions.locked_keys.get(instance.key)
        if correlation_key is not None:
            subscriptions.locks.pop((instance.tenant_id, instance.definition.id, correlation_key), None)
            subscriptions.locks[definition.tenant_id, definition.id, correlation_key] = instance.key

    def _move_subscriptions(
        self, instance: ElementInstance, definition: ProcessDefinition, mapping: Mapping[str, str]
    ) -> None:
        for timer in self._state.timers.of_element(instance.key):
            self._state.timers.remove(timer)
            moved = replace(timer, element_id=mapping.get(timer.element_id, timer.element_id), definition=definition)
            self._state.timers.add(moved)
            self._log.event("TIMER", "MIGRATED", moved.key, moved.value())
        for subscription in self._state.message_subscriptions.of_element(instance.key):
            if not subscription.closing:
                subscription.element_id = mapping.get(subscription.element_id, subscription.element_id)
                value = subscription.process_value()
                self._log.event("PROCESS_MESSAGE_SUBSCRIPTION", "MIGRATED", subscription.key, value)
                key = subscription.message_side_key
                self._log.event("MESSAGE_SUBSCRIPTION", "MIGRATED", key, subscription.value())
        for signal in self._state.signals.of_element(instance.key):
            self._state.signals.remove(signal)
            element_id = mapping.get(signal.element_id, signal.element_id)
            kept = replace(signal, element_id=element_id, definition=definition)
            self._state.signals.add(kept)
            self._log.event("SIGNAL_SUBSCRIPTION", "MIGRATED", kept.key, kept.value())

    def _move_work(self, instance: ElementInstance) -> None:
        incidents = self._state.incidents
        for incident in incidents.of_element(instance.key):
            self._log.event("INCIDENT", "MIGRATED", incident.key, incident.value())
        job = self._state.jobs.get(instance.job_key)
        if job is not None:
            job.element_id = instance.element.id
            self._log.event("JOB", "MIGRATED", job.key, job.value())
            for incident in incidents.of_job(job.key, instance.key):
                self._log.event("INCIDENT", "MIGRATED", incident.key, incident.value())
        task = self._state.user_tasks.get(instance.user_task_key)
        if task is not None:
            self._log.event("USER_TASK", "MIGRATED", task.key, task.value(task.data))
