"""How handlers run: in the event loop, in threads, in child processes. One executor for each job type."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import threading
from collections.abc import Callable
from typing import Any, Protocol

from zeebe_grpc.worker.binding import Binding
from zeebe_grpc.worker.callback import CallbackBinding
from zeebe_grpc.worker.child import Assignment
from zeebe_grpc.worker.events import CancelReason
from zeebe_grpc.worker.job import LOGGER_OF_JOBS, Job
from zeebe_grpc.worker.outcomes import Outcome
from zeebe_grpc.worker.processes import ProcessCrew, ProcessJob
from zeebe_grpc.worker.runner.clock import Clock
from zeebe_grpc.worker.runner.leash import LaneLeash
from zeebe_grpc.worker.runner.log import WorkerLog
from zeebe_grpc.worker.settings import JobSettings
from zeebe_grpc.worker.threads import ThreadCrew

_KILL_AFTER = 2.0

ClientFor = Callable[[LaneLeash], Any]
"""The client for the handler of one job; None if it asked for none."""


class Executor(Protocol):
    """Runs one handler for many jobs."""

    async def run(self, job: Job[Any], leash: LaneLeash) -> Any:
        """Run the handler and give what it returned, or raise what it raised."""
        ...

    def close(self) -> None:
        """Let go of threads and processes."""
        ...


class AsyncExecutor:
    """Awaits the handler in the job's own task; cancelling is cancelling that task."""

    def __init__(self, binding: Binding, client_for: ClientFor) -> None:
        self._binding = binding
        self._client_for = client_for

    async def run(self, job: Job[Any], leash: LaneLeash) -> Any:
        """Await the handler."""
        return await self._binding.call(job, self._client_for(leash))

    def close(self) -> None:
        """Nothing to let go of."""


class ThreadExecutor:
    """Runs the handler in the crew's threads, in a copy of the job's context; it can be told to stop, not made to."""

    def __init__(self, binding: Binding, client_for: ClientFor, settings: JobSettings) -> None:
        self._binding = binding
        self._client_for = client_for
        self._crew = ThreadCrew(settings.max_concurrent_jobs, f"zeebe-worker-{settings.type}")

    async def run(self, job: Job[Any], leash: LaneLeash) -> Any:
        """Wait for a thread to run the handler."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        client = self._client_for(leash)
        context = contextvars.copy_context()

        def work() -> None:
            leash.thread = threading.get_ident()
            try:
                result, error = context.run(self._binding.call, job, client), None
            except BaseException as raised:  # it goes on in the job's task
                result, error = None, raised
            leash.thread = None
            _resolve(loop, future, result, error)

        with leash.interrupted_by(None):
            self._crew.submit(work)
            return await future

    def close(self) -> None:
        """Let the threads end."""
        self._crew.close()


class ProcessExecutor:
    """Runs the handler in child processes; cancelling tells it, and ends the process if it does not listen."""

    def __init__(self, binding: Binding, settings: JobSettings, clock: Clock, log: WorkerLog) -> None:
        self._clock = clock
        self._log = log
        assignment = Assignment(
            binding.handler,
            settings.type,
            settings.job_timeout,
            settings.result_variable,
            settings.on_bad_variables,
            logging.getLogger().getEffectiveLevel(),
            log.of_jobs.getEffectiveLevel() or 1,  # 0 would mean that of the root logger
            isinstance(binding, CallbackBinding),
        )
        self._crew = ProcessCrew(assignment, settings.max_concurrent_jobs, f"zeebe-worker-{settings.type}")

    async def run(self, job: Job[Any], leash: LaneLeash) -> Any:
        """Wait for a child to run the handler."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        listener = _ChildListener(leash, job, self._log, loop, future)
        work = ProcessJob(job.activated, job.remaining, listener)
        leash.renewed, leash.draining, leash.locate = work.renew, work.stop, work.where
        if leash.stopping:
            work.stop()
        try:
            with leash.interrupted_by(lambda: self._cancel(work, leash)):
                self._crew.submit(work)
                return await future
        except asyncio.CancelledError:
            if leash.cancelled is None:  # a middleware does not wait any longer
                self._end(work, CancelReason.STOPPING)
            raise
        finally:
            leash.renewed = leash.draining = leash.locate = None

    def close(self) -> None:
        """Let the children end."""
        self._crew.close()

    def _cancel(self, work: ProcessJob, leash: LaneLeash) -> None:
        if leash.cancelled is not None:
            self._end(work, leash.cancelled)

    def _end(self, work: ProcessJob, reason: CancelReason) -> None:
        """Tell the handler that it has to stop, and end a child that does not obey."""
        work.cancel(reason)
        self._clock.call_at(self._clock.time() + _KILL_AFTER, lambda: self._kill(work))

    def _kill(self, work: ProcessJob) -> None:
        if work.shielded:
            self._clock.call_at(self._clock.time() + _KILL_AFTER, lambda: self._kill(work))
        else:
            work.kill()


class _ChildListener:
    """Carries what a child says into the event loop."""

    def __init__(
        self,
        leash: LaneLeash,
        job: Job[Any],
        log: WorkerLog,
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[Any],
    ) -> None:
        self._leash = leash
        self._job = job
        self._log = log
        self._loop = loop
        self._future = future

    def extend(self, timeout: float) -> None:
        """The handler asks for more time."""
        self._leash.extend(timeout)

    def progress(self, progress: tuple[float | None, str]) -> None:
        """The handler is alive."""
        self._leash.alive(progress)

    def located(self, place: str) -> None:
        """The handler was asked where it is."""
        self._log.located(place, self._job.activated)

    def logged(self, record: logging.LogRecord) -> None:
        """Something was logged: by means of the job, or otherwise."""
        logger = logging.getLogger(record.name)
        if record.name == LOGGER_OF_JOBS:
            logger = self._leash.logger
            record.name = logger.name
        try:
            logger.handle(record)
        except Exception:  # a filter or a handler of the user's: the job goes on
            with contextlib.suppress(Exception):
                self._log.exception("a record of %s from a child process could not be logged", record.name)

    def done(self, outcome: Outcome | None, error: BaseException | None) -> None:
        """The handler is done."""
        _resolve(self._loop, self._future, outcome, error)


def _resolve(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], result: Any, error: BaseException | None
) -> None:
    """Hand a result over to the event loop, if that still runs and somebody still waits."""

    def settle() -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        elif isinstance(error, StopIteration):
            future.set_exception(RuntimeError(f"the handler raised {error!r}"))
        else:
            future.set_exception(error)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:
        return  # the loop is closed: the worker is gone, and so is whoever waited
