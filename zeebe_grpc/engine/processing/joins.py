"""When a gateway with several incoming flows may activate."""

from __future__ import annotations

from collections.abc import Iterable

from zeebe_grpc.engine.model.elements import Activity, Container, ElementType, Event, FlowNode
from zeebe_grpc.engine.state.elements import ElementInstance, ElementInstances


def can_join(instance: ElementInstance, elements: ElementInstances) -> bool:
    """Whether all tokens that the gateway needs have arrived; true for every other element."""
    if instance.type not in (ElementType.PARALLEL_GATEWAY, ElementType.INCLUSIVE_GATEWAY):
        return True
    scope = elements.scope_of(instance)
    if elements.get(instance.key) is not None or scope is None:
        return True
    taken = scope.taken_flows.get(instance.element.id, {})
    if len(taken) >= len(instance.element.incoming):
        return True
    if instance.type is ElementType.PARALLEL_GATEWAY or not taken:
        return False
    return not _can_still_arrive(instance.element, _under_way(instance, scope), set(taken))


def _under_way(gateway: ElementInstance, scope: ElementInstance) -> list[FlowNode]:
    """Where tokens of the scope are, or are just going to, apart from the gateway itself."""
    flows = scope.element.flows if isinstance(scope.element, Container) else {}
    found = [child.element for child in scope.children.values()]
    found += [flows[flow_id].target for flow_id in scope.active_flow_ids if flow_id in flows]
    return [node for node in found if node is not gateway.element]


def _can_still_arrive(gateway: FlowNode, starts: Iterable[FlowNode], taken: set[str]) -> bool:
    """Whether a way leads from one of these nodes into the gateway through a flow that has no token yet."""
    pending = list(starts)
    seen = {node.id for node in pending}
    while pending:
        node = pending.pop()
        for flow in node.outgoing:
            if flow.target is gateway:
                if flow.id not in taken:
                    return True
            elif flow.target.id not in seen:
                seen.add(flow.target.id)
                pending.append(flow.target)
        for beside in _beside(node):
            if beside.id not in seen:
                seen.add(beside.id)
                pending.append(beside)
    return False


def _beside(node: FlowNode) -> Iterable[FlowNode]:
    """Where a token goes from a node without a flow."""
    if isinstance(node, Event) and node.link_target is not None:
        return [node.link_target]
    return node.boundary_events if isinstance(node, Activity) else ()
