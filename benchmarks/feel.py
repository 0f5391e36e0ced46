"""What FEEL costs: parsing, a plain path, an expression of ten nodes, unary tests, and a loop.

Run it with ``python benchmarks/feel.py``. Machines differ, so each cost also stands as a multiple of the same work done
by a Python lambda (with its decimals) on the same machine.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from zeebe_grpc.engine.feel import parse_expression, parse_unary_tests
from zeebe_grpc.engine.feel.parser import parse

NOW = datetime(2026, 1, 15, tzinfo=timezone.utc)
ORDER: dict[str, Any] = {
    "customer": {"name": "Ada", "age": 36},
    "order": {"total": 120.5, "items": [{"price": 80, "count": 1}, {"price": 40.5, "count": 1}]},
}
TEN_NODES = "if order.total * 1.19 > 100 and customer.age >= 18 then order.total - 10 else 0"


def cost(work: Callable[[], object]) -> float:
    """Microseconds of one call in processor time, the best of five rounds."""
    timer = timeit.Timer(work, timer=process_time)
    number, _ = timer.autorange()
    return min(timer.repeat(5, max(1, number // 5))) / max(1, number // 5) * 1e6


def evaluated(text: str) -> Callable[[], object]:
    """The evaluation of a parsed expression over the order."""
    expression = parse_expression(text)
    return lambda: expression.evaluate(ORDER, now=NOW, zone=timezone.utc).value


def by_hand() -> object:
    """The expression of ten nodes, written in Python."""
    total, age = Decimal(repr(ORDER["order"]["total"])), Decimal(ORDER["customer"]["age"])
    return total - Decimal(10) if total * Decimal("1.19") > Decimal(100) and age >= Decimal(18) else Decimal(0)


def main() -> None:
    """Print one line for each kind of work."""
    tests = parse_unary_tests("[10..20], > 100")
    rows: list[tuple[str, Callable[[], object], Callable[[], object] | None]] = [
        ("parse ten nodes (first time only)", lambda: parse(TEN_NODES), None),
        ("a parsed text again (from memory)", lambda: parse_expression(TEN_NODES), None),
        ("a plain path: customer.name", evaluated("customer.name"), lambda: ORDER["customer"]["name"]),
        ("ten nodes: if, and, two comparisons", evaluated(TEN_NODES), by_hand),
        (
            "sum of a path over a list",
            evaluated("sum(order.items.price)"),
            lambda: sum(Decimal(repr(item["price"])) for item in ORDER["order"]["items"]),
        ),
        ("unary tests on a number", lambda: tests.evaluate(15, ORDER, now=NOW, zone=timezone.utc), None),
        (
            "a loop of 100 rounds",
            evaluated("for i in 1..100 return i * 2"),
            lambda: [Decimal(number) * Decimal(2) for number in range(1, 101)],
        ),
    ]
    for name, work, alike in rows:
        spent = cost(work)
        ratio = f"{spent / cost(alike):8.1f} x Python" if alike else ""
        print(f"{name:36} {spent:9.2f} us {ratio}")


if __name__ == "__main__":
    main()
