"""What is decided after a failed attempt, for every retry class and outcome; no clock, no network."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.errors import AmbiguousAlreadyExistsError, GatewayError, StatusCode
from zeebe_grpc.failures import from_status
from zeebe_grpc.resilience import Again, Attempts, Budget, Done, Fail, Resilience
from zeebe_grpc.rpc import RetryClass

PLENTY = 20.0
DOUBTFUL = [RetryClass.DOUBLE_EFFECT, RetryClass.UNSAFE]
REPEATABLE = [kind for kind in RetryClass if kind not in DOUBTFUL]


def failure(
    code: str, details: str = "", retry: RetryClass = RetryClass.SELF_ABSORBING, rpc: str = "CompleteJob"
) -> GatewayError:
    return from_status(rpc, StatusCode[code], details, repeatable=retry.repeatable)


def attempts(retry: RetryClass = RetryClass.SELF_ABSORBING, **settings: Any) -> Attempts:
    return Attempts(retry, Resilience(**settings), timeout=PLENTY, budget=Budget())


@pytest.mark.parametrize("retry", RetryClass)
@pytest.mark.parametrize(
    ("code", "details"),
    [
        ("RESOURCE_EXHAUSTED", "busy"),
        ("UNAVAILABLE", "partition 1"),
        ("UNAVAILABLE", "failed to connect to all addresses"),
    ],
)
def test_a_refused_command_is_sent_again_in_every_class(retry: RetryClass, code: str, details: str) -> None:
    assert attempts(retry).failed(failure(code, details, retry), PLENTY, 0.5) == Again(0.025)


@pytest.mark.parametrize("retry", REPEATABLE)
@pytest.mark.parametrize("code", ["DEADLINE_EXCEEDED", "ABORTED", "INTERNAL", "CANCELLED", "UNKNOWN", "UNAVAILABLE"])
def test_a_repeatable_command_is_sent_again_in_doubt(retry: RetryClass, code: str) -> None:
    assert isinstance(attempts(retry).failed(failure(code, "", retry), PLENTY, 0.5), Again)


@pytest.mark.parametrize("retry", DOUBTFUL)
@pytest.mark.parametrize("code", ["DEADLINE_EXCEEDED", "ABORTED", "INTERNAL", "CANCELLED", "UNKNOWN", "UNAVAILABLE"])
def test_an_unsafe_command_is_never_sent_again_in_doubt(retry: RetryClass, code: str) -> None:
    error = failure(code, "", retry)
    assert attempts(retry).failed(error, PLENTY, 0.5) == Fail(error)
    assert error.outcome == "unknown"


@pytest.mark.parametrize("retry", RetryClass)
@pytest.mark.parametrize(
    "code",
    ["INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "FAILED_PRECONDITION", "PERMISSION_DENIED", "UNIMPLEMENTED"],
)
def test_a_definite_refusal_is_final(retry: RetryClass, code: str) -> None:
    error = failure(code, "", retry)
    assert attempts(retry).failed(error, PLENTY, 0.5) == Fail(error)
    assert (error.outcome, error.attempts) == ("not_executed", 1)


def test_a_message_too_large_is_final() -> None:
    for details in (
        "SERVER: Received message larger than max (2 vs. 1)",
        "CLIENT: Received message larger than max (2 vs. 1)",
    ):
        error = failure("RESOURCE_EXHAUSTED", details)
        assert attempts().failed(error, PLENTY, 0.5) == Fail(error)


@pytest.mark.parametrize(
    ("retry", "code"), [(RetryClass.SELF_ABSORBING, "NOT_FOUND"), (RetryClass.IDEMPOTENT, "ALREADY_EXISTS")]
)
def test_after_a_doubtful_attempt_the_tell_tale_status_means_done(retry: RetryClass, code: str) -> None:
    call = attempts(retry)
    assert isinstance(call.failed(failure("UNAVAILABLE", "Socket closed", retry), PLENTY, 0.5), Again)
    assert isinstance(call.failed(failure("RESOURCE_EXHAUSTED", "busy", retry), PLENTY, 0.5), Again)
    assert call.failed(failure(code, "", retry), PLENTY, 0.5) == Done()


def test_after_refused_attempts_only_not_found_is_not_found() -> None:
    call = attempts()
    assert isinstance(call.failed(failure("RESOURCE_EXHAUSTED", "busy"), PLENTY, 0.5), Again)
    error = failure("NOT_FOUND")
    assert call.failed(error, PLENTY, 0.5) == Fail(error)
    assert (error.attempts, error.outcome) == (2, "not_executed")


@pytest.mark.parametrize("retry", [RetryClass.OVERWRITE, RetryClass.READ_ONLY, RetryClass.STREAM])
def test_other_classes_have_no_tell_tale_status(retry: RetryClass) -> None:
    call = attempts(retry)
    assert isinstance(call.failed(failure("INTERNAL", "", retry), PLENTY, 0.5), Again)
    assert isinstance(call.failed(failure("NOT_FOUND", "", retry), PLENTY, 0.5), Fail)


def test_a_repeated_creation_that_exists_already_is_ambiguous() -> None:
    retry = RetryClass.IDEMPOTENT_CREATION
    call = attempts(retry)
    assert isinstance(call.failed(failure("UNAVAILABLE", "Socket closed", retry), PLENTY, 0.5), Again)
    decision = call.failed(failure("ALREADY_EXISTS", "in use", retry, "CreateProcessInstance"), PLENTY, 0.5)
    assert isinstance(decision, Fail)
    assert isinstance(decision.error, AmbiguousAlreadyExistsError)
    assert decision.error.attempts == 2


def test_a_first_creation_that_exists_already_is_not_ambiguous() -> None:
    retry = RetryClass.IDEMPOTENT_CREATION
    error = failure("ALREADY_EXISTS", "in use", retry, "CreateProcessInstance")
    assert attempts(retry).failed(error, PLENTY, 0.5) == Fail(error)
    assert error.outcome == "not_executed"


def test_once_in_doubt_the_outcome_stays_unknown() -> None:
    call = attempts()
    assert isinstance(call.failed(failure("INTERNAL"), PLENTY, 0.5), Again)
    error = failure("RESOURCE_EXHAUSTED", "busy")
    assert call.failed(error, 0.0, 0.5) == Fail(error)
    assert (error.outcome, error.attempts) == ("unknown", 2)


@pytest.mark.parametrize(("remaining", "again"), [(0.53, True), (0.52, False), (0.0, False)])
def test_another_attempt_must_have_time_to_be_answered(remaining: float, again: bool) -> None:
    decision = attempts().failed(failure("RESOURCE_EXHAUSTED", "busy"), remaining, 0.5)
    assert isinstance(decision, Again) is again


def test_a_short_call_needs_a_tenth_of_its_time_for_another_attempt() -> None:
    for remaining, again in ((0.05, True), (0.03, False)):
        call = Attempts(RetryClass.UNSAFE, Resilience(), timeout=0.2, budget=Budget())
        assert isinstance(call.failed(failure("RESOURCE_EXHAUSTED", "busy"), remaining, 0.5), Again) is again


def test_failures_are_paid_from_the_budget_and_back_pressure_is_not() -> None:
    budget = Budget(4)
    for code, details, again in [
        ("RESOURCE_EXHAUSTED", "busy", True),
        ("UNAVAILABLE", "partition 1", True),
        ("INTERNAL", "", True),
        ("UNAVAILABLE", "partition 1", False),
        ("RESOURCE_EXHAUSTED", "busy", True),
    ]:
        call = Attempts(RetryClass.SELF_ABSORBING, Resilience(), PLENTY, budget)
        assert isinstance(call.failed(failure(code, details), PLENTY, 0.5), Again) is again


def test_an_error_from_elsewhere_ends_the_call_with_its_count_and_doubt() -> None:
    call = attempts()
    call.failed(failure("INTERNAL"), PLENTY, 0.5)
    ended = call.given_up(failure("RESOURCE_EXHAUSTED", "no place"))
    assert (ended.attempts, ended.outcome) == (1, "unknown")


def test_a_limit_of_attempts() -> None:
    call = attempts(max_attempts=2)
    assert isinstance(call.failed(failure("RESOURCE_EXHAUSTED"), PLENTY, 0.5), Again)
    assert isinstance(call.failed(failure("RESOURCE_EXHAUSTED"), PLENTY, 0.5), Fail)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_are_random_up_to_a_growing_limit(count: int, chance: float) -> None:
    settings = Resilience()
    longest = settings.pause(count, 1.0)
    assert longest == min(5.0, 0.05 * 2 ** min(count - 1, 64))
    assert 0 <= settings.pause(count, chance) <= longest


@given(
    st.sampled_from(RetryClass),
    st.lists(st.sampled_from([code.name for code in StatusCode if code.name != "OK"]), min_size=1),
)
def test_an_unsafe_command_is_repeated_only_after_provable_refusals(retry: RetryClass, codes: list[str]) -> None:
    call = attempts(retry)
    for code in codes:
        error = failure(code, "", retry)
        decision = call.failed(error, PLENTY, 0.1)
        if isinstance(decision, Again):
            assert retry.repeatable or code == "RESOURCE_EXHAUSTED"
        else:
            break
