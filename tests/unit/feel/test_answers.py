"""Zeebe's own expression language is the judge: outcome, JSON text and warning types, expression by expression."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.unit.feel.answers import SHARED, Case, accepted, ours, probed, recorded, shared


def judged(cases: Iterable[Case]) -> tuple[int, list[str], set[str]]:
    """How many were asked, the failures as a readable report, and the accepted differences that were met."""
    count, report, met, listed = 0, [], set[str](), accepted()
    for case in cases:
        count += 1
        answer = ours(case)
        if answer == case.answer:
            continue
        if case.expression in listed:
            met.add(case.expression)
            continue
        asked = f"{case.expression!r} on {case.input}" if case.input else repr(case.expression)
        report.append(f"[{case.group}] {asked}\n    engine: {case.answer}\n    ours:   {answer}")
    return count, report, met


def check(cases: Iterable[Case], at_least: int) -> set[str]:
    count, report, met = judged(cases)
    assert count >= at_least
    assert not report, f"{len(report)} of {count} answers differ:\n" + "\n".join(report[:40])
    return met


def test_every_recorded_answer() -> None:
    check(recorded(), at_least=4540)


def test_the_corners_of_the_language_and_no_difference_listed_in_vain() -> None:
    assert check(probed(), at_least=360) == set(accepted())


def test_every_difference_has_a_reason() -> None:
    assert all(len(reason) > 40 for reason in accepted().values())


def test_the_whole_record_beside_the_project() -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is absent: the groups of the standard and of real models are read from there")
    assert check(shared(), at_least=6267) == set()
