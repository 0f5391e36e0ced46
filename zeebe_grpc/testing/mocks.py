"""Mocks of jobs: workers whose answers the test writes down beforehand."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Mapping
from typing import Any, cast

from typing_extensions import Self

from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.commands.jobs import fail_job, throw_error
from zeebe_grpc.spans import Span
from zeebe_grpc.variables import Variables, encode
from zeebe_grpc.worker import Completed, ErrorThrown, Failed, Job, Worker
from zeebe_grpc.worker.binding import Provided, bind

_ANY_JOB = (1 << 51) + 1
"""A key, to see whether an answer can be made at all."""

_Answer = Callable[[Job[Any], ZeebeClient], Any]


class JobMock:
    """Answers the jobs of one type, in place of a worker; ``zeebe.mock_job("charge-card")`` makes it.

    Each call appends an answer, and the last one lasts for ever:
    ``.fail(times=2).then_complete({"paid": True})`` fails twice and then completes whatever comes. Jobs are taken from
    the first answer on, over real gRPC, one at a time in the order of the engine.

    Attributes:
        type: The job type.
        failed: The first assertion that failed in a function of `with_handler`, until the test was told.
    """

    def __init__(self, job_type: str, *, begin: Callable[[Worker], None], settle: Callable[[str], None]) -> None:
        self.type = job_type
        self._begin: Callable[[Worker], None] | None = begin
        self._settle = settle
        self._lock = threading.Lock()
        self._answers: list[tuple[_Answer, int]] = []
        self._given = 0
        self._calls: list[Job[Any]] = []
        self.failed: AssertionError | None = None

    def complete(self, variables: Variables = None, *, times: int = 1) -> Self:
        """Complete the job.

        Args:
            variables: What the job brings into the process; anything that can be a JSON object.
            times: How often, before the next answer is due.

        Raises:
            VariablesError: The variables cannot be encoded.
            ValueError: `times` is below 1.
        """
        encode(variables)
        return self._append(lambda _job, _client: Completed(variables), times)

    def fail(
        self,
        message: str = "failed by the test",
        *,
        times: int = 1,
        retries: int | None = None,
        backoff: Span = 0,
        variables: Variables = None,
    ) -> Self:
        """Fail the job; without retries left that raises an incident.

        Args:
            message: What an incident will say.
            times: How often, before the next answer is due.
            retries: Retries left after that; None for one less than the job came with.
            backoff: Span until the next try, by the clock of the test; the next try comes at once by default.
            variables: Set in the job's own scope.

        Raises:
            VariablesError: The variables cannot be encoded.
            TypeError: An argument is of another kind.
            ValueError: `times` is below 1, `retries` below 0, or `backoff` no span.
        """
        _check_text(message, "message")
        left = 1 if retries is None else retries
        fail_job(_ANY_JOB, retries=left, error_message=message, backoff=backoff, variables=variables)
        return self._append(lambda _job, _client: Failed(message, retries, backoff, variables), times)

    def throw_error(self, error_code: str, message: str = "", *, variables: Variables = None, times: int = 1) -> Self:
        """Throw a BPMN error.

        Args:
            error_code: Which error; an event of the model catches it.
            message: What an incident will say if none does.
            variables: The local variables of the event that catches it.
            times: How often, before the next answer is due.

        Raises:
            VariablesError: The variables cannot be encoded.
            TypeError: An argument is of another kind.
            ValueError: `times` is below 1, or there is no error code.
        """
        _check_text(message, "message")
        throw_error(_ANY_JOB, error_code, error_message=message, variables=variables)
        document = cast("Mapping[str, Any] | None", variables)
        return self._append(lambda _job, _client: ErrorThrown(error_code, message, document), times)

    def with_handler(self, function: Callable[..., Any], *, times: int = 1) -> Self:
        """Let a function answer: ``lambda job: {"total": 3}``, or anything that ``@worker.job`` takes.

        Args:
            function: Plain or ``async``; what it returns or raises becomes the answer. An `AssertionError` is also
                raised in the test, where it looks next. A parameter without annotation is the job if it is called
                ``job``, else a variable.
            times: How often, before the next answer is due.

        Raises:
            TypeError: The function cannot be a handler, or asks for an `AsyncZeebeClient`.
            ValueError: `times` is below 1.
        """
        if _takes_job_only(function):
            return self._append(lambda job, _client: _finished(function(job)), times)
        binding = bind(function)
        if binding.client is Provided.ASYNC_CLIENT:
            raise TypeError("a mock has no AsyncZeebeClient to give; run a Worker with this handler: zeebe.running()")
        return self._append(lambda job, client: _finished(binding.call(job, client)), times)

    then_complete = complete
    then_fail = fail
    then_throw_error = throw_error
    then_handle = with_handler

    @property
    def calls(self) -> tuple[Job[Any], ...]:
        """The jobs as they came, the first one first; looks when the kit has nothing in work.

        Raises:
            NotIdleError: Something is in work still.
        """
        __tracebackhide__ = True
        self._settle(f"the calls of job {self.type!r} cannot be counted")
        with self._lock:
            return tuple(self._calls)

    @property
    def answers(self) -> bool:
        """Whether it has been given an answer; before that it takes no jobs."""
        return bool(self._answers)

    def __repr__(self) -> str:
        return f"JobMock({self.type!r}, answers={len(self._answers)}, calls={len(self._calls)})"

    def _append(self, answer: _Answer, times: int) -> Self:
        if not isinstance(times, int) or times < 1:
            raise ValueError(f"times must be at least 1, not {times!r}")
        with self._lock:
            self._answers.append((answer, times))
            begin, self._begin = self._begin, None
        if begin is not None:
            begin(self._worker())
        return self

    def _worker(self) -> Worker:
        worker = Worker(max_concurrent_jobs=1)

        @worker.job(self.type)
        def answer(job: Job[Any], client: ZeebeClient) -> Any:
            try:
                return self._next(job)(job, client)
            except AssertionError as error:
                self.failed = self.failed or error
                raise

        return worker

    def _next(self, job: Job[Any]) -> _Answer:
        with self._lock:
            self._calls.append(job)
            while self._given >= self._answers[0][1] and len(self._answers) > 1:
                self._given = 0
                del self._answers[0]
            self._given += 1
            return self._answers[0][0]


def _check_text(text: object, name: str) -> None:
    if not isinstance(text, str):
        raise TypeError(f"{name} is a text, not {type(text).__name__}; times=, retries= and variables= have names")


def _takes_job_only(function: Callable[..., Any]) -> bool:
    """Whether it is a function of the job, without annotation: a lambda can have none."""
    parameters = list(inspect.signature(function).parameters.values())
    return [(one.name, one.annotation) for one in parameters] == [("job", inspect.Parameter.empty)]


def _finished(result: Any) -> Any:
    """What a handler returned, or what its coroutine returns; here is a thread without event loop."""
    return asyncio.run(result) if inspect.iscoroutine(result) else result
