"""Jobs: their states, deadlines and backoffs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.state.due import DueQueue
from zeebe_grpc.engine.state.elements import ElementInstance


class JobPhase(Enum):
    """The state of a job. A job in backoff counts as failed."""

    ACTIVATABLE = "ACTIVATABLE"
    ACTIVATED = "ACTIVATED"
    FAILED = "FAILED"
    ERROR_THROWN = "ERROR_THROWN"


@dataclass(eq=False)
class JobEntry:
    """A job. `deadline` and `due` (end of the backoff) are epoch milliseconds, -1 if there is none.

    `leases` counts the activations with a lease; `lease_token` proves the latest of them. `business_id` is the one
    that the process instance had when the job was made.
    """

    key: int
    type: str
    instance: ElementInstance
    retries: int
    headers: Mapping[str, str]
    kind: str = "BPMN_ELEMENT"
    listener_event: str = "UNSPECIFIED"
    phase: JobPhase = JobPhase.ACTIVATABLE
    element_id: str = ""
    worker: str = ""
    deadline: int = -1
    due: int = -1
    backoff: int = 0
    error_code: str = ""
    error_message: str = ""
    leases: int = 0
    priority: int = 0
    business_id: str = ""

    @property
    def lease_token(self) -> str:
        """What the holder of the latest lease can show; empty if the job was never leased."""
        return f"{self.key}-{self.leases}" if self.leases else ""

    def value(self, variables: Document | None = None, **more: Any) -> dict[str, Any]:
        """The record of the job."""
        definition = self.instance.definition
        return {
            "type": self.type,
            "customHeaders": dict(self.headers),
            "worker": self.worker,
            "retries": self.retries,
            "retryBackoff": self.backoff,
            "recurringTime": self.due,
            "deadline": self.deadline,
            "variables": dict(variables or {}),
            "errorCode": self.error_code,
            "errorMessage": self.error_message,
            "jobKind": self.kind,
            "jobListenerEventType": self.listener_event,
            "elementId": self.element_id,
            "elementInstanceKey": self.instance.key,
            "processInstanceKey": self.instance.process_instance_key,
            "bpmnProcessId": definition.id,
            "processDefinitionVersion": definition.version,
            "processDefinitionKey": definition.key,
            "tenantId": definition.tenant_id,
            **more,
        }


class Jobs:
    """All jobs that are not done, with an index of the activatable ones by type."""

    def __init__(self) -> None:
        self._jobs: dict[int, JobEntry] = {}
        self._activatable: dict[str, dict[int, JobEntry]] = {}
        self._deadlines = DueQueue()
        self._backoffs = DueQueue()

    def get(self, key: int) -> JobEntry | None:
        """The job with this key."""
        return self._jobs.get(key)

    def add(self, job: JobEntry) -> None:
        """Enter a new activatable job."""
        self._jobs[job.key] = job
        self._activatable.setdefault(job.type, {})[job.key] = job

    def remove(self, job: JobEntry) -> None:
        """Take a job out."""
        self._jobs.pop(job.key, None)
        self._forget(job)

    def move(self, job: JobEntry, phase: JobPhase) -> None:
        """Change the state of a job; its deadline or the end of its backoff is already in it."""
        self._forget(job)
        job.phase = phase
        if phase is JobPhase.ACTIVATABLE:
            self._activatable.setdefault(job.type, {})[job.key] = job
        elif phase is JobPhase.ACTIVATED:
            self._deadlines.put(job.key, job.deadline)
        elif phase is JobPhase.FAILED and job.due >= 0:
            self._backoffs.put(job.key, job.due)

    def activatable(self, job_type: str, tenants: Iterable[str]) -> list[JobEntry]:
        """The activatable jobs of a type: higher priority first, then in key order."""
        wanted = set(tenants)
        jobs = self._activatable.get(job_type, {}).values()
        found = [job for job in jobs if job.instance.tenant_id in wanted]
        return sorted(found, key=lambda job: (-job.priority, job.key))

    def timed_out(self, now: int) -> list[JobEntry]:
        """Activated jobs whose deadline has come, earliest first."""
        return [self._jobs[key] for key in self._deadlines.due(now)]

    def backed_off(self, now: int) -> list[JobEntry]:
        """Failed jobs whose backoff is over, earliest first."""
        return [self._jobs[key] for key in self._backoffs.due(now)]

    def next_due(self) -> int | None:
        """The earliest deadline or end of a backoff."""
        times = (self._deadlines.next_due(), self._backoffs.next_due())
        return min((time for time in times if time is not None), default=None)

    def all(self) -> Iterable[JobEntry]:
        """Every job."""
        return self._jobs.values()

    def _forget(self, job: JobEntry) -> None:
        self._deadlines.discard(job.key)
        self._backoffs.discard(job.key)
        jobs = self._activatable.get(job.type)
        if jobs is not None:
            jobs.pop(job.key, None)
            if not jobs:
                del self._activatable[job.type]
