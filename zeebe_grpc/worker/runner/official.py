"""Workers in the form of Camunda's own Python SDK, for code that comes from there.

``client.create_job_worker(config, callback)`` with its names, its units (milliseconds) and its defaults; underneath
runs a `Worker` like any other. The callback gets one argument, the job, which also carries the client.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from typing_extensions import Self

from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker.callback import JobCallback, bind_callback
from zeebe_grpc.worker.definition import Worker
from zeebe_grpc.worker.runner.entry import ThreadedWorker
from zeebe_grpc.worker.runner.running import RunningWorker
from zeebe_grpc.worker.settings import ExecutionStrategy

_MAX_CONCURRENT_JOBS = 10
_LOOK_EVERY = 0.25


@dataclass
class WorkerConfig:
    """The official SDK's settings of a worker. None takes CAMUNDA_WORKER_* of the environment, else the default.

    Attributes:
        job_type: The job type.
        job_timeout_milliseconds: How long a job stays ours. 300,000.
        request_timeout_milliseconds: How long the gateway may hold a poll that finds nothing. 30,000; so does 0.
        max_concurrent_jobs: Jobs held at a time. 10.
        fetch_variables: Names of the variables to fetch. All.
        worker_name: Who holds the job, for people who look at it. The host's name.
        with_lease: Ask for leases (8.10).
        execution_strategy: How the callback runs, unless `create_job_worker` says otherwise.
    """

    job_type: str
    job_timeout_milliseconds: int | None = None
    request_timeout_milliseconds: int | None = None
    max_concurrent_jobs: int | None = None
    fetch_variables: list[str] | None = None
    worker_name: str | None = None
    with_lease: bool = False
    execution_strategy: ExecutionStrategy = "auto"

    def options(self) -> dict[str, Any]:
        """The same as options of a `Worker`; what is None is left to the environment and the defaults."""
        spans = {
            "job_timeout": self.job_timeout_milliseconds,
            "request_timeout": self.request_timeout_milliseconds,
        }
        plain = {"max_concurrent_jobs": self.max_concurrent_jobs, "worker_name": self.worker_name}
        return {
            **{name: timedelta(milliseconds=value) for name, value in spans.items() if value},
            **{name: value for name, value in plain.items() if value is not None},
            "fetch_variables": self.fetch_variables,
            "with_lease": self.with_lease,
        }


class JobWorker:
    """A worker of one job type. `start` and `stop` as in the official SDK; also a context manager of either colour.

    Attributes:
        stopped: Whether it was stopped, and had nothing to complain of.
    """

    def __init__(self, client: Any, worker: Worker, jitter: float) -> None:
        self.stopped = False
        self._client = client
        self._worker = worker
        self._jitter = jitter
        self._running: RunningWorker | None = None
        self._thread: _LaterThread | None = None
        self._starting: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[Any] | None = None

    def start(self) -> None:
        """Begin to work, after a random part of the start-up jitter.

        With an `AsyncZeebeClient` in its running event loop; with a `ZeebeClient` in a thread of its own.

        Raises:
            RuntimeError: An `AsyncZeebeClient` has no running event loop here.
        """
        delay = random.uniform(0, self._jitter)  # noqa: S311 - only jitter
        if isinstance(self._client, AsyncZeebeClient):
            self._starting = asyncio.get_running_loop().create_task(self._start_later(delay))
        else:
            self._thread = _LaterThread(self._worker.running_in_thread(self._client), delay)

    async def _start_later(self, delay: float) -> None:
        if delay:
            await asyncio.sleep(delay)
        self._running = self._worker.running(self._client).make().start()

    def stop(self) -> None:
        """Drain. In an event loop this only begins it; see `aclose`."""
        if self._thread is not None:
            self._thread.stop()
            self.stopped = True
        elif self._starting is not None:
            self._stopping = asyncio.get_running_loop().create_task(self.aclose())

    async def aclose(self) -> None:
        """Drain, and wait until that is done."""
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._starting
        if self._running is not None:
            await self._running.stop()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.stop)
        self.stopped = True

    async def wait(self) -> None:
        """Wait until the worker has stopped.

        Raises:
            WorkerError: It stopped because it could not go on.
            ConfigurationError: It could not start.
        """
        if self._starting is not None:
            await asyncio.shield(self._starting)
        if self._running is not None:
            await self._running.wait()

    def join(self, timeout: float | None = None) -> None:
        """Wait until a worker in a thread has stopped. Raises as `ThreadedWorker.wait` does."""
        if self._thread is not None:
            self._thread.wait(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.aclose()


class _LaterThread:
    """A worker in a thread that begins after `delay` seconds, or at once without."""

    def __init__(self, worker: ThreadedWorker, delay: float) -> None:
        self._worker = worker
        self._begun = False
        self._timer = threading.Timer(delay, self._begin)
        self._timer.daemon = True
        if delay:
            self._timer.start()
        else:
            self._begun = True
            worker.start()

    def _begin(self) -> None:
        self._begun = True
        with contextlib.suppress(Exception):  # `wait` raises it
            self._worker.start()

    def _settle(self, timeout: float | None = None) -> bool:
        """Wait until it has begun, or was told not to; whether it has."""
        if self._timer.ident is not None:
            self._timer.join(timeout)
            if self._timer.is_alive():
                raise TimeoutError("the worker has not started yet")
        return self._begun

    def stop(self) -> None:
        self._timer.cancel()
        if self._settle():
            self._worker.stop()

    def wait(self, timeout: float | None) -> None:
        if self._settle(timeout):
            self._worker.wait(timeout)


def _workers_of(client: ZeebeClient | AsyncZeebeClient) -> list[JobWorker]:
    """The workers that were made for a client. It keeps them itself: they hold it, and are to go when it goes."""
    found: list[JobWorker] = vars(client).setdefault("_job_workers", [])
    return found


def create_job_worker(
    client: ZeebeClient | AsyncZeebeClient,
    config: WorkerConfig,
    callback: JobCallback,
    auto_start: bool = True,
    *,
    execution_strategy: ExecutionStrategy = "auto",
    startup_jitter_max_seconds: float | None = None,
) -> JobWorker:
    """Make a worker in the official SDK's form; see the method of that name on the clients."""
    strategy = config.execution_strategy if execution_strategy == "auto" else execution_strategy
    worker = Worker()
    said = client.settings.job_defaults
    if "max_concurrent_jobs" not in said:
        worker = Worker(max_concurrent_jobs=_MAX_CONCURRENT_JOBS)
    worker.register(config.job_type, bind_callback(callback, strategy), config.options())
    jitter = startup_jitter_max_seconds
    made = JobWorker(client, worker, said.get("startup_jitter_max_seconds", 0.0) if jitter is None else jitter)
    if auto_start:
        made.start()
    workers = _workers_of(client)
    workers[:] = [*(worker for worker in workers if not worker.stopped), made]
    return made


async def run_workers(client: AsyncZeebeClient) -> None:
    """Wait for the workers of a client until this is cancelled or one can not go on; then drain them all."""
    workers = _workers_of(client)
    waits = [asyncio.ensure_future(worker.wait()) for worker in workers]
    try:
        if waits:
            await asyncio.wait(waits, return_when=asyncio.FIRST_EXCEPTION)
        else:
            await asyncio.get_running_loop().create_future()
    finally:
        await asyncio.gather(*(worker.aclose() for worker in workers), return_exceptions=True)
        workers.clear()
    for wait in waits:
        if not wait.cancelled():  # as that of a worker is which was still to start
            await wait


def run_workers_blocking(client: ZeebeClient) -> None:
    """Wait for the workers of a client until this is interrupted or one can not go on; then drain them all.

    Raises:
        WorkerError: A worker could not go on.
    """
    workers = _workers_of(client)
    at_work = list(workers)
    try:
        while at_work:
            at_work = [worker for worker in at_work if not _has_ended(worker)]
    except KeyboardInterrupt:
        return
    finally:
        with ThreadPoolExecutor(max(1, len(workers))) as drains:
            for worker in workers:
                drains.submit(worker.stop)
        workers.clear()


def _has_ended(worker: JobWorker) -> bool:
    """Whether it ends within a moment; others may fail meanwhile, and on Windows nothing interrupts an endless wait."""
    try:
        worker.join(_LOOK_EVERY)
    except TimeoutError:
        return False
    return True
