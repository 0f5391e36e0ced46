"""Conditional start events of processes, and the command that evaluates them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.engine.engines import END, ONE_JOB, Lab, end, flows, job, process, start
from zeebe_grpc.engine import answers, commands


def condition(text: str) -> str:
    """A conditional event definition."""
    inside = f'<bpmn:condition xsi:type="bpmn:tFormalExpression">{text}</bpmn:condition>'
    return f"<bpmn:conditionalEventDefinition>{inside}</bpmn:conditionalEventDefinition>"


def conditional(*conditions: str, process_id: str = "p") -> bytes:
    """A process with a conditional start event for each condition, and one job; the job tells which start it was."""
    body = "".join(
        start(f"start{number}", condition(text)) + job(f"task{number}") + flows(f"start{number}>task{number}")
        for number, text in enumerate(conditions)
    )
    return process(body, process_id)


def evaluate(
    lab: Lab, variables: Mapping[str, Any], key: int = 0, tenant: str = commands.DEFAULT_TENANT
) -> answers.ConditionalEvaluated:
    """Evaluate the conditions."""
    return lab.do(commands.EvaluateConditional(key, variables, tenant), answers.ConditionalEvaluated)


def deploy(lab: Lab, content: bytes, tenant: str = commands.DEFAULT_TENANT) -> int:
    """Deploy one process; its key."""
    command = commands.DeployResources([commands.Resource("p.bpmn", content)], tenant)
    return lab.do(command, answers.Deployed).definitions[0].key


def test_each_condition_that_holds_starts_an_instance_with_the_variables() -> None:
    lab = Lab(conditional("=x &gt; 10", "=x &gt; 20", "=y"))
    evaluated = evaluate(lab, {"x": 15, "y": True})
    jobs = lab.jobs()
    assert sorted(found.element_id for found in jobs) == ["task0", "task2"]
    assert [found.variables for found in jobs] == [{"x": 15, "y": True}] * 2
    assert {found.process_instance_key for found in jobs} == {key for _, key in evaluated.instances}
    assert {found.process_definition_key for found in jobs} == {key for key, _ in evaluated.instances}


def test_an_instance_that_was_started_by_a_condition_completes() -> None:
    lab = Lab(process(start("start", condition("=go")) + job("task") + END + flows("start>task", "task>end")))
    ((_, key),) = evaluate(lab, {"go": True}).instances
    lab.complete(lab.jobs()[0].key)
    assert [record.key for record in lab.of("PROCESS_INSTANCE", "p") if record.intent == "ELEMENT_COMPLETED"] == [key]


def test_nothing_holds() -> None:
    lab = Lab(conditional("=x &gt; 10"))
    assert evaluate(lab, {"x": 1}).instances == []
    assert lab.jobs() == []


@pytest.mark.parametrize(
    ("text", "variables"),
    [("=x", {"x": "yes"}), ("=x", {"x": None}), ("=x &gt; 1", {"x": "text"}), ("=x &gt; y", {"x": 1})],
)
def test_what_is_no_boolean_does_not_hold_and_is_no_error(text: str, variables: Mapping[str, Any]) -> None:
    assert evaluate(Lab(conditional(text)), variables).instances == []


def test_a_condition_is_not_looked_at_unless_one_of_its_variables_is_given() -> None:
    lab = Lab(conditional("=x = null", "=true"))
    assert len(evaluate(lab, {"other": 1}).instances) == 1
    assert len(evaluate(lab, {"x": None}).instances) == 2


def test_a_key_chooses_one_process() -> None:
    lab = Lab()
    first, second = deploy(lab, conditional("=go", process_id="a")), deploy(lab, conditional("=go", process_id="b"))
    assert [key for key, _ in evaluate(lab, {"go": True}).instances] == [first, second]
    assert [key for key, _ in evaluate(lab, {"go": True}, second).instances] == [second]


def test_only_the_latest_version_waits() -> None:
    lab = Lab()
    old = deploy(lab, conditional("=go"))
    new = deploy(lab, conditional("=go and true"))
    assert [key for key, _ in evaluate(lab, {"go": True}).instances] == [new]
    assert evaluate(lab, {"go": True}, old).instances == []
    for found in lab.jobs():
        lab.do(commands.CancelInstance(found.process_instance_key), answers.Accepted)
    lab.do(commands.DeleteResource(new), answers.Accepted)
    assert [key for key, _ in evaluate(lab, {"go": True}).instances] == [old]
    assert lab.intents("CONDITIONAL_SUBSCRIPTION") == ["CREATED", "DELETED", "CREATED", "DELETED", "CREATED"]


def test_a_version_without_conditions_takes_over() -> None:
    lab = Lab(conditional("=go"), process(ONE_JOB))
    assert evaluate(lab, {"go": True}).instances == []


def test_tenants_are_apart() -> None:
    lab = Lab()
    red, blue = deploy(lab, conditional("=go"), "red"), deploy(lab, conditional("=go"), "blue")
    evaluated = evaluate(lab, {"go": True}, tenant="red")
    assert ([key for key, _ in evaluated.instances], evaluated.tenant_id) == ([red], "red")
    refusal = lab.refused(commands.EvaluateConditional(blue, {"go": True}, "red"))
    assert (refusal.intent, refusal.type.name) == ("EVALUATE", "NOT_FOUND")


def test_an_unknown_key_is_refused_and_nothing_starts() -> None:
    lab = Lab(conditional("=go"))
    refusal = lab.refused(commands.EvaluateConditional(4711, {"go": True}))
    assert refusal.type.name == "NOT_FOUND"
    assert "'4711'" in refusal.reason
    assert lab.jobs() == []


def test_the_records_tell_who_waits_and_what_started() -> None:
    lab = Lab(conditional("=x &gt; y"))
    (waiting,) = lab.of("CONDITIONAL_SUBSCRIPTION")
    assert (waiting.value["catchEventId"], waiting.value["condition"]) == ("start0", "=x > y")
    assert waiting.value["variableNames"] == ["x", "y"]
    evaluated = evaluate(lab, {"x": 2, "y": 1})
    (record,) = lab.of("CONDITIONAL_EVALUATION")
    assert (record.intent, record.key) == ("EVALUATED", evaluated.evaluation_key)
    ((definition, instance),) = evaluated.instances
    assert record.value["startedProcessInstances"] == [
        {"processDefinitionKey": definition, "processInstanceKey": instance}
    ]


def _refusal(body: str, version: str = "8.9") -> str:
    lab = Lab(version=version)
    reason = lab.refused(commands.DeployResources([commands.Resource("p.bpmn", process(body))])).reason
    assert isinstance(reason, str)
    return reason


def test_releases_before_8_9_have_no_conditional_events() -> None:
    body = start("start", condition("=go")) + END + flows("start>end")
    assert "Event definition of this type is not supported" in _refusal(body, "8.8")


@pytest.mark.parametrize(
    "event",
    [
        f'<bpmn:intermediateCatchEvent id="event">{condition("=go")}</bpmn:intermediateCatchEvent>',
        f'<bpmn:boundaryEvent id="event" attachedToRef="task">{condition("=go")}</bpmn:boundaryEvent>',
        '<bpmn:subProcess id="sub" triggeredByEvent="true">'
        f"{start('event', condition('=go'))}{end('inner')}{flows('event>inner')}</bpmn:subProcess>",
    ],
    ids=["catch", "boundary", "event sub-process"],
)
def test_conditional_events_elsewhere_are_refused_by_name(event: str) -> None:
    assert "Conditional events are only supported as start events of a process" in _refusal(ONE_JOB + event)


@pytest.mark.parametrize(
    ("text", "reason"), [("true", "found static value 'true'"), ("=x &gt;", "failed to parse expression 'x >'")]
)
def test_a_condition_is_an_expression(text: str, reason: str) -> None:
    assert reason in _refusal(start("start", condition(text)) + END + flows("start>end"))
