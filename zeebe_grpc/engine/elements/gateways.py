"""Gateways: they choose, fork and join, and never wait once they are active."""

from __future__ import annotations

from zeebe_grpc.engine.elements.base import ElementBehavior
from zeebe_grpc.engine.model.elements import Gateway, SequenceFlow
from zeebe_grpc.engine.processing.failure import CONDITION_ERROR, Failure
from zeebe_grpc.engine.state.elements import ElementInstance

_NO_FLOW = "Expected at least one condition to evaluate to true, or to have a default flow"


class ForkingGateway(ElementBehavior):
    """Chooses outgoing flows and leaves through them in one step."""

    def finish_activation(self, instance: ElementInstance) -> None:
        """Choose first, so that a failing condition leaves the gateway activating."""
        flows = self.choose(instance)
        self.transitions.activated(instance)
        self.transitions.completing(instance)
        self.transitions.complete(instance)
        for flow in flows:
            self.transitions.take(instance, flow)

    def choose(self, instance: ElementInstance) -> list[SequenceFlow]:
        """The flows to take."""
        return list(instance.element.outgoing)

    def holding(self, instance: ElementInstance, first_only: bool) -> list[SequenceFlow]:
        """The flows whose condition holds, or the default flow."""
        element = instance.element
        if not element.outgoing:
            return []
        if len(element.outgoing) == 1 and element.outgoing[0].condition is None:
            return list(element.outgoing)
        default = element.default if isinstance(element, Gateway) else None
        chosen: list[SequenceFlow] = []
        for flow in element.outgoing:
            if flow.condition is None or flow is default:
                continue
            if self.expressions.truth(flow.condition, instance.key):
                chosen.append(flow)
                if first_only:
                    break
        if chosen:
            return chosen
        if default is not None:
            return [default]
        raise Failure(_NO_FLOW, CONDITION_ERROR, instance.key)


class ParallelGateway(ForkingGateway):
    """Takes every flow. That all incoming flows have been taken is checked before it may activate."""

    def terminate(self, instance: ElementInstance) -> None:
        """It has nothing open but the job of a listener."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.transitions.terminate_and_tell(instance)


class ExclusiveGateway(ForkingGateway):
    """Takes the first flow whose condition holds."""

    def choose(self, instance: ElementInstance) -> list[SequenceFlow]:
        """One flow."""
        return self.holding(instance, first_only=True)


class InclusiveGateway(ForkingGateway):
    """Takes every flow whose condition holds."""

    def choose(self, instance: ElementInstance) -> list[SequenceFlow]:
        """One or more flows."""
        return self.holding(instance, first_only=False)
