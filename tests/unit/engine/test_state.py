"""Tables and their laws."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.engine.model.expression import expression
from zeebe_grpc.engine.model.hash_order import order_of_elements, order_of_texts
from zeebe_grpc.engine.state.due import DueQueue
from zeebe_grpc.engine.state.variables import Variable, Variables, same_value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_a_value_is_the_same_as_its_copy(value: Any) -> None:
    assert same_value(value, json.loads(json.dumps(value)))


@given(JSON, JSON)
def test_values_are_the_same_if_they_are_written_alike(one: Any, other: Any) -> None:
    assert same_value(one, other) == (json.dumps(one) == json.dumps(other))


def test_what_python_takes_for_equal() -> None:
    assert not same_value(1, True)
    assert not same_value(1, 1.0)
    assert not same_value({"a": 1, "b": 2}, {"b": 2, "a": 1})


def test_deep_values_are_compared_without_recursion() -> None:
    one: Any = 1
    other: Any = 1
    for _ in range(10_000):
        one, other = [one], [other]
    assert same_value(one, other)


def test_a_scope_sees_its_own_variables_first() -> None:
    variables = Variables()
    variables.add_scope(1, -1)
    variables.add_scope(2, 1)
    variables.set(1, "x", Variable(10, "outer"))
    variables.set(1, "y", Variable(11, "outer"))
    variables.set(2, "x", Variable(12, "inner"))
    view = variables.view(2, {"z": 0})
    assert dict(view) == {"x": "inner", "y": "outer", "z": 0}
    assert "nothing" not in view
    assert len(view) == 3
    assert variables.document(1) == {"x": "outer", "y": "outer"}
    variables.remove_scope(2)
    assert variables.find(2, "x") is None


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30), st.integers(0, 20))
def test_what_is_due_comes_earliest_first(puts: list[tuple[int, int]], now: int) -> None:
    queue = DueQueue()
    expected: dict[int, int] = {}
    for key, due in puts:
        queue.put(key, due)
        expected[key] = due
    assert queue.next_due() == min(expected.values(), default=None)
    ready = sorted((due, key) for key, due in expected.items() if due <= now)
    assert queue.due(now) == [key for _, key in ready]
    for key in queue.due(now):
        queue.discard(key)
    assert queue.due(now) == []


def test_texts_that_are_numbers() -> None:
    assert [expression(text).is_static for text in ("3", " 3", "=3")] == [True, True, False]
    assert expression("=a.b").root_variable == "a"
    assert expression("=a + b").root_variable is None


def test_the_order_of_a_hash_map() -> None:
    assert order_of_texts(["c", "g", "Z", "A", "M"]) == ["A", "c", "g", "Z", "M"]
    names = [f"Activity_{number}" for number in range(100)]
    assert sorted(order_of_texts(names)) == sorted(order_of_elements(names)) == sorted(names)


def test_keys_of_one_bucket_keep_the_order_in_which_they_came() -> None:
    assert order_of_texts(["t2", "tool"]) == ["t2", "tool"]
    assert order_of_texts(["tool", "t2"]) == ["tool", "t2"]
    assert order_of_elements(["tool", "t2"]) == order_of_elements(["t2", "tool"])
