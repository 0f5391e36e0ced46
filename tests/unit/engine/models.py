"""Small models as text, and an engine that has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from zeebe_grpc.engine import Engine, answers, commands
from zeebe_grpc.engine.answers import Answer, Job, JobsActivated, Rejection
from zeebe_grpc.engine.commands import EngineCommand
from zeebe_grpc.engine.records import Record

NOW = 1_767_225_600_000
_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="test">'
)
_Answer = TypeVar("_Answer")


def task(task_id: str, inside: str = "") -> str:
    """A service task whose job type is its id."""
    extension = f'<bpmn:extensionElements><zeebe:taskDefinition type="{task_id}"/></bpmn:extensionElements>'
    return f'<bpmn:serviceTask id="{task_id}">{extension}{inside}</bpmn:serviceTask>'


def flow(source: str, target: str) -> str:
    """A sequence flow."""
    return f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


def timer(event_id: str, duration: str) -> str:
    """What makes an event a timer event."""
    span = f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{duration}</bpmn:timeDuration>'
    return f'<bpmn:timerEventDefinition id="{event_id}_timer">{span}</bpmn:timerEventDefinition>'


def sub_process(scope_id: str, body: str) -> str:
    """A sub-process."""
    return f'<bpmn:subProcess id="{scope_id}">{body}</bpmn:subProcess>'


def process(process_id: str, body: str, roots: str = "") -> bytes:
    """A file with one process."""
    text = f'{_HEAD}{roots}<bpmn:process id="{process_id}" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    return text.encode()


class Situation:
    """An engine at a fixed time, with all records that it has written."""

    def __init__(self, *models: bytes) -> None:
        self.engine = Engine(now=NOW)
        self.records: list[Record] = []
        for number, model in enumerate(models):
            self.deploy(model, f"{number}.bpmn")

    def deploy(self, model: bytes, name: str) -> int:
        """Deploy a file with one process; its key."""
        deployed = self.ask(commands.DeployResources([commands.Resource(name, model)]), answers.Deployed)
        return deployed.definitions[0].key

    def apply(self, command: EngineCommand) -> Answer:
        """Carry out a command that is answered at once."""
        step = self.engine.apply(command, NOW, 1)
        self.records += step.records
        return step.answers[0][1]

    def ask(self, command: EngineCommand, kind: type[_Answer]) -> _Answer:
        """Carry out a command that is not refused."""
        answer = self.apply(command)
        assert isinstance(answer, kind), answer
        return answer

    def refusal(self, command: EngineCommand) -> Rejection:
        """Carry out a command that is refused."""
        return self.ask(command, Rejection)

    def create(self, process_id: str, **more: Any) -> int:
        """Start a process instance; its key."""
        command = commands.CreateInstance(bpmn_process_id=process_id, **more)
        return self.ask(command, answers.InstanceCreated).process_instance_key

    def jobs(self, *types: str) -> list[Job]:
        """Activate the jobs of these types."""
        found: list[Job] = []
        for job_type in types:
            found += self.ask(commands.ActivateJobs(job_type, "worker", 60_000, 100), JobsActivated).jobs
        return found

    def steps(self, *value_types: str) -> list[str]:
        """The steps of elements (and what else is asked for) since the last call, in words."""
        seen, self.records = self.records, []
        return list(_words(seen, {"PROCESS_INSTANCE", *value_types}))


def _words(records: list[Record], value_types: set[str]) -> Iterator[str]:
    for record in records:
        if record.value_type in value_types and record.rejection is None:
            place = record.value.get("elementId") or record.value.get("targetElementId") or record.value.get("name")
            intent = record.intent.removeprefix("ELEMENT_")
            kind = "" if record.value_type == "PROCESS_INSTANCE" else f"{record.value_type} "
            yield f"{kind}{intent} {place}" if place else f"{kind}{intent}"
