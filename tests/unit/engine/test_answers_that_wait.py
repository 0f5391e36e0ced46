"""Commands whose answer comes in a later step: user tasks with listeners, and messages that are kept."""

from __future__ import annotations

from tests.unit.engine.engines import END, START, Lab, flows, process
from zeebe_grpc.engine.answers import Accepted, MessagePublished, Rejection, RejectionType, VariablesSet
from zeebe_grpc.engine.commands import CancelInstance, CompleteJob, CompleteUserTask, PublishMessage, SetVariables


def _lab(*events: str) -> tuple[Lab, int]:
    listeners = "".join(f'<zeebe:taskListener eventType="{event}" type="work"/>' for event in events)
    task = (
        '<bpmn:userTask id="task"><bpmn:extensionElements><zeebe:userTask/>'
        f"<zeebe:taskListeners>{listeners}</zeebe:taskListeners></bpmn:extensionElements></bpmn:userTask>"
    )
    lab = Lab(process(START + task + END + flows("start>task", "task>end")))
    lab.create()
    return lab, lab.of("USER_TASK")[0].key


def test_without_listeners_the_answer_comes_at_once() -> None:
    lab, key = _lab()
    lab.do(CompleteUserTask(key, {"x": 1}), Accepted)
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_COMPLETED"
    assert lab.refused(CompleteUserTask(key)).type is RejectionType.NOT_FOUND


def test_completing_waits_for_the_listener() -> None:
    lab, key = _lab("completing")
    assert lab.ask(CompleteUserTask(key)) is None
    assert lab.refused(CompleteUserTask(key)).type is RejectionType.INVALID_STATE
    lab.complete(lab.jobs()[0].key)
    assert [answer for _, answer in lab.late] == [Accepted(key)]


def test_a_listener_may_deny() -> None:
    lab, key = _lab("completing")
    assert lab.ask(CompleteUserTask(key)) is None
    lab.do(CompleteJob(lab.jobs()[0].key, result={"denied": True, "deniedReason": "not yet"}), Accepted)
    ((_, answer),) = lab.late
    assert isinstance(answer, Rejection)
    assert "not yet" in answer.reason
    assert lab.intents("USER_TASK")[-1] == "COMPLETION_DENIED"
    assert lab.ask(CompleteUserTask(key)) is None


def test_a_listener_may_correct() -> None:
    lab, key = _lab("completing")
    lab.ask(CompleteUserTask(key))
    job = lab.jobs()[0].key
    assert (
        lab.refused(CompleteJob(job, result={"corrections": {"colour": "red"}})).type is RejectionType.INVALID_ARGUMENT
    )
    assert lab.refused(CompleteJob(job, {"x": 1})).type is RejectionType.INVALID_ARGUMENT
    lab.do(CompleteJob(job, result={"corrections": {"assignee": "bob", "priority": 7}}), Accepted)
    completed = lab.of("USER_TASK")[-1].value
    assert (completed["assignee"], completed["priority"]) == ("bob", 7)
    assert completed["changedAttributes"] == ["assignee", "priority"]


def test_setting_variables_of_a_task_waits_for_its_listener() -> None:
    lab, _ = _lab("updating")
    scope = lab.of("PROCESS_INSTANCE", "task")[0].key
    assert lab.ask(SetVariables(scope, {"x": 1}, local=True)) is None
    assert lab.of("VARIABLE") == []
    lab.complete(lab.jobs()[0].key)
    ((_, answer),) = lab.late
    assert isinstance(answer, VariablesSet)
    assert [record.value["value"] for record in lab.of("VARIABLE")] == [1]


def test_who_waits_learns_of_the_cancellation() -> None:
    lab, key = _lab("completing")
    lab.ask(CompleteUserTask(key))
    lab.do(CancelInstance(lab.of("PROCESS_INSTANCE", "p")[0].key), Accepted)
    ((_, answer),) = lab.late
    assert isinstance(answer, Rejection)
    assert answer.type is RejectionType.INVALID_STATE


def test_a_kept_message_expires() -> None:
    lab = Lab()
    lab.do(PublishMessage("name", "key", time_to_live=100, message_id="1"), MessagePublished)
    again = PublishMessage("name", "key", time_to_live=100, message_id="1")
    assert lab.refused(again).type is RejectionType.ALREADY_EXISTS
    assert lab.engine.next_due() == lab.now + 100
    lab.wait(100)
    assert lab.intents("MESSAGE") == ["PUBLISHED", "EXPIRED"]
    lab.do(again, MessagePublished)
