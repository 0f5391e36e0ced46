"""Variables: what goes out exactly, what is refused and where, what comes in leniently."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, TypedDict
from uuid import UUID

import attrs
import msgspec
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.errors import VariablesError
from zeebe_grpc.variables import (
    LARGEST_INT,
    SMALLEST_INT,
    RawJson,
    check_type,
    decode,
    decode_value,
    encode,
    encode_text,
)


@dataclasses.dataclass
class Line:
    sku: str
    quantity: int = 1


@dataclasses.dataclass
class Order:
    order_id: str
    lines: list[Line]
    note: str | None = None


@dataclasses.dataclass
class Tree:
    children: list[Tree]


class OrderDict(TypedDict):
    order_id: str
    lines: list[Line]


class OrderStruct(msgspec.Struct, rename="camel"):
    order_id: str
    paid: bool = False


class Sparse(msgspec.Struct, omit_defaults=True):
    a: int = 1
    b: Any = None


class Tagged(msgspec.Struct, tag="t", tag_field="kind"):
    a: Any = msgspec.UNSET
    b: Any = None


class Rows(msgspec.Struct, array_like=True):
    a: Any = 1


@attrs.define
class AttrsOrder:
    order_id: str
    amount: Any = 1
    _hidden: int = 2


class PydanticOrder(pydantic.BaseModel):
    order_id: str = pydantic.Field(alias="orderId")
    amount: Decimal = Decimal("1.5")
    link: pydantic.AnyUrl | None = None


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Text(str):
    __slots__ = ()


class Ratio(float):
    pass


class Money(Decimal):
    pass


class Point(NamedTuple):
    x: int
    y: Any


class Custom(Mapping[str, Any]):
    def __getitem__(self, name: str) -> Any:
        return {"a": 1}[name]

    def __iter__(self) -> Iterator[str]:
        return iter(("a",))

    def __len__(self) -> int:
        return 1


# ---- Going out

json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(SMALLEST_INT, LARGEST_INT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
documents = st.dictionaries(st.text(), json_values, max_size=6)


@given(documents)
def test_a_document_comes_back_as_it_went(document: dict[str, Any]) -> None:
    assert decode(encode(document)) == document


@given(documents)
def test_the_text_is_json_for_everybody(document: dict[str, Any]) -> None:
    assert json.loads(encode(document)) == document


@given(st.dictionaries(st.text(), st.decimals(allow_nan=False, allow_infinity=False)))
def test_a_decimal_arrives_as_it_is_or_not_at_all(document: dict[str, Decimal]) -> None:
    try:
        text = encode(document)
    except VariablesError:
        assert any(Decimal(repr(float(value))) != value for value in document.values())
    else:
        read = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        assert {name: Decimal(value) for name, value in read.items()} == document


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimal_as_string_keeps_every_digit(value: Decimal) -> None:
    assert Decimal(decode(encode({"a": value, "n": None}, decimal="string"))["a"]) == value
    assert decode(encode({"a": value}, decimal="string"))["a"] == str(value)


def stable(value: object) -> str:
    """A name for a case that is the same in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "{}"),
        ({}, "{}"),
        (Order("7", [Line("A")]), '{"order_id":"7","lines":[{"sku":"A","quantity":1}],"note":null}'),
        (OrderDict(order_id="7", lines=[Line("A", 2)]), '{"order_id":"7","lines":[{"sku":"A","quantity":2}]}'),
        (OrderStruct("7"), '{"orderId":"7","paid":false}'),
        (Sparse(), "{}"),
        (Sparse(b={"n": None}), '{"b":{"n":null}}'),
        (Tagged(), '{"kind":"t","b":null}'),
        (AttrsOrder("7", None), '{"order_id":"7","amount":null}'),
        (PydanticOrder(orderId="7"), '{"orderId":"7","amount":1.5,"link":null}'),
        (
            {"p": [PydanticOrder(orderId="7", link="http://a.b/")]},
            '{"p":[{"orderId":"7","amount":1.5,"link":"http://a.b/"}]}',
        ),
        (MappingProxyType({"a": None}), '{"a":null}'),
        (OrderedDict(a=1), '{"a":1}'),
        (Custom(), '{"a":1}'),
        ({"c": Custom(), "n": None}, '{"c":{"a":1},"n":null}'),
        ({"c": Color.RED, "l": Level.HIGH, "n": None}, '{"c":"red","l":3,"n":null}'),
        ({"t": Text("x"), "r": Ratio(0.5), "m": Money("1.5"), "n": None}, '{"t":"x","r":0.5,"m":1.5,"n":null}'),
        ({"p": Point(1, None)}, '{"p":[1,null]}'),
        ({"r": Rows(None), "n": [Rows(2)]}, '{"r":[null],"n":[[2]]}'),
        ({"d": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "n": None}, '{"d":"2026-01-02T03:04:05Z","n":null}'),
        ({"d": date(2026, 1, 2), "t": time(3, 4), "n": None}, '{"d":"2026-01-02","t":"03:04:00","n":null}'),
        ({"s": timedelta(days=1, seconds=2)}, '{"s":"P1DT2S"}'),
        ({"u": UUID(int=5), "n": None}, '{"u":"00000000-0000-0000-0000-000000000005","n":null}'),
        ({1: "a", "n": None}, '{"1":"a","n":null}'),
        ({"b": b"x", "s": {1}, "n": None}, '{"b":"eA==","s":[1],"n":null}'),
        ({"d": Decimal("1E+3"), "e": Decimal("2.50")}, '{"d":1000,"e":2.5}'),
        ({"d": Decimal("1E+300")}, '{"d":1e300}'),
        ({"i": SMALLEST_INT, "j": LARGEST_INT}, '{"i":-9223372036854775808,"j":18446744073709551615}'),
    ],
    ids=stable,
)
def test_what_goes_out(value: Any, expected: str) -> None:
    assert encode(value) == expected


def test_no_variables_are_no_text_on_the_wire() -> None:
    assert encode_text(None) == ""
    assert encode_text({}) == "{}"


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        ({"a": math.nan}, "$.a", "NaN"),
        ({"a": {"b c": [1, {"d": -math.inf}]}}, "$.a['b c'][1].d", "infinity"),
        ({"a": LARGEST_INT + 1}, "$.a", "2^64-1"),
        ({"a": [SMALLEST_INT - 1]}, "$.a[0]", "-2^63"),
        ({"a": Decimal("NaN")}, "$.a", "does not survive"),
        ({"a": Decimal("0.1000000000000000000000001")}, "$.a", "does not survive"),
        ({"a": Decimal(10) ** 400}, "$.a", "does not survive"),
        ({"a": object()}, "$.a", "type object has no JSON form"),
        ({"a": 1 + 2j}, "$.a", "type complex has no JSON form"),
        ({"a": "\ud800"}, "$.a", "lone surrogate"),
        ({"\ud800": 1}, "$", "lone surrogate"),
        ({"a": {None: 1}}, "$.a", "a name in a JSON object must be a string, not NoneType"),
        ({"a": {(1,): 1}}, "$.a", "not tuple"),
        (Order("7", [Line("A", math.nan)]), "$.lines[0].quantity", "NaN"),  # type: ignore[arg-type]
        (OrderStruct(math.inf), "$.orderId", "infinity"),  # type: ignore[arg-type]
        (Sparse(b={"x": [math.nan]}), "$.b.x[0]", "NaN"),
        (AttrsOrder("7", math.nan), "$.amount", "NaN"),
        ({"p": PydanticOrder.model_construct(order_id=math.nan)}, "$.p.orderId", "NaN"),
        ({"c": Custom(), "x": math.nan}, "$.x", "NaN"),
        ([1], "$", "must be a JSON object, list is not one"),
        ("text", "$", "must be a JSON object, str is not one"),
        (5, "$", "must be a JSON object, int is not one"),
        (Point(1, 2), "$", "must be a JSON object, Point is not one"),
        (RawJson("[1]"), "$", "RawJson must be the text of a JSON object"),
        (RawJson('{"a":'), "$", "RawJson must be the text of a JSON object"),
        (RawJson('"\ud800"'), "$", "lone surrogate"),
    ],
    ids=stable,
)
def test_what_cannot_go_out_names_its_path(value: Any, path: str, reason: str) -> None:
    with pytest.raises(VariablesError) as caught:
        encode(value)
    assert caught.value.path == path
    assert reason in caught.value.reason


def test_a_value_that_contains_itself_is_refused() -> None:
    circle: dict[str, Any] = {}
    circle["a"] = [circle]
    with pytest.raises(VariablesError, match="contains itself"):
        encode(circle)


def test_raw_json_goes_out_untouched() -> None:
    text = RawJson(' { "a" : 1.0 } ')
    assert encode(text) is text


def test_what_was_encoded_once_is_not_looked_at_again() -> None:
    once = encode({"a": 1})
    assert encode(once) is once
    assert encode_text(once) is once


# ---- Coming in


@pytest.mark.parametrize("text", ["", " \n", "null", "{}"])
def test_every_form_of_nothing_is_the_empty_document(text: str) -> None:
    assert decode(text) == {}
    assert decode(text, RawJson) == "{}"


def test_what_msgspec_refuses_and_json_takes_is_taken() -> None:
    read = decode('{"a": "\\ud800", "b": 1e400, "c": NaN}')
    assert read["a"] == "\ud800"
    assert read["b"] == math.inf
    assert math.isnan(read["c"])


def test_a_large_integer_is_exact() -> None:
    assert decode('{"a":18446744073709551615,"b":9007199254740993}') == {"a": 2**64 - 1, "b": 2**53 + 1}


def test_a_repeated_name_means_its_last_value() -> None:
    assert decode('{"a":1,"a":2}') == {"a": 2}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Order, '{"order_id":"7","lines":[{"sku":"A"}],"more":1}', Order("7", [Line("A")])),
        (OrderStruct, '{"orderId":"7"}', OrderStruct("7")),
        (AttrsOrder, '{"order_id":"7"}', AttrsOrder("7")),
        (PydanticOrder, '{"orderId":"7","amount":2.5}', PydanticOrder(orderId="7", amount=Decimal("2.5"))),
        (dict[str, int], '{"a":1}', {"a": 1}),
        (dict[str, int], '{"a":1.0,"b":[]}'.replace(',"b":[]', ""), {"a": 1}),
        (Line, '{"sku":"A","quantity":2.0}', Line("A", 2)),
        (dict[str, list[Line]], '{"l":[{"sku":"A","quantity":2.0}]}', {"l": [Line("A", 2)]}),
        (dict[str, PydanticOrder], '{"p":{"orderId":"7"}}', {"p": PydanticOrder(orderId="7")}),
        (
            dict[str, datetime],
            '{"d":"2026-01-02T03:04:05Z"}',
            {"d": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)},
        ),
        (dict[str, timedelta], '{"d":"PT1.5S"}', {"d": timedelta(seconds=1.5)}),
        (dict[str, UUID], '{"u":"00000000-0000-0000-0000-000000000005"}', {"u": UUID(int=5)}),
        (dict[str, Color], '{"c":"red"}', {"c": Color.RED}),
        (dict[str, Decimal], '{"d":1.50}', {"d": Decimal("1.50")}),
        (Any, '{"a":[1]}', {"a": [1]}),
    ],
    ids=stable,
)
def test_decoding_into_a_type(kind: Any, text: str, expected: Any) -> None:
    assert decode(text, kind) == expected


@pytest.mark.parametrize(
    "value", [Order("7", [Line("A", 3)]), OrderStruct("7", paid=True), AttrsOrder("7", 5)], ids=stable
)
def test_a_typed_value_survives_the_round_trip(value: Any) -> None:
    assert decode(encode(value), type(value)) == value


def test_a_pydantic_model_survives_the_round_trip() -> None:
    value = PydanticOrder(orderId="7", amount=Decimal("9.25"), link="http://a.b/")  # type: ignore[arg-type]
    assert decode(encode(value), PydanticOrder) == value


@pytest.mark.parametrize(
    ("kind", "text", "path", "reason"),
    [
        (Order, '{"order_id":5,"lines":[]}', "$.order_id", "Expected `str`, got `int`"),
        (Order, '{"order_id":"7","lines":[{"sku":"A","quantity":1.5}]}', "$.lines[0].quantity", "Expected `int`"),
        (Order, '{"lines":[]}', "$", "missing required field `order_id`"),
        (PydanticOrder, '{"orderId":"7","amount":"secret"}', "$.amount", "decimal"),
        (PydanticOrder, '{"x":1}', "$.orderId", "Field required"),
        (dict[str, list[PydanticOrder]], '{"p":[{"x":1}]}', "$[...][0]", "Field required"),
        (dict[str, Color], '{"c":"secret"}', "$[...]", "Invalid enum value"),
        (dict[str, Literal["a"]], '{"c":"secret"}', "$[...]", "Invalid enum value"),
        (Order, "[1]", "$", "Expected `object`, got `array`"),
        (Order, "{", "$", "not JSON"),
        (None, "{", "$", "not JSON"),
        (PydanticOrder, "{", "$", "Invalid JSON"),
    ],
    ids=stable,
)
def test_what_does_not_fit_names_its_path_and_no_value(kind: Any, text: str, path: str, reason: str) -> None:
    with pytest.raises(VariablesError) as caught:
        decode(text, kind)
    assert caught.value.path == path
    assert reason in caught.value.reason
    assert "secret" not in str(caught.value)


def test_a_list_index_in_a_pydantic_path() -> None:
    class Basket(pydantic.BaseModel):
        lines: list[int]

    with pytest.raises(VariablesError) as caught:
        decode('{"lines":[1,"secret"]}', Basket)
    assert caught.value.path == "$.lines[1]"


def test_raw_json_is_not_decoded() -> None:
    read = decode('{"a":  1}', RawJson)
    assert read == '{"a":  1}'
    assert type(read) is RawJson
    assert encode(read) == read


@pytest.mark.parametrize(("text", "expected"), [("5", 5), ('"x"', "x"), ("null", None), ("[1.0]", [1.0])])
def test_a_value_may_be_any_json(text: str, expected: Any) -> None:
    assert decode_value(text) == expected


def test_a_type_that_cannot_be_read_is_refused_before_it_is_needed() -> None:
    for good in (None, RawJson, Order, PydanticOrder, dict[str, int]):
        check_type(good)
    for bad in (object, dict[str, list[Custom]], list[int] | set[int]):
        with pytest.raises(TypeError, match=r"^as_type: .* cannot be read from JSON"):
            check_type(bad)


def test_a_type_that_contains_itself_can_be_read() -> None:
    check_type(Tree)
    assert decode('{"children":[{"children":[]}]}', Tree) == Tree([Tree([])])


def test_a_type_that_cannot_be_remembered_is_read_all_the_same() -> None:
    unhashable: Any = Annotated[dict[str, int], []]
    assert decode('{"a":5}', unhashable) == {"a": 5}
