"""The budget of repetitions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.resilience.budget import Budget


def test_half_of_it_may_be_spent() -> None:
    budget = Budget()
    assert [budget.spend() for _ in range(51)] == [True] * 50 + [False]


def test_successes_give_it_back_slowly() -> None:
    budget = Budget()
    while budget.spend():
        pass
    for _ in range(19):
        budget.earn()
    assert not budget.spend()
    for _ in range(40):
        budget.earn()
    assert budget.spend()


@given(st.lists(st.booleans(), max_size=500))
def test_it_stays_between_nothing_and_full(outcomes: list[bool]) -> None:
    budget = Budget(10)
    for success in outcomes:
        budget.earn() if success else budget.spend()
        assert 0 <= budget.tokens <= 10
