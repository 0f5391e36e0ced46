"""When a gateway with several incoming flows may activate."""

from __future__ import annotations

from zeebe_grpc.engine.model.elements import ElementType
from zeebe_grpc.engine.state.elements import ElementInstance, ElementInstances


def can_join(instance: ElementInstance, elements: ElementInstances) -> bool:
    """Whether all tokens that the gateway needs have arrived; true for every other element."""
    if instance.type is not ElementType.PARALLEL_GATEWAY or elements.get(instance.key) is not None:
        return True
    scope = elements.scope_of(instance)
    taken = scope.taken_flows.get(instance.element.id, {}) if scope else {}
    return len(taken) >= len(instance.element.incoming)
