"""Evaluation of a model's expressions in a scope, with the type that the place demands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone, tzinfo
from random import Random
from typing import Any

from zeebe_grpc.engine.feel import FeelEvaluationError
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.expression import Circumstances, Expression, Result
from zeebe_grpc.engine.processing.failure import EXTRACT_VALUE_ERROR, IO_MAPPING_ERROR, Failure
from zeebe_grpc.engine.state.variables import Variables


class Expressions:
    """Evaluates expressions; a result of another type than the one asked for is a `Failure`."""

    def __init__(self, log: Log, variables: Variables, zone: tzinfo) -> None:
        self._log = log
        self._variables = variables
        self._zone = zone
        # uuid() and random number() differ within a run and are the same in each run
        self._random = Random(0)  # noqa: S311 (draws nothing secret)

    @property
    def now(self) -> datetime:
        """The time of the step in the engine's zone."""
        return datetime.fromtimestamp(self._log.now / 1000, timezone.utc).astimezone(self._zone)

    @property
    def zone(self) -> tzinfo:
        """The engine's time zone."""
        return self._zone

    def evaluate(self, expression: Expression, scope: int, extra: Mapping[str, Any] | None = None) -> Result:
        """Evaluate, whatever the type. A negative scope has no variables; `extra` is seen first."""
        variables = self._variables.view(scope, extra)
        try:
            return expression.evaluate(variables, Circumstances(self.now, self._zone, self._random))
        except FeelEvaluationError as error:
            message = f"Expected to evaluate expression '{expression.text}', but: {error}"
            raise Failure(message, EXTRACT_VALUE_ERROR, scope) from None

    def text(self, expression: Expression, scope: int) -> str:
        """A string."""
        return str(self._typed(expression, scope, "STRING").value)

    def number(self, expression: Expression, scope: int) -> int:
        """A number, cut to an integer."""
        return int(self._typed(expression, scope, "NUMBER").value)

    def truth(self, expression: Expression, scope: int, extra: Mapping[str, Any] | None = None) -> bool:
        """A boolean."""
        return bool(self._typed(expression, scope, "BOOLEAN", extra=extra).value)

    def items(self, expression: Expression, scope: int) -> list[Any]:
        """A list."""
        return list(self._typed(expression, scope, "ARRAY").value)

    def texts(self, expression: Expression, scope: int) -> list[str]:
        """A list of strings."""
        result = self._typed(expression, scope, "ARRAY")
        if not all(isinstance(item, str) for item in result.value):
            message = (
                f"Expected result of the expression '{expression.text}' to be 'ARRAY' containing 'STRING' items, "
                "but was 'ARRAY' containing at least one non-'STRING' item."
            )
            raise Failure(message, EXTRACT_VALUE_ERROR, scope)
        return list(result.value)

    def any(self, expression: Expression, scope: int) -> Any:
        """A value of any type, as JSON."""
        return self.evaluate(expression, scope).value

    def correlation_key(self, expression: Expression, scope: int) -> str:
        """A string, or a number cut to an integer."""
        result = self._typed(expression, scope, "STRING", "NUMBER")
        return str(result.value) if result.type == "STRING" else str(int(result.value))

    def mapping(self, expression: Expression, scope: int) -> dict[str, Any]:
        """The document of input or output mappings."""
        try:
            return dict(self._typed(expression, scope, "OBJECT").value)
        except Failure as failure:
            raise Failure(failure.message, IO_MAPPING_ERROR, scope) from None

    def typed(self, expression: Expression, scope: int, *types: str) -> Result:
        """A result of one of several types."""
        return self._typed(expression, scope, *types)

    def _typed(self, expression: Expression, scope: int, *types: str, extra: Mapping[str, Any] | None = None) -> Result:
        result = self.evaluate(expression, scope, extra)
        if result.type in types:
            return result
        wanted = f"'{types[0]}'" if len(types) == 1 else f"one of '{list(types)}'"
        message = f"Expected result of the expression '{expression.text}' to be {wanted}, but was '{result.type}'."
        if result.warnings:
            message += " The evaluation reported the following warnings:\n" + "\n".join(result.warnings)
        raise Failure(message, EXTRACT_VALUE_ERROR, scope)
