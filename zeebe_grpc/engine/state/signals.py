"""Who waits for which signal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.messages import by_length


@dataclass(frozen=True, eq=False)
class SignalSubscription:
    """An element instance that waits for a signal, or a start event (then without one)."""

    key: int
    name: str
    element_id: str
    definition: ProcessDefinition
    instance: ElementInstance | None = None

    def value(self) -> dict[str, Any]:
        """The record of the subscription."""
        return {
            "signalName": self.name,
            "processDefinitionKey": self.definition.key,
            "bpmnProcessId": self.definition.id,
            "catchEventId": self.element_id,
            "catchEventInstanceKey": self.instance.key if self.instance else -1,
            "tenantId": self.definition.tenant_id,
        }


class SignalSubscriptions:
    """Signal subscriptions by key."""

    def __init__(self) -> None:
        self._subscriptions: dict[int, SignalSubscription] = {}
        self._by_element: dict[int, dict[int, SignalSubscription]] = {}
        self._by_name: dict[tuple[str, str], dict[int, SignalSubscription]] = {}

    def add(self, subscription: SignalSubscription) -> None:
        """Enter a subscription; of an element instance it takes the place of an earlier one with the same name."""
        if subscription.instance is not None:
            for earlier in self.of_element(subscription.instance.key):
                if earlier.name == subscription.name:
                    self.remove(earlier)
        self._subscriptions[subscription.key] = subscription
        self._by_name.setdefault(_name_of(subscription), {})[subscription.key] = subscription
        if subscription.instance is not None:
            self._by_element.setdefault(subscription.instance.key, {})[subscription.key] = subscription

    def remove(self, subscription: SignalSubscription) -> None:
        """Take a subscription out."""
        self._subscriptions.pop(subscription.key, None)
        _drop(self._by_name, _name_of(subscription), subscription.key)
        if subscription.instance is not None:
            _drop(self._by_element, subscription.instance.key, subscription.key)

    def of_element(self, element_instance_key: int) -> list[SignalSubscription]:
        """The subscriptions of an element instance, shorter signal names first."""
        found = self._by_element.get(element_instance_key, {}).values()
        return sorted(found, key=lambda subscription: by_length(subscription.name))

    def of_start_events(self, process_id: str, tenant_id: str) -> list[SignalSubscription]:
        """The subscriptions of the start events of a process."""
        return [
            subscription
            for subscription in self._subscriptions.values()
            if subscription.instance is None
            and subscription.definition.id == process_id
            and subscription.definition.tenant_id == tenant_id
        ]

    def waiting_for(self, name: str, tenant_id: str) -> list[SignalSubscription]:
        """Who waits for a signal, oldest first."""
        found = self._by_name.get((tenant_id, name), {})
        return [found[key] for key in sorted(found)]


def _name_of(subscription: SignalSubscription) -> tuple[str, str]:
    return subscription.definition.tenant_id, subscription.name


def _drop(index: dict[Any, dict[int, SignalSubscription]], name: Any, key: int) -> None:
    found = index.get(name, {})
    found.pop(key, None)
    if not found:
        index.pop(name, None)
