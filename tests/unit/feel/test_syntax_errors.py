"""Text that does not parse is refused with its place and with what could have stood there."""

from __future__ import annotations

import pytest

from zeebe_grpc.engine.feel import FeelSyntaxError, parse_expression, parse_unary_tests


def refused(text: str) -> FeelSyntaxError:
    with pytest.raises(FeelSyntaxError) as caught:
        parse_expression(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "column", "expected"),
    [
        ("1 +", 1, 4, "a number"),
        ("(1", 1, 3, "')'"),
        ("[1,,2]", 1, 4, "a name"),
        ("if a then b", 1, 12, "'else'"),
        ("if a then\n  b\nelse", 3, 5, "a name"),
        ("for x in [1] retur x", 1, 14, "'return'"),
        ("a b", 1, 3, "the end"),
        ("f 1", 1, 3, "'('"),
        ("if a then b els c", 1, 13, "'else'"),
        ("1 instance of 5", 1, 15, "a name"),
        ("x between 1 or 2", 1, 13, "'and'"),
        ('"abc', 1, 5, "'\"'"),
        ("{a 1}", 1, 5, "':'"),
        ("1 /* x", 1, 3, "'*/'"),
        ("", 1, 1, "a name"),
        ("1 2", 1, 3, "the end"),
        ("'abc'", 1, 1, "a string"),
        ("``", 1, 1, "a name in backticks"),
    ],
)
def test_place_and_expectation(text: str, line: int, column: int, expected: str) -> None:
    error = refused(text)
    assert (error.line, error.column) == (line, column)
    assert expected in error.expected
    assert f"line {line}, column {column}" in str(error)


def test_the_offset_is_the_place_in_the_text() -> None:
    text = "{\n  a: 1,\n  b: )\n}"
    error = refused(text)
    assert text[error.offset] == ")"
    assert (error.line, error.column) == (3, 6)


def test_a_syntax_error_is_a_value_error_with_its_message() -> None:
    error = refused("1 +")
    assert isinstance(error, ValueError)
    assert str(error) == error.message


def test_unary_tests_are_refused_alike() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        parse_unary_tests("1, ")
    assert (caught.value.line, caught.value.column) == (1, 4)


def test_texts_are_parsed_once() -> None:
    assert parse_expression("a + 1") is parse_expression("a + 1")
    assert parse_unary_tests("> 1") is parse_unary_tests("> 1")


def test_trees_know_their_places_but_do_not_compare_them() -> None:
    spaced, dense = parse_expression("  a  +  b"), parse_expression("a+b")
    assert spaced.tree == dense.tree
    assert (spaced.tree.offset, dense.tree.offset) == (2, 0)
