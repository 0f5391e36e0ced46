"""What can be compensated: a subscription for each completed activity that has a handler, or holds one that has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zeebe_grpc.engine.state.elements import ElementInstance


@dataclass(eq=False)
class CompensationSubscription:
    """A completed activity that can be compensated. It is triggered from the moment that `throw_key` is known."""

    key: int
    activity: ElementInstance
    handler_id: str
    throw_id: str = ""
    throw_key: int = -1
    handler_key: int = -1

    @property
    def scope_key(self) -> int:
        """The scope in which the activity was."""
        return self.activity.scope_key

    @property
    def is_triggered(self) -> bool:
        """Whether compensation has begun."""
        return self.throw_key > 0

    def value(self) -> dict[str, Any]:
        """The record of the subscription."""
        return {
            "tenantId": self.activity.tenant_id,
            "processInstanceKey": self.activity.process_instance_key,
            "processDefinitionKey": self.activity.definition.key,
            "compensableActivityId": self.activity.element.id,
            "compensableActivityInstanceKey": self.activity.key,
            "compensableActivityScopeKey": self.activity.scope_key,
            "compensationHandlerId": self.handler_id,
            "compensationHandlerInstanceKey": self.handler_key,
            "throwEventId": self.throw_id,
            "throwEventInstanceKey": self.throw_key,
            "variables": {},
        }


class CompensationSubscriptions:
    """Subscriptions by process instance, in the order of their keys."""

    def __init__(self) -> None:
        self._by_instance: dict[int, dict[int, CompensationSubscription]] = {}

    def add(self, subscription: CompensationSubscription) -> None:
        """Enter a subscription."""
        self._by_instance.setdefault(subscription.activity.process_instance_key, {})[subscription.key] = subscription

    def remove(self, subscription: CompensationSubscription) -> None:
        """Take a subscription out."""
        instance_key = subscription.activity.process_instance_key
        subscriptions = self._by_instance.get(instance_key, {})
        subscriptions.pop(subscription.key, None)
        if not subscriptions:
            self._by_instance.pop(instance_key, None)

    def of_instance(self, process_instance_key: int) -> list[CompensationSubscription]:
        """The subscriptions of a process instance."""
        return list(self._by_instance.get(process_instance_key, {}).values())

    def in_scope(self, process_instance_key: int, scope_key: int) -> list[CompensationSubscription]:
        """The subscriptions of activities that were directly in a scope."""
        return [found for found in self.of_instance(process_instance_key) if found.scope_key == scope_key]
