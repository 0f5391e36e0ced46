"""The comparer finds what is different, and says where; a defect in the engine turns it red."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.traces.__main__ import main
from tests.traces.cases import Case, Line, read_cases
from tests.traces.comparer import DIFFERENT, EQUAL, REFUSED_BY_BOTH, REFUSED_BY_US, UNSTABLE, judge
from tests.traces.player import Player
from zeebe_grpc.engine.elements.gateways import ParallelGateway
from zeebe_grpc.engine.model.elements import SequenceFlow
from zeebe_grpc.engine.processing.variables import VariableWriter
from zeebe_grpc.engine.state.elements import ElementInstance

DATA = Path(__file__).resolve().parents[1] / "data"


def _case(name: str) -> Case:
    (found,) = (case for case in read_cases(DATA / "traces", DATA, name) if case.name == f"own__crafted/{name}")
    return found


def _changed(case: Case, change: Callable[[list[Line]], None]) -> Case:
    trace = copy.deepcopy(case.trace)
    change(trace)
    return replace(case, trace=trace)


def _first(trace: list[Line], kind: str, intent: str) -> Line:
    return next(line for line in trace if (line["t"], line["i"]) == (kind, intent))


def _judged(case: Case) -> tuple[str, str]:
    verdict = judge(case, Player(case).play())
    return verdict.kind, verdict.difference


def test_equal() -> None:
    assert _judged(_case("par_join.bpmn S1")) == (EQUAL, "")


def test_a_missing_record() -> None:
    def drop(trace: list[Line]) -> None:
        trace.remove(_first(trace, "JOB", "CREATED"))

    kind, difference = _judged(_changed(_case("par_join.bpmn S1"), drop))
    assert kind == DIFFERENT
    assert "the engine wrote [PROCESS_INSTANCE ELEMENT_ACTIVATED" in difference
    assert "ours [JOB CREATED" in difference
    assert "(command 1)" in difference


def test_another_order() -> None:
    def swap(trace: list[Line]) -> None:
        at = trace.index(_first(trace, "PROCESS_INSTANCE", "SEQUENCE_FLOW_TAKEN"))
        trace[at - 1], trace[at] = trace[at], trace[at - 1]

    assert _judged(_changed(_case("flow_order.bpmn S1"), swap))[0] == DIFFERENT


def test_another_value() -> None:
    def change(trace: list[Line]) -> None:
        _first(trace, "VARIABLE", "CREATED")["value"] = "another"

    kind, difference = _judged(_changed(_case("var_scopes.bpmn S1"), change))
    assert kind == DIFFERENT
    assert 'value="another"' in difference


def test_another_scope() -> None:
    def change(trace: list[Line]) -> None:
        _first(trace, "VARIABLE", "CREATED")["scope"] = "e77"

    assert _judged(_changed(_case("var_scopes.bpmn S1"), change))[0] == DIFFERENT


def test_the_order_of_variables_set_at_once_does_not_count() -> None:
    def turn_round(trace: list[Line]) -> None:
        item, counter = (
            line for line in trace if line.get("name") in ("item", "loopCounter") and line["scope"] == "e4"
        )
        at = trace.index(item)
        assert trace[at + 1] is counter
        trace[at : at + 2] = [counter, item]

    assert _judged(_changed(_case("mi_seq_job.bpmn S1"), turn_round))[0] == EQUAL


def test_inner_steps_are_judged_apart() -> None:
    def drop(trace: list[Line]) -> None:
        trace.remove(_first(trace, "PROCESS_EVENT", "TRIGGERED"))

    case = _changed(_case("par_join.bpmn S1"), drop)
    verdict = judge(case, Player(case).play())
    assert (verdict.kind, verdict.difference) == (EQUAL, "")
    assert "PROCESS_EVENT TRIGGERED" in verdict.inner


def test_what_workers_get_is_compared() -> None:
    case = _case("var_scopes.bpmn S1")
    script = copy.deepcopy(case.script)
    activation = next(command for command in script if command.get("jobs"))
    activation["jobs"][0]["variables"]["planted"] = 1
    kind, difference = _judged(replace(case, script=script))
    assert kind == DIFFERENT
    assert "planted" in difference


def test_statuses_are_compared() -> None:
    case = _case("par_join.bpmn S1")
    script = copy.deepcopy(case.script)
    next(command for command in script if command["op"] == "complete")["status"] = "NOT_FOUND"
    kind, difference = _judged(replace(case, script=script))
    assert kind == DIFFERENT
    assert "the engine answered NOT_FOUND, ours OK" in difference


def test_a_recording_that_is_not_stable_is_no_difference() -> None:
    def drop(trace: list[Line]) -> None:
        trace.remove(_first(trace, "JOB", "CREATED"))

    case = _changed(_case("par_join.bpmn S1"), drop)
    assert _judged(replace(case, unstable=frozenset({"trace"})))[0] == UNSTABLE


def test_refusals() -> None:
    refused = _case("bad_cycle.bpmn D")
    assert _judged(refused) == (REFUSED_BY_BOTH, "")
    assert _judged(replace(refused, deploy={"status": "OK", "counts": {"process": 1}}))[0] == REFUSED_BY_US
    kind, difference = _judged(replace(refused, deploy={**refused.deploy, "errors": ["another"]}))
    assert kind == DIFFERENT
    assert '["another"]' in difference
    assert (
        _judged(replace(_case("par_join.bpmn D"), deploy={"status": "INVALID_ARGUMENT", "errors": [""]}))[0]
        == DIFFERENT
    )


def test_a_planted_defect_in_the_order_of_flows(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def forward(self: ParallelGateway, instance: ElementInstance) -> list[SequenceFlow]:
        return instance.element.outgoing[::-1]

    monkeypatch.setattr(ParallelGateway, "choose", forward)
    assert _main("own__crafted/par_join.bpmn S1") == 1
    output = capsys.readouterr().out
    assert "own__crafted/par_join.bpmn S1: record" in output
    assert "SEQUENCE_FLOW_TAKEN" in output


def test_a_planted_defect_in_variables(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    # without the climb to the scope that has the name
    monkeypatch.setattr(VariableWriter, "merge", VariableWriter.merge_local)
    assert _main("own__crafted/call_all.bpmn") == 1
    assert "VARIABLE" in capsys.readouterr().out


def test_json_for_machines(capsys: Any) -> None:
    assert _main("own__crafted/par_join.bpmn", "--output", "json") == 0
    report = json.loads(capsys.readouterr().out)
    assert all(case["outcome"] == EQUAL for case in report["cases"])


def _main(only: str, *more: str) -> int:
    return main(["--traces", str(DATA / "traces"), "--models", str(DATA), "--only", only, *more])
