"""Keys: what is read, what is refused, and whose they are."""

from __future__ import annotations

import enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.keys import FIRST_PARTITION, KEY_BITS, LAST_PARTITION, partition_of, read_key

FIRST_KEY = FIRST_PARTITION << KEY_BITS
LAST_KEY = ((LAST_PARTITION + 1) << KEY_BITS) - 1

keys = st.builds(
    lambda partition, counter: (partition << KEY_BITS) + counter,
    st.integers(FIRST_PARTITION, LAST_PARTITION),
    st.integers(0, 2**KEY_BITS - 1),
)


@given(keys)
def test_a_key_survives_both_ways_of_giving_it(key: int) -> None:
    assert read_key(key, "key") == read_key(str(key), "key") == key


@given(st.integers(FIRST_PARTITION, LAST_PARTITION), st.integers(0, 2**KEY_BITS - 1))
def test_a_key_tells_its_partition(partition: int, counter: int) -> None:
    assert partition_of((partition << KEY_BITS) + counter) == partition


def test_the_bounds_are_keys() -> None:
    assert read_key(FIRST_KEY, "key") == 2251799813685248
    assert read_key(LAST_KEY, "key") == LAST_KEY


@pytest.mark.parametrize("key", [0, 1, -1, FIRST_KEY - 1, LAST_KEY + 1, -(2**63), "0", "2251799813685247"])
def test_a_key_that_no_partition_can_have_made_is_refused(key: int | str) -> None:
    with pytest.raises(ValueError, match=r"^job: no partition can have made the key"):
        read_key(key, "job")


@given(st.integers().filter(lambda key: not FIRST_KEY <= key <= LAST_KEY))
def test_nothing_outside_the_partitions_gets_through(key: int) -> None:
    with pytest.raises(ValueError, match="no partition"):
        read_key(key, "key")


@pytest.mark.parametrize("text", ["", " ", "abc", "0x10", "1_000", "-5", "٣", "1" * 20, "2251799813685248\n"])
def test_text_that_is_no_decimal_number_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(ValueError, match=rf"^key: expected a key in decimal digits, got text of {len(text)} char"):
        read_key(text, "key")


@pytest.mark.parametrize("key", [None, True, b"2251799813685248", [FIRST_KEY], object()])
def test_another_type_is_refused_by_name(key: Any) -> None:
    with pytest.raises(TypeError, match=rf"^key: expected a key as an int .* got {type(key).__name__}$"):
        read_key(key, "key")


def test_a_float_is_refused_because_it_has_lost_digits() -> None:
    with pytest.raises(TypeError, match="a float cannot hold a key exactly"):
        read_key(float(FIRST_KEY), "key")  # type: ignore[arg-type]


def test_an_int_of_a_subclass_becomes_a_plain_int() -> None:
    class Known(enum.IntEnum):
        PROCESS = FIRST_KEY

    read = read_key(Known.PROCESS, "key")
    assert read == FIRST_KEY
    assert type(read) is int
