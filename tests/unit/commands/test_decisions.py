"""The builder about decisions."""

from __future__ import annotations

from typing import Any

import pytest

from zeebe_grpc import commands
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.errors import MalformedResponseError
from zeebe_grpc.models import (
    DecisionEvaluation,
    EvaluatedDecision,
    EvaluatedInput,
    EvaluatedOutput,
    MatchedRule,
)
from zeebe_grpc.variables import RawJson

KEY: Any = 2251799813685249


def test_evaluate_by_id_or_key() -> None:
    made = commands.evaluate_decision("d", variables={"x": 3}, tenant_id="red")
    assert made.request == pb.EvaluateDecisionRequest(decisionId="d", variables='{"x":3}', tenantId="red")
    assert commands.evaluate_decision(decision_key=KEY).request == pb.EvaluateDecisionRequest(decisionKey=KEY)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "give exactly one of decision_id and decision_key; got none"),
        ({"decision_id": "d", "decision_key": KEY}, "give exactly one of"),
        ({"decision_id": ""}, "decision_id: must not be blank"),
        ({"decision_key": 1}, "decision_key: no partition"),
    ],
)
def test_evaluate_refuses_before_any_call(arguments: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        commands.evaluate_decision(**arguments)


def test_what_an_evaluation_tells() -> None:
    reply = pb.EvaluateDecisionResponse(
        decisionKey=KEY,
        decisionId="d",
        decisionName="D",
        decisionVersion=2,
        decisionRequirementsId="r",
        decisionRequirementsKey=KEY + 1,
        decisionOutput='"low"',
        decisionEvaluationKey=KEY + 2,
        tenantId="red",
        evaluatedDecisions=[
            pb.EvaluatedDecision(
                decisionKey=KEY,
                decisionId="d",
                decisionName="D",
                decisionVersion=2,
                decisionType="DECISION_TABLE",
                decisionOutput='"low"',
                matchedRules=[
                    pb.MatchedDecisionRule(
                        ruleId="r1",
                        ruleIndex=1,
                        evaluatedOutputs=[
                            pb.EvaluatedDecisionOutput(outputId="o", outputName="out", outputValue='"low"')
                        ],
                    )
                ],
                evaluatedInputs=[pb.EvaluatedDecisionInput(inputId="i", inputName="x", inputValue="3")],
                decisionEvaluationInstanceKey="5-1",
            )
        ],
    )
    read = commands.evaluate_decision("d", as_type=str).read(reply)
    assert read == DecisionEvaluation(
        decision_key=KEY,
        decision_id="d",
        decision_name="D",
        decision_version=2,
        decision_requirements_id="r",
        decision_requirements_key=KEY + 1,
        output="low",
        output_json='"low"',
        evaluated_decisions=(
            EvaluatedDecision(
                decision_key=KEY,
                decision_id="d",
                decision_name="D",
                decision_version=2,
                decision_type="DECISION_TABLE",
                output_json='"low"',
                matched_rules=(
                    MatchedRule(id="r1", index=1, outputs=(EvaluatedOutput(id="o", name="out", value_json='"low"'),)),
                ),
                inputs=(EvaluatedInput(id="i", name="x", value_json="3"),),
                evaluation_instance_key="5-1",
            ),
        ),
        evaluation_key=KEY + 2,
        tenant_id="red",
    )
    (decision,) = read.evaluated_decisions
    assert (decision.output, decision.inputs[0].value, decision.matched_rules[0].outputs[0].value) == ("low", 3, "low")
    assert not read.failed


def test_a_failed_evaluation_is_an_answer() -> None:
    reply = pb.EvaluateDecisionResponse(
        decisionId="d", failedDecisionId="sub", failureMessage="no x", decisionOutput="null"
    )
    read = commands.evaluate_decision("d", as_type=int).read(reply)
    assert (read.failed, read.output, read.failed_decision_id, read.failure_message) == (True, None, "sub", "no x")


def test_the_old_name_of_the_evaluations_key() -> None:
    read = commands.evaluate_decision("d").read
    assert read(pb.EvaluateDecisionResponse(decisionInstanceKey=KEY)).evaluation_key == KEY
    assert read(pb.EvaluateDecisionResponse()).evaluation_key is None


def test_an_output_that_does_not_fit_is_not_lost() -> None:
    reply = pb.EvaluateDecisionResponse(decisionId="d", decisionOutput='"low"')
    with pytest.raises(MalformedResponseError) as caught:
        commands.evaluate_decision("d", as_type=int).read(reply)
    raw = caught.value.raw
    assert isinstance(raw, DecisionEvaluation)
    assert raw.output == RawJson('"low"')


def test_a_type_that_cannot_be_read_is_refused_before_the_evaluation() -> None:
    with pytest.raises(TypeError, match="as_type"):
        commands.evaluate_decision("d", as_type=object)
