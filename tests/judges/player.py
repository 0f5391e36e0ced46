"""Plays the commands of a trace's script against the live in-memory engine, and keeps what followed as a trace.

A command is a dictionary with `op` and its parameters; keys in it are symbols of the trace. Each waits until the engine
has nothing left to process. Commands go through the raw gRPC stubs, for our client is one of the judged; what the
engine's little gateway drops or lacks is written to its log by the driver.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
import msgspec

from tests.judges.engine import Engine
from tests.judges.models import read_model
from tests.judges.trace_form import Line, Symbols, normalise
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc._proto import gateway_pb2_grpc

Command = dict[str, Any]

TEN_YEARS = 315_360_000_000
_CALL_TIMEOUT = 20
_TIMER_PATIENCE = 3.0
_TIMER_MARGIN = 20
_ELEMENT = re.compile(r"- (?:Element|Process): (.+)$", re.MULTILINE)


class CannotPlayError(Exception):
    """The script holds a command that is not known here, or names a key that the engine did not make."""


class Session(AbstractContextManager["Session"]):
    """One empty engine, the commands given to it, and the trace of what it did.

    `files` are the resources by the names under which scripts deploy them.
    """

    def __init__(self, engine: Engine, files: Mapping[str, Path]) -> None:
        engine.reset()
        self._engine = engine
        self._files = files
        self._closing = ExitStack()
        channel = self._closing.enter_context(
            grpc.insecure_channel(engine.address, options=[("grpc.enable_http_proxy", 0)])
        )
        self._stub = gateway_pb2_grpc.GatewayStub(channel)
        self._position = 0
        self._cron_elements: frozenset[str] = frozenset()
        self.symbols = Symbols()
        self.script: list[Command] = []
        self.trace: list[Line] = []
        self.records: list[dict[str, Any]] = []
        self.deployment: dict[str, Any] = {}
        self._collect()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def play(self, command: Command) -> Command:
        """Carry out one command; return it as it belongs into the script, with its status if it was refused.

        Raises:
            CannotPlayError: The command is not known, or names a key that does not exist.
            EngineError: The engine does not come to rest.
        """
        operation = _OPERATIONS.get(command["op"])
        if operation is None:
            raise CannotPlayError(f"unknown command {command['op']!r}")
        answers = ("status", "jobs", "result") if command["op"] == "evaluate" else ("status", "jobs")
        kept = {name: value for name, value in command.items() if name not in answers}
        self.script.append(kept)
        try:
            outcome = operation(self, kept)
        except KeyError as missing:
            raise CannotPlayError(f"{command['op']}: nothing in this run is called {missing}") from None
        except grpc.RpcError as error:
            outcome = {"status": error.code().name}
            if command["op"] == "deploy":
                self.deployment = {**outcome, "errors": sorted(set(_ELEMENT.findall(error.details() or "")) or [""])}
        self.rest()
        kept.update(outcome or {})
        return kept

    def rest(self) -> None:
        """Wait until the engine has nothing left to process, and until the timers that are due have fired."""
        end = time.monotonic() + _TIMER_PATIENCE
        self._engine.settle()
        self._collect()
        while self._a_timer_is_due() and time.monotonic() < end:
            time.sleep(0.005)
            self._engine.settle()
            self._collect()

    def open_timers(self) -> list[dict[str, Any]]:
        """Return the TIMER CREATED records of the timers that wait, the earliest due first."""
        ended = {each["key"] for each in self.records if each["intent"] in ("TRIGGERED", "CANCELED")}
        created = [each for each in self.records if (each["valueType"], each["intent"]) == ("TIMER", "CREATED")]
        return sorted((each for each in created if each["key"] not in ended), key=_due_date)

    def _a_timer_is_due(self) -> bool:
        timers = self.open_timers()
        return bool(timers) and _due_date(timers[0]) <= self._engine.clock()

    def _collect(self) -> None:
        """Read the records written since the last time into the trace."""
        at = len(self.script) - 1
        for record in self._engine.records(self._position):
            self._position = record["position"] + 1
            self.records.append(record)
            line = normalise(record, self.symbols, self._cron_elements)
            if line is not None:
                self.trace.append({**line, "at": at})

    def _job(self, command: Command) -> int:
        return self.symbols.key(command["k"])

    def _deploy(self, command: Command) -> None:
        for name in command["resources"]:
            self._cron_elements |= read_model(self._files[name]).cron_elements
        resources = [pb.Resource(name=name, content=self._files[name].read_bytes()) for name in command["resources"]]
        reply = self._stub.DeployResource(pb.DeployResourceRequest(resources=resources), timeout=_CALL_TIMEOUT)
        metadata = [_metadata(each) for each in reply.deployments]
        counts: dict[str, int] = {}
        for kind, _, _ in metadata:
            counts[kind] = counts.get(kind, 0) + 1
        self.deployment = {"status": "OK", "counts": counts, "metadata": metadata}

    def _create(self, command: Command) -> None:
        self._stub.CreateProcessInstance(
            pb.CreateProcessInstanceRequest(
                bpmnProcessId=command["process"],
                version=command.get("version", -1),
                variables=json.dumps(command.get("variables", {})),
                startInstructions=[
                    pb.ProcessInstanceCreationStartInstruction(elementId=each) for each in command.get("start", ())
                ],
            ),
            timeout=_CALL_TIMEOUT,
        )

    def _activate(self, command: Command) -> Command:
        request = pb.ActivateJobsRequest(
            type=command["type"],
            worker=command["worker"],
            timeout=command["timeout"],
            maxJobsToActivate=command["max"],
            requestTimeout=-1,
        )
        replies = self._stub.ActivateJobs(request, timeout=_CALL_TIMEOUT)
        jobs = sorted((job for reply in replies for job in reply.jobs), key=lambda job: int(job.key))
        self._engine.settle()
        self._collect()
        return {"jobs": [self._activated(job) for job in jobs]}

    def _activated(self, job: Any) -> Command:
        return {
            "job": self.nth(job.key),
            "k": self.symbols.of("j", job.key),
            "retries": job.retries,
            "variables": json.loads(job.variables),
            "headers": json.loads(job.customHeaders),
        }

    def nth(self, key: int) -> list[Any]:
        """Return how a script names a job, timer or user task: its element and the how-manieth of it this is."""
        created = [each for each in self.records if each["intent"] == "CREATED" and each["valueType"] in _NAMED]
        (found,) = [each for each in created if each["key"] == key]
        element = _element_of(found)
        before = [each for each in created if each["valueType"] == found["valueType"] and _element_of(each) == element]
        return [element, before.index(found) + 1]

    def _complete(self, command: Command) -> None:
        if command.get("direct"):
            self._direct_job("COMPLETE", command)
        else:
            request = pb.CompleteJobRequest(jobKey=self._job(command), variables=json.dumps(command["variables"]))
            self._stub.CompleteJob(request, timeout=_CALL_TIMEOUT)

    def _fail(self, command: Command) -> None:
        if command.get("direct"):
            self._direct_job("FAIL", command)
        else:
            request = pb.FailJobRequest(
                jobKey=self._job(command), retries=command["retries"], errorMessage=command.get("message", "")
            )
            self._stub.FailJob(request, timeout=_CALL_TIMEOUT)

    def _direct_job(self, intent: str, command: Command) -> None:
        direct: Command = {"type": "JOB", "intent": intent, "key": self._job(command)}
        direct.update((name, command[name]) for name in ("retries", "message") if name in command)
        if command.get("variables"):
            direct["variables"] = _packed(command["variables"])
        if "result" in command:
            direct["result"] = {
                **command["result"],
                "activate": [
                    {**each, "variables": _packed(each.get("variables", {}))}
                    for each in command["result"].get("activate", ())
                ],
            }
        self._engine.direct(direct)

    def _throw(self, command: Command) -> None:
        request = pb.ThrowErrorRequest(
            jobKey=self._job(command),
            errorCode=command["code"],
            errorMessage=command.get("message", ""),
            variables=json.dumps(command.get("variables", {})),
        )
        self._stub.ThrowError(request, timeout=_CALL_TIMEOUT)

    def _retries(self, command: Command) -> None:
        request = pb.UpdateJobRetriesRequest(jobKey=self._job(command), retries=command["retries"])
        self._stub.UpdateJobRetries(request, timeout=_CALL_TIMEOUT)

    def _resolve(self, command: Command) -> None:
        request = pb.ResolveIncidentRequest(incidentKey=self.symbols.key(command["incident"]))
        self._stub.ResolveIncident(request, timeout=_CALL_TIMEOUT)

    def _publish(self, command: Command) -> None:
        request = pb.PublishMessageRequest(
            name=command["name"],
            correlationKey=command["key"],
            timeToLive=command["ttl"],
            messageId=command.get("id", ""),
            variables=json.dumps(command.get("variables", {})),
        )
        self._stub.PublishMessage(request, timeout=_CALL_TIMEOUT)

    def _broadcast(self, command: Command) -> None:
        variables = json.dumps(command.get("variables", {}))
        request = pb.BroadcastSignalRequest(signalName=command["name"], variables=variables)
        self._stub.BroadcastSignal(request, timeout=_CALL_TIMEOUT)

    def _advance(self, command: Command) -> None:
        """Move the clock just past the due date of the timer that is named."""
        key = self.symbols.key(command["k"])
        (timer,) = [each for each in self.records if each["key"] == key and each["intent"] == "CREATED"]
        wait = _due_date(timer) - self._engine.clock()
        command["ms"] = round(max(wait, 0) / 1000) * 1000
        if wait > 0:
            self._engine.advance(timedelta(milliseconds=wait + _TIMER_MARGIN))

    def _complete_user_task(self, command: Command) -> None:
        self._engine.direct(
            {
                "type": "USER_TASK",
                "intent": "COMPLETE",
                "key": self._job(command),
                "variables": _packed(command.get("variables", {})),
            }
        )

    def _set_variables(self, command: Command) -> None:
        request = pb.SetVariablesRequest(
            elementInstanceKey=self.symbols.key(command["scope"]),
            variables=json.dumps(command["variables"]),
            local=command.get("local", False),
        )
        self._stub.SetVariables(request, timeout=_CALL_TIMEOUT)

    def _cancel(self, command: Command) -> None:
        request = pb.CancelProcessInstanceRequest(processInstanceKey=self.symbols.key(command["instance"]))
        self._stub.CancelProcessInstance(request, timeout=_CALL_TIMEOUT)

    def _evaluate(self, command: Command) -> Command:
        request = pb.EvaluateDecisionRequest(decisionId=command["decision"], variables=json.dumps(command["variables"]))
        reply = self._stub.EvaluateDecision(request, timeout=_CALL_TIMEOUT)
        if reply.failedDecisionId:
            return {"result": {"failed": reply.failedDecisionId}}
        output = json.loads(reply.decisionOutput or "null")
        return {"result": {} if output is None else {"output": output}}


_OPERATIONS: dict[str, Callable[[Session, Command], Command | None]] = {
    "deploy": Session._deploy,
    "create": Session._create,
    "activate": Session._activate,
    "complete": Session._complete,
    "fail": Session._fail,
    "throw": Session._throw,
    "retries": Session._retries,
    "resolve": Session._resolve,
    "publish": Session._publish,
    "broadcast": Session._broadcast,
    "advance": Session._advance,
    "complete_user_task": Session._complete_user_task,
    "set_variables": Session._set_variables,
    "cancel": Session._cancel,
    "evaluate": Session._evaluate,
}
_NAMED = {"JOB": "elementId", "TIMER": "targetElementId", "USER_TASK": "elementId"}


def _due_date(timer: Mapping[str, Any]) -> int:
    return int(timer["value"]["dueDate"])


def _element_of(record: Mapping[str, Any]) -> str:
    return str(record["value"][_NAMED[record["valueType"]]])


def _metadata(deployed: Any) -> list[Any]:
    """Return kind, id and version of one deployed definition, as a trace holds them."""
    kind = deployed.WhichOneof("Metadata")
    found = getattr(deployed, kind)
    if kind == "process":
        return [kind, found.bpmnProcessId, found.version]
    names = {"decision": "dmnDecisionId", "decisionRequirements": "dmnDecisionRequirementsId", "form": "formId"}
    return [kind, getattr(found, names[kind]), found.version]


def _packed(document: Mapping[str, Any]) -> str:
    """Return a document in the engine's own encoding, MessagePack, as base64 text."""
    return base64.b64encode(msgspec.msgpack.encode(document)).decode()
