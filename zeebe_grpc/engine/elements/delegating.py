"""Elements whose behaviour depends on what the model says in them: one type, several behaviours."""

from __future__ import annotations

from abc import abstractmethod

from zeebe_grpc.engine.elements.base import ElementBehavior
from zeebe_grpc.engine.model.elements import BusinessRuleTask, FlowNode, ScriptTask, UserTask
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance


class DelegatingBehavior(ElementBehavior):
    """Hands every step on to the behaviour that fits the instance."""

    @abstractmethod
    def choose(self, instance: ElementInstance) -> ElementBehavior:
        """The behaviour that fits."""

    def activate(self, instance: ElementInstance) -> None:
        """As the chosen behaviour demands."""
        self.choose(instance).activate(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """As the chosen behaviour demands."""
        self.choose(instance).finish_activation(instance)

    def complete(self, instance: ElementInstance) -> None:
        """As the chosen behaviour demands."""
        self.choose(instance).complete(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """As the chosen behaviour demands."""
        self.choose(instance).finish_completion(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """As the chosen behaviour demands."""
        self.choose(instance).terminate(instance)

    def finish_termination(self, instance: ElementInstance) -> None:
        """As the chosen behaviour demands."""
        self.choose(instance).finish_termination(instance)


class EngineOrWorker(DelegatingBehavior):
    """A task that the engine does itself, unless the model gives it to a worker."""

    def __init__(self, services: Services, in_engine: ElementBehavior, by_worker: ElementBehavior) -> None:
        super().__init__(services)
        self._in_engine = in_engine
        self._by_worker = by_worker

    def choose(self, instance: ElementInstance) -> ElementBehavior:
        """By what the model says."""
        return self._in_engine if _stays_in_engine(instance.element) else self._by_worker


def _stays_in_engine(element: FlowNode) -> bool:
    if isinstance(element, ScriptTask):
        return element.script is not None
    if isinstance(element, BusinessRuleTask):
        return element.decision_id is not None
    return isinstance(element, UserTask) and element.native
