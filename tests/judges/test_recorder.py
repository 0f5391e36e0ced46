"""The recorder on the live engine: what it records it can prove, and it tells what is no longer true.

Runs with `--zeebe-target engine`, where Java and Maven are.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.judges import record

MODEL = Path(__file__).parents[1] / "clients" / "charge.bpmn"


@pytest.fixture
def models(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a folder with one model."""
    if request.config.getoption("--zeebe-target") != "engine":
        pytest.skip("needs the live engine: --zeebe-target engine")
    folder = tmp_path / "models"
    (folder / "own").mkdir(parents=True)
    shutil.copy(MODEL, folder / "own")
    return folder


def test_what_is_recorded_can_be_proved(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    traces = tmp_path / "traces.jsonl"
    assert record.main(["--models", str(models), "--output", str(traces)]) == 0
    lines = [json.loads(line) for line in traces.read_text().splitlines()]
    assert [(line["scenario"], line["outcome"]) for line in lines] == [
        ("D", "deployed"),
        ("S1", "completed"),
        ("S3", "completed"),
        ("S5", "completed"),
        ("X1", "terminated"),
    ]
    assert record.main(["--models", str(models), "--verify", str(traces)]) == 0
    assert "5 equal, 0 different" in capsys.readouterr().out


def test_what_is_no_longer_true_is_told(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    traces = tmp_path / "traces.jsonl"
    record.main(["--models", str(models), "--output", str(traces)])
    traces.write_text(traces.read_text().replace('"el": "done"', '"el": "gone"'))
    assert record.main(["--models", str(models), "--verify", str(traces)]) == 1
    told = capsys.readouterr().out
    assert "own/charge.bpmn charge-order S1: record" in told
    assert '"el": "gone"' in told
    assert '"el": "done"' in told
