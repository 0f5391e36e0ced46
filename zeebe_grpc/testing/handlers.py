"""Handlers in tests, without a gateway: a job to call them with, and an environment that runs them as a worker does."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from contextvars import copy_context
from datetime import datetime, timedelta, timezone
from typing import Any

from zeebe_grpc.keys import ElementInstanceKey, JobKey, ProcessDefinitionKey, ProcessInstanceKey
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.spans import Span, seconds
from zeebe_grpc.variables import Variables, encode
from zeebe_grpc.worker import CancelReason, Job, Outcome
from zeebe_grpc.worker.binding import Binding, bind
from zeebe_grpc.worker.guard import raised, returned
from zeebe_grpc.worker.job import JobCancelled, Leash
from zeebe_grpc.worker.outcomes import Lost
from zeebe_grpc.worker.runner.entry import loop_runs
from zeebe_grpc.worker.settings import JobSettings

_FIRST_KEY = 1 << 51
_NUMBERS = itertools.count(1)
_TIMEOUT = 300.0


class TestLeash(Leash):
    """A leash that a test holds: it knows what the handler said, and time passes only when told.

    Attributes:
        extensions: The spans that the handler asked for, in seconds.
        reports: What the handler said of its progress.
    """

    __test__ = False  # no test class, for all its name

    def __init__(self, timeout: float) -> None:
        self.time = 0.0
        self.extensions: list[float] = []
        self.reports: list[tuple[float | None, str]] = []
        super().__init__(lambda: self.time, timeout, timeout)

    def extend(self, timeout: float) -> None:
        """Grant it."""
        self.extensions.append(timeout)
        self.deadline = max(self.deadline, self.time + timeout)

    def alive(self, progress: tuple[float | None, str]) -> None:
        """Remember it."""
        self.reports.append(progress)
        super().alive(progress)


def fake_job(
    variables: Variables = None,
    *,
    type: str = "test",  # noqa: A002 - as the job's own attribute
    custom_headers: Mapping[str, str] | None = None,
    retries: int = 3,
    job_timeout: Span = _TIMEOUT,
    key: int | None = None,
    **values: Any,
) -> Job[Any]:
    """A job as a handler gets it, with nobody behind it.

    ``await reserve("A", job=fake_job())``: the decorator leaves handlers callable, so most tests need no more.

    Args:
        variables: What ``job.variables`` gives; anything that can be a JSON object.
        type: The job type.
        custom_headers: The task headers.
        retries: Retries left.
        job_timeout: What ``job.remaining()`` begins with.
        key: The job key; a new one by default.
        values: Other attributes of `ActivatedJob`, such as ``tenant_id``.
    """
    return Job(_activated(variables, type, custom_headers, retries, key, values), TestLeash(_span(job_timeout)))


def _span(span: Span) -> float:
    return seconds(span, "job_timeout")


def _activated(
    variables: Variables,
    job_type: str,
    custom_headers: Mapping[str, str] | None,
    retries: int,
    key: int | None,
    values: Mapping[str, Any],
) -> ActivatedJob[Any]:
    number = next(_NUMBERS)
    attributes: dict[str, Any] = {
        "key": JobKey(_FIRST_KEY + number if key is None else key),
        "type": job_type,
        "process_instance_key": ProcessInstanceKey(_FIRST_KEY + 1_000_000 + number),
        "bpmn_process_id": "test-process",
        "process_definition_version": 1,
        "process_definition_key": ProcessDefinitionKey(_FIRST_KEY + 2_000_000),
        "element_id": "test-element",
        "element_instance_key": ElementInstanceKey(_FIRST_KEY + 3_000_000 + number),
        "worker": "test",
        "retries": retries,
        "deadline": datetime.now(timezone.utc) + timedelta(seconds=_TIMEOUT),
        "variables_json": str(encode(variables)),
        "custom_headers_json": json.dumps(dict(custom_headers or {})),
        **values,
    }
    return ActivatedJob(**attributes)


class JobEnvironment:
    """Runs a handler as a worker would: arguments from variables and headers, and whatever happens becomes an outcome.

    ``JobEnvironment(variables={"sku": "gone"}).run(reserve) == ErrorThrown("OUT_OF_STOCK", variables={"sku": "gone"})``

    Middleware and the options of ``@worker.job`` are not applied; ``result_variable`` may be given here.

    Args:
        variables: The variables of the job.
        custom_headers: Its task headers.
        retries: Retries left.
        job_timeout: The span that the job is ours for.
        client: Given to handlers that ask for a client.
        result_variable: As in ``@worker.job``.
        values: Other attributes of `ActivatedJob`.
    """

    def __init__(
        self,
        variables: Variables = None,
        *,
        custom_headers: Mapping[str, str] | None = None,
        retries: int = 3,
        job_timeout: Span = _TIMEOUT,
        client: Any = None,
        result_variable: str | None = None,
        **values: Any,
    ) -> None:
        self._client = client
        self._leash = TestLeash(_span(job_timeout))
        job_type = values.pop("type", "test")
        key = values.pop("key", None)
        self.job: Job[Any] = Job(_activated(variables, job_type, custom_headers, retries, key, values), self._leash)
        self._settings = JobSettings(type=job_type, strategy="thread", result_variable=result_variable)

    def run(self, handler: Callable[..., Any]) -> Outcome:
        """Run a handler, plain or ``async``, and give its outcome.

        Raises:
            RuntimeError: An ``async`` handler inside of a running event loop; there it is ``await run_async(handler)``.
        """
        binding = bind(handler)
        if binding.strategy != "async":
            return self._run_plain(binding)
        if loop_runs():
            raise RuntimeError("an event loop runs here already; write: await environment.run_async(handler)")
        return asyncio.run(self._run(binding))

    async def run_async(self, handler: Callable[..., Any]) -> Outcome:
        """Run a handler, ``async`` or plain, in the running event loop, and give its outcome."""
        binding = bind(handler)
        return await self._run(binding) if binding.strategy == "async" else self._run_plain(binding)

    def _run_plain(self, binding: Binding) -> Outcome:
        try:
            return returned(copy_context().run(binding.call, self.job, self._client), self._settings)
        except BaseException as error:
            return self._raised(error)

    async def _run(self, binding: Binding) -> Outcome:
        try:
            return returned(await binding.call(self.job, self._client), self._settings)
        except BaseException as error:
            return self._raised(error)

    def _raised(self, error: BaseException) -> Outcome:
        if isinstance(error, (asyncio.CancelledError, JobCancelled)) and self._leash.cancelled is not None:
            return Lost(self._leash.cancelled)
        return raised(error, self.job, self._settings)

    # What happens to the job while the handler runs

    def advance(self, span: Span) -> None:
        """Let time pass, as ``job.remaining()`` sees it."""
        self._leash.time += _span(span)

    def cancel(self, reason: CancelReason = CancelReason.DEADLINE) -> None:
        """Tell the handler to stop: ``job.cancelled`` is true from now on, and ``job.progress()`` raises."""
        self._leash.cancelled = reason

    def lose(self) -> None:
        """The job belongs to somebody else now."""
        self.cancel(CancelReason.LOST)

    def stop_worker(self) -> None:
        """The worker begins to drain: ``job.worker_stopping`` is true from now on."""
        self._leash.stopping = True

    @property
    def extensions(self) -> list[float]:
        """The spans in seconds that the handler has asked for."""
        return self._leash.extensions

    @property
    def progress(self) -> list[tuple[float | None, str]]:
        """What the handler has said of its progress."""
        return self._leash.reports
