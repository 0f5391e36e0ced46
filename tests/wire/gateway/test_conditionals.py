"""EvaluateConditional over the wire: through the raw stub and both clients."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

from tests.wire.gateway.support import UNKNOWN_KEY, Client, refusal
from zeebe_grpc import AsyncZeebeClient, ProcessDefinitionNotFoundError, ZeebeClient
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import Gateway

_CONDITION = '<bpmn:condition xsi:type="bpmn:tFormalExpression">=amount &gt; 10</bpmn:condition>'
_MODEL = f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="test">
 <bpmn:process id="large" isExecutable="true">
  <bpmn:startEvent id="start">
   <bpmn:conditionalEventDefinition>{_CONDITION}</bpmn:conditionalEventDefinition>
  </bpmn:startEvent>
 </bpmn:process></bpmn:definitions>""".encode()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as gateway:
        yield gateway


@pytest.fixture
def definition(gateway: Gateway) -> int:
    with Client.of(gateway) as client:
        key: int = client.deploy(_MODEL).deployments[0].process.processDefinitionKey
        return key


def test_the_answer_on_the_wire(gateway: Gateway, definition: int) -> None:
    with Client.of(gateway) as client:
        answer = client.stub.EvaluateConditional(pb.EvaluateConditionalRequest(variables='{"amount": 11}'), timeout=10)
        (started,) = answer.processInstances
        assert started.processDefinitionKey == definition
        assert (answer.tenantId, answer.conditionalEvaluationKey > started.processInstanceKey) == ("<default>", True)
        completed = [found.key for found in gateway.records if found.intent == "ELEMENT_COMPLETED"]
        assert started.processInstanceKey in completed
        small = client.stub.EvaluateConditional(pb.EvaluateConditionalRequest(variables='{"amount": 9}'), timeout=10)
        assert not small.processInstances


def test_through_the_blocking_client(gateway: Gateway, definition: int) -> None:
    with ZeebeClient(gateway.address) as client:
        (started,) = client.evaluate_conditional(
            variables={"amount": 11}, process_definition_key=definition
        ).process_instances
        assert started.process_definition_key == definition
        with pytest.raises(ProcessDefinitionNotFoundError):
            client.evaluate_conditional(variables={"amount": 11}, process_definition_key=UNKNOWN_KEY)


async def test_through_the_async_client(gateway: Gateway, definition: int) -> None:
    async with AsyncZeebeClient(gateway.address) as client:
        evaluation = await client.evaluate_conditional(variables={"amount": 11})
        assert [found.process_definition_key for found in evaluation.process_instances] == [definition]


def test_releases_before_8_9_have_neither_the_rpc_nor_the_event() -> None:
    with Gateway(version="8.8") as gateway, Client.of(gateway) as client:
        call = client.stub.EvaluateConditional
        assert refusal(lambda: call(pb.EvaluateConditionalRequest(), timeout=10))[0] is grpc.StatusCode.UNIMPLEMENTED
        assert refusal(lambda: client.deploy(_MODEL))[0] is grpc.StatusCode.INVALID_ARGUMENT
