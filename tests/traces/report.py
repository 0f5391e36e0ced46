"""The outcome of many cases: a table per element family, and the same as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.traces.comparer import DIFFERENT, KINDS, Verdict
from tests.traces.families import families


def table(verdicts: Sequence[Verdict]) -> str:
    """One row per family: how many cases ended how. A case counts in every family that its model has."""
    rows = dict(sorted(_by_family(verdicts).items()))
    rows["all"] = _counts(verdicts)
    width = max(len(name) for name in rows)
    columns = [*KINDS, "inner different"]
    lines = ["  ".join([" " * width, *columns])]
    for name, counts in rows.items():
        lines.append("  ".join([name.ljust(width), *(str(counts[column]).rjust(len(column)) for column in columns)]))
    return "\n".join(lines)


def as_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """All that the table and the lines say."""
    return {
        "families": {name: dict(counts) for name, counts in sorted(_by_family(verdicts).items())},
        "all": dict(_counts(verdicts)),
        "cases": [
            {
                "model": verdict.case.model,
                "scenario": verdict.case.scenario,
                "outcome": verdict.kind,
                "difference": verdict.difference,
                "inner": verdict.inner,
            }
            for verdict in verdicts
        ],
    }


def _by_family(verdicts: Sequence[Verdict]) -> dict[str, Counter[str]]:
    groups: dict[str, list[Verdict]] = {}
    known: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.case.model not in known:
            known[verdict.case.model] = families(verdict.case.model_content)
        for family in known[verdict.case.model]:
            groups.setdefault(family, []).append(verdict)
    return {family: _counts(members) for family, members in groups.items()}


def _counts(verdicts: Sequence[Verdict]) -> Counter[str]:
    counts = Counter(verdict.kind for verdict in verdicts)
    counts["inner different"] = sum(1 for verdict in verdicts if verdict.inner and verdict.kind != DIFFERENT)
    return counts
