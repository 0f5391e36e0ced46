"""Refusals that depend on what the engine holds: definitions, instances, incidents, messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.recorded.models import DECISION, process, service, straight
from tests.wire.gateway.support import UNKNOWN_KEY, Client, refusal
from tests.wire.gateway.test_statuses import Row, StatusCode
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import Gateway, HeldClock

_CALLING = process(
    "calling",
    '<bpmn:startEvent id="cs"/><bpmn:callActivity id="c"><bpmn:extensionElements>'
    '<zeebe:calledElement processId="p"/></bpmn:extensionElements></bpmn:callActivity>'
    '<bpmn:sequenceFlow id="cf" sourceRef="cs" targetRef="c"/>',
)
_BY_TIMER = process(
    "timed",
    '<bpmn:startEvent id="ts"><bpmn:timerEventDefinition id="td"><bpmn:timeDate id="tt">2099-01-01T00:00:00Z'
    '</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:startEvent><bpmn:endEvent id="te"/>'
    '<bpmn:sequenceFlow id="tf" sourceRef="ts" targetRef="te"/>',
)
_LOOP = (
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1]"/>'
    "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
)
_REPEATED = process(
    "repeated",
    f'<bpmn:startEvent id="ms"/><bpmn:subProcess id="m">{_LOOP}<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>'
    '<bpmn:sequenceFlow id="if" sourceRef="is" targetRef="ie"/></bpmn:subProcess>'
    '<bpmn:sequenceFlow id="mf" sourceRef="ms" targetRef="m"/>',
)


@dataclass(frozen=True)
class World:
    """Keys of what is there when the questions are asked."""

    client: Client
    instance: int
    child: int
    job: int
    incident: int
    other_definition: int


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Gateway(clock=HeldClock()) as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        client.deploy(straight("q"))
        other = client.deploy(service("r", "r")).deployments[0].process.processDefinitionKey
        for model in (_CALLING, _BY_TIMER, _REPEATED):
            client.deploy(model)
        instance = client.create("p")
        (job,) = client.jobs("p")
        client.create("p")
        (failed,) = client.jobs("p")
        client.stub.FailJob(pb.FailJobRequest(jobKey=failed.key, retries=0))
        incidents = [record.key for record in gateway.records if record.value_type == "INCIDENT"]
        root = client.create("calling")
        (child,) = {
            record.value["processInstanceKey"]
            for record in gateway.records
            if record.value_type == "PROCESS_INSTANCE" and record.value["parentProcessInstanceKey"] == root
        }
        client.stub.PublishMessage(_message())
        yield World(client, instance, child, job.key, incidents[0], other)


def _message(**fields: Any) -> pb.PublishMessageRequest:
    usual = {"name": "m", "correlationKey": "k", "messageId": "1", "timeToLive": 60_000}
    return pb.PublishMessageRequest(**{**usual, **fields})


def _creation(**fields: Any) -> pb.CreateProcessInstanceRequest:
    return pb.CreateProcessInstanceRequest(**{"bpmnProcessId": "p", "version": -1, **fields})


def _starting_at(process_id: str, element_id: str) -> pb.CreateProcessInstanceRequest:
    instruction = pb.ProcessInstanceCreationStartInstruction(elementId=element_id)
    return _creation(bpmnProcessId=process_id, startInstructions=[instruction])


def _files(*files: tuple[str, bytes]) -> pb.DeployResourceRequest:
    return pb.DeployResourceRequest(resources=[pb.Resource(name=name, content=content) for name, content in files])


def _modification(key: int, **fields: Any) -> pb.ModifyProcessInstanceRequest:
    return pb.ModifyProcessInstanceRequest(processInstanceKey=key, **fields)


def _activation(element_id: str) -> Any:
    return pb.ModifyProcessInstanceRequest.ActivateInstruction(elementId=element_id, ancestorElementInstanceKey=-1)


def _migration(key: int, target: int, *mapping: tuple[str, str]) -> pb.MigrateProcessInstanceRequest:
    plan = pb.MigrateProcessInstanceRequest.MigrationPlan(
        targetProcessDefinitionKey=target,
        mappingInstructions=[
            pb.MigrateProcessInstanceRequest.MappingInstruction(sourceElementId=source, targetElementId=into)
            for source, into in mapping
        ],
    )
    return pb.MigrateProcessInstanceRequest(processInstanceKey=key, migrationPlan=plan)


_INVALID, _STATE, _MISSING = StatusCode.INVALID_ARGUMENT, StatusCode.FAILED_PRECONDITION, StatusCode.NOT_FOUND
_ROWS: list[Row] = [
    Row(
        "CancelProcessInstance",
        "a called instance",
        lambda world: pb.CancelProcessInstanceRequest(processInstanceKey=world.child),
        _STATE,
        "root",
    ),
    Row("CreateProcessInstance", "no id, no key", lambda _: pb.CreateProcessInstanceRequest(), _MISSING, "'0'"),
    Row("CreateProcessInstance", "another version", lambda _: _creation(version=9), _MISSING, "version '9'"),
    Row("CreateProcessInstance", "only a timer starts it", lambda _: _creation(bpmnProcessId="timed"), _STATE, "start"),
    Row("CreateProcessInstance", "start at nothing", lambda _: _starting_at("p", "nope"), _INVALID, "'nope'"),
    Row("CreateProcessInstance", "start in a loop", lambda _: _starting_at("repeated", "ie"), _INVALID, "'ie'"),
    Row(
        "CreateProcessInstanceWithResult",
        "id unknown",
        lambda _: pb.CreateProcessInstanceWithResultRequest(request=_creation(bpmnProcessId="nope")),
        _MISSING,
        "Command 'CREATE",
    ),
    Row("DeployResource", "unknown kind of file", lambda _: _files(("a.txt", b"a")), _INVALID, "'a.txt'"),
    Row("DeployResource", "no XML", lambda _: _files(("a.bpmn", b"a")), _INVALID, "'a.bpmn'"),
    Row("DeployResource", "no DMN", lambda _: _files(("a.dmn", b"<a/>")), _INVALID, "'a.dmn'"),
    Row("DeployResource", "invalid model", lambda _: _files(("a.bpmn", process("a", ""))), _INVALID, "'a.bpmn'"),
    Row(
        "DeployResource",
        "one id twice",
        lambda _: _files(("a.bpmn", service("a", "t")), ("b.bpmn", service("a", "t"))),
        _INVALID,
        "Duplicated process id",
    ),
    Row(
        "DeployResource",
        "above 4 MiB",
        lambda _: _files(("a.bpmn", b" " * (5 << 20))),
        StatusCode.RESOURCE_EXHAUSTED,
        "4194304",
        trailer=False,
    ),
    Row("DeployProcess", "nothing", lambda _: pb.DeployProcessRequest(), _INVALID, "at least one"),
    Row(
        "DeployProcess",
        "no XML",
        lambda _: pb.DeployProcessRequest(processes=[pb.ProcessRequestObject(name="a.bpmn", definition=b"a")]),
        _INVALID,
        "'a.bpmn'",
    ),
    Row("DeleteResource", "unknown", lambda _: pb.DeleteResourceRequest(resourceKey=UNKNOWN_KEY), _MISSING, "DELETE"),
    Row("EvaluateDecision", "unknown", lambda _: pb.EvaluateDecisionRequest(decisionId="d"), _MISSING, "'d'"),
    Row("EvaluateDecision", "unnamed", lambda _: pb.EvaluateDecisionRequest(), _INVALID, "'INVALID_ARGUMENT'"),
    Row("PublishMessage", "known already", lambda _: _message(), StatusCode.ALREADY_EXISTS, "'ALREADY_EXISTS'"),
    Row(
        "ResolveIncident",
        "no retries yet",
        lambda world: pb.ResolveIncidentRequest(incidentKey=world.incident),
        _STATE,
        "retries",
    ),
    Row(
        "ModifyProcessInstance",
        "no such element",
        lambda world: _modification(world.instance, activateInstructions=[_activation("nope")]),
        _INVALID,
        "'nope'",
    ),
    Row(
        "ModifyProcessInstance",
        "no such element instance",
        lambda world: _modification(
            world.instance,
            terminateInstructions=[
                pb.ModifyProcessInstanceRequest.TerminateInstruction(elementInstanceKey=UNKNOWN_KEY)
            ],
        ),
        _INVALID,
        str(UNKNOWN_KEY),
    ),
    Row(
        "MigrateProcessInstance",
        "no such definition",
        lambda world: _migration(world.instance, UNKNOWN_KEY, ("t", "t")),
        _MISSING,
        str(UNKNOWN_KEY),
    ),
    Row(
        "MigrateProcessInstance",
        "no such element",
        lambda world: _migration(world.instance, world.other_definition, ("nope", "t")),
        _INVALID,
        "'nope'",
    ),
    Row(
        "MigrateProcessInstance",
        "one element mapped twice",
        lambda world: _migration(world.instance, world.other_definition, ("t", "t"), ("t", "e")),
        _INVALID,
        "'t'",
    ),
    Row(
        "MigrateProcessInstance",
        "an active element is not mapped",
        lambda world: _migration(world.instance, world.other_definition),
        _STATE,
        "'t'",
    ),
]


@pytest.mark.parametrize("row", _ROWS, ids=str)
def test_refusal(row: Row, world: Any) -> None:
    rpc = getattr(world.client.stub, row.rpc)
    code, text, trailer = refusal(lambda: rpc(row.request(world), timeout=10))
    assert code is row.status, text
    assert row.text in text
    assert (trailer is not None) == row.trailer


def test_up_to_8_7_a_decision_that_is_not_there_is_an_invalid_argument() -> None:
    with Gateway(version="8.7") as gateway, Client.of(gateway) as client:
        client.stub.DeployResource(_files(("d.dmn", DECISION)), timeout=10)
        code, _, _ = refusal(
            lambda: client.stub.EvaluateDecision(pb.EvaluateDecisionRequest(decisionId="d"), timeout=5)
        )
    assert code is _INVALID
