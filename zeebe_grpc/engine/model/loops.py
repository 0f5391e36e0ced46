"""Loops that never wait: a process that could go round for ever in one step is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zeebe_grpc.engine.model.document import Problem
from zeebe_grpc.engine.model.elements import (
    BusinessRuleTask,
    CallActivity,
    Container,
    ElementType,
    FlowNode,
    MultiInstanceBody,
    Process,
    ScriptTask,
)

_REJECTED = frozenset(
    {
        ElementType.MANUAL_TASK,
        ElementType.TASK,
        ElementType.CALL_ACTIVITY,
        ElementType.INTERMEDIATE_THROW_EVENT,
        ElementType.SCRIPT_TASK,
        ElementType.BUSINESS_RULE_TASK,
    }
)
_PASSING = _REJECTED | {
    ElementType.EXCLUSIVE_GATEWAY,
    ElementType.INCLUSIVE_GATEWAY,
    ElementType.PARALLEL_GATEWAY,
    ElementType.START_EVENT,
    ElementType.END_EVENT,
    ElementType.SUB_PROCESS,
    ElementType.MULTI_INSTANCE_BODY,
}


class _NoStartError(Exception):
    """A called process of the same file cannot be started."""


def endless_loops(processes: Sequence[Process]) -> list[Problem]:
    """One problem for each process in which a loop never waits. Loops of gateways alone are let pass, as Zeebe does."""
    problems: list[Problem] = []
    for process in processes:
        try:
            loop = _loop_in(process, processes)
        except _NoStartError:
            # Zeebe breaks off here, and does not say where
            reason = "a called process of the same file must have a none start event"
            return [Problem("", "callActivity", reason)]
        if loop:
            reason = f"Processes are not allowed to contain any straight-through processing loops: {' > '.join(loop)}"
            problems.append(Problem(process.id, "process", reason))
    return problems


def _loop_in(process: Process, processes: Sequence[Process]) -> list[str]:
    candidates = {node.id: node for node in process.walk() if node.type in _REJECTED}
    for name in sorted(candidates):
        loop = _loop_from(candidates[name], processes)
        if loop:
            return loop
    return []


def _loop_from(start: FlowNode, processes: Sequence[Process]) -> list[str]:
    """Go on from a node as long as nothing waits; the ids of a loop, if the way leads back to the node."""
    came_from: dict[FlowNode, FlowNode] = {}
    pending = [start]
    while pending:
        node = pending.pop()
        if not _passes(node):
            continue
        for following in _following(node, processes):
            if following is start:
                return _way(start, node, came_from)
            if following not in came_from:
                came_from[following] = node
                pending.append(following)
    return []


def _way(start: FlowNode, last: FlowNode, came_from: dict[FlowNode, FlowNode]) -> list[str]:
    way = [start.id]
    node = last
    while node is not start:
        way.append(node.id)
        node = came_from[node]
    way.append(start.id)
    return list(reversed(way))


def _passes(node: FlowNode) -> bool:
    if isinstance(node, ScriptTask):
        return node.script is not None
    if isinstance(node, BusinessRuleTask):
        return node.decision_id is not None
    if node.type is ElementType.INTERMEDIATE_THROW_EVENT or node.type is ElementType.END_EVENT:
        return True
    return node.type in _PASSING


def _following(node: FlowNode, processes: Sequence[Process]) -> Iterable[FlowNode]:
    if isinstance(node, MultiInstanceBody):
        return [node.inner]
    if isinstance(node, CallActivity):
        called = node.process_id.static_text if node.process_id is not None else None
        found = next((process for process in processes if process.id == called), None)
        if found is not None and found.none_start_event is None:
            raise _NoStartError
        return [found.none_start_event] if found and found.none_start_event else []
    if isinstance(node, Container):
        return [node.none_start_event] if node.none_start_event else []
    if node.outgoing:
        return [flow.target for flow in node.outgoing]
    return [flow.target for flow in node.scope.outgoing] if node.scope else []
