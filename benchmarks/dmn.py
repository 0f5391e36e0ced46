"""What a decision costs: reading a table of 100 rules, and deciding by it.

Run it with ``python benchmarks/dmn.py``. Prints the best of several rounds, for the machine has other things to do too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from zeebe_grpc.engine.dmn import evaluate, parse_dmn

RULES = 100
ROUNDS = 7
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=timezone.utc)


def table_of(rules: int, policy: str) -> bytes:
    """A table with two inputs and one output; each rule tests a range and a string."""
    rows = "".join(
        f'<rule id="r{place}"><inputEntry><text>[{place * 10}..{place * 10 + 9}]</text></inputEntry>'
        f'<inputEntry><text>"a", "b"</text></inputEntry><outputEntry><text>{place}.5</text></outputEntry></rule>'
        for place in range(rules)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="n">'
        f'<decision id="d" name="d"><decisionTable hitPolicy="{policy}">'
        '<input id="i0"><inputExpression><text>amount</text></inputExpression></input>'
        '<input id="i1"><inputExpression><text>kind</text></inputExpression></input>'
        f'<output id="o" name="rate"/>{rows}</decisionTable></decision></definitions>'
    ).encode()


def best(work: Callable[[], object], times: int) -> float:
    """Microseconds of one call, the best of several rounds."""
    rounds: list[float] = []
    for _ in range(ROUNDS):
        start = perf_counter()
        for _ in range(times):
            work()
        rounds.append((perf_counter() - start) / times)
    return min(rounds) * 1e6


def main() -> None:
    """Measure and print."""
    content = table_of(RULES, "UNIQUE")
    model = parse_dmn(content)
    variables = {"amount": 505, "kind": "b"}
    result = evaluate(model, "d", variables, now=NOW, zone=timezone.utc)
    assert (result.output, result.decisions[0].rules[0].index) == (50.5, 51)
    print(f"read a table of {RULES} rules      {best(lambda: parse_dmn(content), 5):10.0f} us")
    deciding = best(lambda: evaluate(model, "d", variables, now=NOW, zone=timezone.utc), 20)
    print(f"decide by it, one rule matches   {deciding:10.0f} us   ({deciding / RULES:.1f} us a rule)")


if __name__ == "__main__":
    main()
