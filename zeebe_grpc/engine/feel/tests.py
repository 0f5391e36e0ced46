"""Comparisons and tests: `=`, the orderings, `instance of`, and the unary tests on an input value.

Warns where values cannot be compared. Evaluates operands only through the run it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from zeebe_grpc.engine.feel import comparison, logic, syntax
from zeebe_grpc.engine.feel.comparison import NoOrderError, NotComparableError
from zeebe_grpc.engine.feel.rendering import brief, weigh
from zeebe_grpc.engine.feel.run import INPUT_NAME, MISSING, Run, Scope
from zeebe_grpc.engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from zeebe_grpc.engine.feel.values import ErrorValue, FatalValue, Function, Range, Value, is_list

_INPUT_MARK: Final = "\0input"
_NO_INPUT = FatalValue("there is no input value: '?' may stand in unary tests only")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": Date,
    "time": Time,
    "date and time": DateTime,
    "days and time duration": DayTimeDuration,
    "years and months duration": YearMonthDuration,
    "list": list,
    "context": Mapping,
    "function": Function,
    "range": Range,
}


def input_scope(value: Value, scope: Scope) -> Scope:
    """A scope with an input value. A function is none: the engine looks for it among the variables in vain."""
    return scope if isinstance(value, Function) else Scope({INPUT_NAME: value}, scope)


def input_value(_run: Run, _tree: syntax.InputValue, scope: Scope) -> Value:
    """``?``: known only to a test that turned out to need it, and never a function (a decision may test one)."""
    value = scope.find(_INPUT_MARK)
    return _NO_INPUT if value is MISSING or isinstance(value, Function) else value


# Comparing two values


def equality(run: Run, left: Value, right: Value) -> Value:
    """``left = right``: null and a warning if they cannot be compared, and an error passes through."""
    if isinstance(left, ErrorValue) or isinstance(right, ErrorValue):
        return left if isinstance(left, ErrorValue) else right
    if isinstance(left, (list, Mapping)) and isinstance(right, (list, Mapping)):
        run.step(weigh(left) + weigh(right))
    try:
        return comparison.equals(left, right)
    except NotComparableError:
        return _not_comparable(run, left, right)


def ordering(run: Run, operator: str, left: Value, right: Value) -> Value:
    """``left < right`` and its like: null and a warning if they cannot be compared."""
    if isinstance(left, ErrorValue) or isinstance(right, ErrorValue):
        return left if isinstance(left, ErrorValue) else right
    try:
        return comparison.ordered(operator, left, right)
    except NotComparableError:
        return _not_comparable(run, left, right)
    except NoOrderError:
        raise run.failure(f"lists have no order: {brief(left)} and {brief(right)}") from None


def fatal(*values: Value) -> Value:
    """The first value that goes through every operator, or null."""
    return next((value for value in values if isinstance(value, FatalValue)), None)


def is_instance(value: Value, type_name: str) -> bool:
    """Whether a value is of the named type; null is of none, and everything else is ``Any``."""
    if value is None:
        return False
    known = _TYPES.get(type_name)
    return type_name == "Any" if known is None else isinstance(value, known)


def _not_comparable(run: Run, left: Value, *right: Value) -> None:
    run.warn("NOT_COMPARABLE", f"cannot compare {brief(left)} with {' and '.join(map(brief, right))}")


# Unary tests


def _input_of(run: Run, scope: Scope) -> Value:
    value = scope.find(INPUT_NAME)
    if value is MISSING:
        run.warn("NO_VARIABLE_FOUND", "no input value found")
        return None
    return value


def input_comparison(run: Run, tree: syntax.InputComparison, scope: Scope) -> Value:
    """``< 5`` on the input value."""
    value = _input_of(run, scope)
    return ordering(run, tree.operator, value, run.evaluate(tree.endpoint, scope))


def input_in_range(run: Run, tree: syntax.InputInRange, scope: Scope) -> Value:
    """``[1..5]`` on the input value, which the engine looks up once for each end."""
    span = tree.range
    start, end = run.evaluate(span.start, scope), run.evaluate(span.end, scope)
    value = _input_of(run, scope)
    _input_of(run, scope)
    try:
        return comparison.in_range(value, Range(start, end, span.start_included, span.end_included))
    except NotComparableError:
        return _not_comparable(run, value, start, end)
    except NoOrderError:
        raise run.failure(f"lists have no order: {brief(value)} and {brief(start)}") from None


def input_equals(run: Run, tree: syntax.InputEquals, scope: Scope) -> Value:
    """The last word of the text is a boolean: the input must be the same."""
    return equality(run, _input_of(run, scope), tree.value.value)


def expression_test(run: Run, tree: syntax.ExpressionTest, scope: Scope) -> Value:
    """An expression as a test.

    If it needs ``?``, it is evaluated anew with the input value, and its boolean is the answer. Otherwise it passes
    if it is true, equals the input value, or is a list with the input value in it.
    """
    answer = run.evaluate(tree.expression, scope)
    value = _input_of(run, scope)
    if isinstance(answer, FatalValue):
        again = run.evaluate(tree.expression, Scope({_INPUT_MARK: value}, scope))
        return again if isinstance(again, bool) else None
    if isinstance(answer, ErrorValue) or answer is True:
        return answer is True
    if is_list(answer):
        run.step(len(answer))
        return any(comparison.identical(item, value) for item in answer) or equality(run, value, answer) is True
    equal = equality(run, value, answer)
    return bool(equal) if answer is False else equal


def any_of(run: Run, tree: syntax.AnyOf, scope: Scope) -> Value:
    """``test, test``."""
    return logic.survey(run, ((lambda test=test: run.evaluate(test, scope)) for test in tree.tests), decisive=True)  # type: ignore[misc]


def none_of(run: Run, tree: syntax.NoneOf, scope: Scope) -> Value:
    """``not(tests)``."""
    return logic.negated(run, run.evaluate(tree.test, scope))


def any_input(_run: Run, _tree: syntax.AnyInput, _scope: Scope) -> Value:
    """``-``."""
    return True
