"""What is refused of a modification, before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence

from zeebe_grpc.engine.answers import RejectionType
from zeebe_grpc.engine.commands import ActivateElement, TerminateElement
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.handlers.start_instructions import UNSUPPORTED
from zeebe_grpc.engine.model.elements import ElementType, Event, FlowNode, MultiInstanceBody
from zeebe_grpc.engine.processing.direct import Placement, scopes_around
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.elements import ElementInstance


def refused(
    root: ElementInstance | None,
    reason: str,
    rejection: RejectionType = RejectionType.INVALID_ARGUMENT,
    key: int = -1,
) -> RejectedError:
    """The refusal of a modification of an instance, or of one that is not there."""
    if root is not None:
        reason, key = f"Expected to modify instance of process '{root.definition.id}' but it {reason}", root.key
    return RejectedError("PROCESS_INSTANCE_MODIFICATION", "MODIFY", rejection, reason, key)


class ModificationChecks:
    """Looks up what instructions name."""

    def __init__(self, state: State) -> None:
        self._elements = state.elements

    def check(
        self, activations: Sequence[ActivateElement], terminations: Sequence[TerminateElement], root: ElementInstance
    ) -> None:
        """Check all instructions.

        Raises:
            RejectedError: if one of them cannot be carried out.
        """
        for activation in activations:
            element = self.element(activation.element_id, root)
            if element.type in UNSUPPORTED:
                reason = (
                    f"contains an activate instruction for '{element.id}' of unsupported type '{element.type.value}'"
                )
                raise refused(root, reason)
            if isinstance(element, Event) and element.behind_event_gateway:
                raise refused(
                    root, f"contains an activate instruction for '{element.id}' behind an event-based gateway"
                )
            self._check_ancestor(activation, element, root)
            self._check_variables(activation, element, root)
        for termination in terminations:
            self.instances(termination, root)

    def element(self, element_id: str, root: ElementInstance) -> FlowNode:
        """An element of the process."""
        element = root.definition.process.elements.get(element_id)
        if element is None:
            raise refused(root, f"contains an instruction for an element that could not be found: '{element_id}'")
        return element

    def instances(self, chosen: TerminateElement, root: ElementInstance) -> list[ElementInstance]:
        """The instance with a key, or the active instances of an element in the order of their keys."""
        if chosen.element_id:
            self.element(chosen.element_id, root)
            found = [
                one
                for one in self._elements.all()
                if one.element.id == chosen.element_id and one.process_instance_key == root.key and one.can_terminate
            ]
            return sorted(found, key=lambda one: one.key)
        instance = self._elements.get(chosen.element_instance_key)
        if instance is None or instance.process_instance_key != root.key:
            key = chosen.element_instance_key
            raise refused(root, f"contains an instruction for an element instance that could not be found: '{key}'")
        return [instance]

    def check_missing(self, placement: Placement, root: ElementInstance) -> None:
        """Check that no multi-instance activity has to be begun around the element.

        Raises:
            RejectedError: if one has to.
        """
        for scope in placement.missing:
            if isinstance(scope, MultiInstanceBody) or _is_looped(scope):
                raise refused(root, f"would activate the multi-instance element '{scope.id}', which is not supported")

    def _check_ancestor(self, activation: ActivateElement, element: FlowNode, root: ElementInstance) -> None:
        if activation.ancestor_key <= 0:
            return
        key = activation.ancestor_key
        ancestor = self._elements.get(key)
        if ancestor is None or not ancestor.is_active or ancestor.process_instance_key != root.key:
            raise refused(root, f"names an ancestor that does not exist or is not active: '{key}'")
        if ancestor.element not in list(scopes_around(element)):
            reason = (
                f"names the instance '{key}' of element '{ancestor.element.id}', which is no ancestor of '{element.id}'"
            )
            raise refused(root, reason)

    def _check_variables(self, activation: ActivateElement, element: FlowNode, root: ElementInstance) -> None:
        fitting = {element.id, *(scope.id for scope in scopes_around(element))}
        for instruction in activation.variables:
            if instruction.scope_id and instruction.scope_id not in fitting:
                self.element(instruction.scope_id, root)
                reason = f"contains variables for '{instruction.scope_id}', which is not a flow scope of '{element.id}'"
                raise refused(root, reason)


def _is_looped(scope: FlowNode) -> bool:
    return scope.scope is not None and scope.scope.type is ElementType.MULTI_INSTANCE_BODY
