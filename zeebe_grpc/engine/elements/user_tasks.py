"""User tasks that are no jobs."""

from __future__ import annotations

from zeebe_grpc.engine.elements.base import ElementBehavior
from zeebe_grpc.engine.model.elements import UserTask
from zeebe_grpc.engine.processing.failure import Failure
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance


class NativeUserTask(ElementBehavior):
    """A user task that people work on through other doors than jobs."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._tasks = services.user_tasks

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """The task is created before its element is active, and assigned after."""
        element = instance.element
        if not isinstance(element, UserTask):
            raise Failure(f"Expected element '{element.id}' to be a user task, but it is none.")
        data = self._tasks.prepare(element, instance)
        self.subscriptions.subscribe(instance)
        task = self._tasks.create(instance, data)
        self.transitions.activated(instance)
        self._tasks.assign_first(task)

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings, then nothing is waited for any more."""
        self.mappings.apply_outputs(instance)
        self.subscriptions.unsubscribe(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, and what it did can be compensated."""
        self.complete_compensable(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """The task is cancelled; its listeners are waited for."""
        element = instance.element
        if element.has_listeners or (isinstance(element, UserTask) and element.task_listeners):
            self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        self.incidents.resolve_of_element(instance)
        task = self.state.user_tasks.get(instance.user_task_key)
        if task is None or self._tasks.cancel(task):
            self.finish_termination(instance)

    def finish_termination(self, instance: ElementInstance) -> None:
        """Nothing is open any more; a boundary event may take over."""
        self.hand_over_or_tell(instance)
