"""Built-in functions about any value: what is there, what is true, what is random, and those that Zeebe adds."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from zeebe_grpc.engine.feel.builtins.registry import ANYTHING, builtin
from zeebe_grpc.engine.feel.decimals import from_float, to_int
from zeebe_grpc.engine.feel.rendering import as_text
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.temporal import DayTimeDuration, YearMonthDuration
from zeebe_grpc.engine.feel.values import Value

_DURATION = (DayTimeDuration, YearMonthDuration)
_NO = type(None)


@builtin("not", ("negand", ANYTHING))
def _not(_run: Run, value: Value) -> Value:
    return not value if isinstance(value, bool) else None


@builtin("is defined", ("value", ANYTHING))
def _is_defined(_run: Run, value: Value) -> Value:
    return value is not None


@builtin("get or else", ("value", ANYTHING), ("default", ANYTHING))
def _get_or_else(_run: Run, value: Value, default: Value) -> Value:
    return default if value is None else value


@builtin("assert", ("value", ANYTHING), ("condition", ANYTHING))
def _assert(run: Run, value: Value, condition: Value) -> Value:
    if condition is True:
        return value
    run.fail_assertion("the condition is not fulfilled")
    return None


@builtin("assert", ("value", ANYTHING), ("condition", ANYTHING), ("cause", ANYTHING))
def _assert_with_cause(run: Run, value: Value, condition: Value, cause: Value) -> Value:
    if condition is True:
        return value
    run.fail_assertion(
        cause if isinstance(cause, str) else "the condition is not fulfilled, and the cause is no string"
    )
    return None


@builtin("uuid")
def _uuid(run: Run) -> Value:
    return str(UUID(int=run.random.getrandbits(128), version=4))


@builtin("random number")
def _random_number(run: Run) -> Value:
    return from_float(run.random.random())


@builtin("cycle", ("interval", _DURATION))
def _cycle_forever(_run: Run, interval: Value) -> Value:
    return f"R/{as_text(interval)}"


@builtin("cycle", ("repetitions", (Decimal, _NO)), ("interval", _DURATION))
def _cycle(_run: Run, repetitions: Decimal | None, interval: Value) -> Value:
    return f"R{'' if repetitions is None else to_int(repetitions)}/{as_text(interval)}"


def _from_ai(_run: Run, value: Value, *_hints: Value) -> Value:
    return value


_HINTS = tuple((name, ANYTHING) for name in ("description", "type", "schema", "options"))
for _count in range(len(_HINTS) + 1):
    builtin("fromAi", ("value", ANYTHING), *_HINTS[:_count])(_from_ai)
