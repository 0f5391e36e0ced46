"""Tasks: those that a worker does, and those that only pass."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from zeebe_grpc.engine.commands import JsonValue
from zeebe_grpc.engine.elements.base import ElementBehavior
from zeebe_grpc.engine.model.elements import BusinessRuleTask, ScriptTask
from zeebe_grpc.engine.processing.failure import Failure
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance


class PassThroughTask(ElementBehavior):
    """An undefined or manual task: passes, and ignores its mappings."""

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active and on."""
        self.pass_through(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, and what it did can be compensated."""
        self.complete_compensable(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """The incidents close after it has terminated."""
        self.terminate_then_resolve(instance)


class JobTask(ElementBehavior):
    """A task that a worker does."""

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """The job is prepared before anything is subscribed, and created after."""
        definition = instance.element.job
        if definition is None:
            raise Failure(f"Expected element '{instance.element.id}' to have a job definition, but it has none.")
        job = self.jobs.prepare(definition, instance)
        self.subscriptions.subscribe(instance)
        self.jobs.create(job)
        self.transitions.activated(instance)

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings, then nothing is waited for any more."""
        self.mappings.apply_outputs(instance)
        self.subscriptions.unsubscribe(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, and what it did can be compensated."""
        self.complete_compensable(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """The job goes, then the subscriptions, then the incidents."""
        self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        self.incidents.resolve_of_element(instance)
        self.hand_over_or_tell(instance)


class EngineTask(ElementBehavior):
    """A task whose result the engine itself finds: it activates, and completes in the next step."""

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """The result is an event of the task itself, taken up when it completes."""
        name, value = self.result(instance)
        self.triggers.triggering(instance, instance.element.id, {name: value})
        self.pass_through(instance)

    @abstractmethod
    def result(self, instance: ElementInstance) -> tuple[str, JsonValue]:
        """The result variable and its value. May fail."""

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings."""
        self.mappings.apply_outputs(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, and what it did can be compensated."""
        self.complete_compensable(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """Nothing is open but the job of a listener and incidents."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.incidents.resolve_of_element(instance)
        self.hand_over_or_tell(instance)


class FeelScript(EngineTask):
    """A script task with an expression."""

    def result(self, instance: ElementInstance) -> tuple[str, JsonValue]:
        """What the expression gives."""
        element = instance.element
        if not isinstance(element, ScriptTask) or element.script is None:
            raise Failure(f"Expected element '{element.id}' to have a script, but it has none.")
        return element.result_variable, self.expressions.any(element.script, instance.key)


class DecisionCaller(Protocol):
    """Who evaluates the decisions that business rule tasks call."""

    def call(self, task: BusinessRuleTask, instance: ElementInstance) -> JsonValue:
        """Find the decision and evaluate it with the variables that the task sees; write its record; give the output.

        Raises:
            Failure: There is no such decision (CALLED_DECISION_ERROR), or it failed (DECISION_EVALUATION_ERROR).
        """
        ...


class CalledDecision(EngineTask):
    """A business rule task that calls a decision."""

    def __init__(self, services: Services, decisions: DecisionCaller) -> None:
        super().__init__(services)
        self._decisions = decisions

    def result(self, instance: ElementInstance) -> tuple[str, JsonValue]:
        """The decision's output."""
        element = instance.element
        if not isinstance(element, BusinessRuleTask):
            raise Failure(f"Expected element '{element.id}' to call a decision, but it does not.")
        return element.result_variable, self._decisions.call(element, instance)
