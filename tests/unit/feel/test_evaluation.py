"""What the face of FEEL promises beyond single answers: laziness, clock, chance, JSON, and values that pass through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.feel.answers import NOW, evaluate
from zeebe_grpc.engine.feel import FeelEvaluationError, parse_expression, parse_unary_tests
from zeebe_grpc.engine.feel.temporal import Date


class Asked(Mapping[str, Any]):
    """Variables that note what they were asked for, and cannot be listed."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values_by_name = values
        self.names: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.names.append(name)
        return self.values_by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self.values_by_name

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("variables were listed")

    def __len__(self) -> int:
        raise AssertionError("variables were counted")


def test_only_the_variables_that_are_needed_are_asked_for() -> None:
    variables = Asked({"a": {"b": 1}, "c": 2})
    evaluation = parse_expression("if a.b = 1 then 5 else c").evaluate(variables, now=NOW, zone=timezone.utc)
    assert evaluation.to_json() == 5
    assert variables.names == ["a"]


def test_the_clock_and_the_zone_are_those_passed_in() -> None:
    now = parse_expression("now()")
    assert now.evaluate({}, now=NOW, zone=timezone.utc).to_json() == "2026-01-15T10:30:00Z"
    assert now.evaluate({}, now=NOW, zone=ZoneInfo("UTC")).to_json() == "2026-01-15T10:30:00Z"
    berlin = now.evaluate({}, now=NOW, zone=ZoneInfo("Europe/Berlin"))
    assert berlin.to_json() == "2026-01-15T11:30:00+01:00[Europe/Berlin]"
    east = now.evaluate({}, now=NOW, zone=timezone(timedelta(hours=14)))
    assert east.to_json() == "2026-01-16T00:30:00+14:00"
    late = datetime(2026, 1, 15, 23, 30, tzinfo=timezone.utc)
    assert parse_expression("today()").evaluate({}, now=late, zone=ZoneInfo("Asia/Tokyo")).to_json() == "2026-01-16"


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        parse_expression("1").evaluate({}, now=NOW.replace(tzinfo=None), zone=timezone.utc)


def test_chance_is_passed_in() -> None:
    expression = parse_expression("[uuid(), random number()]")

    def drawn(seed: int) -> Any:
        return expression.evaluate({}, now=NOW, zone=timezone.utc, random=Random(seed)).to_json()  # noqa: S311

    assert drawn(1) == drawn(1) != drawn(2)
    assert evaluate("uuid()").to_json() != evaluate("uuid()").to_json()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (2.0, "2"),
        (2.5, "2.5"),
        (1e-5, "1.0E-5"),
        (1e7, "10000000"),
        (1.5e300, "1500000000000000000000"),
        (2**63, "-9223372036854775808"),
        ("ä\n\x01🐎", '"ä\\n\\u0001\\uD83D\\uDC0E"'),
        ([1.0, {"a": 1.0}], '[1,{"a":1.0}]'),
        ({"b": 1, "a": [None]}, '{"b":1,"a":[null]}'),
    ],
)
def test_json_text_of_variables(value: Any, text: str) -> None:
    written = evaluate("x", {"x": value}).json_text()
    assert written == text or (value == 1.5e300 and written == "0")


def test_feel_values_pass_through_variables() -> None:
    evaluation = evaluate('d + duration("P1D")', {"d": Date(2024, 2, 28)})
    assert evaluation.value == Date(2024, 2, 29)
    assert evaluation.type == "DATE"


def test_a_variable_without_counterpart_is_an_error_of_ours() -> None:
    with pytest.raises(FeelEvaluationError, match="holds a set"):
        evaluate("x", {"x": {1, 2}})


def test_a_failed_assertion_fails_in_the_end_with_its_warnings() -> None:
    with pytest.raises(FeelEvaluationError, match="too small") as caught:
        evaluate('1 + assert(x, false, "too small")')
    types = [warning.type for warning in caught.value.warnings]
    assert types == ["NO_VARIABLE_FOUND", "ASSERT_FAILURE", "INVALID_TYPE"]


def test_warnings_say_what_was_met() -> None:
    (missing, comparison) = evaluate("customer.age > 18").warnings
    assert "customer" in missing.message
    assert "null" in comparison.message
    assert "18" in comparison.message


def test_a_large_value_is_short_in_a_warning() -> None:
    (warning,) = evaluate("x > 1", {"x": "a" * 100_000}).warnings
    assert len(warning.message) < 200


def test_unary_tests_see_input_and_variables() -> None:
    tests = parse_unary_tests("> limit, ? = 1")
    outcomes = [tests.evaluate(value, {"limit": 5}, now=NOW, zone=timezone.utc).value for value in (6, 1, 2, "a")]
    assert outcomes == [True, True, False, None]


def test_evaluations_do_not_share_anything() -> None:
    expression = parse_expression("append(l, 1)")
    variables = {"l": [0]}
    first = expression.evaluate(variables, now=NOW, zone=timezone.utc)
    second = expression.evaluate(variables, now=NOW, zone=timezone.utc)
    assert first.to_json() == second.to_json() == [0, 1]
    assert variables == {"l": [0]}
