"""What people do with user tasks that are no jobs, and what their listeners say to it."""

from __future__ import annotations

from zeebe_grpc.engine.answers import Answer, RejectionType
from zeebe_grpc.engine.commands import CompleteUserTask
from zeebe_grpc.engine.followups import CompleteTaskListener, DenyTaskListener
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.user_tasks import TaskPhase


class UserTaskHandler:
    """Handles `CompleteUserTask` and the outcome of task listeners."""

    def __init__(self, services: Services) -> None:
        self._tasks = services.user_tasks
        self._table = services.state.user_tasks

    def complete(self, command: CompleteUserTask, request: int) -> Answer | None:
        """Complete a task; the answer comes when its listeners have agreed."""
        key = command.user_task_key
        task = self._table.get(key)
        expected = f"Expected to complete user task with key '{key}', but "
        if task is None:
            reason = expected + "no such user task was found"
            raise RejectedError("USER_TASK", "COMPLETE", RejectionType.NOT_FOUND, reason, key)
        if task.phase is not TaskPhase.CREATED:
            reason = f"{expected}it is in state '{task.phase.name}'"
            raise RejectedError("USER_TASK", "COMPLETE", RejectionType.INVALID_STATE, reason, key)
        self._tasks.complete(task, command.variables, command.action, request)
        return None

    def listener_done(self, command: CompleteTaskListener) -> None:
        """A listener has agreed."""
        task = self._table.get(command.user_task_key)
        if task is not None:
            self._tasks.listener_done(task, command.corrections)

    def listener_denied(self, command: DenyTaskListener) -> None:
        """A listener has disagreed."""
        task = self._table.get(command.user_task_key)
        if task is not None:
            self._tasks.listener_denied(task, command.reason)
