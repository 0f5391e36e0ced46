"""Business ids: given at creation, by a message or by a completed job, handed on to what is made after that."""

from __future__ import annotations

import pytest

from tests.unit.engine.models import Situation, flow, process, task
from zeebe_grpc.engine import commands
from zeebe_grpc.engine.answers import Accepted, MessagePublished, RejectionType

_SUBSCRIPTION = (
    '<bpmn:message id="m" name="paid"><bpmn:extensionElements><zeebe:subscription correlationKey="=&quot;k&quot;"/>'
    "</bpmn:extensionElements></bpmn:message>"
)
_MESSAGE = '<bpmn:messageEventDefinition id="d" messageRef="m"/>'
_CATCH = f'<bpmn:intermediateCatchEvent id="wait">{_MESSAGE}</bpmn:intermediateCatchEvent>'
TWO_JOBS = process("two", '<bpmn:startEvent id="s"/>' + task("a") + task("b") + flow("s", "a") + flow("a", "b"))
WAITING = process(
    "waiting",
    '<bpmn:startEvent id="s"/>' + _CATCH + task("paid") + flow("s", "wait") + flow("wait", "paid"),
    _SUBSCRIPTION,
)
LATE = process(
    "late",
    '<bpmn:startEvent id="s"/>'
    + task("a")
    + _CATCH
    + task("paid")
    + flow("s", "a")
    + flow("a", "wait")
    + flow("wait", "paid"),
    _SUBSCRIPTION,
)
STARTED = process(
    "started",
    f'<bpmn:startEvent id="s">{_MESSAGE}</bpmn:startEvent>' + task("a") + flow("s", "a"),
    '<bpmn:message id="m" name="paid"/>',
)
CALLING = process(
    "calling",
    '<bpmn:startEvent id="s"/><bpmn:callActivity id="call"><bpmn:extensionElements>'
    '<zeebe:calledElement processId="two"/></bpmn:extensionElements></bpmn:callActivity>' + flow("s", "call"),
)


def _publish(here: Situation, business_id: str = "", time_to_live: int = 0) -> None:
    here.ask(commands.PublishMessage("paid", "k", time_to_live, business_id=business_id), MessagePublished)


def _ids(here: Situation, job_type: str) -> list[str]:
    return [job.business_id for job in here.jobs(job_type)]


def test_a_completed_job_assigns_it_to_what_is_made_after() -> None:
    here = Situation(TWO_JOBS)
    key = here.create("two")
    (job,) = here.jobs("a")
    here.ask(commands.CompleteJob(job.key, business_id="order-1"), Accepted)
    (assigned,) = [record for record in here.records if record.value_type == "PROCESS_INSTANCE_BUSINESS_ID"]
    assert (assigned.intent, assigned.value["processInstanceKey"], assigned.value["businessId"]) == (
        "ASSIGNED",
        key,
        "order-1",
    )
    assert job.business_id == ""
    assert _ids(here, "b") == ["order-1"]


def test_a_job_that_was_there_before_keeps_none() -> None:
    fork = process("fork", '<bpmn:startEvent id="s"/>' + task("a") + task("b") + flow("s", "a") + flow("s", "b"))
    here = Situation(fork)
    here.create("fork")
    (job,) = here.jobs("a")
    here.ask(commands.CompleteJob(job.key, business_id="order-1"), Accepted)
    assert _ids(here, "b") == [""]


@pytest.mark.parametrize("again", ["order-1", "order-2"])
def test_it_is_assigned_once_or_the_job_does_not_complete(again: str) -> None:
    here = Situation(TWO_JOBS)
    here.create("two", business_id="order-1")
    (job,) = here.jobs("a")
    refusal = here.refusal(commands.CompleteJob(job.key, business_id=again))
    assert refusal.type is RejectionType.INVALID_STATE
    assert "has a business id already" in refusal.reason
    here.ask(commands.CompleteJob(job.key), Accepted)
    assert _ids(here, "b") == ["order-1"]


def test_a_called_instance_inherits_it_and_is_never_assigned_one() -> None:
    here = Situation(TWO_JOBS, CALLING)
    here.create("calling", business_id="order-1")
    here.create("calling")
    with_one, without = here.jobs("a")
    assert (with_one.business_id, without.business_id) == ("order-1", "")
    for job in (with_one, without):
        refusal = here.refusal(commands.CompleteJob(job.key, business_id="order-2"))
        assert refusal.type is RejectionType.INVALID_STATE
        assert "was called by another" in refusal.reason


@pytest.mark.parametrize(
    ("published", "reached"), [("", ["order-1"]), ("order-1", ["order-1"]), ("order-2", ["order-2"]), ("order-3", [])]
)
def test_a_message_with_one_reaches_only_instances_that_have_it(published: str, reached: list[str]) -> None:
    here = Situation(WAITING)
    here.create("waiting", business_id="order-1")
    here.create("waiting", business_id="order-2")
    _publish(here, published)
    assert _ids(here, "paid") == reached


def test_a_message_with_one_does_not_reach_an_instance_without() -> None:
    here = Situation(WAITING)
    here.create("waiting")
    _publish(here, "order-1", time_to_live=1000)
    assert _ids(here, "paid") == []
    here.create("waiting", business_id="order-1")
    assert _ids(here, "paid") == ["order-1"]


def test_what_waits_after_the_assignment_is_reached() -> None:
    here = Situation(LATE)
    here.create("late")
    _publish(here, "order-1", time_to_live=1000)
    (job,) = here.jobs("a")
    here.ask(commands.CompleteJob(job.key, business_id="order-1"), Accepted)
    assert _ids(here, "paid") == ["order-1"]


def test_the_instance_that_a_message_starts_has_it() -> None:
    here = Situation(STARTED)
    here.ask(commands.PublishMessage("paid", "", business_id="order-1"), MessagePublished)
    here.ask(commands.PublishMessage("paid", ""), MessagePublished)
    assert _ids(here, "a") == ["order-1", ""]
