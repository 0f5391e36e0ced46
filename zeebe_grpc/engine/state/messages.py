"""Messages that are kept, who waits for them, and which start events they may start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from zeebe_grpc.engine.commands import Document, JsonValue
from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.due import DueQueue
from zeebe_grpc.engine.state.elements import ElementInstance


@dataclass(eq=False)
class Message:
    """A published message. `deadline` is in epoch milliseconds."""

    key: int
    name: str
    correlation_key: str
    message_id: str
    time_to_live: int
    deadline: int
    variables: Document
    tenant_id: str
    business_id: str = ""
    correlated: set[str] = field(default_factory=set[str])

    def reaches(self, subscription: MessageSubscription) -> bool:
        """Whether no instance of its process has had it, and the business ids agree; without one it is for everyone."""
        is_new = subscription.instance.definition.id not in self.correlated
        return is_new and self.business_id in ("", subscription.business_id)

    def value(self) -> dict[str, Any]:
        """The record of the message."""
        return {
            "name": self.name,
            "correlationKey": self.correlation_key,
            "messageId": self.message_id,
            "timeToLive": self.time_to_live,
            "deadline": self.deadline,
            "variables": dict(self.variables),
            "tenantId": self.tenant_id,
        }


@dataclass(eq=False)
class MessageSubscription:
    """An element instance that waits for a message: both sides of the subscription, with their states.

    `key` is the key of the side at the process instance, `message_side_key` of the side where messages arrive;
    `business_id` is the one that the process instance had when it began to wait.
    """

    key: int
    instance: ElementInstance
    element_id: str
    name: str
    correlation_key: str
    interrupting: bool
    business_id: str = ""
    message_side_key: int = -1
    closing: bool = False
    closed: bool = False
    correlating: bool = False
    message_key: int = -1
    variables: Document = field(default_factory=dict[str, JsonValue])
    seen_message_key: int = -1
    seen_variables: Document = field(default_factory=dict[str, JsonValue])

    def value(self) -> dict[str, Any]:
        """The record of the side where messages arrive."""
        return {**self._common(), "messageKey": self.message_key, "variables": dict(self.variables)}

    def process_value(self) -> dict[str, Any]:
        """The record of the side at the process instance."""
        return {
            **self._common(),
            "elementId": self.element_id,
            "messageKey": self.seen_message_key,
            "variables": dict(self.seen_variables),
        }

    def _common(self) -> dict[str, Any]:
        return {
            "messageName": self.name,
            "correlationKey": self.correlation_key,
            "elementInstanceKey": self.instance.key,
            "processInstanceKey": self.instance.process_instance_key,
            "bpmnProcessId": self.instance.definition.id,
            "interrupting": self.interrupting,
            "tenantId": self.instance.tenant_id,
        }


@dataclass(frozen=True, eq=False)
class StartSubscription:
    """A message start event of the newest version of a process."""

    key: int
    definition: ProcessDefinition
    element_id: str
    name: str

    def value(self, message: Message | None = None, process_instance_key: int = -1) -> dict[str, Any]:
        """The record of the subscription, with the message that correlates."""
        return {
            "processDefinitionKey": self.definition.key,
            "bpmnProcessId": self.definition.id,
            "messageName": self.name,
            "startEventId": self.element_id,
            "correlationKey": message.correlation_key if message else "",
            "messageKey": message.key if message else -1,
            "variables": dict(message.variables) if message else {},
            "processInstanceKey": process_instance_key,
            "tenantId": self.definition.tenant_id,
        }


class Messages:
    """Kept messages in the order of their keys."""

    def __init__(self) -> None:
        self._messages: dict[int, Message] = {}
        self._waiting: dict[tuple[str, str, str], dict[int, Message]] = {}
        self._expiries = DueQueue()

    def add(self, message: Message) -> None:
        """Keep a message."""
        self._messages[message.key] = message
        self._waiting.setdefault(_address(message), {})[message.key] = message
        self._expiries.put(message.key, message.deadline)

    def remove(self, message: Message) -> None:
        """Forget a message."""
        self._messages.pop(message.key, None)
        self._expiries.discard(message.key)
        waiting = self._waiting.get(_address(message), {})
        waiting.pop(message.key, None)
        if not waiting:
            self._waiting.pop(_address(message), None)

    def get(self, key: int) -> Message | None:
        """The message with this key, if it is kept."""
        return self._messages.get(key)

    def waiting(self, name: str, correlation_key: str, tenant_id: str) -> list[Message]:
        """The kept messages of a name and correlation key, oldest first."""
        return list(self._waiting.get((tenant_id, name, correlation_key), {}).values())

    def expired(self, now: int) -> list[Message]:
        """The messages whose time is over."""
        return [self._messages[key] for key in self._expiries.due(now)]

    def next_due(self) -> int | None:
        """When the next message expires."""
        return self._expiries.next_due()


class MessageSubscriptions:
    """Open subscriptions by element instance and message name, and the locks of start messages."""

    def __init__(self) -> None:
        self._by_element: dict[int, dict[str, MessageSubscription]] = {}
        self._arriving: dict[tuple[str, str, str], dict[int, MessageSubscription]] = {}
        self.start_subscriptions: dict[tuple[str, str], list[StartSubscription]] = {}
        self.locks: dict[tuple[str, str, str], int] = {}
        self.locked_keys: dict[int, str] = {}

    def add(self, subscription: MessageSubscription) -> None:
        """Enter a subscription on the side of the process instance."""
        self._by_element.setdefault(subscription.instance.key, {})[subscription.name] = subscription

    def open(self, subscription: MessageSubscription) -> None:
        """Enter a subscription on the side where messages arrive."""
        address = _address_of(subscription)
        self._arriving.setdefault(address, {})[subscription.instance.key] = subscription

    def get(self, element_instance_key: int, name: str) -> MessageSubscription | None:
        """The subscription of an element instance for a message name."""
        return self._by_element.get(element_instance_key, {}).get(name)

    def arriving(self, element_instance_key: int, name: str, correlation_key: str, tenant_id: str) -> bool:
        """Whether the side where messages arrive is open."""
        return element_instance_key in self._arriving.get((tenant_id, name, correlation_key), {})

    def of_element(self, element_instance_key: int) -> list[MessageSubscription]:
        """The subscriptions of an element instance, shorter message names first."""
        found = self._by_element.get(element_instance_key, {})
        return [found[name] for name in sorted(found, key=by_length)]

    def waiting_for(self, name: str, correlation_key: str, tenant_id: str) -> list[MessageSubscription]:
        """Who waits for a message, the oldest element instance first."""
        found = self._arriving.get((tenant_id, name, correlation_key), {})
        return [found[key] for key in sorted(found)]

    def close(self, subscription: MessageSubscription) -> None:
        """Take a subscription off the side where messages arrive."""
        address = _address_of(subscription)
        found = self._arriving.get(address, {})
        if found.get(subscription.instance.key) is subscription:
            del found[subscription.instance.key]
            if not found:
                del self._arriving[address]

    def remove(self, subscription: MessageSubscription) -> None:
        """Take a subscription off the side of the process instance."""
        found = self._by_element.get(subscription.instance.key, {})
        if found.get(subscription.name) is subscription:
            del found[subscription.name]
            if not found:
                del self._by_element[subscription.instance.key]

    def starting(self, name: str, tenant_id: str) -> list[StartSubscription]:
        """The start events that a message may start, older definitions first."""
        every = (found for one in self.start_subscriptions.values() for found in one)
        fitting = [found for found in every if found.name == name and found.definition.tenant_id == tenant_id]
        return sorted(fitting, key=lambda found: (found.definition.key, found.key))

    def all(self) -> Iterable[MessageSubscription]:
        """Every subscription."""
        return (found for one in self._by_element.values() for found in one.values())


def by_length(text: str) -> tuple[int, bytes]:
    """The order of Zeebe's tables, in which a text is preceded by its length."""
    encoded = text.encode()
    return len(encoded), encoded


def _address(message: Message) -> tuple[str, str, str]:
    return message.tenant_id, message.name, message.correlation_key


def _address_of(subscription: MessageSubscription) -> tuple[str, str, str]:
    return subscription.instance.tenant_id, subscription.name, subscription.correlation_key
