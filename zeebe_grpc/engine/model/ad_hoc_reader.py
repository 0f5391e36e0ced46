"""The inside of an ad-hoc sub-process: what can be activated, and how a worker is told of it."""

from __future__ import annotations

from typing import Any

from zeebe_grpc.engine.model.agent_parameters import agent_parameters
from zeebe_grpc.engine.model.document import child, extension, raw_text_of, zeebe
from zeebe_grpc.engine.model.elements import AdHocSubProcess, Container, ElementType, FlowNode, MultiInstanceBody
from zeebe_grpc.engine.model.expression import FeelExpression
from zeebe_grpc.engine.model.hash_order import order_of_elements, order_of_texts
from zeebe_grpc.engine.xml import Element

_NOT_CHOSEN = (
    ElementType.EVENT_SUB_PROCESS,
    ElementType.START_EVENT,
    ElementType.BOUNDARY_EVENT,
    ElementType.END_EVENT,
)


def arrange(scope: AdHocSubProcess, elements: dict[str, Element]) -> None:
    """Move everything but event sub-processes into the inner instance, and describe what can be activated."""
    inner = Container(f"{scope.id}#innerInstance", ElementType.AD_HOC_SUB_PROCESS_INNER_INSTANCE, scope=scope)
    outside: dict[str, FlowNode] = {inner.id: inner}
    for name, node in scope.nodes.items():
        if node.type is ElementType.EVENT_SUB_PROCESS:
            outside[name] = node
        else:
            node.scope = inner
            inner.nodes[name] = node
    inner.flows, scope.flows = scope.flows, {}
    scope.nodes, scope.inner = outside, inner
    scope.activities = {
        name: node for name, node in inner.nodes.items() if node.type not in _NOT_CHOSEN and not node.incoming
    }
    described = order_of_texts(name for name in order_of_elements(elements) if name in scope.activities)
    scope.descriptions = [_describe(scope.activities[name], elements[name]) for name in described]


def _describe(node: FlowNode, element: Element) -> dict[str, Any]:
    """Id, name, documentation, properties and parameters, as far as they are given."""
    description: dict[str, Any] = {"elementId": node.id}
    if node.name:
        description["elementName"] = node.name
    documentation = child(element, "documentation")
    if documentation is not None and raw_text_of(documentation):
        description["documentation"] = raw_text_of(documentation)
    container = extension(element, "properties")
    found = [] if container is None else container.findall(zeebe("property"))
    properties = {each.get("name"): each.get("value") for each in found if each.get("name")}
    if properties:
        description["properties"] = properties
    inner = node.inner if isinstance(node, MultiInstanceBody) else node
    parameters = agent_parameters(inner.inputs.tree) if isinstance(inner.inputs, FeelExpression) else []
    if parameters:
        description["parameters"] = parameters
    return description
