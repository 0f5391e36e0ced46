"""The life of a native user task.

It is created, assigned, updated, completed and cancelled, each after its listeners have agreed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zeebe_grpc.engine.answers import Accepted, Answer, Rejection, RejectionType, VariablesSet
from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.followups import ElementCommand, ElementIntent
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import Listener, UserTask
from zeebe_grpc.engine.model.expression import Expression
from zeebe_grpc.engine.processing.expressions import Expressions
from zeebe_grpc.engine.processing.failure import EXTRACT_VALUE_ERROR, Failure
from zeebe_grpc.engine.processing.incidents import IncidentWriter
from zeebe_grpc.engine.processing.jobs import HEADER_PREFIX, JobWriter
from zeebe_grpc.engine.processing.properties import PropertyReader
from zeebe_grpc.engine.processing.triggers import Triggers
from zeebe_grpc.engine.processing.variables import VariableWriter
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.user_tasks import CORRECTABLE, DocumentUpdate, TaskData, TaskPhase, UserTaskEntry

_DENIED = {
    TaskPhase.COMPLETING: "COMPLETION_DENIED",
    TaskPhase.ASSIGNING: "ASSIGNMENT_DENIED",
    TaskPhase.UPDATING: "UPDATE_DENIED",
}


class UserTaskWriter:
    """Writes USER_TASK records, and makes the jobs of task listeners."""

    def __init__(
        self,
        log: Log,
        state: State,
        expressions: Expressions,
        jobs: JobWriter,
        incidents: IncidentWriter,
        triggers: Triggers,
        variables: VariableWriter,
    ) -> None:
        self._log = log
        self._state = state
        self._expressions = expressions
        self._properties = PropertyReader(expressions, state)
        self._jobs = jobs
        self._incidents = incidents
        self._triggers = triggers
        self._variables = variables

    def prepare(self, element: UserTask, instance: ElementInstance) -> TaskData:
        """Evaluate all attributes. Nothing is written."""
        given, scope = element.assignment, instance.key
        read = self._properties
        priority = given.get("priority")
        return TaskData(
            assignee=_optional(self._expressions.text, given.get("assignee"), scope) or "",
            candidate_groups=_optional(read.texts, given.get("candidateGroups"), scope) or (),
            candidate_users=_optional(read.texts, given.get("candidateUsers"), scope) or (),
            due_date=_optional(read.date, given.get("dueDate"), scope) or "",
            follow_up_date=_optional(read.date, given.get("followUpDate"), scope) or "",
            form_key=read.form(element, instance) or -1,
            external_form=_optional(self._expressions.text, element.external_form, scope) or "",
            priority=50 if priority is None else self._priority(priority, scope),
            headers=element.headers,
        )

    def create(self, instance: ElementInstance, data: TaskData) -> UserTaskEntry:
        """A task begins; it is created at once if nobody listens."""
        task = UserTaskEntry(self._log.next_key(), instance, data, data, self._log.now, first_assignee=data.assignee)
        instance.user_task_key = task.key
        self._state.user_tasks.add(task)
        self._write("CREATING", task, data)
        task.data = replace(data, assignee="")
        if not self._listen(task, data):
            self._finish_creation(task)
        return task

    def assign_first(self, task: UserTaskEntry) -> None:
        """Assign a task that has just been created, if the model names an assignee."""
        if task.phase is TaskPhase.CREATED and task.first_assignee:
            assignee, task.first_assignee = task.first_assignee, ""
            task.coming = replace(task.data, assignee=assignee, changed=("assignee",))
            self._begin(task, TaskPhase.ASSIGNING)

    def complete(self, task: UserTaskEntry, variables: Document, action: str, request: int) -> None:
        """Somebody completes a task."""
        task.request = request
        task.coming = replace(task.data, variables=variables, action=action or "complete", changed=())
        self._begin(task, TaskPhase.COMPLETING)

    def update_variables(self, task: UserTaskEntry, update: DocumentUpdate, request: int) -> None:
        """Somebody sets variables in the scope of a task."""
        task.request = request
        task.update = update
        self._log.event("VARIABLE_DOCUMENT", "UPDATING", update.key, update.value)
        task.coming = replace(task.data, variables=update.variables, changed=("variables",))
        self._begin(task, TaskPhase.UPDATING)

    def cancel(self, task: UserTaskEntry) -> bool:
        """The element goes; False if a listener has to be waited for."""
        self._refuse(task, "user task was canceled during ongoing transition")
        task.phase = TaskPhase.CANCELING
        task.listener_index = 0
        task.coming = replace(task.data, changed=())
        self._write("CANCELING", task, task.coming)
        if self._listen(task, task.coming):
            return False
        self._finish_cancellation(task)
        return True

    def cancel_at_once(self, task: UserTaskEntry) -> None:
        """The element goes, and no listener is asked."""
        self._refuse(task, "user task was canceled during ongoing transition")
        task.phase = TaskPhase.CANCELING
        task.coming = replace(task.data, changed=())
        self._write("CANCELING", task, task.coming)
        self._finish_cancellation(task)

    def listener_done(self, task: UserTaskEntry, corrections: Mapping[str, Any]) -> None:
        """A listener agrees; the next one is asked, or the transition ends."""
        given = {CORRECTABLE[name]: value for name, value in corrections.items() if name in CORRECTABLE}
        corrected = replace(task.coming, **given)
        changed = corrected.differences(task.coming)
        if changed:
            task.coming = replace(corrected, changed=changed)
            self._write("CORRECTED", task, task.coming)
        task.listener_index += 1
        task.coming = replace(task.coming, changed=task.coming.differences(task.data))
        if not self._listen(task, task.coming):
            self._finish(task)

    def listener_denied(self, task: UserTaskEntry, reason: str) -> None:
        """A listener disagrees: all is as before."""
        denied = _DENIED.get(task.phase)
        if denied is None:
            return
        self._write(denied, task, replace(task.data, denied_reason=reason))
        if task.update is not None:
            self._log.event("VARIABLE_DOCUMENT", "UPDATE_DENIED", task.update.key, task.update.value)
        self._refuse(task, f"User task '{task.key}' was denied by a listener: {reason}")
        task.phase = TaskPhase.CREATED
        task.listener_index = 0
        task.coming = task.data

    def ask_again(self, task: UserTaskEntry) -> None:
        """Make the listener's job that failed to be made."""
        if not self._listen(task, task.coming):
            self._finish(task)

    def _begin(self, task: UserTaskEntry, phase: TaskPhase) -> None:
        task.phase = phase
        task.listener_index = 0
        self._write(phase.name, task, task.coming)
        if not self._listen(task, task.coming):
            self._finish(task)

    def _listen(self, task: UserTaskEntry, data: TaskData) -> bool:
        """Ask the listener whose turn it is; False if there is none."""
        listeners = _listeners(task)
        if task.listener_index >= len(listeners):
            return False
        listener = listeners[task.listener_index]
        try:
            self._jobs.create_for_listener(listener, task.instance, "TASK_LISTENER", _headers(task, data))
        except Failure as failure:
            self._incidents.raise_failure(failure, task.instance)
        return True

    def _finish(self, task: UserTaskEntry) -> None:
        if task.phase is TaskPhase.CREATING:
            self._finish_creation(task)
            self.assign_first(task)
        elif task.phase is TaskPhase.COMPLETING:
            self._finish_completion(task)
        elif task.phase is TaskPhase.CANCELING:
            self._finish_cancellation(task)
            self._log.command(ElementCommand(ElementIntent.CONTINUE_TERMINATING, task.instance))
        elif task.phase is TaskPhase.UPDATING:
            self._finish_update(task)
        else:
            self._write("ASSIGNED", task, task.coming)
            self._settle(task)

    def _finish_creation(self, task: UserTaskEntry) -> None:
        # the assignee follows in a transition of its own
        task.first_assignee = task.coming.assignee
        task.coming = replace(task.coming, assignee="")
        task.coming = replace(task.coming, changed=task.coming.differences(task.data))
        self._write("CREATED", task, task.coming)
        self._settle(task)

    def _finish_completion(self, task: UserTaskEntry) -> None:
        self._write("COMPLETED", task, task.coming)
        self._state.user_tasks.remove(task)
        instance = task.instance
        instance.user_task_key = -1
        scope = self._state.elements.scope_of(instance)
        if scope is not None and scope.is_active:
            self._triggers.triggering(instance, instance.element.id, task.coming.variables)
            self._log.command(ElementCommand(ElementIntent.COMPLETE, instance))
        self._answer(task, Accepted(task.key))

    def _finish_cancellation(self, task: UserTaskEntry) -> None:
        self._write("CANCELED", task, task.coming)
        self._state.user_tasks.remove(task)
        task.instance.user_task_key = -1

    def _finish_update(self, task: UserTaskEntry) -> None:
        update, task.update = task.update, None
        if update is None:
            return
        instance = task.instance
        merge = self._variables.merge_local if update.local else self._variables.merge
        merge(instance.key, instance, update.variables)
        self._write("UPDATED", task, task.coming)
        self._log.event("VARIABLE_DOCUMENT", "UPDATED", update.key, update.value)
        self._settle(task)
        self._answer(task, VariablesSet(update.key))

    def _settle(self, task: UserTaskEntry) -> None:
        task.phase = TaskPhase.CREATED
        task.listener_index = 0
        task.data = task.coming = replace(task.coming, changed=(), action="", variables={})

    def _refuse(self, task: UserTaskEntry, reason: str) -> None:
        """Whoever waits for the running transition learns that it failed."""
        intent = "COMPLETE" if task.update is None else "UPDATE"
        text = f"Command '{intent}' rejected with code 'INVALID_STATE': {reason}"
        self._answer(task, Rejection(intent, RejectionType.INVALID_STATE, text))
        task.update = None

    def _answer(self, task: UserTaskEntry, answer: Answer) -> None:
        if task.request:
            self._log.answer(task.request, answer)
        task.request = 0

    def _write(self, intent: str, task: UserTaskEntry, data: TaskData) -> None:
        self._log.event("USER_TASK", intent, task.key, task.value(data))

    def _priority(self, expression: Expression, scope: int) -> int:
        priority = self._expressions.number(expression, scope)
        if not 0 <= priority <= 100:
            raise Failure(
                f"Expected priority to be in the range [0,100] but was '{priority}'.", EXTRACT_VALUE_ERROR, scope
            )
        return priority


def _optional(read: Any, expression: Expression | None, scope: int) -> Any:
    return None if expression is None else read(expression, scope)


def _listeners(task: UserTaskEntry) -> list[Listener]:
    element = task.instance.element
    found = element.task_listeners if isinstance(element, UserTask) else ()
    return [listener for listener in found if listener.event == task.phase.value]


def _headers(task: UserTaskEntry, data: TaskData) -> dict[str, str]:
    """What a listener's job tells of the user task; empty attributes are left out."""
    attributes = {
        "action": data.action,
        "assignee": data.assignee,
        "candidateGroups": _list_text(data.candidate_groups),
        "candidateUsers": _list_text(data.candidate_users),
        "changedAttributes": _list_text(sorted(data.changed)),
        "dueDate": data.due_date,
        "followUpDate": data.follow_up_date,
        "formKey": str(data.form_key) if data.form_key > 0 else "",
        "priority": str(data.priority) if data.priority > 0 else "",
        "userTaskKey": str(task.key),
    }
    return {HEADER_PREFIX + name: text for name, text in attributes.items() if text}


def _list_text(items: Any) -> str:
    return json.dumps(list(items), ensure_ascii=False, separators=(",", ":")) if items else ""
