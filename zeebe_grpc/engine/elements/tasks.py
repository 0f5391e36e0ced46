"""Tasks: those that a worker does, and those that only pass."""

from __future__ import annotations

from zeebe_grpc.engine.elements.base import ElementBehavior
from zeebe_grpc.engine.processing.failure import Failure
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
