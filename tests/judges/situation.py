"""What an instance on the live engine waits for, read from its records: jobs, user tasks, messages, signals, incidents.

It only reads. Which of these things is done next is the scenario's choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.judges.player import Session

Record = Mapping[str, Any]


class Situation:
    """The state that the records of a session add up to."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read = 0
        self._jobs: dict[int, Record] = {}
        self._activatable: set[int] = set()
        self._held: set[int] = set()
        self._retries: dict[int, int] = {}
        self._user_tasks: dict[int, Record] = {}
        self._messages: dict[int, Record] = {}
        self._signals: dict[tuple[str, int], Record] = {}
        self._incidents: dict[int, Record] = {}
        self._scopes: dict[int, Record] = {}
        self._root = -1
        self._root_intent = ""

    def update(self) -> None:
        """Read the records that came since the last time."""
        for record in self._session.records[self._read :]:
            reader = _READERS.get(record["valueType"])
            if reader is not None and record["recordType"] == "EVENT":
                reader(self, record)
        self._read = len(self._session.records)

    def root(self) -> int:
        """Return the key of the first process instance, -1 if there is none."""
        return self._root

    def outcome(self) -> str:
        """Return how it stands when nothing is left to do."""
        self.update()
        ends = {"ELEMENT_COMPLETED": "completed", "ELEMENT_TERMINATED": "terminated", "": "nothing"}
        return ends.get(self._root_intent) or ("incident" if self._incidents else "waiting")

    def activatable_types(self) -> list[str]:
        """Return the types of the jobs that can be activated, in alphabetical order."""
        return sorted({self._jobs[key]["value"]["type"] for key in self._activatable})

    def hold(self, keys: list[int]) -> None:
        """Note that these jobs were handed out; a type that gave nothing has nothing to give."""
        self._held.update(keys)
        self._activatable.difference_update(keys)

    def held_jobs(self) -> list[Record]:
        """Return the JOB CREATED records of the jobs handed out and not ended, by key."""
        self.update()
        return [self._jobs[key] for key in sorted(self._held & self._jobs.keys())]

    def retries(self, job: int) -> int:
        """Return the retries a job has left."""
        return self._retries[job]

    def is_inside(self, job: Record, element: str) -> bool:
        """Return whether a job belongs to this element or to something within it."""
        scope = job["value"]["elementInstanceKey"]
        while scope in self._scopes:
            value = self._scopes[scope]["value"]
            if value["elementId"] == element:
                return True
            parent = value["parentElementInstanceKey"]
            scope = value["flowScopeKey"] if value["flowScopeKey"] > 0 else parent
        return False

    def incident_of(self, job: int) -> int | None:
        """Return the key of the open incident of a job."""
        self.update()
        return next((key for key, record in self._incidents.items() if record["value"]["jobKey"] == job), None)

    def open_user_task(self) -> int | None:
        """Return the key of the first user task that can be completed."""
        return min(self._user_tasks, default=None)

    def open_messages(self) -> list[tuple[str, str]]:
        """Return name and correlation key of each message that something waits for, the oldest first."""
        return [
            (record["value"]["messageName"], record["value"]["correlationKey"]) for record in self._messages.values()
        ]

    def open_signals(self) -> list[str]:
        """Return the names of the signals that an instance waits for, the oldest first."""
        return [name for name, instance in self._signals if instance > 0]

    def _on_instance(self, record: Record) -> None:
        value, intent = record["value"], record["intent"]
        if intent == "ELEMENT_ACTIVATING":
            self._scopes[record["key"]] = record
            if self._root < 0 and value["bpmnElementType"] == "PROCESS":
                self._root = record["key"]
        if record["key"] == self._root:
            self._root_intent = intent

    def _on_job(self, record: Record) -> None:
        key, intent = record["key"], record["intent"]
        if intent == "CREATED":
            self._jobs[key] = record
        if intent in ("COMPLETED", "CANCELED", "ERROR_THROWN"):
            self._jobs.pop(key, None)
        if intent in ("CREATED", "COMPLETED", "CANCELED", "ERROR_THROWN", "FAILED", "TIMED_OUT"):
            self._held.discard(key)
            self._activatable.discard(key)
        self._retries[key] = record["value"]["retries"]
        if intent in ("CREATED", "TIMED_OUT") or (intent == "FAILED" and record["value"]["retries"] > 0):
            self._activatable.add(key)

    def _on_incident(self, record: Record) -> None:
        if record["intent"] == "CREATED":
            self._incidents[record["key"]] = record
        elif record["intent"] == "RESOLVED":
            self._incidents.pop(record["key"], None)
            if record["value"]["jobKey"] in self._jobs:
                self._activatable.add(record["value"]["jobKey"])

    def _on_user_task(self, record: Record) -> None:
        if record["intent"] == "CREATED":
            self._user_tasks[record["key"]] = record
        elif record["intent"] in ("COMPLETING", "COMPLETED", "CANCELING", "CANCELED"):
            self._user_tasks.pop(record["key"], None)

    def _on_message_subscription(self, record: Record) -> None:
        intent = record["intent"]
        if intent == "CREATED":
            self._messages[record["key"]] = record
        elif intent == "DELETED" or (intent == "CORRELATED" and record["value"]["interrupting"]):
            self._messages.pop(record["key"], None)

    def _on_signal_subscription(self, record: Record) -> None:
        value = record["value"]
        subscription = (value["signalName"], value["catchEventInstanceKey"])
        if record["intent"] == "CREATED":
            self._signals[subscription] = record
        elif record["intent"] == "DELETED":
            self._signals.pop(subscription, None)


_READERS = {
    "PROCESS_INSTANCE": Situation._on_instance,
    "JOB": Situation._on_job,
    "INCIDENT": Situation._on_incident,
    "USER_TASK": Situation._on_user_task,
    "PROCESS_MESSAGE_SUBSCRIPTION": Situation._on_message_subscription,
    "SIGNAL_SUBSCRIPTION": Situation._on_signal_subscription,
}
