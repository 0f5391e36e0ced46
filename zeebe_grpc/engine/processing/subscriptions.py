"""What an element instance waits for: messages, timers and signals.

It is subscribed to when the instance begins to wait and closed when it goes. All expressions are evaluated before
anything is opened. What is opened goes by kind, messages, then timers, then signals.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from zeebe_grpc.engine.followups import CloseMessageSubscription, OpenMessageSubscription
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import (
    ElementType,
    Event,
    MessageDefinition,
    SignalDefinition,
    TimerDefinition,
)
from zeebe_grpc.engine.processing.expressions import Expressions
from zeebe_grpc.engine.processing.failure import Failure
from zeebe_grpc.engine.processing.timers import DueDate, TimerClock
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.messages import MessageSubscription
from zeebe_grpc.engine.state.signals import SignalSubscription


@dataclass(frozen=True)
class _Ready:
    """An event with all that it waits for evaluated."""

    event: Event
    message: tuple[str, str] | None = None
    timer: DueDate | None = None
    signal: str | None = None


class Subscriptions:
    """Opens and closes subscriptions."""

    def __init__(self, log: Log, state: State, expressions: Expressions, timers: TimerClock) -> None:
        self._log = log
        self._state = state
        self._expressions = expressions
        self._timers = timers

    def subscribe(self, instance: ElementInstance, but: Collection[str] = ()) -> None:
        """Wait for all events of the element, but not for those with certain ids."""
        ready = [found for event in instance.element.subscriptions if (found := self._evaluate(event, instance))]
        for one in ready:
            if one.message is not None:
                self._open_message(one.event, instance, *one.message)
        for one in ready:
            if one.timer is not None:
                self._timers.create(one.timer, one.event.id, instance.definition, instance)
        for one in ready:
            if one.signal is not None:
                key = self._log.next_key()
                subscription = SignalSubscription(key, one.signal, one.event.id, instance.definition, instance)
                self._state.signals.add(subscription)
                self._log.event("SIGNAL_SUBSCRIPTION", "CREATED", key, subscription.value())

    def unsubscribe(self, instance: ElementInstance, but: Collection[str] = ()) -> None:
        """Wait for nothing any more, but for the events with certain ids."""
        self._close(instance, lambda element_id: element_id not in but)

    def unsubscribe_event_sub_processes(self, instance: ElementInstance) -> None:
        """Wait no more for the event sub-processes of a scope."""
        starts = {event.id for event in instance.element.subscriptions if event.type is ElementType.START_EVENT}
        self._close(instance, lambda element_id: element_id in starts)

    def _evaluate(self, event: Event, instance: ElementInstance) -> _Ready | None:
        definition = event.definition
        if isinstance(definition, MessageDefinition):
            name = self._expressions.text(definition.name, instance.key)
            return _Ready(event, message=(name, self._correlation_key(event, definition, instance)))
        if isinstance(definition, TimerDefinition):
            return _Ready(event, timer=self._timers.evaluate(definition, instance.key))
        if isinstance(definition, SignalDefinition):
            return _Ready(event, signal=self._expressions.text(definition.name, instance.key))
        return None

    def _correlation_key(self, event: Event, definition: MessageDefinition, instance: ElementInstance) -> str:
        # a boundary event looks from outside of its activity
        scope = instance.scope_key if event.type is ElementType.BOUNDARY_EVENT else instance.key
        if definition.correlation_key is None:
            raise Failure(f"Expected message '{definition.name.text}' to have a correlation key, but it has none.")
        return self._expressions.correlation_key(definition.correlation_key, scope)

    def _open_message(self, event: Event, instance: ElementInstance, name: str, correlation_key: str) -> None:
        key = self._log.next_key()
        business_id = self._state.traits.of(instance.process_instance_key).business_id
        subscription = MessageSubscription(
            key, instance, event.id, name, correlation_key, event.interrupting, business_id
        )
        self._state.message_subscriptions.add(subscription)
        self._log.event("PROCESS_MESSAGE_SUBSCRIPTION", "CREATING", key, subscription.process_value())
        self._log.command(OpenMessageSubscription(subscription))

    def _close(self, instance: ElementInstance, concerns: Callable[[str], bool]) -> None:
        for timer in self._state.timers.of_element(instance.key):
            if concerns(timer.element_id):
                self._timers.cancel(timer)
        for subscription in self._state.message_subscriptions.of_element(instance.key):
            if concerns(subscription.element_id):
                subscription.closing = True
                value = subscription.process_value()
                self._log.event("PROCESS_MESSAGE_SUBSCRIPTION", "DELETING", subscription.key, value)
                self._log.command(CloseMessageSubscription(subscription))
        for signal in self._state.signals.of_element(instance.key):
            if concerns(signal.element_id):
                self._state.signals.remove(signal)
                self._log.event("SIGNAL_SUBSCRIPTION", "DELETED", signal.key, signal.value())
