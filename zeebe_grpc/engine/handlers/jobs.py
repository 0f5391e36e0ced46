"""What workers do with jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from zeebe_grpc.engine.answers import Accepted, Answer, Job, JobsActivated, RejectionType
from zeebe_grpc.engine.commands import (
    ActivateJobs,
    CompleteJob,
    FailJob,
    ThrowError,
    UpdateJobPriority,
    UpdateJobRetries,
    UpdateJobTimeout,
    YieldJob,
)
from zeebe_grpc.engine.followups import (
    CompleteTaskListener,
    DenyTaskListener,
    ElementCommand,
    ElementIntent,
    InstructAdHoc,
)
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.model.elements import AdHocSubProcess
from zeebe_grpc.engine.processing.publication import Publication
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.jobs import JobEntry, JobPhase
from zeebe_grpc.engine.state.user_tasks import CORRECTABLE

_MESSAGE_LIMIT = 10_000
_DENIABLE = ("ASSIGNING", "UPDATING", "COMPLETING")
_OPEN = (JobPhase.ACTIVATABLE, JobPhase.ACTIVATED)
_NOT_THROWN = (*_OPEN, JobPhase.FAILED)
NO_CATCH_EVENT_FOUND = "NO_CATCH_EVENT_FOUND"


class JobHandler:
    """Handles the commands that concern jobs, and their timeouts and backoffs."""

    def __init__(self, services: Services, errors: Publication) -> None:
        self._services = services
        self._log = services.log
        self._jobs = services.state.jobs
        self._errors = errors

    def activate(self, command: ActivateJobs, request: int) -> Answer:
        """Hand out jobs, the most urgent first."""
        candidates = self._jobs.activatable(command.type, command.tenant_ids)
        if not command.with_lease:
            candidates = [job for job in candidates if not job.leases]
        if command.only is not None:
            allowed = set(command.only)
            candidates = [job for job in candidates if job.key in allowed]
        taken: list[Job] = []
        size = 0
        for entry in candidates:
            if len(taken) >= command.max_jobs:
                break
            variables = self._variables(entry, command)
            if command.max_bytes is not None:
                size += _size_of(variables, entry)
                if size > command.max_bytes:
                    return self._too_large(entry, taken, size)
            entry.worker = command.worker
            entry.deadline = self._log.now + command.timeout
            entry.leases += command.with_lease
            self._jobs.move(entry, JobPhase.ACTIVATED)
            tags = self._services.state.traits.of(entry.instance.process_instance_key).tags
            taken.append(_activated(entry, variables, tags))
        return JobsActivated(taken)

    def give_back(self, command: YieldJob, request: int) -> Answer:
        """A job could not be delivered; pollers may have it, streams not again."""
        job = self._find(command.job_key, "yield", "YIELD", (JobPhase.ACTIVATED,))
        self._jobs.move(job, JobPhase.ACTIVATABLE)
        self._log.event("JOB", "YIELDED", job.key, job.value())
        self._services.jobs.announce(job, push=False)
        return Accepted(job.key)

    def complete(self, command: CompleteJob, request: int) -> Answer:
        """The work is done: the element completes."""
        job = self._find_held(command, "complete", "COMPLETE")
        if job.kind == "TASK_LISTENER":
            self._check_task_listener(job, command)
        elif job.kind == "AD_HOC_SUB_PROCESS":
            self._check_ad_hoc(job, command)
        if command.business_id:
            self._check_business_id(job)
        self._jobs.remove(job)
        self._log.event("JOB", "COMPLETED", job.key, job.value(command.variables, result=command.result or {}))
        if command.business_id:
            self._assign(command.business_id, job.instance)
        self._services.incidents.resolve_of_job(job)
        instance = job.instance
        scope = self._services.state.elements.scope_of(instance)
        if self._services.state.elements.get(instance.key) is None:
            return Accepted(job.key)
        if job.kind == "TASK_LISTENER":
            instance.job_key = -1
            self._log.command(_task_listener_outcome(instance.user_task_key, command.result or {}))
        elif job.kind == "AD_HOC_SUB_PROCESS":
            instance.job_key = -1
            self._services.variables.merge(instance.key, instance, command.variables)
            self._instruct(instance, command.result or {})
        elif job.kind == "EXECUTION_LISTENER":
            instance.job_key = -1
            self._services.triggers.triggering(instance, instance.element.id, command.variables)
            self._log.command(ElementCommand(ElementIntent.COMPLETE_LISTENER, instance))
        elif scope is not None and scope.is_active:
            instance.job_key = -1
            self._services.triggers.triggering(instance, instance.element.id, command.variables)
            self._log.command(ElementCommand(ElementIntent.COMPLETE, instance))
        return Accepted(job.key)

    def fail(self, command: FailJob, request: int) -> Answer:
        """The work failed: again, now or later, or an incident."""
        job = self._find_held(command, "fail", "FAIL")
        job.retries = command.retries
        job.error_message = command.error_message[:_MESSAGE_LIMIT]
        job.backoff = command.backoff
        waits = command.retries > 0 and command.backoff > 0
        job.due = self._log.now + command.backoff if waits else -1
        at_once = command.retries > 0 and not waits
        self._jobs.move(job, JobPhase.ACTIVATABLE if at_once else JobPhase.FAILED)
        self._log.event("JOB", "FAILED", job.key, job.value(command.variables))
        self._services.variables.merge_local(job.instance.key, job.instance, command.variables)
        if at_once:
            self._services.jobs.announce(job)
        if command.retries <= 0:
            self._services.incidents.raise_no_retries(job)
        return Accepted(job.key)

    def throw_error(self, command: ThrowError, request: int) -> Answer:
        """The work ended in a BPMN error: whoever catches it takes over, else an incident."""
        job = self._find_held(command, "throw an error for", "THROW_ERROR")
        if job.kind not in ("BPMN_ELEMENT", "AD_HOC_SUB_PROCESS"):
            reason = (
                f"Cannot throw BPMN error from {job.kind} job with key '{job.key}', type '{job.type}' "
                f"and processInstanceKey '{job.instance.process_instance_key}'"
            )
            raise self._rejected("THROW_ERROR", RejectionType.INVALID_STATE, reason, job.key)
        message = command.error_message[:_MESSAGE_LIMIT]
        found = self._errors.find_error(command.error_code, job.instance, message)
        if not isinstance(found, str) and not found.can_take:
            reason = "Expected to find event scope that is accepting events, but it is not"
            raise self._rejected("THROW_ERROR", RejectionType.INVALID_STATE, reason, job.key)
        job.error_code = command.error_code
        job.error_message = message
        if isinstance(found, str):
            job.element_id = NO_CATCH_EVENT_FOUND
        self._jobs.move(job, JobPhase.ERROR_THROWN)
        self._log.event("JOB", "ERROR_THROWN", job.key, job.value(command.variables))
        if isinstance(found, str):
            self._services.incidents.raise_unhandled_error(job, found)
        else:
            self._jobs.remove(job)
            job.instance.job_key = -1
            self._errors.throw_error(found, command.variables)
        return Accepted(job.key)

    def update_retries(self, command: UpdateJobRetries, request: int) -> Answer:
        """Set the retries."""
        if command.retries < 1:
            reason = (
                f"Expected to update retries for job with key '{command.job_key}' with a positive amount of retries, "
                f"but the amount given was '{command.retries}'"
            )
            raise self._rejected("UPDATE_RETRIES", RejectionType.INVALID_ARGUMENT, reason, command.job_key)
        job = self._find(command.job_key, "update retries for", "UPDATE_RETRIES", tuple(JobPhase))
        self._check_given_token(job, command.lease_token, "update retries for", "UPDATE_RETRIES")
        job.retries = command.retries
        self._log.event("JOB", "RETRIES_UPDATED", job.key, job.value())
        return Accepted(job.key)

    def update_timeout(self, command: UpdateJobTimeout, request: int) -> Answer:
        """Set the deadline."""
        job = self._find(command.job_key, "update timeout for", "UPDATE_TIMEOUT", (JobPhase.ACTIVATED,))
        self._check_given_token(job, command.lease_token, "update timeout for", "UPDATE_TIMEOUT")
        job.deadline = self._log.now + command.timeout
        self._jobs.move(job, JobPhase.ACTIVATED)
        self._log.event("JOB", "TIMEOUT_UPDATED", job.key, job.value())
        return Accepted(job.key)

    def update_priority(self, command: UpdateJobPriority, request: int) -> Answer:
        """Set the priority for activations to come."""
        job = self._find(command.job_key, "update priority for", "UPDATE_PRIORITY", _NOT_THROWN)
        self._check_given_token(job, command.lease_token, "update priority for", "UPDATE_PRIORITY")
        job.priority = command.priority
        self._log.event("JOB", "PRIORITY_UPDATED", job.key, job.value(priority=job.priority))
        return Accepted(job.key)

    def time_out(self, job: JobEntry) -> None:
        """The deadline has come: anyone may have the job."""
        self._jobs.move(job, JobPhase.ACTIVATABLE)
        self._log.event("JOB", "TIMED_OUT", job.key, job.value())
        self._services.jobs.announce(job)

    def back_off_over(self, job: JobEntry) -> None:
        """The backoff is over: the job can be activated again."""
        job.due = -1
        self._jobs.move(job, JobPhase.ACTIVATABLE)
        self._log.event("JOB", "RECURRED_AFTER_BACKOFF", job.key, job.value())
        self._services.jobs.announce(job)

    def make_activatable(self, job: JobEntry) -> None:
        """The job's incident was resolved; if nobody caught its error, it has its element again."""
        job.element_id = job.instance.element.id
        self._jobs.move(job, JobPhase.ACTIVATABLE)
        self._services.jobs.announce(job)

    def _find(self, key: int, action: str, intent: str, phases: tuple[JobPhase, ...]) -> JobEntry:
        job = self._jobs.get(key)
        if job is None:
            reason = f"Expected to {action} job with key '{key}', but no such job was found"
            raise self._rejected(intent, RejectionType.NOT_FOUND, reason, key)
        if job.phase not in phases:
            reason = f"Expected to {action} job with key '{key}', but it is in state '{job.phase.value}'"
            raise self._rejected(intent, RejectionType.INVALID_STATE, reason, key)
        return job

    def _find_held(self, command: CompleteJob | FailJob | ThrowError, action: str, intent: str) -> JobEntry:
        """The job of a command that ends an activation: if it is leased, only its holder may do that."""
        job = self._find(command.job_key, action, intent, _OPEN)
        if job.leases and not command.lease_token:
            reason = f"Expected to {action} job with key '{job.key}', but it is leased and no lease token was given"
            raise self._rejected(intent, RejectionType.INVALID_STATE, reason, job.key)
        self._check_given_token(job, command.lease_token, action, intent)
        return job

    def _check_given_token(self, job: JobEntry, token: str, action: str, intent: str) -> None:
        if token and token != job.lease_token:
            reason = f"Expected to {action} job with key '{job.key}', but the lease token is not that of its activation"
            raise self._rejected(intent, RejectionType.INVALID_STATE, reason, job.key)

    def _instruct(self, instance: ElementInstance, result: Mapping[str, Any]) -> None:
        elements: list[dict[str, Any]] = result.get("activateElements") or []
        if elements:
            self._log.command(InstructAdHoc(instance, elements))
        if result.get("isCompletionConditionFulfilled"):
            cancels = bool(result.get("isCancelRemainingInstances"))
            self._log.command(InstructAdHoc(instance, completes=True, cancel_remaining=cancels))

    def _check_business_id(self, job: JobEntry) -> None:
        """It is assigned once, and to an instance that no other called."""
        key = job.instance.process_instance_key
        root = self._services.state.elements.get(key)
        reason = ""
        if root is not None and root.parent_process_instance_key > 0:
            reason = f"the process instance '{key}' was called by another, and keeps the business id that it got"
        elif self._services.state.traits.of(key).business_id:
            reason = f"the process instance '{key}' has a business id already"
        if reason:
            text = f"Expected to assign a business id in completing job with key '{job.key}', but {reason}"
            raise self._rejected("COMPLETE", RejectionType.INVALID_STATE, text, job.key)

    def _assign(self, business_id: str, instance: ElementInstance) -> None:
        """What the instance makes from now on carries the business id; what it has made does not."""
        key = instance.process_instance_key
        self._services.state.traits.assign(key, business_id)
        record = {"processInstanceKey": key, "businessId": business_id, "tenantId": instance.tenant_id}
        self._log.event("PROCESS_INSTANCE_BUSINESS_ID", "ASSIGNED", self._log.next_key(), record)

    def _check_ad_hoc(self, job: JobEntry, command: CompleteJob) -> None:
        element = job.instance.element
        elements: list[dict[str, Any]] = (command.result or {}).get("activateElements") or []
        known = element.activities if isinstance(element, AdHocSubProcess) else {}
        unknown = [chosen["elementId"] for chosen in elements if chosen["elementId"] not in known]
        expected = f"Expected to complete ad-hoc sub-process job with key '{job.key}', but "
        if unknown:
            reason = f"{expected}it has no elements '{', '.join(unknown)}' to activate"
            raise self._rejected("COMPLETE", RejectionType.NOT_FOUND, reason, job.key)
        if not job.instance.is_active:
            reason = f"{expected}the ad-hoc sub-process is not active"
            raise self._rejected("COMPLETE", RejectionType.INVALID_STATE, reason, job.key)

    def _check_task_listener(self, job: JobEntry, command: CompleteJob) -> None:
        result = command.result or {}
        corrected: dict[str, Any] = result.get("corrections") or {}
        unknown = [name for name in corrected if name not in CORRECTABLE]
        task = self._services.state.user_tasks.get(job.instance.user_task_key)
        reason = ""
        if command.variables:
            reason = "a task listener cannot set variables"
        elif result.get("denied") and corrected:
            reason = "a denied result cannot have corrections"
        elif result.get("denied") and job.listener_event not in _DENIABLE:
            reason = f"a listener of the event '{job.listener_event}' cannot deny"
        elif "assignee" in corrected and job.listener_event == "CREATING" and task and task.first_assignee:
            reason = "the assignee of the model cannot be corrected at creation"
        elif unknown:
            reason = f"'{unknown[0]}' cannot be corrected, only {', '.join(sorted(CORRECTABLE))}"
        if reason:
            text = f"Expected to complete task listener job with key '{job.key}' and type '{job.type}', but {reason}"
            raise self._rejected("COMPLETE", RejectionType.INVALID_ARGUMENT, text, job.key)

    def _variables(self, job: JobEntry, command: ActivateJobs) -> dict[str, object]:
        document = self._services.state.variables.document(job.instance.key)
        task = self._services.state.user_tasks.get(job.instance.user_task_key)
        if job.kind == "TASK_LISTENER" and task is not None:
            # it sees the variables that the running transition will set
            document.update(task.coming.variables)
        wanted = frozenset(command.fetch_variables)
        return {name: value for name, value in document.items() if not wanted or name in wanted}

    def _too_large(self, job: JobEntry, taken: list[Job], size: int) -> Answer:
        if not taken:
            message = (
                f"The job with key '{job.key}' can not be activated, because with {size} bytes it is larger than the "
                "configured message size. Try to reduce the size by reducing the number of fetched variables or "
                "modifying the variable values."
            )
            self._jobs.move(job, JobPhase.FAILED)
            self._services.incidents.raise_for_job(job, "MESSAGE_SIZE_EXCEEDED", message)
        return JobsActivated(taken, truncated=True)

    @staticmethod
    def _rejected(intent: str, rejection: RejectionType, reason: str, key: int) -> RejectedError:
        return RejectedError("JOB", intent, rejection, reason, key)


def _task_listener_outcome(user_task_key: int, result: Mapping[str, Any]) -> CompleteTaskListener | DenyTaskListener:
    if result.get("denied"):
        return DenyTaskListener(user_task_key, str(result.get("deniedReason") or ""))
    return CompleteTaskListener(user_task_key, result.get("corrections") or {})


def _size_of(variables: dict[str, object], job: JobEntry) -> int:
    """About how many bytes the job takes; without recursion, for variables may be deep."""
    size = 512 + sum(len(name) + len(text) for name, text in job.headers.items())
    pending: list[object] = [variables]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            entries = cast("dict[str, object]", value)
            size += sum(len(str(name)) + 4 for name in entries)
            pending.extend(entries.values())
        elif isinstance(value, list):
            items = cast("list[object]", value)
            size += 2 + len(items)
            pending.extend(items)
        else:
            size += len(value.encode()) + 2 if isinstance(value, str) else len(str(value))
    return size


def _activated(job: JobEntry, variables: dict[str, object], tags: Sequence[str]) -> Job:
    definition = job.instance.definition
    return Job(
        key=job.key,
        type=job.type,
        process_instance_key=job.instance.process_instance_key,
        bpmn_process_id=definition.id,
        process_definition_version=definition.version,
        process_definition_key=definition.key,
        element_id=job.element_id,
        element_instance_key=job.instance.key,
        custom_headers=job.headers,
        worker=job.worker,
        retries=job.retries,
        deadline=job.deadline,
        variables=variables,
        tenant_id=definition.tenant_id,
        kind=job.kind,
        listener_event_type=job.listener_event,
        tags=tags,
        business_id=job.business_id,
        lease_token=job.lease_token,
        priority=job.priority,
    )
