"""What `Situation` concludes from the records of a real engine."""

from __future__ import annotations

import pytest

from zeebe_grpc.cli.situation import Abandoned, Asleep, Finished, Situation, Stopped, Working
from zeebe_grpc.engine import Engine
from zeebe_grpc.engine.commands import (
    ActivateJobs,
    CancelInstance,
    CompleteJob,
    CreateInstance,
    DeployResources,
    EngineCommand,
    FailJob,
    Resource,
)

NOW = 1_700_000_000_000
MODEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>in</bpmn:outgoing></bpmn:startEvent>
    <bpmn:serviceTask id="work">
      <bpmn:extensionElements><zeebe:taskDefinition type="work" /></bpmn:extensionElements>
      <bpmn:incoming>in</bpmn:incoming><bpmn:outgoing>out</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:endEvent id="end"><bpmn:incoming>out</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="in" sourceRef="start" targetRef="work" />
    <bpmn:sequenceFlow id="out" sourceRef="work" targetRef="end" />
  </bpmn:process>
</bpmn:definitions>"""


class Story:
    """An engine with one instance of the model, and the situation that its records tell."""

    def __init__(self) -> None:
        self.engine = Engine(now=NOW)
        self.situation = Situation()
        self.tell(DeployResources([Resource("p.bpmn", MODEL)]))
        self.tell(CreateInstance("p", variables={"x": 1}))

    def tell(self, command: EngineCommand) -> None:
        for record in self.engine.apply(command, NOW).records:
            self.situation.observe(record)

    def pass_time(self, now: int) -> None:
        for record in self.engine.advance(now).records:
            self.situation.observe(record)

    @property
    def job_key(self) -> int:
        return next(iter(self.situation.jobs))


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_job_that_somebody_works_on_is_work(story: Story) -> None:
    assert story.situation.verdict({"work"}) == Working()
    assert story.situation.verdict(None) == Working()


def test_a_job_that_nobody_works_on_is_abandoned(story: Story) -> None:
    assert story.situation.verdict({"other"}) == Abandoned(("work",), ("work",))


def test_completion_ends_it_with_the_root_variables(story: Story) -> None:
    story.tell(CompleteJob(story.job_key, {"x": 2, "y": [1]}))
    assert story.situation.verdict(None) == Finished(completed=True)
    assert story.situation.variables == {"x": 2, "y": [1]}


def test_cancelling_ends_it_too(story: Story) -> None:
    assert story.situation.root is not None
    story.tell(CancelInstance(story.situation.root))
    assert story.situation.verdict(None) == Finished(completed=False)


def test_no_retries_left_is_an_incident_with_the_workers_words(story: Story) -> None:
    story.tell(ActivateJobs("work", "w", 1000, 1))
    story.tell(FailJob(story.job_key, retries=0, error_message="bank down"))
    assert story.situation.verdict({"work"}) == Stopped("work", "JOB_NO_RETRIES", "bank down")


def test_a_backoff_is_sleep_until_it_ends(story: Story) -> None:
    story.tell(ActivateJobs("work", "w", 1000, 1))
    story.tell(FailJob(story.job_key, retries=2, backoff=5000))
    assert story.situation.verdict({"work"}) == Asleep(NOW + 5000)
    story.pass_time(NOW + 5000)
    assert story.situation.verdict({"work"}) == Working()
