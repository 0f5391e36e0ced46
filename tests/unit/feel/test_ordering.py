"""Orders of context entries, as the engine answered them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.engine.feel.ordering import context_order, string_hash

NAMES = st.lists(st.text(max_size=4), unique=True, max_size=80)


@pytest.mark.parametrize(
    ("put", "handed_out"),
    [
        (["d", "c", "b", "a"], ["d", "c", "b", "a"]),
        (["b", "a", "c", "d", "e"], ["e", "a", "b", "c", "d"]),
        (["b", "a", "c", "d", "e", "f"], ["e", "f", "a", "b", "c", "d"]),
        (
            ["zeta", "alpha", "mid", "discount", "rate", "k", "order"],
            ["mid", "zeta", "order", "discount", "k", "rate", "alpha"],
        ),
    ],
)
def test_the_order_is_the_engines(put: list[str], handed_out: list[str]) -> None:
    assert context_order(put) == handed_out


def test_names_of_one_hash_code_keep_their_order() -> None:
    twins = ["AaAa", "BBBB", "AaBB", "BBAa"]
    assert len({string_hash(name) for name in twins}) == 1
    for names in (twins, twins[::-1]):
        order = context_order([*names, "other"])
        assert [name for name in order if name != "other"] == names


@given(NAMES)
def test_nothing_is_lost_and_the_order_of_large_ones_is_fixed(names: list[str]) -> None:
    order = context_order(names)
    assert sorted(order) == sorted(names)
    if len({string_hash(name) for name in names}) == len(names) > 4:
        assert context_order(names[::-1]) == order
