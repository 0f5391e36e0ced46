"""Which variables an expression reads."""

from __future__ import annotations

import pytest

from zeebe_grpc.engine.feel import parse_expression
from zeebe_grpc.engine.feel.free_names import free_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("true", ()),
        ('now() > @"2020-01-01T00:00:00Z"', ()),
        ("x > 1 and y < x", ("x", "y")),
        ("order.customer.name = owner.name", ("order", "owner")),
        ("sum(amounts) > limit", ("amounts", "limit")),
        ("string length(string: title) > 3", ("title",)),
        ("if open then first else last", ("open", "first", "last")),
        ("a between low and high", ("a", "low", "high")),
        ("orders[item.price > limit].id", ("orders", "limit")),
        ("some order in orders satisfies order.price > limit", ("orders", "limit")),
        ("every a in list, b in a satisfies b > a", ("list",)),
        ("(for n in numbers return n * factor + count(partial))[1] > 0", ("numbers", "factor")),
        ("{a: x, b: a + y}.b > 0", ("x", "y")),
        ("sort(numbers, function(a, b) a + step < b)[1] > 0", ("numbers", "step")),
        ('status in (wanted, "open")', ("status", "wanted")),
        ("x instance of number", ("x",)),
        ("[a, -b, c ** d]", ("a", "b", "c", "d")),
    ],
)
def test_free_names(text: str, names: tuple[str, ...]) -> None:
    assert free_names(parse_expression(text).tree) == names


def test_a_name_is_only_its_own_inside() -> None:
    tree = parse_expression("order.open and (some order in orders satisfies order.late)").tree
    assert free_names(tree) == ("order", "orders")
    assert free_names(parse_expression("{a: a}.a = 1").tree) == ("a",)
