"""`Worker`: where handlers are registered, and the ways to run them. Making and filling one does nothing else."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from random import random as chance
from typing import Any, TypeVar

from typing_extensions import Unpack

from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.spans import Span, seconds
from zeebe_grpc.worker.binding import Binding, bind
from zeebe_grpc.worker.middleware import Middleware, needed_variables
from zeebe_grpc.worker.processes import check_spawnable
from zeebe_grpc.worker.registration import JobType, Registration, settle
from zeebe_grpc.worker.reports import WorkerEvent
from zeebe_grpc.worker.runner.connect import ClientLike, said_about_jobs
from zeebe_grpc.worker.runner.entry import ThreadedWorker, run
from zeebe_grpc.worker.runner.running import RunningWorker, cpus
from zeebe_grpc.worker.settings import GRACE, JobOptions, check_options, check_values, lasting

H = TypeVar("H", bound=Callable[..., Any])
M = TypeVar("M", bound=Middleware)
L = TypeVar("L", bound=Callable[[WorkerEvent], None])


class Worker:
    """A set of handlers for job types, bound to no client and no event loop until it runs.

    Args:
        max_total_jobs: The most jobs held at a time by all job types together, who wait for places in turn; None for no
            such cap. Each job type needs one for its poll, and one more for its stream; else there are no streams.
        options: Defaults for all job types of this worker; see `JobOptions`.

    Raises:
        TypeError: There is no such option.
        ConfigurationError: An option has a value that can not be used.
    """

    def __init__(self, *, max_total_jobs: int | None = None, **options: Unpack[JobOptions]) -> None:
        check_options(options, "Worker")
        self._options: Mapping[str, Any] = lasting(options)
        check_values(self._options)
        if max_total_jobs is not None and (not isinstance(max_total_jobs, int) or max_total_jobs < 1):
            raise ValueError(f"max_total_jobs must be at least 1, not {max_total_jobs!r}")
        self._max_total_jobs = max_total_jobs
        self._registrations: list[Registration] = []
        self._included: list[Worker] = []
        self._middleware: list[Middleware] = []
        self._listeners: list[Callable[[WorkerEvent], None]] = []

    # Registering

    def job(
        self, job_type: str, *, result_variable: str | None = None, **options: Unpack[JobOptions]
    ) -> Callable[[H], H]:
        """Register a handler for a job type. The decorator gives back the function itself, so that tests call it.

        Plain parameters of the handler are variables, by name. What it returns becomes variables: None for none, a
        mapping, or a typed object. `BpmnError` throws a BPMN error, `JobFailure` fails the job in its own way, and any
        other exception fails it with one retry less.

        The model may say more, in task headers that hold ISO 8601 durations such as ``PT5M``, of at most ten years:
        ``jobTimeout``, how long the job is meant to take (it is extended by that much at a time), and ``retryBackoff``,
        how long it rests after an exception, or after a failure that says nothing about that.

        Args:
            job_type: The job type that the model gives.
            result_variable: The variable that the result becomes, whatever it is.
            options: What differs from the worker's defaults; see `JobOptions`.

        Raises:
            TypeError: The handler can never be called properly, or there is no such option.
            ConfigurationError: An option has a value that can not be used, or this worker has a handler for that job
                type already.
        """
        check_job_type(job_type)
        check_options(options, f"@worker.job({job_type!r})")
        caller = sys._getframe(1)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - for types of that scope
        local_names = dict(caller.f_locals)

        strategy = options.get("execution_strategy", self._options.get("execution_strategy", "auto"))

        def register(handler: H) -> H:
            binding = bind(handler, strategy=strategy, local_names=local_names)
            self.register(job_type, binding, options, result_variable)
            return handler

        return register

    def register(
        self, job_type: str, binding: Binding, options: Mapping[str, Any], result_variable: str | None = None
    ) -> None:
        """Register a handler that is bound already; `job` is what people use.

        Raises:
            TypeError: The job type is no text, or the handler can not run in another process and should.
            ConfigurationError: An option has a value that can not be used, or this worker has a handler for that job
                type already.
        """
        check_job_type(job_type)
        if job_type in self.job_types:
            raise ConfigurationError(f"job type {job_type} has a handler in this worker already")
        if binding.strategy == "process":
            check_spawnable(binding.handler)
        registration = Registration(job_type, binding, lasting(options), result_variable)
        settle(registration, self._options, cpus())  # what can not be used is told here, not when the worker runs
        self._registrations.append(registration)

    def include(self, other: Worker) -> None:
        """Take in the handlers of another worker, also those that it gets later.

        Its own defaults and middleware go on to hold for them; this worker's hold around and below those.

        Raises:
            ConfigurationError: Both have a handler for the same job type, or the other includes this one.
            TypeError: It is no worker.
        """
        check_worker(other, "worker.include")
        if other is self or self in other._all_included():
            raise ConfigurationError("a worker can not include itself")
        both = set(self.job_types) & set(other.job_types)
        if both:
            raise ConfigurationError(f"both workers have a handler for {', '.join(sorted(both))}")
        self._included.append(other)

    def without(self, *job_types: str) -> Worker:
        """A worker with the same handlers, options, middleware and listeners, but not for these job types.

        What is registered later in either of the two is not in the other.

        Raises:
            ConfigurationError: This worker has no handler for one of them.
        """
        unknown = set(job_types) - set(self.job_types)
        if unknown:
            raise ConfigurationError(f"this worker has no handler for {', '.join(sorted(unknown))}")
        rest = Worker(max_total_jobs=self._max_total_jobs, **self._options)
        rest._registrations = [one for one in self._registrations if one.type not in job_types]
        rest._included = [other.without(*set(job_types) & set(other.job_types)) for other in self._included]
        rest._middleware = list(self._middleware)
        rest._listeners = list(self._listeners)
        return rest

    def middleware(self, function: M) -> M:
        """Put a coroutine around all handlers of this worker; what is put there first is outermost.

        Variables that it reads besides what the handlers ask for are named in its attribute ``fetch_variables``.

        ``async def tracing(job: Job, call_next: CallNext) -> Outcome``; it may be used as a decorator.

        Raises:
            TypeError: It is no function.
        """
        check_function(function, "@worker.middleware")
        self._middleware.append(function)
        return function

    def listen(self, function: L) -> L:
        """Call a function at every `WorkerEvent`, in the event loop; it must be quick. May be used as a decorator.

        Raises:
            TypeError: It is no function, or a coroutine function, which nobody would await.
        """
        check_function(function, "@worker.listen")
        if inspect.iscoroutinefunction(function):
            raise TypeError("@worker.listen takes a plain function; start a task in it for what has to wait")
        self._listeners.append(function)
        return function

    @property
    def job_types(self) -> tuple[str, ...]:
        """The job types that have handlers, those of included workers too."""
        own = tuple(registration.type for registration in self._registrations)
        return own + tuple(job_type for other in self._included for job_type in other.job_types)

    @property
    def max_total_jobs(self) -> int | None:
        """The most jobs held at a time by all job types together; None for no such cap."""
        return self._max_total_jobs

    def __repr__(self) -> str:
        return f"Worker({', '.join(map(repr, self.job_types))})"

    def _all_included(self) -> Iterable[Worker]:
        for other in self._included:
            yield other
            yield from other._all_included()  # noqa: SLF001 - of the same class

    # Running

    def running(self, client: ClientLike | None = None, *, grace: Span = GRACE) -> Running:
        """Run while the block lasts: ``async with worker.running(client) as running: await running.wait()``.

        The worker opens connections of its own, from the settings of the client.

        Args:
            client: An `AsyncZeebeClient` or `ZeebeClient`; None for the environment's settings.
            grace: How long the handlers may take to finish when the block is left.

        Returns:
            An async context manager for a `RunningWorker`.

        Raises:
            ConfigurationError: When entered, if a setting can not be used.
        """
        span = seconds(grace, "grace", shortest=0)
        return Running(lambda: self._make(client, span))

    def running_in_thread(self, client: ClientLike | None = None, *, grace: Span = GRACE) -> ThreadedWorker:
        """Run in a thread and event loop of its own while the block lasts, beside code that knows no asyncio.

        Args:
            client: A `ZeebeClient` or `AsyncZeebeClient`; None for the environment's settings.
            grace: How long the handlers may take to finish when the block is left.

        Returns:
            A context manager.

        Raises:
            ConfigurationError: When entered, if a setting can not be used.
        """
        span = seconds(grace, "grace", shortest=0)
        return ThreadedWorker(lambda: self._make(client, span, elsewhere=True), "zeebe-worker")

    def run(
        self,
        client: ClientLike | None = None,
        *,
        grace: Span = GRACE,
        health_host: str = "127.0.0.1",
        health_port: int | None = None,
    ) -> None:
        """Run as a program, until a signal: see `run_workers`."""
        run_workers(self, client=client, grace=grace, health_host=health_host, health_port=health_port)

    def _make(
        self, client: ClientLike | None, grace: float, *, elsewhere: bool = False, random: Callable[[], float] = chance
    ) -> RunningWorker:
        return RunningWorker(
            self._settled(said=said_about_jobs(client)),
            client,
            grace=grace,
            max_total_jobs=self._max_total_jobs,
            share_client=not elsewhere,
            random=random,
        )

    def _settled(self, outer: Mapping[str, Any] | None = None, said: Mapping[str, Any] | None = None) -> list[JobType]:
        """All job types with everything that holds for them; `said` is what a client's settings say about jobs."""
        defaults = {**(said or {}), **(outer or {}), **self._options}
        settled = [
            JobType(registration.binding, settle(registration, defaults, cpus()))
            for registration in self._registrations
        ]
        for other in self._included:
            settled += other._settled(defaults, said)  # noqa: SLF001 - of the same class
        around, listeners = tuple(self._middleware), tuple(self._listeners)
        needed = needed_variables(around)
        return [
            JobType(
                job.binding, job.settings.with_variables(needed), around + job.middleware, listeners + job.listeners
            )
            for job in settled
        ]


def check_job_type(job_type: object) -> None:
    """Refuse what is no job type, before a decorator without parentheses loses the handler.

    Raises:
        TypeError: It is no text, or blank.
    """
    if not isinstance(job_type, str) or not job_type.strip():
        raise TypeError("a job type is a text that is not blank; write @worker.job('my-type')")


def check_function(function: object, where: str) -> None:
    """Refuse what can not be called.

    Raises:
        TypeError: It is no function.
    """
    if not callable(function):
        raise TypeError(f"{where} takes a function, not {type(function).__name__}")


def check_worker(worker: object, where: str, hint: str = "; a client is client=...") -> None:
    """Refuse what is no worker.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(worker, Worker):
        raise TypeError(f"{where} takes a Worker, not {type(worker).__name__}{hint}")


class Running:
    """``async with`` this to run a worker.

    Attributes:
        make: Makes the worker without starting it, inside the event loop that it is to run in.
    """

    def __init__(self, make: Callable[[], RunningWorker]) -> None:
        self.make = make
        self._worker: RunningWorker | None = None

    async def __aenter__(self) -> RunningWorker:
        self._worker = self.make()
        return self._worker.start()

    async def __aexit__(self, *_exception: object) -> None:
        if self._worker is not None:
            await self._worker.stop()


def run_workers(
    *workers: Worker,
    client: ClientLike | None = None,
    grace: Span = GRACE,
    health_host: str = "127.0.0.1",
    health_port: int | None = None,
) -> None:
    """Run workers as a program, until a signal.

    SIGINT or SIGTERM drains: nothing more is taken in, handlers finish within `grace`, what was not started is given
    back. A second signal stops waiting. Call it in the main thread, outside of any event loop.

    Args:
        workers: What to run, in one process and one event loop.
        client: Whose settings to use; None for the environment's (CAMUNDA_*, ZEEBE_*, else localhost:26500).
        grace: How long the handlers may take to finish.
        health_host: Where to serve probes; the default is reached from this machine only.
        health_port: The port for probes over HTTP (``/ready``, ``/live``, ``/health``); None for none.

    Raises:
        SystemExit: With 1 if jobs were left locked, or 128 plus the number of the second signal. A clean drain returns.
        WorkerError: A worker could not go on.
        ConfigurationError: A setting can not be used.
        RuntimeError: An event loop runs here already; ``async with worker.running(client)`` is for that.
    """
    if not workers:
        raise ConfigurationError("run_workers: name at least one worker")
    for worker in workers:
        check_worker(worker, "run_workers")
    run([worker.running(client, grace=grace).make for worker in workers], health_host, health_port)
