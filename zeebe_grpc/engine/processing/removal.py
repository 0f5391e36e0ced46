"""Terminating element instances at once, children and called processes included: for modifications.

All begin to terminate before the first of them has terminated, and they end in the opposite order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from zeebe_grpc.engine.model.elements import ElementType
from zeebe_grpc.engine.processing.compensation import Compensation
from zeebe_grpc.engine.processing.incidents import IncidentWriter
from zeebe_grpc.engine.processing.jobs import JobWriter
from zeebe_grpc.engine.processing.lifecycle import Lifecycle
from zeebe_grpc.engine.processing.subscriptions import Subscriptions
from zeebe_grpc.engine.processing.user_tasks import UserTaskWriter
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.elements import ElementInstance


class Removal:
    """Plans and carries out such terminations."""

    def __init__(
        self,
        state: State,
        lifecycle: Lifecycle,
        subscriptions: Subscriptions,
        jobs: JobWriter,
        incidents: IncidentWriter,
        user_tasks: UserTaskWriter,
        compensation: Compensation,
    ) -> None:
        self._state = state
        self._elements = state.elements
        self._lifecycle = lifecycle
        self._subscriptions = subscriptions
        self._jobs = jobs
        self._incidents = incidents
        self._user_tasks = user_tasks
        self._compensation = compensation

    def plan(self, chosen: Sequence[ElementInstance], needed: Collection[int]) -> list[ElementInstance]:
        """What has to go, in order: the chosen ones, and each scope that is empty then and not needed by key."""
        gone: set[int] = set()
        planned: list[ElementInstance] = []
        for instance in chosen:
            going: ElementInstance | None = instance
            while going is not None and going.key not in gone:
                planned.append(going)
                gone.update(inside.key for inside in self._subtree(going))
                scope = self._elements.scope_of(going)
                going = scope if scope is not None and _is_empty(scope, gone) and scope.key not in needed else None
        return planned

    def remove(self, instance: ElementInstance) -> list[ElementInstance]:
        """Terminate an instance and all that is inside it; the process instances that ended with it."""
        ending: list[ElementInstance] = []
        for inside in self._subtree(instance):
            if inside.can_terminate:
                self._begin(inside)
                ending.append(inside)
        for inside in reversed(ending):
            self._lifecycle.terminated(inside)
        return [inside for inside in ending if inside.type is ElementType.PROCESS]

    def _begin(self, instance: ElementInstance) -> None:
        self._lifecycle.terminating(instance)
        self._jobs.cancel(instance)
        task = self._state.user_tasks.get(instance.user_task_key)
        if task is not None:
            self._user_tasks.cancel_at_once(task)
        self._incidents.resolve_of_element(instance)
        self._subscriptions.unsubscribe(instance)
        if instance.type is ElementType.PROCESS:
            self._compensation.forget_all(instance)
        elif instance.type is ElementType.SUB_PROCESS:
            self._compensation.forget_inside(instance)

    def _subtree(self, instance: ElementInstance) -> list[ElementInstance]:
        """An instance and what is inside it: of several children the youngest first, each before what it holds."""
        found: list[ElementInstance] = []
        pending = [instance]
        while pending:
            current = pending.pop()
            found.append(current)
            called = self._elements.get(current.called_child_key)
            pending += [called] if called is not None else self._elements.children(current.key)
        return found


def _is_empty(scope: ElementInstance, gone: Collection[int]) -> bool:
    return scope.active_flows == 0 and all(key in gone for key in scope.children)
