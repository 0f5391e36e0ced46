"""Every recorded deployment and evaluation of the real engine, repeated here."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from zeebe_grpc.engine.dmn import DmnError, evaluate, parse_dmn
from zeebe_grpc.engine.dmn.report import as_answer

RECORD = Path(__file__).parents[2] / "data" / "dmn" / "zeebe.jsonl"
LINES = [json.loads(line) for line in RECORD.read_text(encoding="utf-8").splitlines()]
CASES = [line for line in LINES if "dmn" in line]
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=timezone.utc)


def test_the_record_is_whole() -> None:
    assert len(CASES) == 104
    assert sum(len(case.get("answers", ())) for case in CASES) == 700


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_recorded_model(case: dict[str, Any]) -> None:
    try:
        model = parse_dmn(case["dmn"].encode())
    except DmnError:
        assert case["deploy"] == "INVALID_ARGUMENT"
        return
    assert case["deploy"] == "OK"
    assert sorted(model.decisions) == case["deployed"]
    for answer in case["answers"]:
        evaluation = evaluate(model, case["decision"], answer["vars"], now=NOW, zone=timezone.utc)
        assert as_answer(model, answer["vars"], evaluation) == answer
