"""Deciding: required decisions first, then the logic, every step noted.

Pure: clock, time zone and randomness are passed in. Tables are decided in `tables`, FEEL through `feel_calls`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from random import Random
from typing import Any

from zeebe_grpc.engine.dmn.errors import EvaluationFailure, LimitFailure, UnknownDecisionError
from zeebe_grpc.engine.dmn.feel_calls import FeelCalls
from zeebe_grpc.engine.dmn.model import (
    ContextEntries,
    Decision,
    DecisionRequirements,
    DecisionTable,
    FunctionDefinition,
    Invocation,
    KnowledgeModel,
    ListItems,
    LiteralExpression,
    Logic,
    Parameter,
    Relation,
)
from zeebe_grpc.engine.dmn.names import outermost, within
from zeebe_grpc.engine.dmn.notes import Notes
from zeebe_grpc.engine.dmn.results import DecisionEvaluation
from zeebe_grpc.engine.dmn.tables import decide_table
from zeebe_grpc.engine.dmn.types import checked
from zeebe_grpc.engine.dmn.values import DecisionContext, to_json
from zeebe_grpc.engine.feel import FeelLimitError
from zeebe_grpc.engine.feel.run import MISSING, Scope
from zeebe_grpc.engine.feel.values import Function, Value

MAX_CALLS = 10_000
"""Decisions and function calls in one evaluation."""


def evaluate(
    requirements: DecisionRequirements,
    decision_id: str,
    variables: Mapping[str, Any],
    *,
    now: datetime,
    zone: tzinfo,
    random: Random | None = None,
) -> DecisionEvaluation:
    """Decide one decision of a model, and before it those that it requires.

    Args:
        requirements: The model.
        decision_id: The decision asked for.
        variables: JSON values (or FEEL values) by name.
        now: The point in time that ``now()`` and ``today()`` tell; it has to be aware of its zone.
        zone: The time zone in which they tell it.
        random: Where ``uuid()`` and ``random number()`` draw from.

    Returns:
        The result, also that of a failed evaluation.

    Raises:
        UnknownDecisionError: The model has no such decision.
    """
    decision = requirements.decisions.get(decision_id)
    if decision is None:
        raise UnknownDecisionError(decision_id, tuple(requirements.decisions))
    deciding = _Deciding(FeelCalls(now, zone, random))
    try:
        output = to_json(deciding.decide(decision, outermost(variables)))
    except EvaluationFailure as failure:
        return deciding.notes.failed(decision, failure.reason)
    except RecursionError:
        return deciding.notes.failed(decision, "the decision nests too deeply")
    return DecisionEvaluation(decision.id, decision.name, output, deciding.notes.all())


@dataclass
class _Step:
    """A decision whose required decisions are being decided."""

    decision: Decision
    pending: Iterator[Decision]
    results: dict[str, Value] = field(default_factory=dict[str, Value])


class _Deciding:
    """One evaluation under way."""

    def __init__(self, feel: FeelCalls) -> None:
        self._feel = feel
        self._calls = 0
        self.notes = Notes()

    def decide(self, decision: Decision, given: Scope) -> Value:
        """The result of a decision. A loop, for requirements may be chained longer than Python's stack."""
        steps = [_Step(decision, iter(decision.required_decisions))]
        while True:
            step = steps[-1]
            required = next(step.pending, None)
            if required is not None:
                steps.append(_Step(required, iter(required.required_decisions)))
                continue
            value = self._settle(step, given)
            steps.pop()
            if not steps:
                return value
            if step.decision.result_name is not None:
                steps[-1].results[step.decision.result_name] = value

    def _settle(self, step: _Step, given: Scope) -> Value:
        functions = self._functions(step.decision.required_knowledge, given)
        scope = within(given, {**step.results, **functions})
        return checked(self._decided(step.decision, scope), step.decision.result_type)

    def _decided(self, owner: Decision | KnowledgeModel, scope: Scope) -> Value:
        """The value of the logic of a decision or a knowledge model, noted."""
        self._count()
        if isinstance(owner.logic, DecisionTable):
            outcome = decide_table(owner.logic, scope, self._feel)
            self.notes.table(owner, owner.logic, outcome)
            if outcome.failure:
                raise outcome.failure
            return outcome.value
        try:
            value = self._value(owner.logic, scope)
        except EvaluationFailure:
            self.notes.expression(owner, None)
            raise
        self.notes.expression(owner, value)
        return value

    def _count(self) -> None:
        self._calls += 1
        if self._calls > MAX_CALLS:
            raise LimitFailure(f"more than {MAX_CALLS} decisions and function calls are needed for it")

    # Boxed expressions

    def _value(self, logic: Logic, scope: Scope) -> Value:
        if isinstance(logic, LiteralExpression):
            return self._feel.value(logic.expression, scope)
        if isinstance(logic, DecisionTable):
            return self._nested_table(logic, scope)
        if isinstance(logic, ContextEntries):
            return self._context(logic, scope)
        if isinstance(logic, ListItems):
            return [self._value(item, scope) for item in logic.items]
        if isinstance(logic, Relation):
            return [DecisionContext({name: self._value(cell, scope) for name, cell in row}) for row in logic.rows]
        if isinstance(logic, Invocation):
            return self._invocation(logic, scope)
        if isinstance(logic, FunctionDefinition):
            return _function(logic.parameters, partial(self._call_definition, logic, scope))
        return None

    def _nested_table(self, table: DecisionTable, scope: Scope) -> Value:
        outcome = decide_table(table, scope, self._feel)
        if outcome.failure:
            raise outcome.failure
        return outcome.value

    def _context(self, context: ContextEntries, scope: Scope) -> Value:
        results: dict[str, Value] = {}
        for name, logic in context.entries:
            results[name] = self._value(logic, within(scope, results))
        return (
            DecisionContext(results) if context.result is None else self._value(context.result, within(scope, results))
        )

    # Functions

    def _functions(self, models: tuple[KnowledgeModel, ...], given: Scope) -> dict[str, Value]:
        return {model.name: _function(model.parameters, partial(self._call_model, model, given)) for model in models}

    def _call_model(self, model: KnowledgeModel, given: Scope, arguments: tuple[Value, ...]) -> Value:
        names = {**self._functions(model.required, given), **_arguments(model.parameters, arguments)}
        return self._decided(model, within(given, names))

    def _call_definition(self, function: FunctionDefinition, given: Scope, arguments: tuple[Value, ...]) -> Value:
        self._count()
        return self._feel.value(function.body, within(given, _arguments(function.parameters, arguments)))

    def _invocation(self, invocation: Invocation, scope: Scope) -> Value:
        """Unlike a call, an invocation lets the knowledge model see all that the decision sees."""
        bound = within(scope, {name: self._feel.value(text, scope) for name, text in invocation.bindings})
        inner = within(bound, self._functions(invocation.model.required, bound))
        for parameter in invocation.model.parameters:
            value = inner.find(parameter.name)
            if value is MISSING:
                raise EvaluationFailure(f"the parameter '{parameter.name}' is not bound to anything")
            checked(value, parameter.type_ref)
        return self._decided(invocation.model, inner)


def _arguments(parameters: tuple[Parameter, ...], arguments: tuple[Value, ...]) -> dict[str, Value]:
    return {
        parameter.name: checked(argument, parameter.type_ref)
        for parameter, argument in zip(parameters, arguments, strict=True)
    }


def _function(parameters: tuple[Parameter, ...], body: partial[Value]) -> Function:
    """A function for FEEL, to which a call that fails is null; only a limit ends the whole evaluation."""

    def call(arguments: tuple[Value, ...]) -> Value:
        try:
            return body(arguments)
        except LimitFailure as failure:
            raise FeelLimitError(failure.reason) from failure
        except EvaluationFailure:
            return None

    return Function(tuple(parameter.name for parameter in parameters), call)
