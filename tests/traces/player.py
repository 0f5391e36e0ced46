"""Plays a recorded script on our engine, in process, and brings what it did into the form of a trace."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.judges.models import read_model
from tests.judges.trace_form import Symbols, normalise
from tests.traces.cases import Case, Command, Line
from zeebe_grpc.engine import Engine, answers, commands
from zeebe_grpc.engine.answers import Answer, JobsActivated, Rejection, RejectionType
from zeebe_grpc.engine.commands import EngineCommand
from zeebe_grpc.engine.records import Record

START = 1_767_225_600_000 + 12_345
"""The time at which every run begins: an ordinary moment, not on a whole minute."""
RECORDED = "8.8"
"""The release of the engine whose executions were recorded."""

_MARGIN = 20
_ELEMENT = re.compile(r"- Element: (.+?)(?: \(\w+\))?$", re.MULTILINE)
_STATUS = {
    RejectionType.INVALID_STATE: "FAILED_PRECONDITION",
    RejectionType.INVALID_ARGUMENT: "INVALID_ARGUMENT",
    RejectionType.NOT_FOUND: "NOT_FOUND",
    RejectionType.ALREADY_EXISTS: "ALREADY_EXISTS",
    RejectionType.UNSUPPORTED: "UNIMPLEMENTED",
}


@dataclass
class Run:
    """What a run on our engine gave: the trace, the deployment's outcome, and what each command answered."""

    trace: list[Line] = field(default_factory=list)
    deploy: dict[str, Any] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    broken: str = ""
    refusal: str = ""


class Player:
    """Plays one case on an empty engine."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._engine = Engine(now=START, version=RECORDED)
        self._now = START
        self._symbols = Symbols()
        self._created: dict[str, dict[str, list[int]]] = {"JOB": {}, "TIMER": {}, "USER_TASK": {}}
        self._due: dict[int, int] = {}
        self._cron_elements: frozenset[str] = frozenset()
        self.run = Run()

    def play(self) -> Run:
        """Play the whole script; what cannot be played is said in `Run.broken`, and the rest is left."""
        for at, command in enumerate(self._case.script):
            try:
                self.run.answers.append(_OPERATIONS[command["op"]](self, command, at))
            except LookupError as missing:
                self.run.broken = f"command {at} ({command['op']}): our run has no {missing}"
                break
            except Exception as crash:  # a crash of the engine is one case's difference, not the end of all
                place = traceback.extract_tb(crash.__traceback__)[-1]
                self.run.broken = (
                    f"command {at} ({command['op']}): our engine crashed: {crash!r} at {place.name}:{place.lineno}"
                )
                self.run.deploy = self.run.deploy or {"status": "OK"}
                break
            if command["op"] == "deploy" and self.run.deploy["status"] != "OK":
                break
        return self.run

    def _do(self, command: EngineCommand, at: int) -> Answer | None:
        step = self._engine.apply(command, self._now, request=1)
        self._keep(step.records, at)
        self._settle(at)
        return step.answers[0][1] if step.answers else None

    def _settle(self, at: int) -> None:
        while (due := self._engine.next_due()) is not None and due <= self._now:
            self._keep(self._engine.advance(self._now).records, at)

    def _keep(self, records: Any, at: int) -> None:
        for record in records:
            self._note(record)
            line = normalise(_raw(record), self._symbols, self._cron_elements)
            if line is not None:
                self.run.trace.append({**line, "at": at})

    def _note(self, record: Record) -> None:
        if record.value_type not in self._created or record.intent not in ("CREATED", "CREATING"):
            return
        element = record.value.get("elementId") or record.value.get("targetElementId") or ""
        keys = self._created[record.value_type].setdefault(str(element), [])
        if record.key not in keys:
            keys.append(record.key)
        if record.value_type == "TIMER":
            self._due[record.key] = record.value["dueDate"]

    def _nth(self, kind: str, reference: list[Any]) -> int:
        element, number = reference
        keys = self._created[kind].get(element, [])
        if len(keys) < number:
            raise LookupError(f"{kind} number {number} of element '{element}'")
        return int(keys[number - 1])

    def _deploy(self, command: Command, at: int) -> dict[str, Any]:
        for name in command["resources"]:
            self._cron_elements |= read_model(self._case.folder / name).cron_elements
        resources = [commands.Resource(name, self._case.content(name)) for name in command["resources"]]
        answer = self._do(commands.DeployResources(resources), at)
        if isinstance(answer, Rejection):
            self.run.refusal = answer.reason
            self.run.deploy = {
                "status": _STATUS[answer.type],
                "errors": sorted(set(_ELEMENT.findall(answer.reason))) or [""],
            }
        else:
            assert isinstance(answer, answers.Deployed)
            told = [definition for definition in answer.definitions if definition.kind != "resource"]
            kinds = [_METADATA.get(definition.kind, definition.kind) for definition in told]
            self.run.deploy = {
                "status": "OK",
                "counts": {kind: kinds.count(kind) for kind in kinds},
                "metadata": [[kind, d.id, d.version] for kind, d in zip(kinds, told, strict=True)],
            }
        return {}

    def _create(self, command: Command, at: int) -> dict[str, Any]:
        return self._simple(
            commands.CreateInstance(
                bpmn_process_id=command["process"],
                version=command["version"],
                variables=command.get("variables", {}),
                start_elements=tuple(command.get("start", ())),
            ),
            at,
        )

    def _activate(self, command: Command, at: int) -> dict[str, Any]:
        answer = self._do(
            commands.ActivateJobs(command["type"], command["worker"], command["timeout"], command["max"]), at
        )
        if not isinstance(answer, JobsActivated):
            return _status(answer)
        jobs = [
            {
                "k": self._symbols.of("j", job.key),
                "retries": job.retries,
                "variables": dict(job.variables),
                "headers": dict(job.custom_headers),
            }
            for job in answer.jobs
        ]
        return {"jobs": jobs}

    def _complete(self, command: Command, at: int) -> dict[str, Any]:
        key = self._nth("JOB", command["job"])
        result = _job_result(command["result"]) if "result" in command else None
        return self._simple(commands.CompleteJob(key, command.get("variables", {}), result), at)

    def _fail(self, command: Command, at: int) -> dict[str, Any]:
        key = self._nth("JOB", command["job"])
        return self._simple(
            commands.FailJob(
                key,
                command["retries"],
                command.get("message", ""),
                command.get("backoff", 0),
                command.get("variables", {}),
            ),
            at,
        )

    def _throw(self, command: Command, at: int) -> dict[str, Any]:
        key = self._nth("JOB", command["job"])
        return self._simple(
            commands.ThrowError(key, command["code"], command.get("message", ""), command.get("variables", {})), at
        )

    def _retries(self, command: Command, at: int) -> dict[str, Any]:
        return self._simple(commands.UpdateJobRetries(self._nth("JOB", command["job"]), command["retries"]), at)

    def _resolve(self, command: Command, at: int) -> dict[str, Any]:
        return self._simple(commands.ResolveIncident(self._symbols.key(command["incident"])), at)

    def _publish(self, command: Command, at: int) -> dict[str, Any]:
        return self._simple(
            commands.PublishMessage(
                command["name"],
                command["key"],
                command.get("ttl", 0),
                command.get("id", ""),
                command.get("variables", {}),
            ),
            at,
        )

    def _broadcast(self, command: Command, at: int) -> dict[str, Any]:
        return self._simple(commands.BroadcastSignal(command["name"], command.get("variables", {})), at)

    def _advance(self, command: Command, at: int) -> dict[str, Any]:
        due = self._due[self._nth("TIMER", command["timer"])]
        self._now = max(self._now, due) + _MARGIN
        self._keep(self._engine.advance(self._now).records, at)
        self._settle(at)
        return {}

    def _complete_user_task(self, command: Command, at: int) -> dict[str, Any]:
        key = self._nth("USER_TASK", command["task"])
        return self._simple(
            commands.CompleteUserTask(key, command.get("variables", {}), command.get("action", "complete")), at
        )

    def _set_variables(self, command: Command, at: int) -> dict[str, Any]:
        scope = self._symbols.key(command["scope"])
        return self._simple(commands.SetVariables(scope, command["variables"], command.get("local", False)), at)

    def _cancel(self, command: Command, at: int) -> dict[str, Any]:
        return self._simple(commands.CancelInstance(self._symbols.key(command["instance"])), at)

    def _evaluate(self, command: Command, at: int) -> dict[str, Any]:
        answer = self._do(
            commands.EvaluateDecision(decision_id=command["decision"], variables=command.get("variables", {})), at
        )
        return _status(answer)

    def _simple(self, command: EngineCommand, at: int) -> dict[str, Any]:
        return _status(self._do(command, at))


def _job_result(result: Command) -> dict[str, Any]:
    """The result of a script in the form in which the engine takes it."""
    corrections = {"assignee": result["assignee"]} if "assignee" in result else {}
    return {
        "denied": result.get("denied", False),
        "deniedReason": result.get("deniedReason", ""),
        "corrections": corrections,
        "correctedAttributes": list(corrections),
        "activateElements": result.get("activate", []),
        "isCompletionConditionFulfilled": result.get("fulfilled", False),
        "isCancelRemainingInstances": result.get("cancel", False),
    }


def _status(answer: Answer | None) -> dict[str, Any]:
    """The status of an answer; whoever recorded gave up waiting for one that does not come at once."""
    if answer is None:
        return {"status": "DEADLINE_EXCEEDED"}
    return {"status": _STATUS.get(answer.type, answer.type.value)} if isinstance(answer, Rejection) else {}


_OPERATIONS: dict[str, Callable[[Player, Command, int], dict[str, Any]]] = {
    "deploy": Player._deploy,
    "create": Player._create,
    "activate": Player._activate,
    "complete": Player._complete,
    "fail": Player._fail,
    "throw": Player._throw,
    "retries": Player._retries,
    "resolve": Player._resolve,
    "publish": Player._publish,
    "broadcast": Player._broadcast,
    "advance": Player._advance,
    "complete_user_task": Player._complete_user_task,
    "set_variables": Player._set_variables,
    "cancel": Player._cancel,
    "evaluate": Player._evaluate,
}

# the name of a kind on the wire, where it is another
_METADATA = {"decision_requirements": "decisionRequirements"}

# these fields are JSON text in the records that Zeebe exports
_JSON_TEXT = {"VARIABLE": ("value",), "DECISION_EVALUATION": ("decisionOutput",)}


def _raw(record: Record) -> dict[str, Any]:
    """The record in the form in which Zeebe exports it."""
    value = dict(record.value)
    for name in _JSON_TEXT.get(record.value_type, ()):
        value[name] = json.dumps(value[name])
    return {
        "valueType": record.value_type,
        "recordType": "EVENT" if record.rejection is None else "COMMAND_REJECTION",
        "intent": record.intent,
        "key": record.key,
        "timestamp": record.timestamp,
        "rejectionType": record.rejection.value if record.rejection else "NULL_VAL",
        "value": value,
    }
