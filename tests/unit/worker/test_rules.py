"""The small rules: backoff, alarms, answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.worker.adapting import AdaptiveTimeout
from zeebe_grpc.worker.alarms import Alarms
from zeebe_grpc.worker.answering import Replace, Resend, Settle, Tries, after_failed_return, after_refusal
from zeebe_grpc.worker.backoff import Backoff, full_jitter
from zeebe_grpc.worker.events import AnswerKind, End, Problem

CHANCE = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000), CHANCE)
def test_jitter_is_never_a_hot_loop_and_never_beyond_its_cap(attempt: int, chance: float) -> None:
    assert 0.01 <= full_jitter(attempt, chance) <= 5


def test_jitter_grows_from_its_base() -> None:
    assert [full_jitter(n, 0.999999) for n in (1, 2, 3, 20)] == pytest.approx([0.05, 0.1, 0.2, 5], abs=1e-4)


@pytest.mark.parametrize(("retries", "rest"), [(3, 1), (2, 4), (1, 16), (5, 1), (0, 60), (-2, 60)])
def test_a_backoff_derives_the_try_from_the_retries_left(retries: int, rest: float) -> None:
    assert Backoff().delay(retries, 0.5) == pytest.approx(rest)
    assert rest * 0.8 <= Backoff().delay(retries, 0) <= rest


def test_a_backoff_takes_spans_and_the_modelled_retries() -> None:
    backoff = Backoff(first=timedelta(minutes=1), factor=10, cap=timedelta(hours=2), retries=10)
    assert [backoff.delay(left, 0.5) for left in (10, 9, 8, 7)] == [60, 600, 6000, 7200]
    assert Backoff(first=0).delay(1, 0.9) == 0
    assert Backoff(factor=1e300).delay(-(10**9), 0.5) == 60
    for wrong in ({"first": -1}, {"cap": -1}, {"factor": 0.5}, {"first": 9999}):
        with pytest.raises(ValueError, match=r"first|cap|factor"):
            Backoff(**wrong)


@given(st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.floats(0, 100)))), st.floats(0, 100))
def test_alarms_ring_once_in_order_and_only_the_last_that_was_set(
    changes: list[tuple[int, float | None]], now: float
) -> None:
    alarms, model = Alarms(), {}
    for activation, due in changes:
        if due is None:
            alarms.clear(activation)
            model.pop(activation, None)
        else:
            alarms.set(activation, due)
            model[activation] = due
    assert alarms.next_due == min(model.values(), default=None)
    assert len(alarms) == len(model)
    ringing = alarms.ring(now)
    assert sorted(ringing) == sorted(activation for activation, due in model.items() if due <= now)
    assert [model[activation] for activation in ringing] == sorted(model[activation] for activation in ringing)
    assert alarms.ring(now) == []


def test_alarms_of_a_busy_worker_do_not_pile_up() -> None:
    alarms = Alarms()
    for number in range(10_000):
        alarms.set(number, 150.0 + number)
        alarms.clear(number - 32)
    assert len(alarms._heap) < 200


def decide(
    kind: AnswerKind,
    code: str,
    *,
    tries: Tries | None = None,
    unknown: bool = True,
    backoff: float = 0,
    left: float = 60,
) -> object:
    problem = Problem(code, unknown=unknown)
    tries = tries or Tries(count=1, sent_at=100)
    return after_refusal(kind, problem, tries, backoff=backoff, now=101, left=left, random=0.5)


COMPLETE, FAIL, THROW = AnswerKind.COMPLETE, AnswerKind.FAIL, AnswerKind.THROW


@pytest.mark.parametrize("kind", AnswerKind)
@pytest.mark.parametrize("code", ["NOT_FOUND", "FAILED_PRECONDITION"])
def test_a_job_that_is_gone_is_lost_unless_we_may_have_answered_it(kind: AnswerKind, code: str) -> None:
    ends = {COMPLETE: End.COMPLETED, FAIL: End.FAILED, THROW: End.THROWN}
    assert decide(kind, code) == Settle(End.LOST)
    doubtful = Tries(count=2, sent_at=100, doubtful_since=90)
    assert decide(kind, code, tries=doubtful) == Settle(ends[kind], doubtful=True)


def test_a_completion_is_repeated_in_doubt_and_others_are_not() -> None:
    assert isinstance(decide(COMPLETE, "DEADLINE_EXCEEDED"), Resend)
    assert decide(THROW, "DEADLINE_EXCEEDED") == Settle(End.THROWN, doubtful=True)
    assert decide(FAIL, "DEADLINE_EXCEEDED") == Settle(End.FAILED, doubtful=True)
    assert isinstance(decide(FAIL, "DEADLINE_EXCEEDED", backoff=60), Resend)
    assert isinstance(decide(FAIL, "DEADLINE_EXCEEDED", backoff=float("inf")), Resend)


def test_what_was_surely_not_done_is_repeated() -> None:
    for kind in AnswerKind:
        assert isinstance(decide(kind, "RESOURCE_EXHAUSTED", unknown=False), Resend)


def test_nothing_is_repeated_beyond_the_deadline() -> None:
    assert decide(COMPLETE, "UNAVAILABLE", left=0.001) == Settle(End.EXPIRED)


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "PERMISSION_DENIED", "ALREADY_EXISTS", "DATA_LOSS"])
def test_what_can_never_be_accepted_is_replaced(code: str) -> None:
    assert decide(COMPLETE, code) == Replace()
    too_large = Problem("RESOURCE_EXHAUSTED", unknown=False, too_large=True)
    assert after_refusal(COMPLETE, too_large, Tries(), backoff=0, now=0, left=9, random=0) == Replace()


def test_a_job_is_given_back_once_if_that_fails_it_and_again_if_it_only_sets_its_timeout() -> None:
    def give_back(code: str, retries: int, *, unknown: bool, left: float = 60) -> object:
        problem = Problem(code, unknown=unknown)
        return after_failed_return(problem, Tries(1, 100), retries=retries, left=left, random=0.5)

    assert isinstance(give_back("RESOURCE_EXHAUSTED", 3, unknown=False), Resend)
    assert give_back("UNAVAILABLE", 3, unknown=True) == Settle(End.ABANDONED, doubtful=True)
    assert isinstance(give_back("UNAVAILABLE", 0, unknown=True), Resend)
    assert give_back("NOT_FOUND", 3, unknown=False) == Settle(End.LOST)
    assert give_back("PERMISSION_DENIED", 3, unknown=False) == Settle(End.ABANDONED)
    assert give_back("UNAVAILABLE", 3, unknown=False, left=0) == Settle(End.ABANDONED)


def test_a_lease_makes_every_repetition_safe() -> None:
    for kind in AnswerKind:
        problem, tries = Problem("DEADLINE_EXCEEDED"), Tries(1, 100)
        decision = after_refusal(kind, problem, tries, backoff=0, now=101, left=60, random=0.5, leased=True)
        assert isinstance(decision, Resend)
    decision = after_failed_return(Problem("UNAVAILABLE"), Tries(1, 100), retries=3, left=60, random=0.5, leased=True)
    assert isinstance(decision, Resend)


def test_an_adaptive_timeout_follows_the_slowest_hundredth_within_its_bounds() -> None:
    timeout = AdaptiveTimeout(300.0)
    for span in range(99):
        timeout.observe(span)
    assert timeout.current == 300  # too few to say
    timeout.observe(2000.0)
    assert timeout.current == 98  # one in a hundred is an exception
    for _ in range(1000):
        timeout.observe(0.01)
    assert timeout.current == 10
    for _ in range(1000):
        timeout.observe(5000.0)
    assert timeout.current == 600


@given(st.floats(10, 600), st.floats(-0.24, 0.24))
def test_an_adaptive_timeout_does_not_move_for_less_than_a_quarter(first: float, change: float) -> None:
    timeout = AdaptiveTimeout(first)
    for _ in range(1000):
        timeout.observe(first * (1 + change))
    assert timeout.current == first
