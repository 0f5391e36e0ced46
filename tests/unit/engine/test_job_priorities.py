"""Priorities of jobs that the model gives, as 8.10 reads them."""

from __future__ import annotations

import pytest

from tests.unit.engine.engines import END, START, Lab, flows, process
from zeebe_grpc.engine import answers, commands


def _priority(value: str) -> str:
    return f'<zeebe:jobPriorityDefinition priority="{value}"/>'


def _task(task_id: str, priority: str | None = None, kind: str = "serviceTask") -> str:
    own = "" if priority is None else _priority(priority)
    inside = f'<zeebe:taskDefinition type="work"/>{own}'
    return f'<bpmn:{kind} id="{task_id}"><bpmn:extensionElements>{inside}</bpmn:extensionElements></bpmn:{kind}>'


def _parallel(*tasks: str, default: str | None = None) -> bytes:
    """All tasks at once, behind the start event."""
    around = "" if default is None else f"<bpmn:extensionElements>{_priority(default)}</bpmn:extensionElements>"
    ids = [f"t{number}" for number in range(len(tasks))]
    return process(around + START + "".join(tasks) + flows(*(f"start>{task_id}" for task_id in ids)))


def _one(priority: str) -> bytes:
    return process(START + _task("t0", priority) + END + flows("start>t0", "t0>end"))


def _given(lab: Lab) -> list[tuple[str, int]]:
    return [(job.element_id, job.priority) for job in lab.jobs()]


def test_the_most_urgent_is_handed_out_first() -> None:
    lab = Lab(_parallel(_task("t0"), _task("t1", "-5"), _task("t2", "10"), _task("t3", "10")), version="8.10")
    lab.create()
    taken = _given(lab)
    assert [priority for _, priority in taken] == [10, 10, 0, -5]
    assert {element for element, _ in taken[:2]} == {"t2", "t3"}


def test_an_expression_is_evaluated_when_the_job_is_made() -> None:
    lab = Lab(_one("=order.urgency * 2"), version="8.10")
    lab.create({"order": {"urgency": 1}})
    lab.create({"order": {"urgency": 21}})
    assert _given(lab) == [("t0", 42), ("t0", 2)]


def test_a_process_has_a_default_that_a_task_overrides() -> None:
    lab = Lab(_parallel(_task("t0"), _task("t1", "3"), _task("t2", "0"), default="7"), version="8.10")
    lab.create()
    assert _given(lab) == [("t0", 7), ("t1", 3), ("t2", 0)]


@pytest.mark.parametrize("kind", ["sendTask", "scriptTask", "businessRuleTask"])
def test_other_tasks_of_workers_have_priorities_too(kind: str) -> None:
    lab = Lab(_parallel(_task("t0", "9", kind)), version="8.10")
    lab.create()
    assert _given(lab) == [("t0", 9)]


@pytest.mark.parametrize("text", ["=missing", "=&quot;high&quot;", "=2147483648"])
def test_what_is_no_priority_raises_an_incident_and_makes_no_job(text: str) -> None:
    lab = Lab(_one(text), version="8.10")
    instance = lab.create()
    (incident,) = lab.of("INCIDENT")
    assert incident.value["errorType"] == "EXTRACT_VALUE_ERROR"
    assert lab.of("JOB") == []
    if text == "=missing":
        lab.do(commands.SetVariables(instance, {"missing": 4}), answers.VariablesSet)
        lab.do(commands.ResolveIncident(incident.key), answers.Accepted)
        assert _given(lab) == [("t0", 4)]


@pytest.mark.parametrize("text", ["-2147483648", "2147483647", ""])
def test_static_priorities_are_integers_of_32_bits(text: str) -> None:
    lab = Lab(_one(text), version="8.10")
    lab.create()
    assert _given(lab) == [("t0", int(text or 0))]


def _refusal(content: bytes) -> str:
    command = commands.DeployResources([commands.Resource("p.bpmn", content)])
    return str(Lab(version="8.10").refused(command).reason)


@pytest.mark.parametrize("text", ["high", "1.5", "2147483648", "-2147483649", "\u0665"])
def test_other_static_priorities_are_refused(text: str) -> None:
    assert f"Expected static value to be an integer of 32 bits, but found '{text}'" in _refusal(_one(text))
    assert "be an integer of 32 bits" in _refusal(_parallel(_task("t0"), default=text))


def test_two_priorities_are_refused() -> None:
    doubled = _one("1").replace(_priority("1").encode(), _priority("1").encode() * 2)
    assert "Must have at most one 'zeebe:jobPriorityDefinition'" in _refusal(doubled)


@pytest.mark.parametrize("text", ["5", "high", "=missing"])
def test_releases_before_8_10_do_not_look_at_it(text: str) -> None:
    lab = Lab(_one(text), version="8.9")
    lab.create()
    assert _given(lab) == [("t0", 0)]
