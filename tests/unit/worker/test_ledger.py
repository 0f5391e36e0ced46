"""Capacity: never more than the limit, released exactly once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from zeebe_grpc.worker.ledger import Ledger, Permit, Reservation, SharedCapacity


class LedgerMachine(RuleBasedStateMachine):
    """Any order of reserving, converting and releasing, also twice."""

    permits = Bundle("permits")
    reservations = Bundle("reservations")

    def __init__(self) -> None:
        super().__init__()
        self.shared = SharedCapacity(7)
        self.ledgers = [Ledger(5, shared=self.shared), Ledger(4, shared=self.shared)]
        self.alive = [0, 0]
        self.kept: list[Reservation] = []

    @rule(target=reservations, which=st.integers(0, 1), places=st.integers(-1, 6))
    def reserve(self, which: int, places: int) -> tuple[int, Reservation | None]:
        free = self.ledgers[which].free
        reservation = self.ledgers[which].reserve(places)
        assert (reservation is not None) == (1 <= places <= free)
        if reservation is not None:
            self.kept.append(reservation)
        return which, reservation

    @rule(target=permits, held=reservations)
    def convert(self, held: tuple[int, Reservation | None]) -> tuple[int, Permit | None]:
        which, reservation = held
        if reservation is None:
            return which, None
        places = reservation.places
        permit = reservation.convert()
        assert (permit is not None) == (places > 0)
        self.alive[which] += permit is not None
        return which, permit

    @rule(held=permits)
    def release(self, held: tuple[int, Permit | None]) -> None:
        which, permit = held
        if permit is not None:
            fresh = not permit.released
            assert permit.release() is fresh
            assert permit.release() is False
            self.alive[which] -= fresh

    @rule(held=consumes(reservations))
    def give_back(self, held: tuple[int, Reservation | None]) -> None:
        if held[1] is not None:
            held[1].release()
            assert held[1].release() == 0

    @invariant()
    def counts_agree(self) -> None:
        for ledger, alive in zip(self.ledgers, self.alive, strict=True):
            assert ledger.held == alive
            assert ledger.held + ledger.reserved <= ledger.limit
            assert ledger.free >= 0
        assert self.shared.used == sum(ledger.held + ledger.reserved for ledger in self.ledgers)
        assert self.shared.used <= self.shared.limit
        assert sum(r.places for r in self.kept) == sum(ledger.reserved for ledger in self.ledgers)


TestLedger = LedgerMachine.TestCase


def test_bytes_close_the_ledger_until_it_is_well_below() -> None:
    ledger = Ledger(10, max_bytes=100)
    permits = [ledger.admit(30) for _ in range(4)]
    assert ledger.bytes == 120
    assert ledger.free == 0
    assert permits[0] is not None
    permits[0].release()
    assert ledger.free == 0  # 90 of 100: not yet
    assert permits[1] is not None
    permits[1].release()
    assert ledger.free == 8


def test_one_huge_job_is_still_taken() -> None:
    ledger = Ledger(2, max_bytes=10)
    permit = ledger.admit(1000)
    assert permit is not None
    assert ledger.free == 0
    permit.release()
    assert ledger.free == 2


@given(st.integers(1, 10), st.integers(1, 10))
def test_a_smaller_limit_takes_nothing_away_and_lets_nothing_in(before: int, after: int) -> None:
    ledger = Ledger(before)
    permits = [ledger.admit() for _ in range(before)]
    ledger.resize(after)
    assert ledger.held == before
    assert ledger.free == max(0, after - before)
    for permit in permits:
        assert permit is not None
        permit.release()
    assert ledger.free == after


def test_a_wrong_count_is_found_and_mended() -> None:
    ledger = Ledger(5, shared=SharedCapacity(5))
    permit = ledger.admit()
    assert ledger.recount(1, 0)
    assert not ledger.recount(0, 0)
    assert ledger.free == 5
    assert permit is not None


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_is_at_least_one(limit: int) -> None:
    with pytest.raises(ValueError, match="max_concurrent_jobs must be at least 1"):
        Ledger(limit)
    with pytest.raises(ValueError, match="max_total_jobs must be at least 1"):
        SharedCapacity(limit)
