"""Built-in functions that look into lists, cut, join and sort them. No list is ever changed: each gives a new one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cmp_to_key

from zeebe_grpc.engine.feel.builtins.registry import ANYTHING, LIST, NUMBER, CallError, builtin
from zeebe_grpc.engine.feel.comparison import Bag, identical, same
from zeebe_grpc.engine.feel.decimals import to_int
from zeebe_grpc.engine.feel.rendering import as_source, weigh
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.values import ErrorValue, Function, Value, is_list

_ITEMS = ("list", LIST)
_LISTS = ("lists", LIST)


@builtin("list contains", _ITEMS, ("element", ANYTHING))
def _contains(run: Run, items: list[Value], element: Value) -> Value:
    run.step(len(items))
    return any(identical(item, element) for item in items)


@builtin("count", _ITEMS)
def _count(_run: Run, items: list[Value]) -> Value:
    return Decimal(len(items))


@builtin("is empty", _ITEMS)
def _is_empty(_run: Run, items: list[Value]) -> Value:
    return not items


def _place(position: Decimal, what: str = "position") -> int:
    place = to_int(position)
    if place == 0:
        raise CallError(f"the {what} must not be zero")
    return place


@builtin("sublist", _ITEMS, ("start", NUMBER))
def _sublist(run: Run, items: list[Value], start: Decimal) -> Value:
    run.step(len(items))
    first = _place(start, "start position")
    return items[first - 1 :] if first > 0 else items[first:]


@builtin("sublist", _ITEMS, ("start", NUMBER), ("length", NUMBER))
def _sublist_of_length(run: Run, items: list[Value], start: Decimal, length: Decimal) -> Value:
    run.step(len(items))
    first = _place(start, "start position")
    begin = first - 1 if first > 0 else max(0, len(items) + first)
    return items[begin : begin + max(0, to_int(length))]


@builtin("append", _ITEMS, ("items", LIST), variadic=True)
def _append(run: Run, items: list[Value], more: list[Value]) -> Value:
    run.step(len(items))
    return [*items, *more]


@builtin("concatenate", _LISTS, variadic=True)
def _concatenate(run: Run, lists: list[Value]) -> Value:
    return _joined(run, lists)


def _joined(run: Run, lists: list[Value]) -> list[Value]:
    result: list[Value] = []
    for part in lists:
        result.extend(part if is_list(part) else (part,))
        run.step(len(result) >> 6)
    run.step(len(result))
    return result


@builtin("insert before", _ITEMS, ("position", NUMBER), ("newItem", ANYTHING))
def _insert(run: Run, items: list[Value], position: Decimal, item: Value) -> Value:
    run.step(len(items))
    place = _place(position)
    index = place - 1 if place > 0 else max(0, len(items) + place)
    return [*items[:index], item, *items[index:]]


@builtin("remove", _ITEMS, ("position", NUMBER))
def _remove(run: Run, items: list[Value], position: Decimal) -> Value:
    run.step(len(items))
    place = _place(position)
    index = place - 1 if place > 0 else len(items) + place
    return [item for at, item in enumerate(items) if at != index]


@builtin("reverse", _ITEMS)
def _reverse(run: Run, items: list[Value]) -> Value:
    run.step(len(items))
    return items[::-1]


@builtin("index of", _ITEMS, ("match", ANYTHING))
def _index_of(run: Run, items: list[Value], match: Value) -> Value:
    run.step(len(items) + weigh(match))
    return [Decimal(at) for at, item in enumerate(items, start=1) if same(item, match)]


@builtin("union", _LISTS, variadic=True)
def _union(run: Run, lists: list[Value]) -> Value:
    return _distinct(run, _joined(run, lists))


@builtin("distinct values", _ITEMS)
def _distinct_values(run: Run, items: list[Value]) -> Value:
    return _distinct(run, items)


def _distinct(run: Run, items: Iterable[Value]) -> list[Value]:
    seen = Bag(run)
    return [item for item in items if seen.add(item)]


@builtin("duplicate values", _ITEMS)
def _duplicates(run: Run, items: list[Value]) -> Value:
    seen, repeated = Bag(run), Bag(run)
    return [item for item in items if not seen.add(item) and repeated.add(item)]


@builtin("flatten", _ITEMS)
def _flatten(run: Run, items: list[Value]) -> Value:
    run.step(weigh(items))
    result: list[Value] = []
    pending = items[::-1]
    while pending:
        item = pending.pop()
        if is_list(item):
            pending.extend(reversed(item))
        else:
            result.append(item)
    return result


@builtin("partition", _ITEMS, ("size", NUMBER))
def _partition(run: Run, items: list[Value], size: Decimal) -> Value:
    run.step(len(items))
    length = to_int(size)
    if length <= 0:
        raise CallError("the size must be greater than zero")
    return [items[at : at + length] for at in range(0, len(items), length)]


@builtin("sort", _ITEMS, ("precedes", Function))
def _sort(run: Run, items: list[Value], precedes: Function) -> Value:
    if len(precedes.parameters) != 2:
        raise CallError(f"expected a function of 2 parameters but found {len(precedes.parameters)}")

    def compare(left: Value, right: Value) -> int:
        answer = precedes.call((left, right))
        if not isinstance(answer, bool):
            reason = answer.message if isinstance(answer, ErrorValue) else f"it gave {as_source(answer)}"
            raise CallError(f"the function has to give a boolean: {reason}")
        return -1 if answer else 1

    run.step(len(items))
    return sorted(items, key=cmp_to_key(compare))
