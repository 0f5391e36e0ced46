"""Properties that hold for any model and any input."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dmn.models import NOW, decision, literal, model, requires, table
from zeebe_grpc.engine.dmn import DmnError, evaluate, json_text, parse_dmn
from zeebe_grpc.engine.dmn.deployment_order import deployment_order

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcxyz", max_size=2), inner, max_size=7),
    max_leaves=8,
)
TEXTS = st.text("<>&;:#/ax1\"'= \u00e9\u0000\ud800", max_size=12) | st.sampled_from(["x", "x + 1", "-", "", "[1..3]"])
TESTS = st.sampled_from(["-", "1", "> 1", "x", "null", "not(1)", '"a", "b"', "? = x", "[1..5]"])
OUTPUTS = st.sampled_from(["1", "x", "null", '"a"', "{a: x}", "[x]", "function(p) p", "assert(1, x = 1)"])
POLICIES = st.sampled_from(["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"])
BASE = model(
    decision("a", table(["x"], ["y"], [(["> 1"], ["1"])])),
    decision("b", literal("a"), needs=requires("a"), type_ref="number"),
).decode()


@given(POLICIES, st.lists(st.tuples(TESTS, OUTPUTS), max_size=4), JSON)
@settings(max_examples=150, deadline=None)
def test_any_table_with_any_input_gives_a_result(policy: str, rules: list[tuple[str, str]], value: Any) -> None:
    content = model(decision("d", table(["x"], ["y"], [([test], [out]) for test, out in rules], policy)))
    evaluation = evaluate(parse_dmn(content), "d", {"x": value}, now=NOW, zone=timezone.utc)
    (entry,) = evaluation.decisions
    assert [rule.index for rule in entry.rules] == sorted(rule.index for rule in entry.rules)
    assert (evaluation.failed_decision_id == "") == (evaluation.failure_message == "")
    if not evaluation.failed_decision_id:
        assert entry.output == evaluation.output
    json.loads(json_text(evaluation.output))


@given(st.integers(0, len(BASE)), st.integers(0, 12), TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_damaged_document_is_read_or_refused(start: int, length: int, text: str) -> None:
    damaged = (BASE[:start] + text + BASE[start + length :]).encode("utf-8", "surrogatepass")
    with suppress(DmnError):
        read = parse_dmn(damaged)
        for name in read.decisions:
            evaluate(read, name, {"x": 2}, now=NOW, zone=timezone.utc)


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    with suppress(DmnError):
        parse_dmn(content)


@given(st.lists(st.text("abcAB_-1", min_size=1, max_size=4), unique=True, max_size=60))
def test_the_order_of_deployment_loses_nothing(ids: list[str]) -> None:
    assert sorted(deployment_order(ids)) == sorted(ids)
