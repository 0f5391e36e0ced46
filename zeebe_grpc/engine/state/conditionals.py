"""Which start events wait for a condition to become true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zeebe_grpc.engine.model.expression import Expression
from zeebe_grpc.engine.state.definitions import ProcessDefinition


@dataclass(frozen=True, eq=False)
class ConditionalSubscription:
    """A start event of a process that waits for its condition."""

    key: int
    condition: Expression
    element_id: str
    definition: ProcessDefinition

    def concerns(self, names: frozenset[str]) -> bool:
        """Whether the condition reads one of these variables; one that reads none concerns everybody."""
        return not self.condition.variables or not names.isdisjoint(self.condition.variables)

    def value(self) -> dict[str, Any]:
        """The record of the subscription."""
        return {
            "scopeKey": -1,
            "elementInstanceKey": -1,
            "processInstanceKey": -1,
            "processDefinitionKey": self.definition.key,
            "bpmnProcessId": self.definition.id,
            "catchEventId": self.element_id,
            "interrupting": True,
            "condition": f"={self.condition.text}",
            "variableNames": list(self.condition.variables),
            "variableEvents": [],
            "tenantId": self.definition.tenant_id,
        }


class ConditionalSubscriptions:
    """Conditional subscriptions by key."""

    def __init__(self) -> None:
        self._subscriptions: dict[int, ConditionalSubscription] = {}

    def add(self, subscription: ConditionalSubscription) -> None:
        """Enter a subscription."""
        self._subscriptions[subscription.key] = subscription

    def remove(self, subscription: ConditionalSubscription) -> None:
        """Take a subscription out."""
        del self._subscriptions[subscription.key]

    def of_process(self, process_id: str, tenant_id: str) -> list[ConditionalSubscription]:
        """The subscriptions of a process, oldest first."""
        return [found for found in self.of_tenant(tenant_id) if found.definition.id == process_id]

    def of_definition(self, definition: ProcessDefinition) -> list[ConditionalSubscription]:
        """The subscriptions of one version of a process, oldest first."""
        return [found for found in self._subscriptions.values() if found.definition is definition]

    def of_tenant(self, tenant_id: str) -> list[ConditionalSubscription]:
        """The subscriptions of all processes of a tenant, oldest first."""
        return [found for found in self._subscriptions.values() if found.definition.tenant_id == tenant_id]
