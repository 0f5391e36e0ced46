"""Messages: published, correlated to who waits for them, kept and expired."""

from __future__ import annotations

from zeebe_grpc.engine.answers import Answer, MessagePublished, RejectionType
from zeebe_grpc.engine.commands import PublishMessage
from zeebe_grpc.engine.followups import (
    AcknowledgeCorrelation,
    CloseMessageSubscription,
    ConfirmClosedSubscription,
    ConfirmMessageSubscription,
    CorrelateMessage,
    OpenMessageSubscription,
    RejectCorrelation,
)
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.handlers.start_events import StartEvents
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import Event, ReceiveTask
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.messages import Message, MessageSubscription

_HERE, _THERE = "MESSAGE_SUBSCRIPTION", "PROCESS_MESSAGE_SUBSCRIPTION"


class MessageHandler:
    """Handles `PublishMessage`, the expiry of messages and both sides of message subscriptions."""

    def __init__(self, services: Services, starts: StartEvents) -> None:
        self._services = services
        self._log: Log = services.log
        self._messages = services.state.messages
        self._subscriptions = services.state.message_subscriptions
        self._starts = starts

    def publish(self, command: PublishMessage, request: int) -> Answer:
        """Publish a message: to everyone who waits for it, to start events, and kept for later."""
        if command.message_id and self._is_kept(command):
            reason = (
                f"Expected to publish a new message with id '{command.message_id}', "
                "but a message with that id was already published"
            )
            raise RejectedError("MESSAGE", "PUBLISH", RejectionType.ALREADY_EXISTS, reason)
        deadline = self._log.now + command.time_to_live
        message = Message(
            self._log.next_key(),
            command.name,
            command.correlation_key,
            command.message_id,
            command.time_to_live,
            deadline,
            command.variables,
            command.tenant_id,
            command.business_id,
        )
        self._messages.add(message)
        self._log.event("MESSAGE", "PUBLISHED", message.key, message.value())
        chosen = self._choose(message)
        self._starts.start_by(message)
        for subscription in chosen:
            self._log.command(CorrelateMessage(subscription, message.key, message.variables))
        if command.time_to_live <= 0:
            self.expire(message)
        return MessagePublished(message.key, command.tenant_id)

    def expire(self, message: Message) -> None:
        """A message is kept no longer."""
        self._messages.remove(message)
        self._log.event("MESSAGE", "EXPIRED", message.key, message.value())

    def open(self, command: OpenMessageSubscription) -> None:
        """Someone waits: a kept message is correlated at once, else the opening is confirmed."""
        subscription = command.subscription
        subscription.message_side_key = self._log.next_key()
        self._subscriptions.open(subscription)
        self._log.event(_HERE, "CREATED", subscription.message_side_key, subscription.value())
        if not self._correlate_kept(subscription):
            self._log.command(ConfirmMessageSubscription(subscription))

    def confirm(self, command: ConfirmMessageSubscription) -> None:
        """The process instance learns that the subscription is open."""
        subscription = command.subscription
        if self._find(subscription) is None or subscription.closing:
            self._reject(_THERE, "CREATE", subscription, gone=self._find(subscription) is None)
            return
        self._log.event(_THERE, "CREATED", subscription.key, subscription.process_value())

    def correlate(self, command: CorrelateMessage) -> None:
        """The process instance takes the message, if it still waits."""
        subscription = command.subscription
        if self._find(subscription) is None or subscription.closing:
            self._reject(_THERE, "CORRELATE", subscription, gone=self._find(subscription) is None)
            self._log.command(RejectCorrelation(subscription, command.message_key))
            return
        if not self._services.triggers.can_trigger(subscription.instance, subscription.element_id):
            self._reject(_THERE, "CORRELATE", subscription, gone=False)
            self._log.command(RejectCorrelation(subscription, command.message_key))
            return
        subscription.seen_message_key = command.message_key
        subscription.seen_variables = command.variables
        self._log.event(_THERE, "CORRELATED", subscription.key, subscription.process_value())
        if subscription.interrupting:
            self._subscriptions.remove(subscription)
        event = event_of(subscription.instance, subscription.element_id)
        self._services.triggers.publish(event, subscription.instance, command.variables)
        self._log.command(AcknowledgeCorrelation(subscription, command.message_key))

    def acknowledge(self, command: AcknowledgeCorrelation) -> None:
        """The message has been taken; one that does not interrupt takes the next kept message."""
        subscription = command.subscription
        if not self._is_open(subscription) or not subscription.correlating:
            self._reject(_HERE, "CORRELATE", subscription, gone=not self._is_open(subscription))
            return
        subscription.correlating = False
        self._log.event(_HERE, "CORRELATED", subscription.message_side_key, subscription.value())
        if subscription.interrupting:
            self._subscriptions.close(subscription)
        else:
            self._correlate_kept(subscription)

    def refuse(self, command: RejectCorrelation) -> None:
        """The message was not taken; another instance of the process may have it."""
        subscription = command.subscription
        self._log.event(_HERE, "REJECTED", subscription.message_side_key, subscription.value())
        message = self._messages.get(command.message_key)
        process_id = subscription.instance.definition.id
        if message is None:
            return
        message.correlated.discard(process_id)
        waiting = self._subscriptions.waiting_for(message.name, message.correlation_key, message.tenant_id)
        for other in waiting:
            fits = other.instance.definition.id == process_id and message.reaches(other)
            if fits and not other.correlating and other is not subscription:
                self._begin_correlating(other, message)
                self._log.command(CorrelateMessage(other, message.key, message.variables))
                return

    def close(self, command: CloseMessageSubscription) -> None:
        """The process instance waits no more."""
        subscription = command.subscription
        if self._is_open(subscription):
            self._subscriptions.close(subscription)
            self._log.event(_HERE, "DELETED", subscription.message_side_key, subscription.value())
        else:
            self._reject(_HERE, "DELETE", subscription, gone=True)
        self._log.command(ConfirmClosedSubscription(subscription))

    def confirm_closed(self, command: ConfirmClosedSubscription) -> None:
        """The process instance learns that the subscription is closed."""
        subscription = command.subscription
        if self._find(subscription) is None:
            self._reject(_THERE, "DELETE", subscription, gone=True)
            return
        self._subscriptions.remove(subscription)
        self._log.event(_THERE, "DELETED", subscription.key, subscription.process_value())

    def _choose(self, message: Message) -> list[MessageSubscription]:
        """One waiting instance of each process."""
        chosen: list[MessageSubscription] = []
        for subscription in self._subscriptions.waiting_for(message.name, message.correlation_key, message.tenant_id):
            if message.reaches(subscription) and not subscription.correlating:
                self._begin_correlating(subscription, message)
                chosen.append(subscription)
        return chosen

    def _correlate_kept(self, subscription: MessageSubscription) -> bool:
        """Take the oldest kept message that the process has not had."""
        tenant_id = subscription.instance.tenant_id
        kept = self._messages.waiting(subscription.name, subscription.correlation_key, tenant_id)
        for message in kept:
            if message.reaches(subscription) and message.deadline > self._log.now:
                self._begin_correlating(subscription, message)
                self._log.command(CorrelateMessage(subscription, message.key, message.variables))
                return True
        return False

    def _begin_correlating(self, subscription: MessageSubscription, message: Message) -> None:
        subscription.correlating = True
        subscription.message_key = message.key
        subscription.variables = message.variables
        message.correlated.add(subscription.instance.definition.id)
        self._log.event(_HERE, "CORRELATING", subscription.message_side_key, subscription.value())

    def _is_kept(self, command: PublishMessage) -> bool:
        kept = self._messages.waiting(command.name, command.correlation_key, command.tenant_id)
        return any(message.message_id == command.message_id for message in kept)

    def _find(self, subscription: MessageSubscription) -> MessageSubscription | None:
        found = self._subscriptions.get(subscription.instance.key, subscription.name)
        return found if found is subscription else None

    def _is_open(self, subscription: MessageSubscription) -> bool:
        instance = subscription.instance
        return self._subscriptions.arriving(
            instance.key, subscription.name, subscription.correlation_key, instance.tenant_id
        )

    def _reject(self, value_type: str, intent: str, subscription: MessageSubscription, gone: bool) -> None:
        reason = RejectionType.NOT_FOUND if gone else RejectionType.INVALID_STATE
        self._log.reject(value_type, intent, subscription.key, subscription.value(), reason)


def event_of(instance: ElementInstance, element_id: str) -> Event:
    """The catching event of an id: the event itself, or the waiting side of a receive task."""
    for event in instance.element.subscriptions:
        if event.id == element_id:
            return event
    element = instance.definition.process.elements[element_id]
    if isinstance(element, ReceiveTask) and element.waiting is not None:
        return element.waiting
    if isinstance(element, Event):
        return element
    raise LookupError(element_id)
