"""What Zeebe accepts and does not act by: loops around event sub-processes, event definitions out of place."""

from __future__ import annotations

import pytest

from tests.unit.engine.engines import END, START, Lab, end, flows, job, process, start
from zeebe_grpc.engine.answers import InstanceCreated, MessagePublished, RejectionType, SignalBroadcast
from zeebe_grpc.engine.commands import BroadcastSignal, CreateInstance, DeployResources, PublishMessage, Resource

_SIGNAL = '<bpmn:signalEventDefinition signalRef="signal"/>'
_ERROR = '<bpmn:errorEventDefinition errorRef="error"/>'
_TERMINATE = "<bpmn:terminateEventDefinition/>"
_TIMER = (
    '<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>'
    "</bpmn:timerEventDefinition>"
)
_COMPENSATION = '<bpmn:compensateEventDefinition id="compensation"/>'
_LINK = '<bpmn:linkEventDefinition id="link" name="there"/>'
_ROOTS = '<bpmn:signal id="signal" name="alarm"/><bpmn:error id="error" errorCode="E"/>'
_LOOP = (
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2]"'
    ' inputElement="item"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>'
)
_MESSAGE = (
    '<bpmn:message id="message" name="go"><bpmn:extensionElements><zeebe:subscription correlationKey="=&quot;k&quot;"/>'
    "</bpmn:extensionElements></bpmn:message>"
)


def _throwing(definitions: str) -> bytes:
    event = f'<bpmn:intermediateThrowEvent id="event">{definitions}</bpmn:intermediateThrowEvent>'
    return process(START + event + END + flows("start>event", "event>end"), roots=_ROOTS)


def test_a_loop_around_an_event_sub_process_is_not_gone_through() -> None:
    begin = '<bpmn:startEvent id="begin" isInterrupting="false"><bpmn:messageEventDefinition messageRef="message"/>'
    inside = begin + "</bpmn:startEvent>" + job("inner", "inner") + end("done") + flows("begin>inner", "inner>done")
    sub = f'<bpmn:subProcess id="sub" triggeredByEvent="true">{_LOOP}{inside}</bpmn:subProcess>'
    lab = Lab(process(START + job("task") + END + flows("start>task", "task>end") + sub, roots=_MESSAGE))
    lab.create()
    for _ in range(2):
        lab.do(PublishMessage("go", "k"), MessagePublished)
    inner = lab.jobs("inner")
    assert [dict(each.variables) for each in inner] == [{}, {}]
    assert {record.value["bpmnElementType"] for record in lab.of("PROCESS_INSTANCE", "sub")} == {"EVENT_SUB_PROCESS"}


def test_a_loop_that_would_stop_zeebe_is_refused() -> None:
    begin = f'<bpmn:startEvent id="begin">{_ERROR}</bpmn:startEvent>'
    inside = begin + end("done") + flows("begin>done")
    sub = f'<bpmn:subProcess id="sub" triggeredByEvent="true">{_LOOP}{inside}</bpmn:subProcess>'
    model = process(START + job("task") + END + flows("start>task", "task>end") + sub, roots=_ROOTS)
    refused = Lab().refused(DeployResources([Resource("p.bpmn", model)]))
    assert "catches errors or escalations is not executed here" in refused.reason


@pytest.mark.parametrize("definition", [_ERROR, _TERMINATE, _TIMER, _ERROR + _SIGNAL])
def test_an_event_in_passing_that_can_throw_nothing_is_a_plain_one(definition: str) -> None:
    lab = Lab(_throwing(definition))
    lab.create()
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_COMPLETED"
    assert {record.value["bpmnEventType"] for record in lab.of("PROCESS_INSTANCE", "event")} == {"NONE"}
    assert lab.of("SIGNAL") == []


def test_of_several_definitions_the_first_counts() -> None:
    lab = Lab(_throwing(_SIGNAL + _ERROR))
    lab.create()
    assert [record.value["signalName"] for record in lab.of("SIGNAL")] == ["alarm"]


@pytest.mark.parametrize("definition", [_TERMINATE, _COMPENSATION])
def test_a_start_event_that_waits_for_nothing_is_a_plain_one(definition: str) -> None:
    lab = Lab(process(start("start", definition) + job("task") + END + flows("start>task", "task>end")))
    lab.create()
    (work,) = lab.jobs()
    lab.complete(work.key)
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_COMPLETED"


def test_of_several_plain_start_events_the_last_starts() -> None:
    rest = job("task") + job("other", "other") + END + flows("first>task", "second>other", "task>end")
    lab = Lab(process(start("first", _TERMINATE) + start("second") + rest))
    lab.create()
    assert (len(lab.jobs()), len(lab.jobs("other"))) == (0, 1)


def test_a_start_event_that_catches_a_link_never_starts() -> None:
    refused = Lab(process(start("start", _LINK) + END + flows("start>end"))).refused(CreateInstance("p"))
    assert refused.type is RejectionType.INVALID_STATE


def test_a_start_event_that_compensates_is_a_plain_one_with_a_handler_too() -> None:
    handler = job("undo").replace("<bpmn:serviceTask ", '<bpmn:serviceTask isForCompensation="true" ')
    association = '<bpmn:association id="a" sourceRef="start" targetRef="undo"/>'
    lab = Lab(process(start("start", _COMPENSATION) + handler + END + flows("start>end") + association))
    lab.create()
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_COMPLETED"
    assert not lab.of("COMPENSATION_SUBSCRIPTION")


def test_other_start_events_beside_one_that_never_starts_do() -> None:
    rest = job("task") + END + flows("start>end", "other>task", "task>end")
    lab = Lab(process(start("start", _LINK) + start("other", _SIGNAL) + rest, roots=_ROOTS))
    lab.do(BroadcastSignal("alarm"), SignalBroadcast)
    assert len(lab.jobs()) == 1


def test_an_error_without_an_id_is_refused_even_where_nothing_refers_to_it() -> None:
    model = process(START + END + flows("start>end"), roots='<bpmn:error errorCode="E"/>')
    assert "every error needs an id" in Lab().refused(DeployResources([Resource("p.bpmn", model)])).reason


def test_an_error_without_a_code_is_none_to_throw_but_may_be_caught() -> None:
    caught = f'<bpmn:boundaryEvent id="caught" attachedToRef="task">{_ERROR}</bpmn:boundaryEvent>'
    body = START + job("task") + caught + END + end("other") + flows("start>task", "task>end", "caught>other")
    lab = Lab(process(body, roots='<bpmn:error id="error"/>'))
    lab.do(CreateInstance("p"), InstanceCreated)
    thrown = process(START + end("end", _ERROR) + flows("start>end"), "q", '<bpmn:error id="error"/>')
    assert "ErrorCode must be present" in lab.refused(DeployResources([Resource("q.bpmn", thrown)])).reason
