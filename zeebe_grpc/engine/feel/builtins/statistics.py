"""Built-in functions that make one value of many: sums, means, extremes, and whether all or any are true."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import reduce

from zeebe_grpc.engine.feel import comparison, decimals
from zeebe_grpc.engine.feel.builtins.registry import LIST, CallError, CallFailureError, builtin
from zeebe_grpc.engine.feel.comparison import NoOrderError
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.values import Value

_ITEMS = ("list", LIST)


def _numbers(run: Run, items: list[Value]) -> list[Decimal]:
    run.step(len(items))
    if not all(isinstance(item, Decimal) for item in items):
        raise CallError("expected a list of numbers")
    return items


def _extreme(run: Run, items: list[Value], better: Callable[[int], bool]) -> Value:
    run.step(len(items))
    if not items:
        return None
    if not comparison.have_order(items):
        raise CallError("the items cannot be compared")
    best = items[0]
    try:
        for item in items[1:]:
            best = item if better(comparison.order(item, best)) else best
    except NoOrderError:
        raise CallFailureError("lists have no order") from None
    return best


@builtin("min", _ITEMS, variadic=True)
def _min(run: Run, items: list[Value]) -> Value:
    return _extreme(run, items, lambda position: position < 0)


@builtin("max", _ITEMS, variadic=True)
def _max(run: Run, items: list[Value]) -> Value:
    return _extreme(run, items, lambda position: position > 0)


@builtin("sum", _ITEMS, variadic=True)
def _sum(run: Run, items: list[Value]) -> Value:
    numbers = _numbers(run, items)
    return reduce(decimals.add, numbers) if numbers else None


@builtin("product", _ITEMS, variadic=True)
def _product(run: Run, items: list[Value]) -> Value:
    numbers = _numbers(run, items)
    return reduce(decimals.multiply, numbers) if numbers else None


@builtin("mean", _ITEMS, variadic=True)
def _mean(run: Run, items: list[Value]) -> Value:
    numbers = _numbers(run, items)
    return _average(numbers) if numbers else None


def _average(numbers: list[Decimal]) -> Decimal:
    return decimals.divide(reduce(decimals.add, numbers), Decimal(len(numbers)))


@builtin("median", _ITEMS, variadic=True)
def _median(run: Run, items: list[Value]) -> Value:
    numbers = sorted(_numbers(run, items))
    if not numbers:
        return None
    middle = len(numbers) // 2
    return numbers[middle] if len(numbers) % 2 else _average(numbers[middle - 1 : middle + 1])


@builtin("stddev", _ITEMS, variadic=True)
def _stddev(run: Run, items: list[Value]) -> Value:
    numbers = _numbers(run, items)
    if not numbers:
        return None
    if len(numbers) == 1:
        raise CallFailureError("one number has no standard deviation")
    mean = _average(numbers)
    deviations = [decimals.subtract(number, mean) for number in numbers]
    squares = reduce(decimals.add, (decimals.multiply(deviation, deviation) for deviation in deviations))
    return decimals.from_float(math.sqrt(decimals.divide(squares, Decimal(len(numbers) - 1))))


@builtin("mode", _ITEMS, variadic=True)
def _mode(run: Run, items: list[Value]) -> Value:
    counts: dict[Decimal, int] = {}
    for number in _numbers(run, items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)


def _surveyed(items: list[Value], *, decisive: bool) -> Value:
    if any(item is decisive for item in items):
        return decisive
    return not decisive if all(isinstance(item, bool) for item in items) else None


@builtin("and", _ITEMS, variadic=True)
@builtin("all", _ITEMS, variadic=True)
def _all(_run: Run, items: list[Value]) -> Value:
    return _surveyed(items, decisive=False)


@builtin("or", _ITEMS, variadic=True)
@builtin("any", _ITEMS, variadic=True)
def _any(_run: Run, items: list[Value]) -> Value:
    return _surveyed(items, decisive=True)
