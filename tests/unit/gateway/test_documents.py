"""JSON as the gateway reads and rewrites it; the expectations were recorded from a real Zeebe 8.6.0."""

from __future__ import annotations

import json
import math

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.gateway.documents import DEEPEST, java_double, read_document, write_document, write_value
from zeebe_grpc.gateway.statuses import StatusError

_ACCEPTED = {
    "": {},
    "  \t\r\n": {},
    "null": {},
    " null x": {},
    '\ufeff{"a":1}': {"a": 1},
    '  {"a":1}  ': {"a": 1},
    '{"a": 1, "a": 2}': {"a": 2},
    "{} x": {},
    '{"a":1}{"b":2}': {"a": 1},
    '{"a":1}]': {"a": 1},
    "{'a': 1}": {"a": 1},
    "{'a\"b':'c\"d'}": {'a"b': 'c"d'},
    "{'it':'it\\'s'}": {"it": "it's"},
    '{"it":"it\\\'s"}': {"it": "it's"},
    "{'a':1} it's": {"a": 1},
    '{"a":9223372036854775808}': {"a": 2**63},
    '{"a":18446744073709551615,"b":-9223372036854775808}': {"a": 2**64 - 1, "b": -(2**63)},
    '{"a":-0}': {"a": 0},
    '{"a":1e2}': {"a": 100.0},
    '{"a":12345678901234567890.5}': {"a": 1.2345678901234567e19},
    '{"a":1e400,"b":-1E400}': {"a": math.inf, "b": -math.inf},
    '{"a":"\\/\\b\\u00e9"}': {"a": "/\bé"},
}


@pytest.mark.parametrize("text", _ACCEPTED)
def test_accepted(text: str) -> None:
    assert read_document(text) == _ACCEPTED[text]


@pytest.mark.parametrize(
    "text",
    [
        "{a",
        "{a:1}",
        "[1]",
        "1",
        "true",
        '"x"',
        "nullx",
        "null_",
        '{"a": NaN}',
        '{"a":Infinity}',
        '{"a":-Infinity}',
        '{"a":undefined}',
        "{/*c*/}",
        '{"a":01}',
        '{"a":+1}',
        '{"a":.5}',
        '{"a":1.}',
        '{"a":1,}',
        '{"a":1;}',
        '{"a":"\\x41"}',
        '{"s":"a\tb"}',
        '{"a":"x\ny"}',
        "\x0b{}",
        '{"a":18446744073709551616}',
        '{"a":-9223372036854775809}',
        f'{{"a":{"9" * 1200}}}',
        f'{{"a":{"9" * 5000}}}',
        f'{{"a":{"[" * 5000}{"]" * 5000}}}',
        f'{{"a":{"[" * DEEPEST}{"]" * DEEPEST}}}',
        "{'a'",
        "'",
        "{'a':NaN}",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(StatusError) as refused:
        read_document(text)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e7, "1.0E7"),
        (12345678.9, "1.23456789E7"),
        (1e-5, "1.0E-5"),
        (0.00123, "0.00123"),
        (0.000999, "9.99E-4"),
        (1.5e300, "1.5E300"),
        (5e-324, "4.9E-324"),
        (123456.789, "123456.789"),
        (1e22, "1.0E22"),
        (9999999.9, "9999999.9"),
        (1e16, "1.0E16"),
        (0.1, "0.1"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (-1.5e-7, "-1.5E-7"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (1.2345678901234567e19, "1.2345678901234567E19"),
        (math.inf, '"Infinity"'),
        (-math.inf, '"-Infinity"'),
        (math.nan, '"NaN"'),
    ],
)
def test_floats_are_written_as_java_does(value: float, text: str) -> None:
    assert java_double(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("é\u2028/\x7f", '"é\u2028/\x7f"'),
        ("\u0000\u001f", '"\\u0000\\u001F"'),
        ('\n\t\b\f\r"\\', '"\\n\\t\\b\\f\\r\\"\\\\"'),
        ("😀", '"\\uD83D\\uDE00"'),
        ("\ud83d", '"?"'),
        ("\\u001f", '"\\\\u001f"'),
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (2**64 - 1, "18446744073709551615"),
        ([], "[]"),
        ({}, "{}"),
        ((1, [2.0, "x"]), '[1,[2.0,"x"]]'),
        ({"": {}, "a b": [None]}, '{"":{},"a b":[null]}'),
    ],
)
def test_values_are_written_without_blanks(value: object, text: str) -> None:
    assert write_value(value) == text


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_DOCUMENTS = st.dictionaries(
    _NAMES,
    st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4)),
    max_size=4,
)


@given(_DOCUMENTS)
def test_what_is_written_is_json_and_reads_back_exactly(document: dict[str, object]) -> None:
    text = write_document(document)
    assert json.loads(text) == document
    again = read_document(text)
    assert again == document
    assert [type(value) for value in again.values()] == [type(value) for value in document.values()]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_read_back_to_the_same_bits(value: float) -> None:
    again = float(java_double(value))
    assert (again, math.copysign(1, again)) == (value, math.copysign(1, value))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = read_document(text)
    except StatusError as error:
        assert error.code is grpc.StatusCode.INVALID_ARGUMENT  # noqa: PT017
    else:
        assert isinstance(document, dict)


def test_the_deepest_document_goes_through_and_back() -> None:
    text = f'{{"a":{"[" * (DEEPEST - 1)}{"]" * (DEEPEST - 1)}}}'
    assert write_document(read_document(text)) == text
