"""Equality and order of FEEL values, and membership in a range.

Values in, answer out; values of different kinds have none, and the caller warns. Nothing here knows syntax or scopes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from zeebe_grpc.engine.feel.rendering import weigh
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.temporal import NANOS, Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from zeebe_grpc.engine.feel.values import ErrorValue, Range, Value, is_context, is_list, kind_of


class NotComparableError(Exception):
    """Two values of which nobody can say whether they are equal, or which comes first."""


class NoOrderError(Exception):
    """Two lists: the engine gives up on their order altogether."""


def equals(left: Value, right: Value) -> bool:
    """``left = right``. Null equals only null.

    Raises:
        NotComparableError: The values are of different kinds, or ranges or functions.
    """
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind is kind_of(right):
        if kind in _PLAIN:
            return bool(left == right)
        if kind in (Time, DateTime):
            return _same_moment(left, right)
    if is_list(left) and is_list(right):
        return len(left) == len(right) and all(map(same, left, right))
    if is_context(left) and is_context(right):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    raise NotComparableError


def same(left: Value, right: Value) -> bool:
    """Equality inside of lists and contexts: what cannot be compared is not equal."""
    try:
        return equals(left, right)
    except NotComparableError:
        return False


def _same_moment(left: Any, right: Any) -> bool:
    if (left.zone is None) != (right.zone is None):
        raise NotComparableError
    return bool(left == right)


_PLAIN = frozenset((bool, Decimal, str, Date, DayTimeDuration, YearMonthDuration))


def order(left: Value, right: Value) -> int:
    """Negative, zero or positive: where `left` stands before `right`.

    Raises:
        NotComparableError: The values are of different kinds, or of one that has no order.
        NoOrderError: Both are lists that could be compared item by item, which the engine then cannot do.
    """
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return int(left > right) - int(left < right)
    kind = _order_kind(left)
    if kind is None or kind != _order_kind(right):
        raise NotComparableError
    if kind is list:
        raise NoOrderError
    first, second = _position(left), _position(right)
    return int(first > second) - int(first < second)


def have_order(items: list[Value]) -> bool:
    """Whether the items are all of one kind, and one that has an order."""
    kind = _order_kind(items[0]) if items else None
    return kind is not None and all(_kind(item) == kind for item in items)


def _order_kind(value: Value) -> Any:
    """What a value can be ordered among, or None."""
    kind = _kind(value)
    if kind is list:
        return list if have_order(value) else None
    return kind


def _kind(value: Value) -> Any:
    kind = kind_of(value)
    if kind is Time or kind is DateTime:
        return kind, value.zone is None
    return kind if kind is list or kind in _ORDERED else None


_ORDERED = frozenset((Decimal, str, Date, Time, DateTime, DayTimeDuration, YearMonthDuration))


def _position(value: Value) -> Any:
    """What stands for a value when it is ordered. Strings stand in the order of their UTF-16 units."""
    if isinstance(value, str):
        return value.encode("utf-16-be", "surrogatepass")
    if isinstance(value, DayTimeDuration):
        return value.nanos
    if isinstance(value, YearMonthDuration):
        return value.months
    if isinstance(value, Time) and value.zone is not None:
        return value.nanos - value.zone.offset * NANOS, value.nanos, value.zone.id
    if isinstance(value, DateTime) and value.zone is not None:
        return value.instant_nanos, value.local_nanos, value.zone.id
    if isinstance(value, Time):
        return value.nanos
    return value.local_nanos if isinstance(value, DateTime) else value


def ordered(operator: str, left: Value, right: Value) -> bool:
    """``left operator right`` for ``<``, ``<=``, ``>`` and ``>=``.

    Raises:
        NotComparableError: There is no order between them.
        NoOrderError: Both are lists with something in them.
    """
    position = order(left, right)
    if operator == "<":
        return position < 0
    if operator == "<=":
        return position <= 0
    return position > 0 if operator == ">" else position >= 0


def in_range(value: Value, span: Range) -> bool:
    """Whether the value lies in the range.

    Raises:
        NotComparableError: The value and both ends are not all of one kind.
        NoOrderError: They are lists with something in them.
    """
    kinds = {_order_kind(value), _order_kind(span.start), _order_kind(span.end)}
    if len(kinds) > 1 or None in kinds:
        raise NotComparableError
    above, below = order(value, span.start), order(value, span.end)
    return (above > 0 or (above == 0 and span.start_included)) and (below < 0 or (below == 0 and span.end_included))


def identical(left: Value, right: Value) -> bool:
    """Equality of items as the engine's own lists have it: as `same`, but a context equals only itself."""
    if is_list(left) and is_list(right):
        return len(left) == len(right) and all(map(identical, left, right))
    if is_context(left) or is_context(right):
        return left is right
    return same(left, right)


class Bag:
    """Values, each once; plain ones are found at once, lists and contexts one by one. An error is there beside null."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._plain: set[Any] = set()
        self._others: list[Value] = []
        self._errors = False

    def add(self, value: Value) -> bool:
        """Put a value in; whether it was not there before."""
        self._run.step()
        kind = kind_of(value)
        if isinstance(value, ErrorValue):
            self._errors = True
            return (_NULL, None) not in self._plain
        if kind in _PLAIN or kind in (_NULL, Time, DateTime):
            size = len(self._plain)
            self._plain.add((kind, value))
            return len(self._plain) > size and not (value is None and self._errors)
        self._run.step(len(self._others) + weigh(value))
        if any(same(value, other) for other in self._others):
            return False
        self._others.append(value)
        return True


_NULL = type(None)
