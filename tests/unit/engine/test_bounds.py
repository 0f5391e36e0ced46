"""No model and no fault makes the engine hang, break or forget the other instances."""

from __future__ import annotations

from typing import NoReturn

import pytest

from tests.unit.engine.engines import END, ONE_JOB, START, Lab, end, flows, job, process, start
from zeebe_grpc.engine import runner
from zeebe_grpc.engine.answers import Accepted, Deployed, Rejection, RejectionType
from zeebe_grpc.engine.commands import CancelInstance, CompleteJob, DeployResources, Resource
from zeebe_grpc.engine.elements.tasks import JobTask
from zeebe_grpc.engine.handlers.jobs import JobHandler

_GATEWAY = '<bpmn:exclusiveGateway id="{}"/>'
ENDLESS = START + _GATEWAY.format("a") + _GATEWAY.format("b") + flows("start>a", "a>b", "b>a")
CALL = (
    '<bpmn:callActivity id="{}"><bpmn:extensionElements><zeebe:calledElement processId="=next"/>'
    "</bpmn:extensionElements></bpmn:callActivity>"
)


def test_a_loop_of_gateways_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STEPS_OF_AN_INSTANCE", 500)
    lab = Lab(process(ENDLESS), process(ONE_JOB, "q"))
    key = lab.create()
    (error,) = lab.of("ERROR")
    assert error.value["processInstanceKey"] == key
    assert "without a wait" in error.value["exceptionMessage"]
    lab.create(process_id="q")
    lab.complete(lab.jobs()[0].key)
    lab.do(CancelInstance(key), Accepted)
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_TERMINATED"


def test_processes_that_call_themselves_twice_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STEPS_OF_AN_INSTANCE", 500)
    body = START + CALL.format("one") + CALL.format("two") + END
    lab = Lab(process(body + flows("start>one", "start>two", "one>end", "two>end")))
    lab.create({"next": "p"})
    assert lab.of("ERROR")


def test_a_chain_of_instances_that_start_each_other_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STEPS", 500)
    signal = '<bpmn:signalEventDefinition signalRef="s"/>'
    body = start("start", signal) + start("first") + end("end", signal) + flows("start>end", "first>end")
    lab = Lab(process(body, roots='<bpmn:signal id="s" name="again"/>'))
    lab.create()
    assert len(lab.of("ERROR")) == 1


def test_calls_are_not_deeper_than_a_thousand() -> None:
    lab = Lab(process(START + CALL.format("one") + END + flows("start>one", "one>end")))
    lab.create({"next": "p"})
    (incident,) = lab.of("INCIDENT")
    assert incident.value["errorType"] == "CALLED_ELEMENT_ERROR"
    assert len([record for record in lab.of("PROCESS_INSTANCE", "p") if record.intent == "ELEMENT_ACTIVATED"]) == 1000


def test_a_fault_in_an_element_bans_its_instance_only(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(process(ONE_JOB))

    def broken(self: JobTask, instance: object) -> NoReturn:
        raise ZeroDivisionError("planted")

    with monkeypatch.context() as planted:
        planted.setattr(JobTask, "finish_activation", broken)
        bad = lab.create()
    (error,) = lab.of("ERROR")
    assert error.value["exceptionMessage"] == "ZeroDivisionError: planted"
    lab.create()
    lab.complete(lab.jobs()[0].key)
    lab.do(CancelInstance(bad), Accepted)
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_TERMINATED"


def test_a_fault_in_a_command_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(process(ONE_JOB))
    lab.create()
    (held,) = lab.jobs()

    def broken(self: JobHandler, *arguments: object) -> NoReturn:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(JobHandler, "_find", broken)
    rejection = lab.do(CompleteJob(held.key), Rejection)
    assert rejection.type is RejectionType.PROCESSING_ERROR
    monkeypatch.undo()
    lab.complete(held.key)


def test_nesting_to_the_limit_of_the_real_parser() -> None:
    model = _nested(95)
    lab = Lab(model)
    lab.create()
    lab.complete(lab.jobs()[0].key)
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_COMPLETED"
    assert "100 levels" in _refused(_nested(96))


def _nested(depth: int) -> bytes:
    """A job in so many sub-processes: with the root, the process and the job with its definition five levels more."""
    body = job("task")
    inner = "task"
    for level in range(depth):
        body = start(f"s{level}") + body + end(f"e{level}") + flows(f"s{level}>{inner}", f"{inner}>e{level}")
        body = f'<bpmn:subProcess id="p{level}">{body}</bpmn:subProcess>'
        inner = f"p{level}"
    return process(START + body + END + flows(f"start>{inner}", f"{inner}>end"))


def test_nesting_beyond_reason_is_refused() -> None:
    deep = '<bpmn:subProcess id="p{}">'
    body = "".join(deep.format(level) for level in range(2000)) + "</bpmn:subProcess>" * 2000
    assert _refused(process(START + body))
    mapping = f'<zeebe:ioMapping><zeebe:input source="=1" target="{".".join("a" * 5000)}"/></zeebe:ioMapping>'
    assert "deep" in _refused(
        process(ONE_JOB.replace("</bpmn:extensionElements>", f"{mapping}</bpmn:extensionElements>"))
    )


def test_a_thousand_items_at_once() -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=items"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>"
    )
    lab = Lab(process(ONE_JOB.replace("</bpmn:serviceTask>", loop)))
    key = lab.create({"items": list(range(1000))})
    assert len(lab.jobs(limit=2000)) == 1000
    lab.do(CancelInstance(key), Accepted)
    assert lab.intents("JOB").count("CANCELED") == 1000


def _refused(content: bytes) -> str:
    answer = Lab().ask(DeployResources([Resource("deep.bpmn", content)]))
    assert not isinstance(answer, Deployed)
    assert isinstance(answer, Rejection)
    assert answer.type is RejectionType.INVALID_ARGUMENT
    return answer.reason
