"""`zeebe_grpc.dmn`: the small face over it all."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.unit.dmn.models import NOW, decision, literal, model, requires
from zeebe_grpc.dmn import DmnError, UnknownDecisionError, decide, main_decision, read

CHAIN = model(decision("base", literal("x")), decision("top", literal("base + 1"), needs=requires("base")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "chain.dmn"
    file.write_bytes(CHAIN)
    return file


def test_a_path_bytes_or_a_model(path: Path) -> None:
    for source in (path, str(path), CHAIN, read(path)):
        assert decide(source, {"x": 1}).output == 2


def test_the_decision_that_no_other_requires_is_decided() -> None:
    assert main_decision(read(CHAIN)).id == "top"
    assert decide(CHAIN, {"x": 1}, decision_id="base").output == 1


def test_several_such_decisions_must_be_told_apart() -> None:
    two = model(decision("a", literal("1")), decision("b", literal("2")))
    with pytest.raises(UnknownDecisionError, match=r"Name one.*'a', 'b'"):
        decide(two)
    assert decide(two, decision_id="b").output == 2


def test_an_unknown_decision_names_those_there_are() -> None:
    with pytest.raises(UnknownDecisionError, match="no decision 'nope' in this model; it has"):
        decide(CHAIN, decision_id="nope")


def test_variables_may_be_left_out() -> None:
    assert decide(CHAIN).output is None


def test_the_clock_is_the_one_given() -> None:
    content = model(decision("d", literal("string(now())")))
    assert decide(content, now=NOW).output == "2026-01-15T10:30:00Z"
    assert decide(content, now=NOW, zone=timezone(timedelta(hours=2))).output == "2026-01-15T12:30:00+02:00"


def test_without_a_clock_it_is_the_current_time() -> None:
    before = datetime.now(timezone.utc).replace(microsecond=0)
    told = decide(model(decision("d", literal("now()")))).output
    assert before <= datetime.fromisoformat(told[:19] + "+00:00") <= datetime.now(timezone.utc)


def test_a_clock_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        decide(CHAIN, now=NOW.replace(tzinfo=None))


def test_a_bad_file_names_itself(tmp_path: Path) -> None:
    file = tmp_path / "bad.dmn"
    file.write_text("<definitions>")
    with pytest.raises(DmnError, match=r"^bad.dmn: line 1"):
        decide(file)


def test_a_failed_evaluation_is_a_result() -> None:
    result = decide(model(decision("d", literal('assert(1, false, "too late")'))))
    assert (result.output, result.failed_decision_id) == (None, "d")
    assert "too late" in result.failure_message
