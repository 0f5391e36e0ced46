"""What tests of the engine share: a process in a few words, and an engine that is told things at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from zeebe_grpc.engine import Engine, answers, commands
from zeebe_grpc.engine.answers import Answer, Job, Rejection
from zeebe_grpc.engine.commands import EngineCommand
from zeebe_grpc.engine.records import Record, Step

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 id="definitions" targetNamespace="http://example.org">"""

_Reply = TypeVar("_Reply", bound=Answer)


def process(body: str, process_id: str = "p", roots: str = "") -> bytes:
    """A file with one executable process."""
    inside = f'<bpmn:process id="{process_id}" isExecutable="true">{body}</bpmn:process>{roots}'
    return f"{_HEAD}{inside}</bpmn:definitions>".encode()


def flows(*pairs: str) -> str:
    """Sequence flows, each written ``source>target``."""
    parts = (pair.split(">") for pair in pairs)
    return "".join(
        f'<bpmn:sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
        for source, target in parts
    )


def job(element_id: str, job_type: str = "work", retries: str = "3") -> str:
    """A service task."""
    definition = f'<zeebe:taskDefinition type="{job_type}" retries="{retries}"/>'
    return (
        f'<bpmn:serviceTask id="{element_id}"><bpmn:extensionElements>{definition}</bpmn:extensionElements>'
        "</bpmn:serviceTask>"
    )


def start(element_id: str, definition: str = "") -> str:
    """A start event."""
    return f'<bpmn:startEvent id="{element_id}">{definition}</bpmn:startEvent>'


def end(element_id: str, definition: str = "") -> str:
    """An end event."""
    return f'<bpmn:endEvent id="{element_id}">{definition}</bpmn:endEvent>'


START, END = start("start"), end("end")
ONE_JOB = START + job("task") + END + flows("start>task", "task>end")


class Lab:
    """An engine with a clock that stands still until it is moved. It keeps every record."""

    def __init__(self, *files: bytes, version: str = "8.9") -> None:
        self.now = 1_000_000
        self.engine = Engine(now=self.now, version=version)
        self.records: list[Record] = []
        self.late: list[tuple[int, Answer]] = []
        self._requests = 0
        for number, content in enumerate(files):
            self.do(commands.DeployResources([commands.Resource(f"file{number}.bpmn", content)]), answers.Deployed)

    def do(self, command: EngineCommand, expected: type[_Reply]) -> _Reply:
        """Carry out a command whose answer must be of a type."""
        answer = self.ask(command)
        assert isinstance(answer, expected), answer
        return answer

    def ask(self, command: EngineCommand) -> Answer | None:
        """Carry out a command; its answer, None if that waits."""
        self._requests += 1
        step = self._keep(self.engine.apply(command, self.now, request=self._requests))
        mine = [answer for request, answer in step.answers if request == self._requests]
        self.late += [pair for pair in step.answers if pair[0] != self._requests]
        return mine[0] if mine else None

    def refused(self, command: EngineCommand) -> Rejection:
        """Carry out a command that must be refused."""
        return self.do(command, Rejection)

    def wait(self, span: int) -> None:
        """Let so many milliseconds pass, and everything happen that is due."""
        self.now += span
        self.late += self._keep(self.engine.advance(self.now)).answers

    def create(self, variables: Mapping[str, Any] | None = None, process_id: str = "p") -> int:
        """Start an instance; its key."""
        command = commands.CreateInstance(bpmn_process_id=process_id, variables=variables or {})
        return self.do(command, answers.InstanceCreated).process_instance_key

    def jobs(self, job_type: str = "work", timeout: int = 1000, limit: int = 10) -> list[Job]:
        """Activate jobs."""
        command = commands.ActivateJobs(job_type, "worker", timeout, limit)
        return list(self.do(command, answers.JobsActivated).jobs)

    def complete(self, key: int, variables: Mapping[str, Any] | None = None) -> None:
        """Complete a job."""
        self.do(commands.CompleteJob(key, variables or {}), answers.Accepted)

    def intents(self, value_type: str, element_id: str | None = None) -> list[str]:
        """What happened to things of a kind, in order."""
        return [record.intent for record in self.of(value_type, element_id)]

    def of(self, value_type: str, element_id: str | None = None) -> list[Record]:
        """The events of a kind."""
        return [
            record
            for record in self.records
            if record.value_type == value_type
            and record.rejection is None
            and element_id in (None, record.value.get("elementId"))
        ]

    def _keep(self, step: Step) -> Step:
        self.records += step.records
        return step
