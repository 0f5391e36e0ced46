"""Processes, read from a checked document: nodes linked by flows, boundary events and scopes."""

from __future__ import annotations

from dataclasses import replace

from zeebe_grpc.engine.model import extensions
from zeebe_grpc.engine.model.ad_hoc_reader import arrange
from zeebe_grpc.engine.model.document import child, children, extension, identity, kind, text_of
from zeebe_grpc.engine.model.elements import (
    Activity,
    AdHocSubProcess,
    Container,
    ElementType,
    Event,
    EventType,
    FlowNode,
    Gateway,
    LinkDefinition,
    MultiInstanceBody,
    Process,
    SequenceFlow,
)
from zeebe_grpc.engine.model.event_reader import EventReader, roots_of
from zeebe_grpc.engine.model.expression import expression
from zeebe_grpc.engine.model.node_reader import FLOW_NODES, NodeReader
from zeebe_grpc.engine.versions import JOB_PRIORITIES, Version
from zeebe_grpc.engine.xml import Element

PRIORITIZED = ("serviceTask", "sendTask", "scriptTask", "businessRuleTask")
"""What may say how urgent its jobs are."""


def executable_processes(definitions: Element) -> list[Element]:
    """The processes of a file that can be started; pools without, and processes that say no, are left out."""
    return [process for process in children(definitions, "process") if process.get("isExecutable") == "true"]


def read_processes(definitions: Element, version: Version) -> list[Process]:
    """All executable processes of a document without problems, as a release understands them."""
    nodes = NodeReader(EventReader(roots_of(definitions)))
    return [_ProcessReader(element, nodes, version).read() for element in executable_processes(definitions)]


class _ProcessReader:
    def __init__(self, element: Element, nodes: NodeReader, version: Version) -> None:
        self._element = element
        self._nodes = nodes
        self._has_priorities = version >= JOB_PRIORITIES
        self._by_id: dict[str, FlowNode] = {}

    def read(self) -> Process:
        process = Process(identity(self._element), ElementType.PROCESS, self._element.get("name", ""))
        tag = extension(self._element, "versionTag")
        process.version_tag = tag.get("value", "") if tag is not None else ""
        process.start_listeners = extensions.execution_listeners(self._element, "start")
        process.end_listeners = extensions.execution_listeners(self._element, "end")
        self._place_all(process, self._element)
        self._join(process, self._element)
        process.index()
        return process

    def _place_all(self, scope: Container, element: Element) -> None:
        """Read what stands in a scope, and in the scopes within."""
        for found in _nodes_in(element):
            node = self._nodes.read(found)
            if self._has_priorities and kind(found) in PRIORITIZED and node.job is not None:
                own = extensions.job_priority(found)
                node.job = replace(node.job, priority=own or extensions.job_priority(self._element))
            self._place(scope, found, node)
            if isinstance(node, Container):
                self._place_all(node, found)

    def _join(self, scope: Container, element: Element) -> None:
        """Join what stands in a scope. Everything is linked in reverse order: so does the engine act."""
        elements = _nodes_in(element)
        for found in elements:
            inner = _inner(scope.nodes[identity(found)])
            if isinstance(inner, Container):
                self._join(inner, found)
        for found in reversed(children(element, "sequenceFlow")):
            self._link(scope, found)
        for found in reversed(elements):
            self._attach(scope, found)
        self._mark(scope, elements)
        if isinstance(scope, AdHocSubProcess):
            arrange(scope, {identity(found): found for found in elements})

    def _place(self, scope: Container, element: Element, node: FlowNode) -> None:
        body = self._nodes.body(element, node) if isinstance(node, Activity) else None
        outermost: FlowNode = node
        node.scope = scope
        if body is not None:
            node.scope = body
            body.scope = scope
            outermost = body
        self._by_id[node.id] = outermost
        scope.nodes[node.id] = outermost

    def _link(self, scope: Container, element: Element) -> None:
        source = self._by_id[element.get("sourceRef", "")]
        target = self._by_id[element.get("targetRef", "")]
        condition = child(element, "conditionExpression")
        text = text_of(condition)
        flow = SequenceFlow(
            identity(element), source, target, expression(text) if text else None, element.get("name", "")
        )
        scope.flows[flow.id] = flow
        source.outgoing.append(flow)
        target.incoming.append(flow)

    def _attach(self, scope: Container, element: Element) -> None:
        node = scope.nodes[identity(element)]
        if isinstance(node, Event) and node.type is ElementType.BOUNDARY_EVENT:
            host = self._by_id[element.get("attachedToRef", "")]
            node.attached_to = host
            if isinstance(host, Activity):
                host.boundary_events.append(node)
        elif isinstance(node, Container) and node.type is ElementType.EVENT_SUB_PROCESS:
            scope.event_sub_processes.insert(0, node)  # these in the document's order
        elif isinstance(node, Gateway) and element.get("default"):
            node.default = scope.flows[element.get("default", "")]
        elif isinstance(node, Event) and isinstance(node.definition, LinkDefinition):
            node.link_target = _link_target(scope, node) if node.type is ElementType.INTERMEDIATE_THROW_EVENT else None

    def _mark(self, scope: Container, elements: list[Element]) -> None:
        for node in scope.nodes.values():
            if node.type is ElementType.EVENT_BASED_GATEWAY:
                for flow in node.outgoing:
                    if isinstance(flow.target, Event):
                        flow.target.behind_event_gateway = True
        for element in elements:
            if element.get("isForCompensation") == "true":
                self._mark_handler(scope.nodes[identity(element)])
        associations = [found for found in self._element.iter() if kind(found) == "association"]
        for association in associations:
            event = scope.nodes.get(association.get("sourceRef", ""))
            handler = scope.nodes.get(association.get("targetRef", ""))
            if isinstance(event, Event) and event.event_type is EventType.COMPENSATION and handler is not None:
                event.compensation_handler = handler

    @staticmethod
    def _mark_handler(node: FlowNode) -> None:
        """Of a multi-instance handler only the body counts as one."""
        node.event_type = EventType.COMPENSATION


def _nodes_in(element: Element) -> list[Element]:
    return [found for found in element if kind(found) in FLOW_NODES]


def _inner(node: FlowNode) -> FlowNode:
    return node.inner if isinstance(node, MultiInstanceBody) else node


def _link_target(scope: Container, throwing: Event) -> FlowNode | None:
    for node in scope.nodes.values():
        if (
            isinstance(node, Event)
            and node.type is ElementType.INTERMEDIATE_CATCH_EVENT
            and node.definition == throwing.definition
        ):
            return node
    return None
