"""Input and output mappings of elements, and where the variables of an event go.

The mappings of one element are one FEEL context (made when the model is read), so they fail or succeed together.
"""

from __future__ import annotations

from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.model.elements import ElementType, Event, EventType, FlowNode
from zeebe_grpc.engine.processing.expressions import Expressions
from zeebe_grpc.engine.processing.triggers import Triggers
from zeebe_grpc.engine.processing.variables import VariableWriter
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.variables import Variables


class Mappings:
    """Applies mappings."""

    def __init__(
        self, expressions: Expressions, variables: Variables, writer: VariableWriter, triggers: Triggers
    ) -> None:
        self._expressions = expressions
        self._variables = variables
        self._writer = writer
        self._triggers = triggers

    def apply_inputs(self, instance: ElementInstance) -> None:
        """Set the results of the input mappings in the element's own scope."""
        mapping = instance.element.inputs
        if mapping is not None:
            self._writer.merge_local(instance.key, instance, self._expressions.mapping(mapping, instance.key))

    def apply_outputs(self, instance: ElementInstance) -> None:
        """Take up the event of the element, set its variables, and apply the output mappings.

        With output mappings the event's variables stay in the element's scope and the results go to the outer one;
        without, the variables themselves are merged upward.
        """
        arrived = self._take_trigger(instance)
        element = instance.element
        if element.outputs is not None:
            if arrived:
                self._writer.merge_local(instance.key, instance, arrived)
            results = self._expressions.mapping(element.outputs, instance.key)
            self._writer.merge(self._outer_scope(instance), instance, results)
        elif arrived:
            self._writer.merge(instance.key, instance, arrived)
        elif _keeps_event_variables(element):
            self._writer.merge(self._outer_scope(instance), instance, self._variables.local_document(instance.key))

    def _take_trigger(self, instance: ElementInstance) -> Document:
        scope = instance.event_scope
        if scope is None or not scope.triggers:
            return {}
        trigger = scope.triggers[0]
        self._triggers.triggered(trigger, instance, instance.key, instance.element.id)
        return trigger.variables

    @staticmethod
    def _outer_scope(instance: ElementInstance) -> int:
        # the instance inside a multi-instance body keeps its results to itself: the body collects them
        return instance.key if instance.loop_counter > 0 else instance.scope_key


def _keeps_event_variables(element: FlowNode) -> bool:
    """Whether the variables of the event were set in the element's own scope when it was activated."""
    if element.type is ElementType.START_EVENT:
        return True
    if element.type is ElementType.BOUNDARY_EVENT:
        return element.event_type is not EventType.ERROR
    return isinstance(element, Event) and element.behind_event_gateway
