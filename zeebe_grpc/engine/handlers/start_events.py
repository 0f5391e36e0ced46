"""Start events with a trigger: what they wait for once a process is deployed, and the instances that they start."""

from __future__ import annotations

from collections.abc import Sequence

from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.followups import ElementCommand, ElementIntent
from zeebe_grpc.engine.model.elements import (
    ConditionalDefinition,
    Event,
    MessageDefinition,
    SignalDefinition,
    TimerDefinition,
)
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.conditionals import ConditionalSubscription
from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.messages import Message, StartSubscription, by_length
from zeebe_grpc.engine.state.signals import SignalSubscription
from zeebe_grpc.engine.state.traits import InstanceTraits


class StartEvents:
    """Opens and closes what start events wait for, and starts instances by them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._log = services.log
        self._state = services.state
        self._timers = services.timers

    def reopen(self, definition: ProcessDefinition) -> None:
        """The newest version of a process waits instead of the one before."""
        self.close(definition.id, definition.tenant_id)
        starts = [event for event in reversed(definition.process.start_events) if event.definition is not None]
        self._open_timers(definition, starts)
        for event in starts:
            if isinstance(event.definition, MessageDefinition):
                self._open_message(definition, event, event.definition)
            elif isinstance(event.definition, SignalDefinition):
                self._open_signal(definition, event, event.definition)
            elif isinstance(event.definition, ConditionalDefinition):
                self._open_conditional(definition, event, event.definition)

    def close(self, process_id: str, tenant_id: str) -> None:
        """Nothing waits for a process any more."""
        for timer in self._state.timers.of_start_events(process_id, tenant_id):
            self._timers.cancel(timer)
        waiting = self._state.message_subscriptions.start_subscriptions.pop((tenant_id, process_id), [])
        for subscription in sorted(waiting, key=lambda found: by_length(found.name)):
            self._log.event("MESSAGE_START_EVENT_SUBSCRIPTION", "DELETED", subscription.key, subscription.value())
        signals = self._state.signals.of_start_events(process_id, tenant_id)
        for signal in sorted(signals, key=lambda found: by_length(found.name)):
            self._state.signals.remove(signal)
            self._log.event("SIGNAL_SUBSCRIPTION", "DELETED", signal.key, signal.value())
        for conditional in self._state.conditionals.of_process(process_id, tenant_id):
            self._state.conditionals.remove(conditional)
            self._log.event("CONDITIONAL_SUBSCRIPTION", "DELETED", conditional.key, conditional.value())

    def start(self, definition: ProcessDefinition, event_id: str, variables: Document, key: int = -1) -> None:
        """Start an instance by a start event."""
        key = key if key > 0 else self._log.next_key()
        self._services.triggers.start_triggering(definition, key, event_id, variables)
        instance = ElementInstance(key, definition, definition.process, key, root_process_instance_key=key)
        self._log.command(ElementCommand(ElementIntent.ACTIVATE, instance))

    def start_by(self, message: Message) -> None:
        """A published message starts an instance of each process that waits for it.

        Not while its correlation key is locked.
        """
        for subscription in self._state.message_subscriptions.starting(message.name, message.tenant_id):
            process_id = subscription.definition.id
            if process_id not in message.correlated and not self._is_locked(process_id, message):
                self._correlate(subscription, message)

    def release(self, instance: ElementInstance) -> str | None:
        """A process instance ends: its correlation key is free again. The key, if it held one."""
        subscriptions = self._state.message_subscriptions
        correlation_key = subscriptions.locked_keys.pop(instance.key, None)
        if correlation_key is not None:
            subscriptions.locks.pop((instance.tenant_id, instance.definition.id, correlation_key), None)
        return correlation_key

    def start_next(self, ended: ElementInstance, correlation_key: str | None) -> None:
        """After an instance has ended, the oldest kept message with its correlation key starts the next one."""
        if correlation_key is None:
            return
        found: tuple[Message, StartSubscription] | None = None
        latest = self._state.definitions.latest(ended.definition.id, ended.tenant_id)
        subscriptions = self._state.message_subscriptions.start_subscriptions
        for subscription in subscriptions.get((ended.tenant_id, ended.definition.id), []):
            if subscription.definition is not latest:
                continue
            for message in self._state.messages.waiting(subscription.name, correlation_key, ended.tenant_id):
                if message.deadline > self._log.now and ended.definition.id not in message.correlated:
                    if found is None or message.key < found[0].key:
                        found = (message, subscription)
                    break
        if found is not None:
            self._correlate(found[1], found[0])

    def _correlate(self, subscription: StartSubscription, message: Message) -> None:
        definition = subscription.definition
        key = self._log.next_key()
        subscriptions = self._state.message_subscriptions
        message.correlated.add(definition.id)
        if message.correlation_key:
            subscriptions.locks[definition.tenant_id, definition.id, message.correlation_key] = key
            subscriptions.locked_keys[key] = message.correlation_key
        value = subscription.value(message, key)
        self._log.event("MESSAGE_START_EVENT_SUBSCRIPTION", "CORRELATED", subscription.key, value)
        self._state.traits.add(key, InstanceTraits(business_id=message.business_id))
        self.start(definition, subscription.element_id, message.variables, key)

    def _is_locked(self, process_id: str, message: Message) -> bool:
        return (message.tenant_id, process_id, message.correlation_key) in self._state.message_subscriptions.locks

    def _open_timers(self, definition: ProcessDefinition, starts: Sequence[Event]) -> None:
        for event in starts:
            if isinstance(event.definition, TimerDefinition):
                self._timers.create(self._timers.evaluate(event.definition, -1), event.id, definition)

    def _open_message(self, definition: ProcessDefinition, event: Event, waited: MessageDefinition) -> None:
        name = self._services.expressions.text(waited.name, -1)
        subscription = StartSubscription(self._log.next_key(), definition, event.id, name)
        identity = (definition.tenant_id, definition.id)
        self._state.message_subscriptions.start_subscriptions.setdefault(identity, []).append(subscription)
        self._log.event("MESSAGE_START_EVENT_SUBSCRIPTION", "CREATED", subscription.key, subscription.value())

    def _open_signal(self, definition: ProcessDefinition, event: Event, waited: SignalDefinition) -> None:
        name = self._services.expressions.text(waited.name, -1)
        subscription = SignalSubscription(self._log.next_key(), name, event.id, definition)
        self._state.signals.add(subscription)
        self._log.event("SIGNAL_SUBSCRIPTION", "CREATED", subscription.key, subscription.value())

    def _open_conditional(self, definition: ProcessDefinition, event: Event, waited: ConditionalDefinition) -> None:
        subscription = ConditionalSubscription(self._log.next_key(), waited.condition, event.id, definition)
        self._state.conditionals.add(subscription)
        self._log.event("CONDITIONAL_SUBSCRIPTION", "CREATED", subscription.key, subscription.value())
