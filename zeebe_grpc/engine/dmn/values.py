"""FEEL values as decisions make and compare them: boxed contexts, sameness, and the way to JSON.

Knows values only, no model and no evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, cast

from zeebe_grpc.engine.dmn.errors import LimitFailure
from zeebe_grpc.engine.feel.ordering import SMALL, context_order
from zeebe_grpc.engine.feel.rendering import to_json as feel_to_json
from zeebe_grpc.engine.feel.values import Context, Function, Value, Variables


class DecisionContext(Context):
    """A context that a decision makes. Unlike one that FEEL text writes down, it has its functions among its entries.

    So they can be called, passed on, and are null in JSON.
    """

    __slots__ = ()

    def __init__(self, entries: Mapping[str, Value]) -> None:
        super().__init__()
        self.update((name, entries[name]) for name in context_order(entries))
        self.functions.update((name, (entry,)) for name, entry in entries.items() if isinstance(entry, Function))


MAX_NESTING = 200
"""Lists and contexts inside each other in what an evaluation reports."""


def to_json(value: Value, room: int = MAX_NESTING) -> Any:
    """A value as an evaluation reports it: None, bool, int (64 bits), float, str, list or dict.

    Raises:
        LimitFailure: It nests too deeply.
    """
    if room < 0:
        raise LimitFailure(f"a value nests more than {MAX_NESTING} levels deep")
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, Value]", value)
        return {name: to_json(entries[name], room - 1) for name in context_order(entries)}
    if isinstance(value, list):
        return [to_json(item, room - 1) for item in cast("list[object]", value)]
    return feel_to_json(value)


def same(left: Value, right: Value) -> bool:
    """Whether two results are one to the hit policy ANY.

    Stricter than FEEL's ``=``: times of different zones differ, and a context that FEEL text makes is only like itself.
    """
    if left is right:
        return True
    if isinstance(left, list):
        return isinstance(right, list) and _same_items(cast("list[object]", left), cast("list[object]", right))
    if isinstance(left, _LIKE_OTHERS) and isinstance(right, _LIKE_OTHERS):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return type(left) is type(right) and not isinstance(left, Mapping) and bool(left == right)


_LIKE_OTHERS = (Variables, DecisionContext)


def _same_items(left: list[Value], right: list[Value]) -> bool:
    return len(left) == len(right) and all(map(same, left, right))


def ordered_variables(value: Any) -> Any:
    """A JSON value whose large objects are in the order in which decisions see them; the same value if it has none."""
    if isinstance(value, Mapping) and not isinstance(value, Variables):
        return _ordered_object(cast("Mapping[str, Any]", value))
    if isinstance(value, (list, tuple)):
        return _ordered_items(cast("Sequence[Any]", value))
    return None if isinstance(value, float) and not isfinite(value) else value


def _ordered_object(value: Mapping[str, Any]) -> Mapping[str, Any]:
    entries = {name: ordered_variables(value[name]) for name in context_order(value)}
    changed = len(value) > SMALL or any(entries[name] is not value[name] for name in entries)
    return entries if changed else value


def _ordered_items(value: Sequence[Any]) -> Sequence[Any]:
    items = [ordered_variables(item) for item in value]
    changed = any(new is not old for new, old in zip(items, value, strict=True))
    return items if changed else value
