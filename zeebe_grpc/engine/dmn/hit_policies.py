"""What comes out of the rules that match: hit policies, aggregations, priorities.

Rows in, one value out. Nothing here evaluates FEEL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import reduce

from zeebe_grpc.engine.dmn.errors import EvaluationFailure
from zeebe_grpc.engine.dmn.model import DecisionTable, OutputClause
from zeebe_grpc.engine.dmn.values import DecisionContext, same
from zeebe_grpc.engine.feel.decimals import add
from zeebe_grpc.engine.feel.rendering import as_source
from zeebe_grpc.engine.feel.values import Value

Row = Mapping["str | None", Value]
"""The outputs of one matched rule by name."""


def combine(table: DecisionTable, rows: Sequence[Row]) -> Value:
    """The value of a table of which these rules, at least one, match; in the order of the table.

    Raises:
        EvaluationFailure: The hit policy forbids it, or an aggregation met something that is no number.
    """
    return _POLICIES[table.hit_policy](table, rows)


def single(row: Row) -> Value:
    """The value of one row: that of its only output, or a context of them all."""
    if len(row) == 1:
        return next(iter(row.values()))
    return DecisionContext({name or "": value for name, value in row.items()})


def _first(_table: DecisionTable, rows: Sequence[Row]) -> Value:
    return single(rows[0])


def _unique(_table: DecisionTable, rows: Sequence[Row]) -> Value:
    if len(rows) > 1:
        raise EvaluationFailure(f"{len(rows)} rules match, but the hit policy UNIQUE allows one: {_shown(rows)}")
    return single(rows[0])


def _any(_table: DecisionTable, rows: Sequence[Row]) -> Value:
    for row in rows[1:]:
        if row.keys() != rows[0].keys() or not all(same(row[name], rows[0][name]) for name in row):
            raise EvaluationFailure(f"the matching rules differ, but the hit policy is ANY: {_shown(rows)}")
    return single(rows[0])


def _priority(table: DecisionTable, rows: Sequence[Row]) -> Value:
    return single(_by_priority(table, rows)[0])


def _output_order(table: DecisionTable, rows: Sequence[Row]) -> Value:
    return _all(table, _by_priority(table, rows))


def _all(_table: DecisionTable, rows: Sequence[Row]) -> Value:
    if len(rows[0]) == 1:
        return [next(iter(row.values())) for row in rows]
    return [single(row) for row in rows]


def _collect(table: DecisionTable, rows: Sequence[Row]) -> Value:
    if not table.aggregation:
        return _all(table, rows)
    if table.aggregation == "COUNT":
        return Decimal(len(rows))
    return _AGGREGATIONS[table.aggregation](_numbers(rows))


def _numbers(rows: Sequence[Row]) -> list[Decimal]:
    numbers: list[Decimal] = []
    for row in rows:
        value = next(iter(row.values()))
        if not isinstance(value, Decimal):
            raise EvaluationFailure(f"expected a number to aggregate but found {as_source(value)}")
        numbers.append(value)
    return numbers


def _by_priority(table: DecisionTable, rows: Sequence[Row]) -> list[Row]:
    """Sorted by what their outputs' places among the output values look like as text, one after another."""
    places = [(output, {value: str(place) for place, value in enumerate(output.values)}) for output in table.outputs]
    return sorted(rows, key=lambda row: "".join(_place(row, output, known) for output, known in places))


def _place(row: Row, output: OutputClause, known: Mapping[str, str]) -> str:
    """What is not listed comes after all digits; only strings and numbers can be listed."""
    if output.name not in row:
        raise EvaluationFailure(f"a matching rule has no output '{output.name}', by which the rules are put in order")
    value = row[output.name]
    return known.get(str(value), "_") if isinstance(value, (str, Decimal)) else "_"


def _shown(rows: Sequence[Row]) -> str:
    return "; ".join(", ".join(f"{name}: {as_source(value)}" for name, value in row.items()) for row in rows)


_POLICIES: Mapping[str, Callable[[DecisionTable, Sequence[Row]], Value]] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "OUTPUT ORDER": _output_order,
    "RULE ORDER": _all,
    "COLLECT": _collect,
}
_AGGREGATIONS: Mapping[str, Callable[[list[Decimal]], Decimal]] = {
    "SUM": lambda numbers: reduce(add, numbers),
    "MIN": min,
    "MAX": max,
}
