"""Deciding by a table: inputs, matching rules, their outputs.

What the hit policy makes of them is the matter of `hit_policies`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from zeebe_grpc.engine.dmn.errors import EvaluationFailure
from zeebe_grpc.engine.dmn.feel_calls import FeelCalls
from zeebe_grpc.engine.dmn.hit_policies import Row, combine, single
from zeebe_grpc.engine.dmn.model import DecisionTable, Rule
from zeebe_grpc.engine.feel.run import Scope
from zeebe_grpc.engine.feel.values import Value

_Matched: TypeAlias = tuple[Rule, list[Value]]


@dataclass
class TableOutcome:
    """What became of a table, as far as it came.

    Attributes:
        inputs: The values of all input clauses; none if one of them failed.
        matched: The rules that match and the values of their outputs; none if one of these failed.
        value: The result; None if there is none.
        failure: Why there is none.
    """

    inputs: list[Value] = field(default_factory=list[Value])
    matched: list[_Matched] = field(default_factory=list[_Matched])
    value: Value = None
    failure: EvaluationFailure | None = None


def decide_table(table: DecisionTable, scope: Scope, feel: FeelCalls) -> TableOutcome:
    """Decide by a table. A failure is in the outcome, with what was found before it."""
    outcome = TableOutcome()
    try:
        outcome.inputs = [feel.value(clause.expression, scope) for clause in table.inputs]
        outcome.matched = _matched(table, outcome.inputs, scope, feel)
        outcome.value = _value(table, outcome.matched, scope, feel)
    except EvaluationFailure as failure:
        outcome.failure = failure
    return outcome


def _matched(table: DecisionTable, inputs: list[Value], scope: Scope, feel: FeelCalls) -> list[_Matched]:
    """All rules are tested, even where only the first counts: a test that fails the decision does so from any row."""
    rules = [rule for rule in table.rules if _matches(rule, inputs, scope, feel)]
    if table.hit_policy == "FIRST":
        del rules[1:]
    width = len(table.outputs)
    return [(rule, [feel.value(output, scope) for output in rule.outputs[:width]]) for rule in rules]


def _matches(rule: Rule, inputs: list[Value], scope: Scope, feel: FeelCalls) -> bool:
    return all(
        tests is None or feel.passes(tests, value, scope) for tests, value in zip(rule.tests, inputs, strict=False)
    )


def _value(table: DecisionTable, matched: list[_Matched], scope: Scope, feel: FeelCalls) -> Value:
    if not matched:
        return _default(table, scope, feel)
    rows: list[Row] = [
        {output.name: value for output, value in zip(table.outputs, values, strict=False)} for _, values in matched
    ]
    return combine(table, rows)


def _default(table: DecisionTable, scope: Scope, feel: FeelCalls) -> Value:
    """Whatever the hit policy: the default outputs, null without any."""
    row: Row = {
        output.name: feel.value(output.default, scope) for output in table.outputs if output.default is not None
    }
    return single(row) if row else None
