"""The table of built-in functions: whole, documented by its names, and callable in every way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.feel.answers import evaluate
from zeebe_grpc.engine.feel import FeelEvaluationError
from zeebe_grpc.engine.feel.builtins import names, signatures

NAMES = [
    "abs",
    "after",
    "all",
    "and",
    "any",
    "append",
    "assert",
    "before",
    "ceiling",
    "coincides",
    "concatenate",
    "contains",
    "context",
    "context merge",
    "context put",
    "count",
    "cycle",
    "date",
    "date and time",
    "day of week",
    "day of year",
    "decimal",
    "distinct values",
    "duplicate values",
    "duration",
    "during",
    "ends with",
    "even",
    "exp",
    "extract",
    "finished by",
    "finishes",
    "flatten",
    "floor",
    "fromAi",
    "get entries",
    "get or else",
    "get value",
    "includes",
    "index of",
    "insert before",
    "is blank",
    "is defined",
    "is empty",
    "last day of month",
    "list contains",
    "log",
    "lower case",
    "matches",
    "max",
    "mean",
    "median",
    "meets",
    "met by",
    "min",
    "mode",
    "modulo",
    "month of year",
    "not",
    "now",
    "number",
    "odd",
    "or",
    "overlaps",
    "overlaps after",
    "overlaps before",
    "partition",
    "product",
    "put",
    "put all",
    "random number",
    "remove",
    "replace",
    "reverse",
    "round down",
    "round half down",
    "round half up",
    "round up",
    "sort",
    "split",
    "sqrt",
    "started by",
    "starts",
    "starts with",
    "stddev",
    "string",
    "string join",
    "string length",
    "sublist",
    "substring",
    "substring after",
    "substring before",
    "sum",
    "time",
    "to base64",
    "today",
    "trim",
    "union",
    "upper case",
    "uuid",
    "week of year",
    "years and months duration",
]
VALUES = st.sampled_from(
    [
        "null",
        "true",
        "3",
        "-2",
        "1.5",
        '"abc"',
        "[1, 2]",
        "{a: 1}",
        'date("2024-01-31")',
        '@"10:00:00"',
        '@"P1D"',
        '@"P1Y"',
        "function(a, b) a",
    ]
)


def test_every_function_of_the_engine_is_there() -> None:
    assert sorted(names()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_signature_is_found_by_number_and_by_names(name: str) -> None:
    for signature in signatures(name):
        arguments = ["null"] * len(signature.parameters)
        named = [f"{parameter}: null" for parameter in signature.parameters if parameter]
        for call in (f"{name}({', '.join(arguments)})", f"{name}({', '.join(named)})"):
            try:
                warnings = evaluate(call).warnings
            except FeelEvaluationError as failure:
                warnings = failure.warnings
            assert "NO_FUNCTION_FOUND" not in [warning.type for warning in warnings]


@given(st.sampled_from(NAMES), st.lists(VALUES, max_size=4))
@settings(deadline=None)
def test_any_arguments_are_taken_or_refused_in_order(name: str, arguments: list[str]) -> None:
    try:
        evaluation = evaluate(f"{name}({', '.join(arguments)})")
    except FeelEvaluationError:
        return
    types = {warning.type for warning in evaluation.warnings}
    assert types <= {"NO_FUNCTION_FOUND", "FUNCTION_INVOCATION_FAILURE", "NOT_COMPARABLE", "INVALID_TYPE"}
    assert not types & {"NO_FUNCTION_FOUND", "FUNCTION_INVOCATION_FAILURE"} or evaluation.value is None
