"""Built-in functions that ask how points and ranges lie to each other, after Allen's interval algebra."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from zeebe_grpc.engine.feel.builtins.registry import ANYTHING, CallError, CallFailureError, builtin
from zeebe_grpc.engine.feel.comparison import NotComparableError, order
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from zeebe_grpc.engine.feel.values import Range, Value

_Rule: TypeAlias = Callable[[Value, Value], bool]

_POINTS = (Decimal, Date, Time, DateTime, DayTimeDuration, YearMonthDuration)
_TWO_POINTS = ("point1", "point2")
_POINT_RANGE = ("point", "range")
_RANGE_POINT = ("range", "point")
_TWO_RANGES = ("range1", "range2")


def _relation(name: str, rules: dict[tuple[str, str], _Rule], *, otherwise: bool | None = None) -> None:
    """Enter a relation with a rule for each pair of shapes; other pairs are `otherwise`, or a failure."""
    by_shape = {(a.startswith("range"), b.startswith("range")): rule for (a, b), rule in rules.items()}

    def relate(_run: Run, left: Value, right: Value) -> Value:
        _check_comparable(left, right)
        rule = by_shape.get((isinstance(left, Range), isinstance(right, Range)))
        if rule is not None:
            return rule(left, right)
        if otherwise is None:
            raise CallFailureError(f"'{name}' relates no such pair of point and range")
        return otherwise

    for first, second in rules:
        builtin(name, (first, ANYTHING), (second, ANYTHING))(relate)


def _check_comparable(left: Value, right: Value) -> None:
    first, second = (value.start if isinstance(value, Range) else value for value in (left, right))
    if not isinstance(first, _POINTS):
        raise CallError
    try:
        order(first, second)
    except NotComparableError:
        raise CallError from None


def _less(left: Value, right: Value, *, if_equal: bool = False) -> bool:
    position = order(left, right)
    return position < 0 or (position == 0 and if_equal)


def _equal(left: Value, right: Value) -> bool:
    return order(left, right) == 0


def _before(left: Range, right: Range) -> bool:
    return _less(left.end, right.start, if_equal=not (left.end_included and right.start_included))


def _point_before(point: Value, span: Range) -> bool:
    return _less(point, span.start, if_equal=not span.start_included)


def _point_after(point: Value, span: Range) -> bool:
    return _less(span.end, point, if_equal=not span.end_included)


def _meets(left: Range, right: Range) -> bool:
    return left.end_included and right.start_included and _equal(left.end, right.start)


def _reaches(left: Range, right: Range) -> bool:
    return _less(right.start, left.end, if_equal=left.end_included and right.start_included)


def _overlaps(left: Range, right: Range) -> bool:
    return _reaches(left, right) and _reaches(right, left)


def _overlaps_before(left: Range, right: Range) -> bool:
    earlier = _less(left.start, right.start, if_equal=left.start_included and not right.start_included)
    inside = _less(left.end, right.end, if_equal=not left.end_included or right.end_included)
    return earlier and _reaches(left, right) and inside


def _starts_within(inner: Range, outer: Range) -> bool:
    return _less(outer.start, inner.start, if_equal=outer.start_included or not inner.start_included)


def _ends_within(inner: Range, outer: Range) -> bool:
    return _less(inner.end, outer.end, if_equal=outer.end_included or not inner.end_included)


def _same_start(left: Range, right: Range) -> bool:
    return left.start_included == right.start_included and _equal(left.start, right.start)


def _same_end(left: Range, right: Range) -> bool:
    return left.end_included == right.end_included and _equal(left.end, right.end)


def _during(inner: Range, outer: Range) -> bool:
    return _starts_within(inner, outer) and _ends_within(inner, outer)


def _point_during(point: Value, span: Range) -> bool:
    return _during(Range(point, point, True, True), span)


def _finishes(left: Range, right: Range) -> bool:
    return _same_end(left, right) and _starts_within(left, right)


def _point_finishes(point: Value, span: Range) -> bool:
    return span.end_included and _equal(point, span.end)


def _starts(left: Range, right: Range) -> bool:
    return _same_start(left, right) and _ends_within(left, right)


def _point_starts(point: Value, span: Range) -> bool:
    return span.start_included and _equal(point, span.start)


def _coincides(left: Range, right: Range) -> bool:
    return _same_start(left, right) and _same_end(left, right)


def _turned(rule: _Rule) -> _Rule:
    return lambda left, right: rule(right, left)


_relation(
    "before",
    {_TWO_POINTS: _less, _POINT_RANGE: _point_before, _RANGE_POINT: _turned(_point_after), _TWO_RANGES: _before},
)
_relation(
    "after",
    {
        _TWO_POINTS: _turned(_less),
        _POINT_RANGE: _point_after,
        _RANGE_POINT: _turned(_point_before),
        _TWO_RANGES: _turned(_before),
    },
)
_relation("meets", {_TWO_RANGES: _meets})
_relation("met by", {_TWO_RANGES: _turned(_meets)})
_relation("overlaps", {_TWO_RANGES: _overlaps})
_relation("overlaps before", {_TWO_RANGES: _overlaps_before})
_relation("overlaps after", {_TWO_RANGES: _turned(_overlaps_before)})
_relation("finishes", {_POINT_RANGE: _point_finishes, _TWO_RANGES: _finishes})
_relation("finished by", {_RANGE_POINT: _turned(_point_finishes), _TWO_RANGES: _turned(_finishes)})
_relation("includes", {_RANGE_POINT: _turned(_point_during), _TWO_RANGES: _turned(_during)})
_relation("during", {_POINT_RANGE: _point_during, _TWO_RANGES: _during})
_relation("starts", {_POINT_RANGE: _point_starts, _TWO_RANGES: _starts})
_relation("started by", {_RANGE_POINT: _turned(_point_starts), _TWO_RANGES: _turned(_starts)})
_relation("coincides", {_TWO_POINTS: _equal, _TWO_RANGES: _coincides}, otherwise=False)
