"""Activating an element that no token reached: for start instructions and modifications.

The scopes around it that are missing are created active, without their start events, input mappings and listeners.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.followups import ElementCommand, ElementIntent
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import ElementType, FlowNode
from zeebe_grpc.engine.processing.lifecycle import Lifecycle
from zeebe_grpc.engine.processing.subscriptions import Subscriptions
from zeebe_grpc.engine.processing.variables import VariableWriter
from zeebe_grpc.engine.state.elements import ElementInstance, ElementInstances

GLOBAL = ""
"""Stands for the process instance where a scope is asked for."""


class AmbiguousScopeError(Exception):
    """Several instances of a flow scope are active, and none of them was chosen."""

    def __init__(self, scope_id: str) -> None:
        super().__init__(scope_id)
        self.scope_id = scope_id


@dataclass(frozen=True)
class Placement:
    """Where an element is to be activated: in which existing scope, and which scopes are to be created in it."""

    element: FlowNode
    within: ElementInstance
    missing: Sequence[FlowNode] = ()
    variables: Mapping[str, Sequence[Document]] = field(default_factory=dict[str, Sequence[Document]])
    is_chosen: bool = False
    """Whether the existing scope was chosen; then what is missing in it is not shared with other placements."""


@dataclass(frozen=True)
class Placed:
    """An element that is about to activate, and the keys of the scopes around it, the innermost first."""

    instance: ElementInstance
    scope_keys: Sequence[int]


class DirectActivation:
    """Finds or creates the scopes of an element, and activates it."""

    def __init__(
        self,
        log: Log,
        elements: ElementInstances,
        lifecycle: Lifecycle,
        subscriptions: Subscriptions,
        variables: VariableWriter,
    ) -> None:
        self._log = log
        self._elements = elements
        self._lifecycle = lifecycle
        self._subscriptions = subscriptions
        self._variables = variables

    def begin(self, root: ElementInstance) -> None:
        """Create a process instance whose start events do not count."""
        self._enter(root, {})

    def locate(
        self,
        element: FlowNode,
        root: ElementInstance,
        ancestor: ElementInstance | None = None,
        variables: Mapping[str, Sequence[Document]] | None = None,
    ) -> Placement:
        """Find the innermost scope that exists already: a chosen ancestor, or the only instance of a scope.

        Raises:
            AmbiguousScopeError: if there are several instances and no chosen one.
        """
        missing: list[FlowNode] = []
        for scope in scopes_around(element):
            found = self._existing(scope, root, ancestor)
            if found is not None:
                return Placement(element, found, missing[::-1], variables or {}, ancestor is not None)
            missing.append(scope)
        return Placement(element, root, missing[::-1], variables or {})

    def place(self, placement: Placement, root: ElementInstance) -> Placed:
        """Create what is missing and the element's own variables. The element itself begins with `activate`."""
        variables, within = placement.variables, placement.within
        for document in variables.get(GLOBAL, ()):
            self._variables.merge_local(root.key, root, document)
        for scope in list(_upward(within, self._elements))[::-1]:
            self._set(variables, scope)
        for missing in placement.missing:
            shared = None if placement.is_chosen else self._shared(missing, within)
            if shared is not None:
                self._set(variables, shared)
            within = shared or self._create(missing, within, variables)
        instance = within.at(placement.element, self._log.next_key(), within.key)
        self._set(variables, instance)
        return Placed(instance, [scope.key for scope in _upward(within, self._elements)])

    def activate(self, placed: Placed) -> None:
        """Let a placed element activate."""
        self._lifecycle.lend_flows(placed.instance)
        self._log.command(ElementCommand(ElementIntent.ACTIVATE, placed.instance))

    def _existing(
        self, scope: FlowNode, root: ElementInstance, ancestor: ElementInstance | None
    ) -> ElementInstance | None:
        if ancestor is not None and ancestor.element is scope:
            return ancestor
        if scope is root.element:
            return root
        if ancestor is not None:
            return None
        return self._only_instance(scope, root)

    def _only_instance(self, scope: FlowNode, root: ElementInstance) -> ElementInstance | None:
        found = [
            instance
            for instance in self._elements.all()
            if instance.element is scope and instance.process_instance_key == root.key and instance.is_active
        ]
        if len(found) > 1:
            raise AmbiguousScopeError(scope.id)
        return found[0] if found else None

    @staticmethod
    def _shared(scope: FlowNode, within: ElementInstance) -> ElementInstance | None:
        """The scope that an earlier placement has created."""
        return next((child for child in within.children.values() if child.element is scope and child.is_active), None)

    def _create(
        self, scope: FlowNode, within: ElementInstance, variables: Mapping[str, Sequence[Document]]
    ) -> ElementInstance:
        instance = within.at(scope, self._log.next_key(), within.key)
        self._lifecycle.lend_flows(instance)
        self._enter(instance, variables)
        return instance

    def _enter(self, instance: ElementInstance, variables: Mapping[str, Sequence[Document]]) -> None:
        self._lifecycle.activating(instance)
        self._set(variables, instance)
        self._lifecycle.activated(instance)
        self._subscriptions.subscribe(instance)

    def _set(self, variables: Mapping[str, Sequence[Document]], instance: ElementInstance) -> None:
        for document in variables.get(instance.element.id, ()):
            self._variables.merge_local(instance.key, instance, document)


def scopes_around(element: FlowNode) -> Iterator[FlowNode]:
    """The scopes that hold an element, the innermost first, the process last."""
    scope = element.scope
    while scope is not None:
        yield scope
        scope = scope.scope


def is_inside(element: FlowNode, kind: ElementType) -> bool:
    """Whether an element stands in a scope of a kind, at any depth."""
    return any(scope.type is kind for scope in scopes_around(element))


def _upward(instance: ElementInstance, elements: ElementInstances) -> Iterator[ElementInstance]:
    found: ElementInstance | None = instance
    while found is not None:
        yield found
        found = elements.scope_of(found)
