"""What an evaluation notes about each decision, as it goes.

Turns FEEL values into the JSON of the results; decides nothing.
"""

from __future__ import annotations

from zeebe_grpc.engine.dmn.model import (
    ContextEntries,
    Decision,
    DecisionTable,
    Invocation,
    KnowledgeModel,
    ListItems,
    LiteralExpression,
    Logic,
    OutputClause,
    Relation,
    Rule,
)
from zeebe_grpc.engine.dmn.results import (
    DecisionEvaluation,
    EvaluatedDecision,
    EvaluatedInput,
    EvaluatedOutput,
    MatchedRule,
)
from zeebe_grpc.engine.dmn.tables import TableOutcome
from zeebe_grpc.engine.dmn.values import to_json
from zeebe_grpc.engine.feel.values import Value

_TYPES: dict[type[Logic], str] = {
    DecisionTable: "DECISION_TABLE",
    LiteralExpression: "LITERAL_EXPRESSION",
    ContextEntries: "CONTEXT",
    ListItems: "LIST",
    Relation: "RELATION",
    Invocation: "INVOCATION",
}


class Notes:
    """The decisions and knowledge models of one evaluation, in the order in which they were done."""

    def __init__(self) -> None:
        self._entries: list[EvaluatedDecision] = []

    def expression(self, owner: Decision | KnowledgeModel, value: Value) -> None:
        """Note anything but a table; `value` is None where it failed."""
        kind = _TYPES.get(type(owner.logic), "UNKNOWN")
        self._entries.append(EvaluatedDecision(owner.id, owner.name, kind, to_json(value)))

    def table(self, owner: Decision | KnowledgeModel, table: DecisionTable, outcome: TableOutcome) -> None:
        """Note a table, as far as it came."""
        inputs = tuple(
            EvaluatedInput(clause.id, clause.name, to_json(value))
            for clause, value in zip(table.inputs, outcome.inputs, strict=False)
        )
        rules = tuple(_matched_rule(table, rule, values) for rule, values in outcome.matched)
        output = to_json(outcome.value)
        self._entries.append(EvaluatedDecision(owner.id, owner.name, "DECISION_TABLE", output, inputs, rules))

    def all(self) -> tuple[EvaluatedDecision, ...]:
        """Everything noted."""
        return tuple(self._entries)

    def failed(self, decision: Decision, reason: str) -> DecisionEvaluation:
        """The result of an evaluation that fails now: the decision noted last is the one that failed."""
        culprit = self._entries[-1].id if self._entries else decision.id
        message = f"Expected to evaluate decision '{decision.id}', but {reason}"
        return DecisionEvaluation(decision.id, decision.name, None, self.all(), culprit, message)


def _matched_rule(table: DecisionTable, rule: Rule, values: list[Value]) -> MatchedRule:
    outputs = zip(table.outputs, values, strict=False)
    return MatchedRule(rule.id, rule.number, tuple(_output(clause, value) for clause, value in outputs))


def _output(clause: OutputClause, value: Value) -> EvaluatedOutput:
    return EvaluatedOutput(clause.id, clause.label or clause.name or "", to_json(value))
