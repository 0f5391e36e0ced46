"""Whatever a handler does becomes an answer that can be sent."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.worker.jobs import job
from zeebe_grpc.errors import BpmnError, JobFailure
from zeebe_grpc.models.jobs import AdHocSubProcessResult, UserTaskResult
from zeebe_grpc.worker import Backoff, CancelReason, Completed, Deferred, ErrorThrown, Failed, JobCancelled, Lost
from zeebe_grpc.worker.binding import UnfitVariablesError
from zeebe_grpc.worker.events import AnswerKind, Deferral, Problem, Stopped, Verdict
from zeebe_grpc.worker.guard import HandlerError, UnfitAnswerError, conclude, describe, raised, refused, returned, unfit
from zeebe_grpc.worker.settings import JobSettings


def settings(**values: Any) -> JobSettings:
    return JobSettings(type="charge-card", strategy="thread", worker_name="me", **values)


def verdict(outcome: Any, retries: int = 3, **values: Any) -> Verdict:
    activated = job(retries=retries).activated
    try:
        ending = conclude(outcome, activated, settings(**values), 0.5)
    except UnfitAnswerError as error:
        ending = unfit(error, activated, settings(**values), 0.5)
    assert isinstance(ending, Verdict)
    return ending


@given(st.text())
def test_an_exception_is_its_class_and_first_line(text: str) -> None:
    told = describe(ValueError(text))
    assert told.startswith("ValueError")
    assert "\n" not in told
    assert len(told) <= 500


def test_texts_are_short_and_replaceable() -> None:
    assert describe(ValueError("\n\n  second \nthird")) == "ValueError: second"
    assert describe(KeyError()) == "KeyError"
    assert describe(HandlerError("OddError: x")) == "OddError: x"
    told = raised(ValueError("secret"), job(), settings(describe_error=lambda error: "broken"))
    assert told == Failed("broken")
    still = raised(ValueError("x"), job(), settings(describe_error=lambda error: 1 / 0))
    assert still == Failed("ValueError: x")


def test_results() -> None:
    assert returned(None, settings()) == Completed()
    assert returned({"a": 1}, settings()) == Completed({"a": 1})
    assert returned(5, settings(result_variable="n")) == Completed({"n": 5})
    assert returned(UserTaskResult(denied=True), settings()) == Completed(result=UserTaskResult(denied=True))
    assert returned(AdHocSubProcessResult(), settings()) == Completed(result=AdHocSubProcessResult())
    assert returned(Deferred(5), settings(result_variable="n")) == Deferred(5)
    for wrong in (5, "text", [1], True, b"x", {1}):
        with pytest.raises(UnfitAnswerError, match="use result_variable") as unfit:
            returned(wrong, settings())
        assert raised(unfit.value, job(), settings()) == Failed(str(unfit.value))


def test_instructions() -> None:
    assert raised(BpmnError("C", "m", variables={"a": 1}), job(), settings()) == ErrorThrown("C", variables={"a": 1})
    assert raised(JobFailure("m", retries=1, backoff=5), job(), settings()) == Failed("m", 1, 5)
    assert raised(JobCancelled(CancelReason.LOST), job(), settings()) == Lost(CancelReason.LOST)
    unfit = UnfitVariablesError("variable a is missing")
    assert raised(unfit, job(), settings()) == Failed("variable a is missing", retries=0)
    assert raised(unfit, job(), settings(on_bad_variables="fail")) == Failed("variable a is missing")
    with pytest.raises(KeyboardInterrupt):
        raised(KeyboardInterrupt(), job(), settings())


def test_a_retry_policy_decides_and_may_itself_be_wrong() -> None:
    def decide(with_policy: Any) -> Any:
        return raised(ValueError("x"), job(retries=2), settings(retry=with_policy))

    assert decide(lambda job, error: JobFailure(f"{job.retries}", backoff=9)) == Failed("2", None, 9)
    assert decide(lambda job, error: JobFailure()) == Failed("ValueError: x")
    assert decide(lambda job, error: 1 / 0).message.startswith("the retry policy raised ZeroDivisionError")
    assert decide(lambda job, error: None).message == "the retry policy gave no JobFailure for ValueError: x"


@pytest.mark.parametrize("answer", [JobFailure(backoff=9), JobFailure("", retries=1), None])
def test_what_a_retry_policy_leaves_unsaid_is_described_as_the_settings_say(answer: JobFailure | None) -> None:
    hidden = settings(retry=lambda job, error: answer, describe_error=lambda error: "hidden")
    outcome: Any = raised(ValueError("card 4111"), job(), hidden)
    assert outcome.message.endswith("hidden")
    assert "4111" not in outcome.message


def test_failures_have_one_retry_less_and_rest() -> None:
    failed = verdict(Failed("m"), retries=2, retry=Backoff(first=1, factor=4))
    request: Any = failed.command.request  # type: ignore[attr-defined]
    assert (failed.kind, failed.backoff) == (AnswerKind.FAIL, 4)
    assert (request.retries, request.retryBackOff, request.errorMessage) == (1, 4000, "m")
    last = verdict(Failed("m"), retries=1)
    request = last.command.request  # type: ignore[attr-defined]
    assert (request.retries, request.retryBackOff) == (0, 0)
    assert last.backoff == math.inf
    assert verdict(Failed("m", retries=-3)).command.request.retries == 0  # type: ignore[attr-defined]


def test_a_rest_beyond_an_hour_is_sent_as_it_is() -> None:
    failed = verdict(Failed("m"), retry=Backoff(first=3600, cap=3600, retries=3))
    assert failed.command.request.retryBackOff == 3_600_000  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (Completed({"a": {"b": object()}}), "$.a.b: a value of type object has no JSON form"),
        (Completed([1]), "$: variables must be a JSON object, list is not one"),
        (ErrorThrown(""), "error_code: must not be blank"),
        (ErrorThrown("C", variables={"a": float("nan")}), "$.a: JSON has no NaN"),
        (Failed("m", variables=5), "$: variables must be a JSON object"),
        ("nonsense", "str is no outcome"),
        (Completed(result=5), "result: expected UserTaskResult or AdHocSubProcessResult, got int"),  # type: ignore[arg-type]
    ],
)
def test_an_answer_that_can_not_be_encoded_fails_the_job_and_says_where(outcome: Any, text: str) -> None:
    failed = verdict(outcome)
    assert failed.kind is AnswerKind.FAIL
    message = failed.command.request.errorMessage  # type: ignore[attr-defined]
    assert message.startswith(f"the handler's answer can not be sent: {text}")


def test_other_endings() -> None:
    def end(outcome: Any) -> Any:
        return conclude(outcome, job().activated, settings(), 0.5)

    assert end(Lost(CancelReason.STOPPING)) == Stopped()
    assert end(Deferred(60)) == Deferral(60)
    assert end(Completed()).kind is AnswerKind.COMPLETE
    assert end(ErrorThrown("C")).kind is AnswerKind.THROW


def test_a_refused_answer_becomes_a_failure_with_the_reason() -> None:
    failed = refused(Problem("INVALID_ARGUMENT", "no such attribute"), job().activated, settings(), 0.5)
    request: Any = failed.command.request  # type: ignore[attr-defined]
    assert request.errorMessage == "the answer was refused: INVALID_ARGUMENT: no such attribute"
    assert request.retries == 2
    large = refused(Problem("RESOURCE_EXHAUSTED", too_large=True), job().activated, settings(), 0.5)
    assert large.command.request.errorMessage == "the answer was refused: it is too large"  # type: ignore[attr-defined]


def test_an_exception_that_can_not_say_what_it_is_is_named_all_the_same() -> None:
    class SpeechlessError(Exception):
        def __str__(self) -> str:
            raise LookupError

    assert describe(SpeechlessError()) == "SpeechlessError"
    assert raised(SpeechlessError(), job(), settings()) == Failed("SpeechlessError")
