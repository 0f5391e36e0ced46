"""No text and no values make FEEL raise anything but its own errors, or keep it busy for long."""

from __future__ import annotations

from datetime import timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.feel.answers import NOW, evaluate
from tests.unit.feel.texts import ANY
from zeebe_grpc.engine.feel import FeelError, FeelLimitError, FeelSyntaxError, parse_expression, parse_unary_tests

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=4)),
    max_leaves=8,
)


@given(text=ANY, value=JSON)
@settings(deadline=None)
def test_expressions_raise_only_their_own_errors(text: str, value: object) -> None:
    try:
        evaluation = evaluate(text, {"a": value, "x": [value], "item": {"a": value}})
        evaluation.json_text()
    except FeelError:
        return


@given(text=ANY, value=JSON)
@settings(deadline=None)
def test_unary_tests_raise_only_their_own_errors(text: str, value: object) -> None:
    try:
        parse_unary_tests(text).evaluate(value, {"a": value}, now=NOW, zone=timezone.utc).json_text()
    except FeelError:
        return


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "[" * 5_000,
        "{a:" * 5_000,
        "not(" * 5_000,
        "1 in " * 5_000,
        "if a then " * 5_000,
        "for x in [1] return " * 5_000,
        "-" * 5_000,
        "function(a) " * 5_000,
        "9" * 20_000,
        "/*" * 5_000,
        '"' + "\\" * 5_001 + '"',
    ],
)
def test_excess_is_refused_when_parsed(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..10000000000 return i",
        "for i in 1..10000, j in 1..10000 return i * j",
        "some i in 1..10000000000 satisfies false",
        "for i in 1..60 return [partial[-1], partial[-1]]",
        "string(for i in 1..60 return {a: partial[-1], b: partial[-1]})",
        "for i in 1..100000 return [partial[-1]]",
        'for i in 1..60 return if i = 1 then "aaaaaaaaaa" else partial[-1] + partial[-1]',
        'for i in 1..60 return replace(if i = 1 then "aa" else partial[-1], "a", "aaaa")',
        "flatten(for i in 1..40 return [partial[-1], partial[-1]])",
        "(for i in 1..40 return [partial[-1], partial[-1]]) = (for i in 1..40 return [partial[-1], partial[-1]])",
        "for i in 1..100000 return x",
        "{"
        + ", ".join(["f0: function(x) x"] + [f"f{i}: function(x) f{i - 1}(x)" for i in range(1, 300)])
        + ", r: f299(1)}.r",
        "{"
        + ", ".join(["f0: function(x) x"] + [f"f{i}: function(x) f{i - 1}(f{i - 1}(x))" for i in range(1, 60)])
        + ", r: f59(1)}",
    ],
)
def test_excess_is_stopped_when_evaluated(text: str) -> None:
    with pytest.raises(FeelLimitError, match="stopped: "):
        evaluate(text).json_text()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("+".join(["1"] * 20_000), 20_000),
        (" or ".join(["false"] * 5_000), False),
        ("(" * 50 + "1" + ")" * 50, 1),
        ("count(for i in 1..50000 return i)", 50_000),
        ("sort(for i in 1..5000 return 5000 - i, function(a, b) a < b)[1]", 0),
        ("count(distinct values(for i in 1..20000 return i))", 20_000),
        ("2 ** 100000", 0),
    ],
)
def test_what_is_only_long_is_answered(text: str, answer: object) -> None:
    assert evaluate(text).to_json() == answer


def test_a_value_nested_too_deeply_has_no_json() -> None:
    nested: object = 1
    for _ in range(500):
        nested = [nested]
    with pytest.raises(FeelLimitError, match="deep"):
        evaluate("x", {"x": nested}).to_json()


def test_a_deep_stack_of_the_caller_is_an_error_of_ours() -> None:
    def deeper(levels: int) -> object:
        return deeper(levels - 1) if levels else evaluate("(" * 55 + "1" + ")" * 55).to_json()

    with pytest.raises(FeelError, match="too deeply"):
        deeper(850)
