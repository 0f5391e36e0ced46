"""Where one process instance stands, told by the records of the in-process engine.

Pure: records in, one verdict out. It knows no gateway, no client and no terminal.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from zeebe_grpc.engine.records import Record

_LEFT = ("ELEMENT_COMPLETED", "ELEMENT_TERMINATED")
_JOB_ENDED = ("COMPLETED", "CANCELED", "ERROR_THROWN")


@dataclass(frozen=True)
class OpenJob:
    """A job that nobody has finished. `due`: epoch ms at which its retry backoff ends, or None."""

    key: int
    type: str
    element_id: str
    due: int | None = None


@dataclass(frozen=True)
class Finished:
    """The instance has completed, or was terminated."""

    completed: bool


@dataclass(frozen=True)
class Stopped:
    """An incident holds the instance."""

    element_id: str
    error_type: str
    message: str


@dataclass(frozen=True)
class Asleep:
    """Nothing happens before this time (epoch ms)."""

    due: int


@dataclass(frozen=True)
class Abandoned:
    """Nobody is there to act on these elements; `job_types` are the types of their open jobs."""

    element_ids: tuple[str, ...]
    job_types: tuple[str, ...]


@dataclass(frozen=True)
class Working:
    """Somebody can act, or is acting."""


Verdict = Finished | Stopped | Asleep | Abandoned | Working


@dataclass
class Situation:
    """The open jobs, incidents, timers and elements of one engine that runs one root instance."""

    root: int | None = None
    jobs: dict[int, OpenJob] = field(default_factory=dict[int, OpenJob])
    user_tasks: dict[int, str] = field(default_factory=dict[int, str])
    incidents: dict[int, Stopped] = field(default_factory=dict[int, Stopped])
    timers: dict[int, int] = field(default_factory=dict[int, int])
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    finished: Finished | None = None
    _elements: dict[int, tuple[str, int]] = field(default_factory=dict[int, tuple[str, int]])

    def observe(self, record: Record) -> None:
        """Take in one record; those of other kinds, and refused commands, change nothing."""
        if record.rejection is not None:
            return
        match record.value_type:
            case "PROCESS_INSTANCE":
                self._read_element(record)
            case "JOB":
                self._read_job(record)
            case "USER_TASK":
                self._read_user_task(record)
            case "INCIDENT":
                self._read_incident(record)
            case "TIMER":
                self._read_timer(record)
            case "VARIABLE":
                self._read_variable(record)
            case _:
                pass

    def verdict(self, job_types: Collection[str] | None) -> Verdict:
        """Judge a quiescent engine. `job_types`: those that somebody works on, None if all are."""
        if self.finished is not None:
            return self.finished
        workable = [job for job in self.jobs.values() if job_types is None or job.type in job_types]
        if any(job.due is None for job in workable):
            return Working()
        if self.incidents:
            return next(iter(self.incidents.values()))
        due = [job.due for job in workable if job.due is not None] + list(self.timers.values())
        if due:
            return Asleep(min(due))
        return self._abandoned()

    def _abandoned(self) -> Abandoned:
        scopes = {scope for _, scope in self._elements.values()}
        leaves = {element_id: None for key, (element_id, _) in self._elements.items() if key not in scopes}
        return Abandoned(tuple(leaves), tuple(dict.fromkeys(job.type for job in self.jobs.values())))

    def _read_element(self, record: Record) -> None:
        value = record.value
        if record.intent == "ELEMENT_ACTIVATING":
            if self.root is None and value["bpmnElementType"] == "PROCESS":
                self.root = record.key
            self._elements[record.key] = (value["elementId"], value["flowScopeKey"])
        elif record.intent in _LEFT:
            self._elements.pop(record.key, None)
            if record.key == self.root:
                self.finished = Finished(completed=record.intent == "ELEMENT_COMPLETED")

    def _read_job(self, record: Record) -> None:
        value = record.value
        if record.intent in _JOB_ENDED or (record.intent == "FAILED" and value["retries"] <= 0):
            self.jobs.pop(record.key, None)
            return
        due = record.timestamp + value["retryBackoff"] if record.intent == "FAILED" and value["retryBackoff"] else None
        self.jobs[record.key] = OpenJob(record.key, value["type"], value["elementId"], due)

    def _read_user_task(self, record: Record) -> None:
        if record.intent == "CREATED":
            self.user_tasks[record.key] = record.value["elementId"]
        elif record.intent in ("COMPLETED", "CANCELED"):
            self.user_tasks.pop(record.key, None)

    def _read_incident(self, record: Record) -> None:
        if record.intent == "CREATED":
            value = record.value
            self.incidents[record.key] = Stopped(value["elementId"], value["errorType"], value["errorMessage"])
        else:
            self.incidents.pop(record.key, None)

    def _read_timer(self, record: Record) -> None:
        if record.intent == "CREATED":
            self.timers[record.key] = record.value["dueDate"]
        else:
            self.timers.pop(record.key, None)

    def _read_variable(self, record: Record) -> None:
        if record.value["scopeKey"] == self.root or self.root is None:
            self.variables[record.value["name"]] = record.value["value"]
