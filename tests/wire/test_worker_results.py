"""What handlers of task listeners and of ad-hoc sub-processes may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.worker_support import Site, eventually, process, serving
from zeebe_grpc.models.jobs import ActivateElement, AdHocSubProcessResult, UserTaskCorrections, UserTaskResult
from zeebe_grpc.worker import Job, JobResult, Worker

START = '<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/>'
END = '<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/><bpmn:endEvent id="e"/>'
USER_TASK = (
    '<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:userTask/><zeebe:taskListeners>'
    '<zeebe:taskListener eventType="creating" type="work"/></zeebe:taskListeners></bpmn:extensionElements>'
    "</bpmn:userTask>"
)
AD_HOC = (
    '<bpmn:adHocSubProcess id="t"><bpmn:extensionElements><zeebe:taskDefinition type="work"/></bpmn:extensionElements>'
    '<bpmn:task id="a"/><bpmn:task id="b"/></bpmn:adHocSubProcess>'
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(version="8.9") as site:
        yield site


def started(site: Site, element: str) -> int:
    site.client.deploy_resources({"p.bpmn": process("p", START + element + END)})
    return site.client.create_process_instance("p").process_instance_key


async def test_a_task_listener_corrects_its_user_task(site: Site) -> None:
    worker = Worker()
    heard: list[Any] = []

    @worker.job("work")
    async def listen(job: Job) -> JobResult:
        heard.append(job.listener_event_type.name)
        return UserTaskResult(corrections=UserTaskCorrections(assignee="ada", priority=7))

    started(site, USER_TASK)
    async with worker.running(site.client):
        await eventually(lambda: site.intents("USER_TASK")["ASSIGNED"] == 1)
    assigned = next(r.value for r in site.gateway.records if r.value_type == "USER_TASK" and r.intent == "ASSIGNED")
    assert heard == ["CREATING"]
    assert (assigned["assignee"], assigned["priority"]) == ("ada", 7)


async def test_an_ad_hoc_sub_process_is_led_by_its_handler(site: Site) -> None:
    worker = Worker()
    steps: list[JobResult] = [
        AdHocSubProcessResult(activate_elements=[ActivateElement("b", {"chosen": True})]),
        AdHocSubProcessResult(is_completion_condition_fulfilled=True),
    ]

    @worker.job("work")
    def lead() -> JobResult:
        return steps.pop(0)

    key = started(site, AD_HOC)
    async with worker.running(site.client):
        await eventually(lambda: ("ELEMENT_COMPLETED", key) in site_ends(site))
    completed = [r.value["elementId"] for r in site.gateway.records if r.intent == "ELEMENT_COMPLETED"]
    assert completed == ["s", "b", "t#innerInstance", "t", "e", "p"]
    assert not steps


def site_ends(site: Site) -> set[tuple[str, int]]:
    return {(r.intent, r.key) for r in site.gateway.records if r.value_type == "PROCESS_INSTANCE"}
