"""The path of one process instance, read from the records of the engine: where it was, where it waits, what holds it.

Pure: records in, a picture out, and the picture in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from zeebe_grpc.engine.records import Record
from zeebe_grpc.engine.state.jobs import JobPhase
from zeebe_grpc.engine.views import OpenJob


@dataclass(frozen=True)
class Incident:
    """An incident that is not resolved."""

    element_id: str
    error_type: str
    message: str


@dataclass(frozen=True)
class AwaitedMessage:
    """A message that an element waits for."""

    element_id: str
    name: str
    correlation_key: str


@dataclass(frozen=True)
class AwaitedTimer:
    """A timer that runs; `due` in epoch milliseconds."""

    element_id: str
    due: int


@dataclass
class InstancePath:
    """One process instance.

    Attributes:
        key: Its key.
        bpmn_process_id: Its process; empty if there is no such instance.
        state: ``active``, ``completed`` or ``terminated``; empty if there is no such instance.
        passed: The elements that were completed, in this order, as often as they were.
        steps: The same, and the sequence flows that were taken between them.
        terminated: The elements that were terminated.
        here: The elements that are neither completed nor terminated, by the keys of their instances, with the keys of
            their scopes.
        incidents: By key.
        messages: By subscription.
        timers: By key.
        user_tasks: Native user tasks that are open: key and element.
        variables: Those of the instance itself.
        local_variables: The names of those that only elements have, with one such element.
        jobs: Those that are open.
    """

    key: int
    bpmn_process_id: str = ""
    state: str = ""
    passed: list[str] = field(default_factory=list[str])
    steps: list[str] = field(default_factory=list[str])
    terminated: list[str] = field(default_factory=list[str])
    here: dict[int, tuple[str, int]] = field(default_factory=dict[int, "tuple[str, int]"])
    incidents: dict[int, Incident] = field(default_factory=dict[int, Incident])
    messages: dict[tuple[int, str], AwaitedMessage] = field(default_factory=dict["tuple[int, str]", AwaitedMessage])
    timers: dict[int, AwaitedTimer] = field(default_factory=dict[int, AwaitedTimer])
    user_tasks: dict[int, str] = field(default_factory=dict[int, str])
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    local_variables: dict[str, str] = field(default_factory=dict[str, str])
    jobs: Sequence[OpenJob] = ()

    @property
    def leaves(self) -> list[str]:
        """The elements at which it waits: what is here and holds nothing else."""
        scopes = {scope for _, scope in self.here.values()}
        return [element_id for key, (element_id, _) in self.here.items() if key not in scopes]

    @property
    def at(self) -> set[str]:
        """Every element that is here, scopes too."""
        return {element_id for element_id, _ in self.here.values()}

    def observe(self, record: Record) -> None:
        """Take in a record of this instance; those of other kinds change nothing."""
        if record.rejection is not None:
            return
        match record.value_type:
            case "PROCESS_INSTANCE":
                self._observe_element(record)
            case "INCIDENT":
                value = record.value
                incident = Incident(value["elementId"], value["errorType"], value["errorMessage"])
                _keep(self.incidents, record.key, incident, open_=record.intent in ("CREATED", "MIGRATED"))
            case "PROCESS_MESSAGE_SUBSCRIPTION":
                self._observe_subscription(record)
            case "TIMER":
                timer = AwaitedTimer(record.value["targetElementId"], record.value["dueDate"])
                _keep(self.timers, record.key, timer, open_=record.intent in ("CREATED", "MIGRATED"))
            case "USER_TASK":
                ended = record.intent in ("COMPLETED", "CANCELED")
                _keep(self.user_tasks, record.key, record.value["elementId"], open_=not ended)
            case "VARIABLE" if record.intent != "MIGRATED":  # then it tells no value
                self._observe_variable(record)
            case _:
                pass

    def _observe_element(self, record: Record) -> None:
        value = record.value
        element_id: str = value["elementId"]
        if record.key == self.key:
            self.bpmn_process_id = value["bpmnProcessId"]
            self.state = {"ELEMENT_COMPLETED": "completed", "ELEMENT_TERMINATED": "terminated"}.get(
                record.intent, "active"
            )
        elif record.intent == "SEQUENCE_FLOW_TAKEN":
            self.steps.append(element_id)
        elif record.intent == "ELEMENT_COMPLETED":
            self.here.pop(record.key, None)
            self.passed.append(element_id)
            self.steps.append(element_id)
        elif record.intent == "ELEMENT_TERMINATED":
            self.here.pop(record.key, None)
            self.terminated.append(element_id)
        elif record.intent in ("ELEMENT_ACTIVATING", "ELEMENT_ACTIVATED", "ELEMENT_MIGRATED"):
            self.here[record.key] = (element_id, value["flowScopeKey"])

    def _observe_subscription(self, record: Record) -> None:
        value = record.value
        closed = record.intent in ("DELETING", "DELETED") or (record.intent == "CORRELATED" and value["interrupting"])
        message = AwaitedMessage(value["elementId"], value["messageName"], value["correlationKey"])
        _keep(self.messages, (value["elementInstanceKey"], value["messageName"]), message, open_=not closed)

    def _observe_variable(self, record: Record) -> None:
        value = record.value
        if value["scopeKey"] == self.key:
            self.variables[value["name"]] = value["value"]
        else:
            at = self.here.get(value["scopeKey"], ("an element", 0))[0]
            self.local_variables[value["name"]] = at


def _keep(table: dict[Any, Any], key: Any, value: Any, *, open_: bool) -> None:
    if open_:
        table[key] = value
    else:
        table.pop(key, None)


def path_of(key: int, records: Iterable[Record], jobs: Iterable[OpenJob]) -> InstancePath:
    """The path of the process instance with this key, which may be unknown."""
    path = InstancePath(key, jobs=[job for job in jobs if job.process_instance_key == key])
    for record in records:
        if record.value.get("processInstanceKey") == key:
            path.observe(record)
    return path


# In words


def in_words(path: InstancePath, now: int, attended: Iterable[str], unanswered: Iterable[str] = ()) -> str:
    """The path, line by line.

    Args:
        path: What to describe; values of variables do not appear.
        now: The time of the engine, in epoch milliseconds.
        attended: The job types that somebody works on.
        unanswered: The job types whose mocks have no answer yet.
    """
    lines = [
        ("state", path.state),
        ("passed", ", ".join(_counted(path.passed))),
        ("terminated", ", ".join(_counted(path.terminated))),
        ("waits at", ", ".join(_counted(path.leaves))),
        *(("job", _job(job, now, set(attended), set(unanswered))) for job in path.jobs),
        *(("message", f"{m.name!r} with key {m.correlation_key!r} at {m.element_id}") for m in path.messages.values()),
        *(("timer", f"{timer.element_id}, due {_moment(timer.due)}") for timer in path.timers.values()),
        *(("user task", element_id) for element_id in path.user_tasks.values()),
        *(("incident", f"{i.error_type} at {i.element_id}: {i.message}") for i in path.incidents.values()),
        ("variables", ", ".join(path.variables)),
        ("clock", _moment(now)),
    ]
    always = ("passed", "waits at", "variables")
    return "\n".join(f"  {name + ':':<12}{text or 'nothing'}" for name, text in lines if text or name in always)


def _counted(element_ids: Iterable[str]) -> list[str]:
    return [f"{name} ({count} times)" if count > 1 else name for name, count in Counter(element_ids).items()]


def _job(job: OpenJob, now: int, attended: set[str], unanswered: set[str]) -> str:
    if job.phase is JobPhase.ACTIVATED:
        state = "in work"
    elif job.phase is JobPhase.FAILED and job.retries > 0 and job.due >= 0:
        state = f"failed, next try in {(job.due - now) / 1000:g} s by the clock"
    elif job.phase is JobPhase.FAILED:
        state = "failed, without retries"
    elif job.phase is JobPhase.ERROR_THROWN:
        state = "threw an error that nothing catches"
    elif job.type in unanswered:
        state = "its mock has been given no answer"
    else:
        state = "waits for a worker" if job.type in attended else "nobody works on this type"
    return f"{job.type!r} at {job.element_id}, {job.retries} retries left: {state}"


def _moment(milliseconds: int) -> str:
    return (datetime.fromtimestamp(0, timezone.utc) + timedelta(milliseconds=milliseconds)).isoformat()
