"""EvaluateDecision, and decisions called by a process."""

from __future__ import annotations

import pytest

from tests.contract.bpmn import chain
from tests.contract.helpers import UNKNOWN_KEY, Name
from tests.contract.targets import Target
from zeebe_grpc import DecisionNotFoundError, InvalidArgumentError, Resource, ZeebeClient

pytestmark = pytest.mark.process

_TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="rules_{id}" name="Rules" namespace="n">
<decision id="{id}" name="Size"><decisionTable id="table_{id}" hitPolicy="UNIQUE">
<input id="in" label="amount"><inputExpression id="in_x" typeRef="number"><text>amount</text></inputExpression></input>
<output id="out" label="size" name="size" typeRef="string"/>
<rule id="small"><inputEntry id="a"><text>&lt; 10</text></inputEntry>
<outputEntry id="b"><text>"small"</text></outputEntry></rule>
<rule id="large"><inputEntry id="c"><text>&gt;= 10</text></inputEntry>
<outputEntry id="d"><text>"large"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def table(decision_id: str) -> Resource:
    return Resource(f"{decision_id}.dmn", _TABLE.format(id=decision_id).encode())


def test_a_table_is_evaluated_and_explained(client: ZeebeClient, name: Name) -> None:
    d = name("d")
    (deployed,) = client.deploy_resources([table(d)]).decisions
    evaluation = client.evaluate_decision(d, variables={"amount": 12})
    assert evaluation.output_json == '"large"'
    assert (evaluation.decision_id, evaluation.decision_name, evaluation.decision_version) == (d, "Size", 1)
    assert evaluation.decision_key == deployed.decision_key
    (evaluated,) = evaluation.evaluated_decisions
    (rule,) = evaluated.matched_rules
    assert (rule.id, rule.index, rule.outputs[0].value_json) == ("large", 2, '"large"')
    assert (evaluated.inputs[0].id, evaluated.inputs[0].value_json) == ("in", "12")


def test_a_decision_may_be_named_by_its_key(client: ZeebeClient, name: Name) -> None:
    (deployed,) = client.deploy_resources([table(name("d"))]).decisions
    evaluation = client.evaluate_decision(decision_key=deployed.decision_key, variables={"amount": 1}, as_type=str)
    assert evaluation.output == "small"


@pytest.mark.parametrize("variables", [{}, {"amount": "many"}], ids=["missing", "of another type"])
def test_an_input_that_fits_no_rule_gives_null(client: ZeebeClient, name: Name, variables: dict[str, object]) -> None:
    d = name("d")
    client.deploy_resources([table(d)])
    evaluation = client.evaluate_decision(d, variables=variables)
    assert evaluation.output is None
    assert evaluation.failed_decision_id is None


def test_an_unknown_decision_is_not_found(client: ZeebeClient, target: Target, name: Name) -> None:
    expected = InvalidArgumentError if target.version and target.version < (8, 8) else DecisionNotFoundError
    with pytest.raises(expected):
        client.evaluate_decision(name("d"))
    with pytest.raises(expected):
        client.evaluate_decision(decision_key=UNKNOWN_KEY)


@pytest.mark.wire
def test_deleting_the_requirements_deletes_the_decision(client: ZeebeClient, name: Name) -> None:
    d = name("d")
    (requirements,) = client.deploy_resources([table(d)]).decision_requirements
    client.delete_resource(requirements.decision_requirements_key)
    with pytest.raises((InvalidArgumentError, DecisionNotFoundError)):
        client.evaluate_decision(d)


def test_a_business_rule_task_calls_the_decision(client: ZeebeClient, name: Name) -> None:
    p, d = name("p"), name("d")
    called = f'<zeebe:calledDecision decisionId="{d}" resultVariable="size"/>'
    task = (
        f'<bpmn:businessRuleTask id="decide"><bpmn:extensionElements>{called}</bpmn:extensionElements>'
        "</bpmn:businessRuleTask>"
    )
    client.deploy_resources([table(d), chain(p, ("decide", task))])
    result = client.create_process_instance_with_result(p, variables={"amount": 3})
    assert result.variables == {"amount": 3, "size": "small"}
