"""The face of the engine: commands, answers, keys, time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.unit.engine.engines import END, ONE_JOB, START, Lab, flows, job, process
from zeebe_grpc.engine import Engine, answers, commands
from zeebe_grpc.engine.answers import Accepted, Deployed, InstanceCreated, InstanceResult, RejectionType, VariablesSet
from zeebe_grpc.engine.commands import CancelInstance, CreateInstance, DeployResources, Resource, SetVariables


def test_an_instance_from_start_to_end() -> None:
    lab = Lab(process(ONE_JOB))
    key = lab.create({"a": 1})
    (found,) = lab.jobs()
    assert (found.element_id, found.process_instance_key, dict(found.variables)) == ("task", key, {"a": 1})
    lab.complete(found.key, {"b": 2})
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_COMPLETED"
    values = {record.value["name"]: record.value["value"] for record in lab.of("VARIABLE")}
    assert values == {"a": 1, "b": 2}


def test_keys_are_those_of_partition_one_and_never_come_twice() -> None:
    lab = Lab(process(ONE_JOB))
    lab.create()
    lab.create()
    keys = [record.key for record in lab.records if record.intent in ("CREATED", "ELEMENT_ACTIVATING")]
    assert all(key >> 51 == 1 for key in keys)
    assert len(set(keys)) == len(keys)


def test_records_are_numbered_without_a_gap() -> None:
    lab = Lab(process(ONE_JOB))
    lab.create()
    lab.wait(10)
    assert [record.position for record in lab.records] == list(range(1, len(lab.records) + 1))


def test_two_engines_told_the_same_do_the_same() -> None:
    def run() -> list[object]:
        lab = Lab(process(ONE_JOB.replace('type="work"', 'type="=&quot;w&quot; + uuid()"')))
        lab.create()
        return [(record.intent, record.key, dict(record.value)) for record in lab.records]

    assert run() == run()


def test_with_result_the_answer_comes_at_the_end_with_the_variables_asked_for() -> None:
    lab = Lab(process(ONE_JOB))
    command = CreateInstance(bpmn_process_id="p", variables={"a": 1, "b": 2}, with_result=True, fetch_variables=["b"])
    assert lab.ask(command) is None
    lab.complete(lab.jobs()[0].key, {"c": 3})
    ((_, answer),) = lab.late
    assert isinstance(answer, InstanceResult)
    assert dict(answer.variables) == {"b": 2}


def test_an_instance_by_key_version_and_latest() -> None:
    other = ONE_JOB.replace("work", "other")
    lab = Lab(process(ONE_JOB), process(other))
    first = lab.do(CreateInstance(bpmn_process_id="p", version=1), InstanceCreated)
    last = lab.do(CreateInstance(bpmn_process_id="p", version=-7), InstanceCreated)
    by_key = lab.do(CreateInstance(process_definition_key=first.process_definition_key), InstanceCreated)
    assert (first.version, last.version, by_key.version) == (1, 2, 1)


@pytest.mark.parametrize(
    "command",
    [
        CreateInstance(bpmn_process_id="nobody"),
        CreateInstance(bpmn_process_id="p", version=9),
        CreateInstance(process_definition_key=77),
        CreateInstance(bpmn_process_id="p", tenant_id="other"),
        CancelInstance(77),
        SetVariables(77, {}),
        commands.CompleteJob(77),
        commands.ResolveIncident(77),
        commands.CompleteUserTask(77),
        commands.DeleteResource(77),
    ],
)
def test_what_is_not_there(command: commands.EngineCommand) -> None:
    rejection = Lab(process(ONE_JOB)).refused(command)
    assert rejection.type is RejectionType.NOT_FOUND
    assert "rejected with code 'NOT_FOUND'" in rejection.reason


def test_cancelling_closes_everything() -> None:
    lab = Lab(process(ONE_JOB))
    key = lab.create()
    lab.do(CancelInstance(key), Accepted)
    assert lab.intents("JOB") == ["CREATED", "CANCELED"]
    assert lab.intents("PROCESS_INSTANCE", "p")[-1] == "ELEMENT_TERMINATED"
    assert lab.jobs() == []
    assert lab.refused(CancelInstance(key)).type is RejectionType.NOT_FOUND


def test_setting_variables_here_or_upward() -> None:
    lab = Lab(process(ONE_JOB))
    key = lab.create({"x": 1})
    task = lab.of("PROCESS_INSTANCE", "task")[0].key
    lab.do(SetVariables(task, {"x": 2}, local=True), VariablesSet)
    lab.do(SetVariables(task, {"x": 3, "y": 4}), VariablesSet)
    found = [(record.value["name"], record.value["value"], record.value["scopeKey"]) for record in lab.of("VARIABLE")]
    assert found == [("x", 1, key), ("x", 2, task), ("x", 3, task), ("y", 4, key)]


def test_an_unknown_command_is_answered() -> None:
    @dataclass(frozen=True)
    class Strange:
        pass

    step = Engine(now=0).apply(Strange(), 0, request=5)  # type: ignore[arg-type]
    ((request, answer),) = step.answers
    assert isinstance(answer, answers.Rejection)
    assert (request, answer.type) == (5, RejectionType.UNSUPPORTED)


def test_time_never_goes_back() -> None:
    engine = Engine(now=5000)
    step = engine.apply(DeployResources([Resource("p.bpmn", process(ONE_JOB))]), 10)
    assert isinstance(step.answers[0][1], Deployed)
    assert {record.timestamp for record in step.records} == {5000}


def test_tenants_are_apart() -> None:
    lab = Lab()
    content = [Resource("p.bpmn", process(ONE_JOB))]
    lab.do(DeployResources(content, tenant_id="one"), Deployed)
    assert lab.refused(CreateInstance(bpmn_process_id="p")).type is RejectionType.NOT_FOUND
    created = lab.do(CreateInstance(bpmn_process_id="p", tenant_id="one"), InstanceCreated)
    assert created.tenant_id == "one"
    assert lab.jobs() == []
    found = lab.do(commands.ActivateJobs("work", "w", 1, 1, tenant_ids=["one"]), answers.JobsActivated)
    assert [each.tenant_id for each in found.jobs] == ["one"]


def test_what_a_worker_may_ask_for() -> None:
    lab = Lab(process(START + job("task", "=kind", "=1 + 1") + END + flows("start>task", "task>end")))
    lab.create({"kind": "special", "big": "x" * 10})
    assert lab.jobs("work") == []
    command = commands.ActivateJobs("special", "w", 1000, 1, fetch_variables=["kind", "missing"])
    (found,) = lab.do(command, answers.JobsActivated).jobs
    assert (dict(found.variables), found.retries, found.deadline) == ({"kind": "special"}, 2, lab.now + 1000)
