"""Builders that start process instances."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from zeebe_grpc import commands
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.errors import MalformedResponseError, VariablesError
from zeebe_grpc.models import (
    ConditionalEvaluation,
    ProcessInstance,
    ProcessInstanceReference,
    ProcessInstanceResult,
)
from zeebe_grpc.rpc import RetryClass
from zeebe_grpc.variables import RawJson

KEY: Any = 2251799813685249

CREATED = pb.CreateProcessInstanceResponse(
    processDefinitionKey=KEY,
    bpmnProcessId="p",
    version=2,
    processInstanceKey=KEY + 1,
    tenantId="red",
    tags=["x"],
    businessId="b",
)


@dataclasses.dataclass
class Receipt:
    paid: int


def test_create_by_id_takes_the_latest_version() -> None:
    made = commands.create_process_instance("p")
    assert made.request == pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=-1)
    assert made.retry is RetryClass.UNSAFE


def test_create_sends_what_it_is_told() -> None:
    made = commands.create_process_instance(
        "p",
        version=3,
        variables={"a": 1},
        start_before_elements=["t", "u"],
        terminate_after_elements=["v"],
        tags=["x"],
        business_id="b",
        tenant_id="red",
        operation_reference=9,
    )
    assert made.request == pb.CreateProcessInstanceRequest(
        bpmnProcessId="p",
        version=3,
        variables='{"a":1}',
        startInstructions=[
            pb.ProcessInstanceCreationStartInstruction(elementId="t"),
            pb.ProcessInstanceCreationStartInstruction(elementId="u"),
        ],
        runtimeInstructions=[
            pb.ProcessInstanceCreationRuntimeInstruction(
                terminate=pb.TerminateProcessInstanceInstruction(afterElementId="v")
            )
        ],
        tags=["x"],
        businessId="b",
        tenantId="red",
        operationReference=9,
    )


def test_create_by_key() -> None:
    made = commands.create_process_instance(process_definition_key=str(KEY))
    assert made.request == pb.CreateProcessInstanceRequest(processDefinitionKey=KEY, version=-1)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "give exactly one of bpmn_process_id and process_definition_key; got none"),
        ({"bpmn_process_id": "p", "process_definition_key": KEY}, "give exactly one of"),
        ({"bpmn_process_id": " "}, "bpmn_process_id: must not be blank"),
        ({"bpmn_process_id": "p", "version": 0}, "version: expected 1 to"),
        ({"bpmn_process_id": "p", "version": -1}, "version: expected 1 to"),
        ({"process_definition_key": KEY, "version": 1}, "version: a process definition key names one version already"),
        ({"process_definition_key": 5}, "process_definition_key: no partition"),
        ({"bpmn_process_id": "p", "tags": ["1"]}, "tags: "),
        ({"bpmn_process_id": "p", "business_id_is_unique": True}, "business_id_is_unique: there is no business_id"),
        ({"bpmn_process_id": "p", "variables": [1]}, "must be a JSON object"),
    ],
)
def test_create_refuses_before_any_call(arguments: dict[str, Any], problem: str) -> None:
    for build in (commands.create_process_instance, commands.create_process_instance_with_result):
        with pytest.raises(ValueError, match=problem):
            build(**arguments)


def test_a_unique_business_id_makes_creation_repeatable() -> None:
    arguments: Any = {"bpmn_process_id": "p", "business_id": "b", "business_id_is_unique": True}
    assert commands.create_process_instance(**arguments).retry is RetryClass.IDEMPOTENT_CREATION
    assert commands.create_process_instance_with_result(**arguments).retry is RetryClass.IDEMPOTENT_CREATION
    assert commands.create_process_instance("p", business_id="b").retry is RetryClass.UNSAFE


def test_what_creation_tells() -> None:
    assert commands.create_process_instance("p").read(CREATED) == ProcessInstance(
        process_instance_key=KEY + 1,
        process_definition_key=KEY,
        bpmn_process_id="p",
        version=2,
        tenant_id="red",
        tags=("x",),
        business_id="b",
    )


def test_what_an_old_gateway_does_not_tell() -> None:
    read = commands.create_process_instance("p").read(pb.CreateProcessInstanceResponse())
    assert (read.tenant_id, read.tags, read.business_id) == ("<default>", (), None)


# ---- with the result


def test_with_result_asks_the_gateway_to_give_up_before_we_do() -> None:
    made = commands.create_process_instance_with_result(
        "p", variables={"a": 1}, fetch_variables=["b"], version=2, timeout=timedelta(seconds=5)
    )
    assert made.request == pb.CreateProcessInstanceWithResultRequest(
        request=pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=2, variables='{"a":1}'),
        requestTimeout=4_500,
        fetchVariables=["b"],
    )
    assert made.timeout == 5.0
    assert made.retry is RetryClass.UNSAFE


def test_with_result_waits_30_seconds_by_default() -> None:
    made = commands.create_process_instance_with_result("p")
    assert (made.timeout, made.request.requestTimeout) == (30.0, 29_000)  # type: ignore[attr-defined]


def result_of(variables: str, as_type: Any = None) -> ProcessInstanceResult[Any]:
    reply = pb.CreateProcessInstanceWithResultResponse(
        processDefinitionKey=KEY, bpmnProcessId="p", version=2, processInstanceKey=KEY + 1, variables=variables
    )
    return commands.create_process_instance_with_result("p", as_type=as_type).read(reply)


def test_what_a_result_tells() -> None:
    assert result_of('{"paid":5}', Receipt) == ProcessInstanceResult(
        process_instance_key=KEY + 1,
        process_definition_key=KEY,
        bpmn_process_id="p",
        version=2,
        variables=Receipt(5),
        variables_json='{"paid":5}',
    )
    assert result_of('{"paid":5}').variables == {"paid": 5}
    assert result_of('{"paid":5}', RawJson).variables == '{"paid":5}'


def test_a_result_that_does_not_fit_is_not_lost() -> None:
    with pytest.raises(MalformedResponseError) as caught:
        result_of('{"paid":"secret"}', Receipt)
    assert isinstance(caught.value.__cause__, VariablesError)
    assert "secret" not in str(caught.value)
    raw = caught.value.raw
    assert isinstance(raw, ProcessInstanceResult)
    assert (raw.process_instance_key, raw.variables) == (KEY + 1, '{"paid":"secret"}')


def test_a_type_that_cannot_be_read_is_refused_before_the_instance_is_made() -> None:
    with pytest.raises(TypeError, match="as_type"):
        commands.create_process_instance_with_result("p", as_type=object)


# ---- by a condition


def test_evaluate_conditional_sends_what_it_is_told() -> None:
    made = commands.evaluate_conditional(variables={"a": 1}, process_definition_key=KEY, tenant_id="red")
    assert made.request == pb.EvaluateConditionalRequest(variables='{"a":1}', processDefinitionKey=KEY, tenantId="red")
    everywhere = commands.evaluate_conditional(variables={"a": 1}).request
    assert not everywhere.HasField("processDefinitionKey")
    with pytest.raises(ValueError, match="process_definition_key"):
        commands.evaluate_conditional(variables={}, process_definition_key=0)


def test_what_an_evaluation_of_conditions_tells() -> None:
    reply = pb.EvaluateConditionalResponse(
        conditionalEvaluationKey=KEY,
        processInstances=[pb.ProcessInstanceReference(processDefinitionKey=KEY + 1, processInstanceKey=KEY + 2)],
    )
    assert commands.evaluate_conditional(variables={}).read(reply) == ConditionalEvaluation(
        key=KEY, process_instances=(ProcessInstanceReference(KEY + 2, KEY + 1),)
    )
