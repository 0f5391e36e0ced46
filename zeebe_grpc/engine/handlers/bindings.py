"""What a process needs from its own deployment: the decisions, processes and forms it is bound to by ``deployment``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from zeebe_grpc.engine.handlers.resources import ReadResource, ResourceProblem
from zeebe_grpc.engine.model.document import Problem
from zeebe_grpc.engine.model.elements import BusinessRuleTask, CallActivity, Process, UserTask
from zeebe_grpc.engine.model.expression import Expression

_BY_DEPLOYMENT = "deployment"


@dataclass(frozen=True)
class Bound:
    """What an element is bound to: its kind and id, as `ReadResource.ids` has them, and the path of who needs it."""

    kind: str
    id: str
    path: str


@runtime_checkable
class BindingResource(Protocol):
    """A resource that may be bound to others of its deployment."""

    @property
    def bound(self) -> Sequence[Bound]:
        """What it needs from its deployment."""
        ...


def unbound(read: Sequence[ReadResource]) -> list[ResourceProblem]:
    """What resources need from a deployment that does not bring it."""
    brought = {identity for found in read for identity in found.ids}
    return [
        ResourceProblem(found.resource.name, Problem(bound.path, "", _reason(bound)))
        for found in read
        if isinstance(found, BindingResource)
        for bound in found.bound
        if (bound.kind, bound.id) not in brought
    ]


def bound_by(process: Process) -> Iterator[Bound]:
    """What the elements of a process are bound to by an id that is known at deployment."""
    for node in process.walk():
        if isinstance(node, BusinessRuleTask) and node.binding == _BY_DEPLOYMENT:
            yield from _bound("decision", node.decision_id, node.id, "calledDecision")
        elif isinstance(node, CallActivity) and node.binding == _BY_DEPLOYMENT:
            yield from _bound("process", node.process_id, node.id, "calledElement")
        elif isinstance(node, UserTask) and node.form_binding == _BY_DEPLOYMENT:
            yield from _bound("form", node.form_id, node.id, "formDefinition")


def _bound(kind: str, expression: Expression | None, element_id: str, extension: str) -> Iterator[Bound]:
    name = None if expression is None else expression.static_text
    if name is not None:
        yield Bound(kind, name, f"{element_id} > extensionElements > {extension}")


def _reason(bound: Bound) -> str:
    return f"Expected to find {bound.kind} with id '{bound.id}' in current deployment, but not found."
