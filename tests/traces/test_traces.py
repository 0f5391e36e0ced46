"""Our engine plays what Zeebe's engine was recorded playing, and does the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.traces.cases import read_cases, shared_folder
from tests.traces.comparer import DIFFERENT, REFUSED_BY_US, Verdict, judge
from tests.traces.player import Player
from tests.traces.report import table

DATA = Path(__file__).resolve().parents[1] / "data"


def _judged(traces: Path, models: Path) -> list[Verdict]:
    return [judge(case, Player(case).play()) for case in read_cases(traces, models)]


def _complaints(verdicts: list[Verdict]) -> list[str]:
    wrong = [verdict for verdict in verdicts if verdict.kind in (DIFFERENT, REFUSED_BY_US)]
    return [f"{verdict.case.name}: {verdict.kind}: {verdict.difference}" for verdict in wrong]


def _inner(verdicts: list[Verdict]) -> list[str]:
    return [f"{verdict.case.name}: {verdict.inner}" for verdict in verdicts if verdict.inner]


def test_our_own_models_run_as_recorded() -> None:
    verdicts = _judged(DATA / "traces", DATA)
    print(table(verdicts))
    assert len(verdicts) > 1300
    assert _complaints(verdicts) == []
    assert _inner(verdicts) == []


def test_public_models_run_as_recorded() -> None:
    shared = shared_folder()
    if shared is None:
        pytest.skip("no recordings of public models beside the repository (../shared or ZEEBE_GRPC_SHARED)")
    verdicts = _judged(shared / "traces", shared / "models")
    print(table(verdicts))
    assert _complaints(verdicts) == []
    assert _inner(verdicts) == []
