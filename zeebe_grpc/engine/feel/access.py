"""Reaching into values: variables, properties, and filters of lists.

Knows which properties each kind of value has, and which predicates are an index. Evaluates a predicate only through
the run it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from zeebe_grpc.engine.feel import syntax, temporal
from zeebe_grpc.engine.feel.decimals import to_int
from zeebe_grpc.engine.feel.rendering import brief
from zeebe_grpc.engine.feel.run import MISSING, Run, Scope
from zeebe_grpc.engine.feel.temporal import NANOS, Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from zeebe_grpc.engine.feel.tests import fatal
from zeebe_grpc.engine.feel.values import ErrorValue, FatalValue, Value, is_context, is_list, kind_of

_Properties = Mapping[str, Callable[[Any], Value]]


def variable(run: Run, tree: syntax.VariableRef, scope: Scope) -> Value:
    """A variable and the path behind it; what is behind an unknown variable is null too."""
    value = scope.find(tree.names[0])
    if value is MISSING:
        run.warn("NO_VARIABLE_FOUND", f"no variable found with name '{tree.names[0]}'")
        return None
    for name in tree.names[1:]:
        value = property_of(run, value, name)
    return value


def path(run: Run, tree: syntax.Path, scope: Scope) -> Value:
    """A value and the steps from it."""
    value = run.evaluate(tree.base, scope)
    for step in tree.steps:
        if isinstance(step, syntax.Property):
            value = property_of(run, value, step.name)
        elif isinstance(step, syntax.Filter):
            value = filtered(run, value, step.predicate, scope)
    return value


def property_of(run: Run, value: Value, name: str) -> Value:
    """``value.name``: an entry, a part of a temporal value, or the same of every item of a list."""
    if is_context(value):
        if name in value:
            return value[name]
        run.warn("NO_CONTEXT_ENTRY_FOUND", f"no context entry found with key '{name}'")
        return None
    if is_list(value):
        run.step(len(value))
        return [_property_of_item(run, item, name) for item in value]
    if value is None:
        run.warn("NO_CONTEXT_ENTRY_FOUND", f"no context entry found with key '{name}', for the context is null")
        return None
    if isinstance(value, ErrorValue):
        return value
    read = _PROPERTIES.get(kind_of(value), {}).get(name)
    if read is None:
        run.warn("NO_PROPERTY_FOUND", f"no property found with name '{name}' of value {brief(value)}")
        return None
    return read(value)


def _property_of_item(run: Run, item: Value, name: str) -> Value:
    if isinstance(item, ErrorValue):
        run.warn("NO_PROPERTY_FOUND", f"no property found with name '{name}' of an error: {item.message}")
        return None
    return property_of(run, item, name)


def _offset_of(value: Any) -> Value:
    return DayTimeDuration(value.zone.offset * NANOS) if value.zone else None


def _region_of(value: Any) -> Value:
    return value.zone.region if value.zone else None


def _signed(total: int, unit: int, modulus: int | None) -> Decimal:
    count = abs(total) // unit
    count = count % modulus if modulus else count
    return Decimal(-count if total < 0 else count)


_CLOCK: _Properties = {
    "hour": lambda value: Decimal(value.nanos // (3_600 * NANOS)),
    "minute": lambda value: Decimal(value.nanos // (60 * NANOS) % 60),
    "second": lambda value: Decimal(value.nanos // NANOS % 60),
    "time offset": _offset_of,
    "timezone": _region_of,
}
_PROPERTIES: dict[type, _Properties] = {
    Date: {
        "year": lambda value: Decimal(value.year),
        "month": lambda value: Decimal(value.month),
        "day": lambda value: Decimal(value.day),
        "weekday": lambda value: Decimal(temporal.weekday(value)),
    },
    Time: _CLOCK,
    DateTime: {
        **_CLOCK,
        "year": lambda value: Decimal(value.date.year),
        "month": lambda value: Decimal(value.date.month),
        "day": lambda value: Decimal(value.date.day),
        "weekday": lambda value: Decimal(temporal.weekday(value.date)),
    },
    DayTimeDuration: {
        "days": lambda value: _signed(value.seconds, 86_400, None),
        "hours": lambda value: _signed(value.seconds, 3_600, 24),
        "minutes": lambda value: _signed(value.seconds, 60, 60),
        "seconds": lambda value: _signed(value.seconds, 1, 60),
    },
    YearMonthDuration: {
        "years": lambda value: _signed(value.months, 12, None),
        "months": lambda value: _signed(value.months, 1, 12),
    },
}


# Filters


def filtered(run: Run, value: Value, predicate: syntax.Expr, scope: Scope) -> Value:
    """``list[predicate]``: the item at an index, or the items of which the predicate is true.

    Only a comparison is a condition for certain. A function call is asked about the first item and anything else
    without an item first: if a number comes of it, it is an index.
    """
    if isinstance(value, FatalValue):
        return value
    if not is_list(value):
        if not isinstance(value, ErrorValue):
            run.warn("INVALID_TYPE", f"expected a list but found {brief(value)}")
        return None
    run.step(len(value))
    if isinstance(predicate, syntax.Comparison) and predicate.operator != "!=":
        return _matching(run, value, predicate, scope)
    if not isinstance(predicate, syntax.Invocation):
        index = run.evaluate(predicate, scope)
        if isinstance(index, Decimal):
            return _at(value, index)
        if isinstance(index, ErrorValue):
            return fatal(index)
    return _matching(run, value, predicate, scope)


def _matching(run: Run, items: list[Value], predicate: syntax.Expr, scope: Scope) -> Value:
    matches: list[Value] = []
    for position, item in enumerate(items):
        answer = run.evaluate(predicate, _item_scope(item, scope))
        if answer is True:
            matches.append(item)
        elif position == 0 and isinstance(answer, Decimal):
            return _at(items, answer)
        elif isinstance(answer, ErrorValue):
            return fatal(answer)
    return matches


def _item_scope(item: Value, scope: Scope) -> Scope:
    inner = Scope({"item": item}, scope)
    return Scope(item, inner) if is_context(item) else inner


def _at(items: list[Value], index: Decimal) -> Value:
    position = to_int(index)
    if 0 < position <= len(items):
        return items[position - 1]
    return items[position] if -len(items) <= position < 0 else None
