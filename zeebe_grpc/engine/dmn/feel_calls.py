"""FEEL as decisions use it: one clock for all, and a failed evaluation as a failed decision.

The only place from which decisions evaluate FEEL.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from random import Random

from zeebe_grpc.engine.dmn.errors import EvaluationFailure, LimitFailure
from zeebe_grpc.engine.feel import Expression, FeelEvaluationError, FeelLimitError, UnaryTests
from zeebe_grpc.engine.feel.run import INPUT_NAME, Scope
from zeebe_grpc.engine.feel.values import Function, Value


@dataclass(frozen=True)
class FeelCalls:
    """Evaluates with one clock, zone and source of randomness."""

    now: datetime
    zone: tzinfo
    random: Random | None = None

    def value(self, expression: Expression, scope: Scope) -> Value:
        """The value of an expression.

        Raises:
            EvaluationFailure: It has none.
        """
        try:
            return expression.evaluate(scope, now=self.now, zone=self.zone, random=self.random).value
        except FeelEvaluationError as error:
            raise _failure(error) from error

    def passes(self, tests: UnaryTests, value: Value, scope: Scope) -> bool:
        """Whether an input value passes unary tests; one of which it cannot be told does not.

        Raises:
            EvaluationFailure: The tests fail, or give something else than true, false or null.
        """
        if isinstance(value, Function):  # FEEL by itself takes a function for no input value; a decision hands it over
            scope = Scope({INPUT_NAME: value}, scope)
        try:
            answer = tests.evaluate(value, scope, now=self.now, zone=self.zone, random=self.random).value
        except FeelEvaluationError as error:
            raise _failure(error) from error
        if answer is None or isinstance(answer, bool):
            return answer is True
        raise EvaluationFailure(f"the unary tests '{tests.text}' give neither true nor false nor null")


def _failure(error: FeelEvaluationError) -> EvaluationFailure:
    return LimitFailure(error.message) if isinstance(error, FeelLimitError) else EvaluationFailure(error.message)
