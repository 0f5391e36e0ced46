"""The guarded region around a handler: whatever it returns or raises becomes an outcome, and every outcome a verdict.

Nothing that happens in a handler may reach the worker's own loops, and nothing that an answer needs (encoding a result,
for one) may fail outside of here. Pure; it runs in the worker's process and in child processes.
"""

from __future__ import annotations

import inspect
import math
from datetime import timedelta
from typing import Any, Final, cast

from zeebe_grpc.commands import jobs as commands
from zeebe_grpc.errors import BpmnError, JobFailure, VariablesError
from zeebe_grpc.models.jobs import ActivatedJob, AdHocSubProcessResult, UserTaskResult
from zeebe_grpc.spans import seconds
from zeebe_grpc.worker.backoff import Backoff
from zeebe_grpc.worker.binding import UnfitVariablesError
from zeebe_grpc.worker.events import AnswerKind, CancelReason, Deferral, Ending, Problem, Stopped, Verdict
from zeebe_grpc.worker.job import Job, JobCancelled
from zeebe_grpc.worker.modelled import RETRY_BACKOFF
from zeebe_grpc.worker.modelled import span as modelled_span
from zeebe_grpc.worker.outcomes import Completed, Deferred, ErrorThrown, Failed, Lost, Outcome
from zeebe_grpc.worker.settings import JobSettings

LONGEST_TEXT: Final = 500
"""Characters of an exception that reach the engine."""

LONGEST_MESSAGE: Final = 10_000
"""Characters of a handler's own message that reach the engine; it cuts there."""

_NO_DOCUMENTS = (str, bytes, int, float, list, tuple, set, frozenset)


class UnfitAnswerError(Exception):
    """What a handler returned, or the variables of what it raised, have no JSON form."""


class HandlerError(Exception):
    """Stands for an exception of a child process that could not be pickled.

    Its text is what `describe` made of that.
    """


def describe(error: BaseException) -> str:
    """What the engine is told of an exception: its class and first line."""
    if isinstance(error, HandlerError):
        return str(error)[:LONGEST_TEXT]
    name = type(error).__name__
    try:
        line = next((line for line in str(error).splitlines() if line.strip()), "")
    except Exception:  # users' code: an exception that cannot even say what it is
        line = ""
    return (f"{name}: {line.strip()}" if line else name)[:LONGEST_TEXT]


def returned(result: Any, settings: JobSettings) -> Outcome:
    """The outcome of a handler that returned.

    Raises:
        UnfitAnswerError: It returned what can be no document, or a coroutine that nobody awaits.
    """
    if settings.result_variable is None and (result is None or type(result) is dict):
        return Completed(result)
    if isinstance(result, (Completed, Failed, ErrorThrown, Deferred, Lost)):
        return result
    if isinstance(result, (UserTaskResult, AdHocSubProcessResult)):
        return Completed(result=result)
    if inspect.iscoroutine(result):
        result.close()
        raise UnfitAnswerError("the handler returned a coroutine; make it an async def, or run it to its end")
    if settings.result_variable is not None:
        return Completed({settings.result_variable: result})
    kind = cast("type[object]", type(result))
    if issubclass(kind, _NO_DOCUMENTS):
        raise UnfitAnswerError(
            f"the handler returned {kind.__name__}; it must be a mapping or a typed object, or use result_variable"
        )
    return Completed(result)


def raised(error: BaseException, job: Job[Any], settings: JobSettings) -> Outcome:
    """The outcome of a handler that raised; what must not be swallowed is raised again."""
    if isinstance(error, BpmnError):
        return ErrorThrown(error.error_code, error.message, error.variables)
    if isinstance(error, JobFailure):
        return _failed(error)
    if isinstance(error, JobCancelled):
        return Lost(error.reason)
    if isinstance(error, UnfitVariablesError):
        return Failed(str(error)[:LONGEST_TEXT], retries=0 if settings.on_bad_variables == "incident" else None)
    if isinstance(error, UnfitAnswerError):
        return Failed(str(error))
    if isinstance(error, (KeyboardInterrupt, GeneratorExit)):
        raise error
    if not isinstance(settings.retry, Backoff):
        return _by_policy(error, job, settings)
    return Failed(_text(error, settings), error=error)


def _failed(failure: JobFailure, message: str = "", error: BaseException | None = None) -> Failed:
    message = (failure.message or message)[:LONGEST_MESSAGE]
    return Failed(message, failure.retries, failure.backoff, failure.variables, error)


def _by_policy(error: BaseException, job: Job[Any], settings: JobSettings) -> Failed:
    policy = settings.retry
    try:
        failure = policy(job, error) if not isinstance(policy, Backoff) else None
    except Exception as broken:  # users' code: the job must fail all the same
        return Failed(f"the retry policy raised {describe(broken)} for {_text(error, settings)}"[:LONGEST_TEXT])
    if not isinstance(failure, JobFailure):
        return Failed(f"the retry policy gave no JobFailure for {_text(error, settings)}"[:LONGEST_TEXT], error=error)
    return _failed(failure, _text(error, settings), error)


def _text(error: BaseException, settings: JobSettings) -> str:
    if settings.describe_error is None:
        return describe(error)
    try:
        return str(settings.describe_error(error))[:LONGEST_MESSAGE]
    except Exception:  # users' code: the job must fail all the same
        return describe(error)


def conclude(outcome: Outcome, job: ActivatedJob[Any], settings: JobSettings, random: float) -> Ending:
    """The answer for an outcome, ready to be sent.

    Raises:
        UnfitAnswerError: It can not be encoded; `unfit` makes the failure that says so.
    """
    if isinstance(outcome, Lost):
        return Stopped(give_back=outcome.reason is CancelReason.DIED)
    if isinstance(outcome, Deferred):
        return Deferral(seconds(outcome.timeout, "timeout"))
    try:
        return _verdict(outcome, job, settings, random)
    except (VariablesError, TypeError, ValueError) as error:
        raise unfit_answer(error) from error


def unfit_answer(reason: Exception) -> UnfitAnswerError:
    """The error for an answer that can not be encoded."""
    return UnfitAnswerError(f"the handler's answer can not be sent: {reason}"[:LONGEST_TEXT])


def unfit(error: UnfitAnswerError, job: ActivatedJob[Any], settings: JobSettings, random: float) -> Verdict:
    """The failure that takes the place of such an answer."""
    return _fail(Failed(str(error)), job, settings, random)


def refused(problem: Problem, job: ActivatedJob[Any], settings: JobSettings, random: float) -> Verdict:
    """The failure that takes the place of an answer that the gateway refused for good."""
    reason = "it is too large" if problem.too_large else f"{problem.code}: {problem.details}"
    return _fail(Failed(f"the answer was refused: {reason}"[:LONGEST_TEXT]), job, settings, random)


def _verdict(outcome: Any, job: ActivatedJob[Any], settings: JobSettings, random: float) -> Verdict:
    if isinstance(outcome, Completed):
        command = commands.complete_job(job, variables=outcome.variables, result=outcome.result)
        return Verdict(AnswerKind.COMPLETE, command)
    if isinstance(outcome, ErrorThrown):
        message = outcome.message[:LONGEST_MESSAGE]
        command = commands.throw_error(job, outcome.error_code, error_message=message, variables=outcome.variables)
        return Verdict(AnswerKind.THROW, command)
    if isinstance(outcome, Failed):
        return _fail(outcome, job, settings, random)
    raise TypeError(f"{type(outcome).__name__} is no outcome; a middleware returns that of call_next(job), or its own")


def _fail(outcome: Failed, job: ActivatedJob[Any], settings: JobSettings, random: float) -> Verdict:
    retries = max(0, job.retries - 1 if outcome.retries is None else outcome.retries)
    if outcome.backoff is not None:
        backoff = seconds(outcome.backoff, "backoff", shortest=0)
    else:
        policy = settings.retry if isinstance(settings.retry, Backoff) else Backoff()
        modelled = modelled_span(job, RETRY_BACKOFF)
        backoff = (policy.delay(job.retries, random) if modelled is None else modelled) if retries else 0.0
    message = outcome.message[:LONGEST_MESSAGE]
    command = commands.fail_job(
        job, retries=retries, error_message=message, backoff=timedelta(seconds=backoff), variables=outcome.variables
    )
    # Without retries it raises an incident, and refuses everything until that is resolved.
    return Verdict(AnswerKind.FAIL, command, backoff if retries else math.inf)
