"""A tree that is printed and parsed again is the same tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from tests.unit.feel.answers import recorded
from tests.unit.feel.texts import ANY, EXPRESSIONS, TESTS
from zeebe_grpc.engine.feel import FeelSyntaxError
from zeebe_grpc.engine.feel.parser import parse, parse_tests
from zeebe_grpc.engine.feel.printing import to_text
from zeebe_grpc.engine.feel.syntax import Expr


def assert_comes_back(text: str, read: Callable[[str], Expr]) -> None:
    try:
        tree = read(text)
    except FeelSyntaxError:
        return
    assert read(to_text(tree)) == tree


@given(EXPRESSIONS)
@settings(deadline=None)
def test_expressions_come_back(text: str) -> None:
    assert_comes_back(text, parse)


@given(TESTS)
@settings(deadline=None)
def test_unary_tests_come_back(text: str) -> None:
    assert_comes_back(text, parse_tests)


@given(ANY)
@settings(deadline=None)
def test_whatever_parses_comes_back(text: str) -> None:
    assert_comes_back(text, parse)
    assert_comes_back(text, parse_tests)


def test_recorded_expressions_come_back() -> None:
    for case in recorded():
        assert_comes_back(case.expression, parse)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1+2*3", "1 + 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("(a).b", "(a).b"),
        ("a.b[1]", "a.b[1]"),
        ("{a b:1}", '{"a b": 1}'),
        ("]1..2[", "(1..2)"),
        ('x in(1,"a")', 'x in (1, "a")'),
        ("1 in true", "1 in true"),
        ("1 in (true)", "1 in ((true))"),
        ('date(("x"))', 'date(("x"))'),
        ("`a b`(1)", "a b(1)"),
        ("a or (b or c)", "a or (b or c)"),
        ("if a then b else c or d", "if a then b else c or d"),
        ("(if a then b else c) or d", "(if a then b else c) or d"),
        ("1/* why */+1", "1 + 1"),
    ],
)
def test_the_form_of_what_is_printed(text: str, printed: str) -> None:
    assert to_text(parse(text)) == printed
