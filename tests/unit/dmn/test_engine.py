"""Decisions in the engine: deployment, versions, evaluation, deletion, business rule tasks; as recorded from Zeebe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import pytest

from tests.unit.dmn.models import context, decision, knowledge, knows, literal, model, requires, table
from zeebe_grpc.engine import Engine
from zeebe_grpc.engine.answers import Accepted, Answer, DecisionEvaluated, Deployed, Rejection, RejectionType
from zeebe_grpc.engine.commands import (
    CreateInstance,
    DeleteResource,
    DeployResources,
    EngineCommand,
    EvaluateDecision,
    ResolveIncident,
    Resource,
    SetVariables,
)
from zeebe_grpc.engine.records import Record

NOW = 1_768_473_000_000
_Answer = TypeVar("_Answer")


class World:
    """An engine and what came of the last command."""

    def __init__(self, version: str = "8.9") -> None:
        self.engine = Engine(now=NOW, version=version)
        self.records: Sequence[Record] = ()

    def do(self, command: EngineCommand) -> Answer:
        step = self.engine.apply(command, NOW, request=1)
        self.records = step.records
        ((_, answer),) = step.answers
        return answer

    def asked(self, command: EngineCommand, kind: type[_Answer]) -> _Answer:
        answer = self.do(command)
        assert isinstance(answer, kind), answer
        return answer

    def deploy(self, **files: bytes) -> Deployed:
        resources = [Resource(name.replace("_", "."), content) for name, content in files.items()]
        return self.asked(DeployResources(resources), Deployed)

    def refused(self, **files: bytes) -> Rejection:
        resources = [Resource(name.replace("_", "."), content) for name, content in files.items()]
        return self.asked(DeployResources(resources), Rejection)

    def evaluate(self, decision_id: str = "", key: int = 0, **variables: Any) -> DecisionEvaluated:
        return self.asked(EvaluateDecision(decision_id, key, variables), DecisionEvaluated)

    def seen(self, *value_types: str) -> list[tuple[str, str, str]]:
        """Value type, intent and id of the last command's records."""
        return [
            (record.value_type, record.intent, str(record.value.get("decisionId") or record.value.get("elementId", "")))
            for record in self.records
            if not value_types or record.value_type in value_types
        ]

    def value(self, value_type: str) -> dict[str, Any]:
        return dict(next(record.value for record in self.records if record.value_type == value_type))


@pytest.fixture
def world() -> World:
    return World()


def rules(text: str, *names: str, requirements: str = "rules") -> bytes:
    """Requirements with decisions that all give the same."""
    decisions = [decision(name, literal(text)) for name in names]
    return model(*decisions, attributes=f'id="{requirements}" name="{requirements}" namespace="n"')


def versions(deployed: Deployed) -> dict[str, int]:
    return {definition.id: definition.version for definition in deployed.definitions}


# Deployment


def test_a_deployment_tells_of_decisions_and_requirements(world: World) -> None:
    deployed = world.deploy(a_dmn=rules("1", "p", "q"))
    first, second, whole = deployed.definitions
    assert (first.kind, first.id, first.name, first.version, first.requirements_id) == (
        "decision",
        "p",
        "p",
        1,
        "rules",
    )
    assert (whole.kind, whole.id, whole.version, whole.resource_name) == ("decision_requirements", "rules", 1, "a.dmn")
    assert first.requirements_key == second.requirements_key == whole.key
    assert [whole.key, first.key, second.key] == [deployed.deployment_key + n for n in (1, 2, 3)]
    assert world.seen() == [
        ("DECISION_REQUIREMENTS", "CREATED", ""),
        ("DECISION", "CREATED", "p"),
        ("DECISION", "CREATED", "q"),
        ("DEPLOYMENT", "CREATED", ""),
    ]
    assert world.value("DECISION") == {
        "decisionId": "p",
        "decisionName": "p",
        "version": 1,
        "versionTag": "",
        "decisionKey": first.key,
        "decisionRequirementsId": "rules",
        "decisionRequirementsKey": whole.key,
        "deploymentKey": deployed.deployment_key,
        "duplicate": False,
        "tenantId": "<default>",
    }


def test_the_same_file_keeps_everything_but_the_deployments_key(world: World) -> None:
    first, again = world.deploy(a_dmn=rules("1", "p")), world.deploy(a_dmn=rules("1", "p"))
    assert first.deployment_key != again.deployment_key
    assert first.definitions == again.definitions
    assert world.seen() == [("DEPLOYMENT", "CREATED", "")]


def test_another_name_or_content_is_a_new_version_and_so_is_going_back(world: World) -> None:
    deployments = [
        world.deploy(a_dmn=rules("1", "p")),
        world.deploy(b_dmn=rules("1", "p")),
        world.deploy(b_dmn=rules("2", "p")),
        world.deploy(a_dmn=rules("1", "p")),
    ]
    assert [versions(deployed) for deployed in deployments] == [{"p": n, "rules": n} for n in (1, 2, 3, 4)]


def test_a_decision_may_move_to_other_requirements(world: World) -> None:
    world.deploy(a_dmn=rules("1", "p", "q"))
    assert versions(world.deploy(b_dmn=rules("2", "p", requirements="others"))) == {"p": 2, "others": 1}
    assert versions(world.deploy(a_dmn=rules("1", "p", "q"))) == {"p": 3, "q": 2, "rules": 2}


def test_one_new_file_makes_all_new(world: World) -> None:
    world.deploy(a_dmn=rules("1", "p"))
    assert versions(world.deploy(a_dmn=rules("1", "p"), b_dmn=rules("1", "z", requirements="others"))) == {
        "p": 2,
        "rules": 2,
        "z": 1,
        "others": 1,
    }


def test_requirements_without_decisions(world: World) -> None:
    assert versions(world.deploy(a_dmn=rules("1"))) == versions(world.deploy(a_dmn=rules("1"))) == {"rules": 1}


def test_an_id_twice_in_a_deployment_is_refused(world: World) -> None:
    refused = world.refused(a_dmn=rules("1", "p"), b_dmn=rules("1", "p", requirements="others"))
    assert refused.type is RejectionType.INVALID_ARGUMENT
    assert "'a.dmn' and 'b.dmn'" in refused.reason
    assert "decision requirements" in world.refused(a_dmn=rules("1", "p"), b_dmn=rules("1", "q")).reason


def test_a_bad_file_refuses_the_whole_deployment_and_says_why(world: World) -> None:
    refused = world.refused(a_dmn=rules("1", "p"), b_dmn=rules("1 +", "q", requirements="others"))
    assert refused.type is RejectionType.INVALID_ARGUMENT
    assert "'b.dmn': line 1: <literalExpression> does not parse as FEEL" in refused.reason
    assert world.seen() == [("DEPLOYMENT", "CREATE", "")]
    world.asked(EvaluateDecision("p"), Rejection)


# Evaluation


def test_an_evaluation_tells_who_decided_what(world: World) -> None:
    answer_table = table(["x"], ["y"], [(["> 1"], ['"more"'])])
    content = model(
        knowledge("f", {"a": ""}, literal("a + 1")),
        decision("base", answer_table),
        decision("top", literal("[base, f(x)]"), needs=requires("base") + knows("f")),
    )
    keys = {definition.id: definition.key for definition in world.deploy(a_dmn=content).definitions}
    answer = world.evaluate("top", x=2)
    assert (answer.decision_id, answer.decision_version, answer.decision_key) == ("top", 1, keys["top"])
    assert (answer.requirements_id, answer.requirements_key) == ("definitions", keys["definitions"])
    assert answer.evaluation.output == ["more", 3]
    assert answer.identities == [(keys["base"], 1), (-1, -1), (keys["top"], 1)]
    record = world.records[0]
    assert (record.value_type, record.intent, record.key) == ("DECISION_EVALUATION", "EVALUATED", answer.evaluation_key)
    assert record.value["decisionOutput"] == ["more", 3]
    assert [entry["decisionOutput"] for entry in record.value["evaluatedDecisions"]] == ['"more"', "3", '["more",3]']
    assert record.value["evaluatedDecisions"][0] == {
        "decisionId": "base",
        "decisionName": "base",
        "decisionKey": keys["base"],
        "decisionVersion": 1,
        "decisionType": "DECISION_TABLE",
        "decisionOutput": '"more"',
        "evaluatedInputs": [{"inputId": "i0", "inputName": "in0", "inputValue": "2"}],
        "matchedRules": [
            {
                "ruleId": "r0",
                "ruleIndex": 1,
                "evaluatedOutputs": [{"outputId": "o0", "outputName": "y", "outputValue": '"more"'}],
            }
        ],
        "tenantId": "<default>",
    }


def test_the_id_is_of_the_latest_version_and_wins_over_the_key(world: World) -> None:
    old = world.deploy(a_dmn=rules("1", "p")).definitions[0].key
    world.deploy(a_dmn=rules("2", "p"))
    assert world.evaluate("p").evaluation.output == 2
    assert world.evaluate(key=old).evaluation.output == 1
    assert world.evaluate("p", key=old).evaluation.output == 2


def test_a_failed_evaluation_is_an_answer(world: World) -> None:
    world.deploy(
        a_dmn=model(decision("q", literal("assert(x, x = 1)")), decision("p", literal("q"), needs=requires("q")))
    )
    answer = world.evaluate("p", x=5)
    assert (answer.evaluation.output, answer.evaluation.failed_decision_id) == (None, "q")
    assert answer.evaluation.failure_message.startswith("Expected to evaluate decision 'p', but ")
    assert world.seen() == [("DECISION_EVALUATION", "FAILED", "p")]
    assert world.value("DECISION_EVALUATION")["failedDecisionId"] == "q"


@pytest.mark.parametrize(
    ("version", "rejection"), [("8.7", RejectionType.INVALID_ARGUMENT), ("8.8", RejectionType.NOT_FOUND)]
)
@pytest.mark.parametrize("command", [EvaluateDecision("nope"), EvaluateDecision(decision_key=12345)])
def test_an_unknown_decision(version: str, rejection: RejectionType, command: EvaluateDecision) -> None:
    world = World(version)
    assert world.asked(command, Rejection).type is rejection
    assert world.seen() == [("DECISION_EVALUATION", "EVALUATE", "")]


def test_neither_id_nor_key(world: World) -> None:
    assert world.asked(EvaluateDecision(), Rejection).type is RejectionType.INVALID_ARGUMENT


def test_a_decision_belongs_to_a_tenant(world: World) -> None:
    world.asked(DeployResources([Resource("a.dmn", rules("1", "p"))], "red"), Deployed)
    world.asked(EvaluateDecision("p"), Rejection)
    assert world.asked(EvaluateDecision("p", tenant_id="red"), DecisionEvaluated).tenant_id == "red"


def test_a_rule_without_an_id_is_told_by_its_version(world: World) -> None:
    content = model(decision("p", table([], ["y"], [([], ["1"])]).replace(' id="r0"', "")))
    world.deploy(a_dmn=content)
    world.deploy(b_dmn=content)
    (entry,) = world.evaluate("p").evaluation.decisions
    assert entry.rules[0].id == "ZB_SYNTH_RULE_ID_p_v2_r1"


def test_a_column_without_an_id_cannot_be_told(world: World) -> None:
    world.deploy(a_dmn=model(decision("p", table(["x"], ["y"], []).replace(' id="i0"', ""))))
    assert world.asked(EvaluateDecision("p"), Rejection).type is RejectionType.PROCESSING_ERROR


# Deletion


def test_deleting_the_latest_version_brings_back_the_one_before(world: World) -> None:
    world.deploy(a_dmn=rules("1", "p", "q"))
    second = world.deploy(a_dmn=rules("2", "p")).definitions[-1].key
    assert world.asked(DeleteResource(second), Accepted).key == second
    assert world.seen() == [
        ("RESOURCE_DELETION", "DELETING", ""),
        ("DECISION", "DELETED", "p"),
        ("DECISION_REQUIREMENTS", "DELETED", ""),
        ("RESOURCE_DELETION", "DELETED", ""),
    ]
    assert world.evaluate("p").evaluation.output == 1
    assert world.evaluate("q").evaluation.output == 1
    assert world.asked(DeleteResource(second), Rejection).type is RejectionType.NOT_FOUND


def test_the_number_of_a_deleted_version_is_given_again(world: World) -> None:
    first = world.deploy(a_dmn=rules("1", "p", "q")).definitions[-1].key
    second = world.deploy(a_dmn=rules("2", "p")).definitions[-1].key
    world.asked(DeleteResource(second), Accepted)
    assert versions(world.deploy(a_dmn=rules("2", "p"))) == {"p": 2, "rules": 2}
    world.asked(DeleteResource(first), Accepted)
    world.asked(EvaluateDecision("q"), Rejection)
    assert versions(world.deploy(a_dmn=rules("1", "p", "q"))) == {"p": 3, "q": 1, "rules": 3}


def test_a_decision_cannot_be_deleted_by_itself(world: World) -> None:
    key = world.deploy(a_dmn=rules("1", "p")).definitions[0].key
    assert world.asked(DeleteResource(key), Rejection).type is RejectionType.NOT_FOUND


# Business rule tasks


def calling(decision_id: str, more: str = "", mapping: str = "") -> bytes:
    """A process of one business rule task."""
    return f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
    <bpmn:process id="process" isExecutable="true">
      <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
      <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="task"/>
      <bpmn:businessRuleTask id="task">
        <bpmn:extensionElements>
          <zeebe:calledDecision decisionId="{decision_id}" resultVariable="result"{more}/>{mapping}
        </bpmn:extensionElements>
        <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
      </bpmn:businessRuleTask>
      <bpmn:sequenceFlow id="f2" sourceRef="task" targetRef="end"/>
      <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
    </bpmn:process></bpmn:definitions>""".encode()


def run(world: World, **variables: Any) -> None:
    world.do(CreateInstance("process", variables=variables))


def incident(world: World) -> dict[str, Any]:
    return world.value("INCIDENT")


def result(world: World) -> Any:
    """The value of the result variable in the last command."""
    values = [record.value for record in world.records if record.value_type == "VARIABLE"]
    return next(value["value"] for value in values if value["name"] == "result")


def test_a_task_calls_a_decision_before_it_is_active(world: World) -> None:
    logic = context(("a", literal("x")), ("b", literal("1.50")))
    world.deploy(a_dmn=model(decision("p", logic)), a_bpmn=calling("p"))
    run(world, x=5)
    assert result(world) == {"a": 5, "b": 1.5}
    about_task = [entry for entry in world.seen("PROCESS_INSTANCE", "DECISION_EVALUATION") if entry[2] in ("task", "p")]
    assert [intent for _, intent, _ in about_task] == [
        "ELEMENT_ACTIVATING",
        "EVALUATED",
        "ELEMENT_ACTIVATED",
        "ELEMENT_COMPLETING",
        "ELEMENT_COMPLETED",
    ]
    record = world.value("DECISION_EVALUATION")
    assert (record["bpmnProcessId"], record["elementId"]) == ("process", "task")
    assert record["elementInstanceKey"] > record["processInstanceKey"] > 0


def test_a_task_sees_its_inputs_and_keeps_its_result_with_output_mappings(world: World) -> None:
    mapping = (
        '<zeebe:ioMapping><zeebe:input source="=x + 1" target="x"/>'
        '<zeebe:output source="=result" target="out"/></zeebe:ioMapping>'
    )
    world.deploy(a_dmn=rules("x", "p"), a_bpmn=calling("p", mapping=mapping))
    run(world, x=5)
    values = [record.value for record in world.records if record.value_type == "VARIABLE"]
    root = values[0]["processInstanceKey"]
    assert [(v["name"], v["value"], v["scopeKey"] == root) for v in values] == [
        ("x", 5, True),
        ("x", 6, False),
        ("result", 6, False),
        ("out", 6, True),
    ]


def test_a_task_that_finds_null_sets_null(world: World) -> None:
    world.deploy(a_dmn=rules("null", "p"), a_bpmn=calling("p"))
    run(world)
    assert result(world) is None


def test_an_expression_names_the_decision(world: World) -> None:
    world.deploy(a_dmn=rules("1", "p"), a_bpmn=calling("=which"))
    run(world, which="p")
    assert result(world) == 1
    run(world)
    assert incident(world)["errorType"] == "EXTRACT_VALUE_ERROR"


def test_a_missing_decision_is_an_incident_that_can_be_resolved(world: World) -> None:
    world.deploy(a_bpmn=calling("p"))
    run(world)
    assert incident(world)["errorType"] == "CALLED_DECISION_ERROR"
    assert world.seen("DECISION_EVALUATION") == []
    key = next(record.key for record in world.records if record.value_type == "INCIDENT")
    world.deploy(a_dmn=rules("1", "p"))
    world.asked(ResolveIncident(key), Accepted)
    assert result(world) == 1


def test_a_failed_decision_is_an_incident_that_can_be_resolved(world: World) -> None:
    failing = model(decision("q", literal("assert(x, x = 1)")), decision("p", literal("q"), needs=requires("q")))
    world.deploy(a_dmn=failing, a_bpmn=calling("p"))
    run(world, x=5)
    assert incident(world)["errorType"] == "DECISION_EVALUATION_ERROR"
    assert incident(world)["errorMessage"].startswith("Expected to evaluate decision 'p', but ")
    assert world.seen("DECISION_EVALUATION") == [("DECISION_EVALUATION", "FAILED", "p")]
    key = next(record.key for record in world.records if record.value_type == "INCIDENT")
    world.do(SetVariables(incident(world)["processInstanceKey"], {"x": 1}))
    world.asked(ResolveIncident(key), Accepted)
    assert world.seen("INCIDENT", "DECISION_EVALUATION") == [
        ("INCIDENT", "RESOLVED", "task"),
        ("DECISION_EVALUATION", "EVALUATED", "p"),
    ]


def test_a_task_bound_to_its_deployment(world: World) -> None:
    bound = calling("=d", ' bindingType="deployment"')
    world.deploy(a_dmn=rules("1", "p"), a_bpmn=bound)
    world.deploy(a_dmn=rules("2", "p"))
    run(world, d="p")
    assert result(world) == 1
    world.deploy(b_bpmn=bound)
    run(world, d="p")
    assert incident(world)["errorType"] == "CALLED_DECISION_ERROR"


def test_a_task_bound_to_a_version_tag(world: World) -> None:
    def tagged(tag: str, text: str) -> bytes:
        extension = (
            '<extensionElements><zeebe:versionTag xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
            f'value="{tag}"/></extensionElements>'
        )
        return model(decision("p", literal(text)).replace("<literal", extension + "<literal"))

    world.deploy(a_bpmn=calling("p", ' bindingType="versionTag" versionTag="v1"'))
    run(world)
    assert incident(world)["errorType"] == "CALLED_DECISION_ERROR"
    for tag, text in (("v1", "1"), ("v2", "2"), ("v1", "3"), ("v2", "4")):
        world.deploy(a_dmn=tagged(tag, text))
    assert world.value("DECISION")["versionTag"] == "v2"
    run(world)
    assert result(world) == 3


def test_what_a_task_is_bound_to_must_be_in_its_deployment(world: World) -> None:
    bound = calling("p", ' bindingType="deployment"')
    world.deploy(a_dmn=rules("1", "p"))
    refused = world.refused(a_bpmn=bound)
    assert "'a.bpmn': - Element: task > extensionElements > calledDecision\n" in refused.reason
    assert "decision with id 'p' in current deployment" in refused.reason
    assert "does not parse" in world.refused(a_bpmn=bound, a_dmn=rules("1 +", "p")).reason
    world.deploy(a_bpmn=bound, a_dmn=rules("1", "p"))
    run(world)
    assert result(world) == 1
