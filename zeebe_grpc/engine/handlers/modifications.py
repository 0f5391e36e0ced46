"""Modifying process instances: elements are activated, terminated and moved without a token's way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from zeebe_grpc.engine.answers import Accepted, Answer, RejectionType
from zeebe_grpc.engine.commands import ActivateElement, ModifyInstance, MoveElement, TerminateElement
from zeebe_grpc.engine.handlers.modification_checks import ModificationChecks, refused
from zeebe_grpc.engine.model.elements import ElementType
from zeebe_grpc.engine.processing.direct import AmbiguousScopeError, Placed, Placement, scopes_around
from zeebe_grpc.engine.processing.failure import Failure
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance


class ModificationHandler:
    """Handles `ModifyInstance`. `ended` is told of each process instance that ends by it."""

    def __init__(self, services: Services, ended: Callable[[ElementInstance], None]) -> None:
        self._services = services
        self._log = services.log
        self._elements = services.state.elements
        self._checks = ModificationChecks(services.state)
        self._ended = ended

    def modify(self, command: ModifyInstance, request: int) -> Answer:
        """Scopes are created and instances terminated at once, then the elements begin to activate."""
        root = self._root(command.process_instance_key)
        terminations, activations = list(command.terminate), list(command.activate)
        for move in command.move:
            self._resolve(move, root, terminations, activations)
        self._checks.check(activations, terminations, root)
        leaving = self._leaving(terminations, root)
        placements = [self._locate(activation, root) for activation in activations]
        needed = {key for placement in placements for key in self._upward(placement.within)}
        planned = self._services.removal.plan(leaving, needed)
        if root in planned and root.parent_process_instance_key > 0:
            raise refused(root, "would terminate all of an instance that a call activity has created")
        placed = self._place(placements, root)
        for instance in planned:
            for process in self._services.removal.remove(instance):
                self._ended(process)
        self._write(command, root, activations, terminations, placed)
        for one in placed:
            self._services.direct.activate(one)
        return Accepted(root.key)

    def _place(self, placements: Sequence[Placement], root: ElementInstance) -> list[Placed]:
        """Create the missing scopes, all or none."""
        before = {instance.key for instance in self._elements.all()}
        try:
            return [self._services.direct.place(placement, root) for placement in placements]
        except Failure as failure:  # what a scope waits for could not be evaluated
            made = [instance for instance in self._elements.all() if instance.key not in before]
            for instance in made:
                self._services.removal.remove(instance)
            raise refused(root, f"failed: {failure.message}", RejectionType.INVALID_STATE) from None

    def _root(self, key: int) -> ElementInstance:
        root = self._elements.get(key)
        if root is None or root.type is not ElementType.PROCESS or root.is_terminating:
            reason = f"Expected to modify process instance but no process instance found with key '{key}'"
            raise refused(None, reason, RejectionType.NOT_FOUND, key)
        return root

    def _resolve(
        self,
        move: MoveElement,
        root: ElementInstance,
        terminations: list[TerminateElement],
        activations: list[ActivateElement],
    ) -> None:
        """A move is a termination and an activation for each source."""
        chosen = TerminateElement(move.source_key, move.source_id)
        target = self._checks.element(move.target_id, root)
        for source in self._sources(chosen, root):
            ancestor = move.ancestor_key
            if move.use_source_parent:
                ancestor = source.scope_key
            elif move.infer_ancestor:
                scopes = list(scopes_around(target))
                around = [key for key in self._upward(source)[1:] if self._elements[key].element in scopes]
                ancestor = around[0] if around else -1
            terminations.append(TerminateElement(source.key))
            activations.append(ActivateElement(move.target_id, ancestor, move.variables))

    def _sources(self, chosen: TerminateElement, root: ElementInstance) -> list[ElementInstance]:
        found = self._checks.instances(chosen, root)
        # the body of a multi-instance activity takes its instances with it
        return [one for one in found if self._elements[one.scope_key].element.id != one.element.id]

    def _leaving(self, terminations: Sequence[TerminateElement], root: ElementInstance) -> list[ElementInstance]:
        return [found for chosen in terminations for found in self._checks.instances(chosen, root)]

    def _locate(self, activation: ActivateElement, root: ElementInstance) -> Placement:
        element = self._checks.element(activation.element_id, root)
        ancestor = self._elements.get(activation.ancestor_key) if activation.ancestor_key > 0 else None
        variables: dict[str, list[Any]] = {}
        for instruction in activation.variables:
            variables.setdefault(instruction.scope_id, []).append(instruction.variables)
        try:
            placement = self._services.direct.locate(element, root, ancestor, variables)
        except AmbiguousScopeError as error:
            reason = (
                f"contains an activate instruction for element '{element.id}', whose flow scope '{error.scope_id}' "
                "has more than one active instance: name an ancestor element instance"
            )
            raise refused(root, reason) from None
        self._checks.check_missing(placement, root)
        return placement

    def _upward(self, instance: ElementInstance) -> list[int]:
        keys: list[int] = []
        found: ElementInstance | None = instance
        while found is not None:
            keys.append(found.key)
            found = self._elements.scope_of(found)
        return keys

    def _write(
        self,
        command: ModifyInstance,
        root: ElementInstance,
        activations: Sequence[ActivateElement],
        terminations: Sequence[TerminateElement],
        placed: Sequence[Placed],
    ) -> None:
        activated = [
            {
                "elementId": activation.element_id,
                "ancestorScopeKey": activation.ancestor_key,
                "ancestorScopeKeys": list(one.scope_keys),
                "variableInstructions": [
                    {"variables": dict(each.variables), "elementId": each.scope_id} for each in activation.variables
                ],
            }
            for activation, one in zip(activations, placed, strict=True)
        ]
        record = {
            "processInstanceKey": root.key,
            "activateInstructions": activated,
            "terminateInstructions": [
                {"elementInstanceKey": each.element_instance_key, "elementId": each.element_id} for each in terminations
            ],
            "tenantId": root.tenant_id,
        }
        self._log.event("PROCESS_INSTANCE_MODIFICATION", "MODIFIED", self._log.next_key(), record)
