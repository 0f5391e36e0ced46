"""A worker at work: its lanes, its connections, its watchdog, and the way it stops."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from random import random as chance
from typing import Any

from typing_extensions import Self

from zeebe_grpc.errors import ConfigurationError, WorkerError
from zeebe_grpc.spans import Span, seconds
from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.binding import Provided
from zeebe_grpc.worker.ledger import SharedCapacity
from zeebe_grpc.worker.machine import State
from zeebe_grpc.worker.registration import JobType
from zeebe_grpc.worker.reports import DrainReport, Health, WorkerEvent, WorkerEventKind
from zeebe_grpc.worker.runner.answers import Answers
from zeebe_grpc.worker.runner.clients import Clients
from zeebe_grpc.worker.runner.clock import Clock, Timer
from zeebe_grpc.worker.runner.connect import ClientLike, Connections, connect, source_of
from zeebe_grpc.worker.runner.execution import AsyncExecutor, ClientFor, Executor, ProcessExecutor, ThreadExecutor
from zeebe_grpc.worker.runner.fetching import Fetcher
from zeebe_grpc.worker.runner.handling import Handling
from zeebe_grpc.worker.runner.lane import Lane
from zeebe_grpc.worker.runner.leash import LaneLeash
from zeebe_grpc.worker.runner.log import WorkerLog
from zeebe_grpc.worker.runner.probe import ask
from zeebe_grpc.worker.runner.vitals import health_of, report_of

WATCH_EVERY = 5.0
"""Seconds between the looks of the watchdog."""

_FAILURES_ALLOWED = 5
_FAILURE_WINDOW = 60.0


class RunningWorker:
    """A worker that runs. `Worker.running` makes it; it belongs to one event loop.

    All job types share two connections: one for polls and answers, one for streams.

    Args:
        job_types: What to run.
        client: Whose settings to use, and what to give to handlers that ask for a client.
        grace: Seconds that handlers may take to finish.
        max_total_jobs: The cap on all job types together.
        share_client: Whether handlers may use the very client, because it belongs to this event loop or to none.
        connections: Used instead of connections of its own.
        clock: Used instead of the event loop's.
        random: Gives numbers from 0 to 1.

    Attributes:
        log: Where it logs to.
    """

    def __init__(
        self,
        job_types: Sequence[JobType],
        client: ClientLike | None,
        *,
        grace: float,
        max_total_jobs: int | None = None,
        share_client: bool = True,
        connections: Connections | None = None,
        clock: Clock | None = None,
        random: Callable[[], float] = chance,
    ) -> None:
        if not job_types:
            raise ConfigurationError("this worker has no job types; register handlers with @worker.job(...)")
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._clock: Clock = clock or self._loop
        self._grace = grace
        self._connections = connections or connect(client)
        self.log = WorkerLog(self._connections.channel.log)
        shared_client = client if share_client else None
        self._clients = Clients(shared_client, source_of(client))
        self._random = random
        self._failures: deque[float] = deque(maxlen=_FAILURES_ALLOWED)
        self._failure: BaseException | None = None
        self._lag = 0.0
        self._watch: Timer | None = None
        self._ending: asyncio.Task[DrainReport] | None = None
        self._stopped: asyncio.Event = asyncio.Event()
        self._shared = None if max_total_jobs is None else SharedCapacity(max_total_jobs)
        self._next_served = 0
        self._contended, self._streams_fit = self._shares(job_types)
        self._lanes = [self._lane(job_type) for job_type in job_types]

    # Building

    def _shares(self, job_types: Sequence[JobType]) -> tuple[bool, bool]:
        """Whether polls have to take turns, and whether there may be streams: each of them keeps a place for itself."""
        streams = sum(one.settings.stream and one.settings.max_concurrent_jobs > 1 for one in job_types)
        most = len(job_types) + streams if self._shared is None else self._shared.limit
        fit = most >= len(job_types) + streams
        if streams and not fit:
            self.log.warning(
                "no job streams, the worker only polls: max_total_jobs is %d, and %d job types with %d streams need %d",
                most, len(job_types), streams, len(job_types) + streams,
            )  # fmt: skip
        return most < len(job_types), fit

    def _lane(self, job_type: JobType) -> Lane:
        settings = job_type.settings
        connections = self._connections
        metadata = connections.calls.metadata
        policy = job_type.policy(contended=self._contended, stream=self._streams_fit)
        lifetime = policy.stream_lifetime
        fetcher = Fetcher(settings, connections.unary, connections.streams, connections.calls, lifetime, self.log)
        lane = Lane(
            job_type,
            Handling(job_type, self._executor(job_type), self.log),
            fetcher,
            Answers(settings, connections.unary, metadata, self._random),
            clock=self._clock,
            random=self._random,
            shared=self._shared,
            policy=policy,
            log=self.log,
        )
        lane.freed = lambda: self._loop.call_soon(self._offer)
        lane.failed = self._broken
        lane.doomed = self.fail
        return lane

    def _executor(self, job_type: JobType) -> Executor:
        binding, settings = job_type.binding, job_type.settings
        client_for = self._client_for(job_type)
        if binding.strategy == "async":
            return AsyncExecutor(binding, client_for)
        if binding.strategy == "thread":
            return ThreadExecutor(binding, client_for, settings)
        return ProcessExecutor(binding, settings, self._clock, self.log)

    def _client_for(self, job_type: JobType) -> ClientFor:
        kind = job_type.binding.client
        if kind is None:
            return lambda _leash: None
        return lambda leash: self._view(kind, leash)

    def _view(self, kind: Provided, leash: LaneLeash) -> Any:
        return self._clients.view(kind, leash.job_key, leash.answered)

    # Running

    def start(self) -> Self:
        """Begin to fetch jobs."""
        for lane in self._lanes:
            lane.feed(ev.Started())
        self._plan_watch()
        self._publish(WorkerEventKind.WORKER_STARTED)
        types = ", ".join(lane.job_type.settings.type for lane in self._lanes)
        self.log.info("worker runs at %s for %s", self._connections.channel.address, types)
        return self

    def pause(self) -> None:
        """Fetch nothing more; what runs goes on.

        A poll under way is ended as soon as it has had its time, half a second or more, and a stream read out; jobs
        that come through the poll until then are worked, those of the stream handed back.
        """
        self._feed_all(ev.Paused())

    def resume(self) -> None:
        """Fetch again."""
        self._feed_all(ev.Resumed())

    def health(self) -> Health:
        """How the worker stands now. Call it in the worker's event loop."""
        failure = "" if self._failure is None else f"failed: {self._failure}"
        return health_of(self._lanes, self._clock.time(), self._lag, failure)

    def health_anywhere(self) -> Health:
        """As `health`, from any thread; not live if the event loop does not answer within five seconds."""
        if threading.get_ident() == self._thread:
            return self.health()
        return ask(self.health, self._loop.call_soon_threadsafe)

    async def wait(self) -> DrainReport:
        """Wait until the worker has stopped, by whomever.

        Raises:
            WorkerError: It stopped because it could not go on.
        """
        await self._stopped.wait()
        if self._ending is None:
            raise WorkerError("the worker was not started")
        report = await asyncio.shield(self._ending)
        if self._failure is not None:
            raise WorkerError(f"the worker could not go on: {self._failure}") from self._failure
        return report

    async def stop(self, grace: Span | None = None) -> DrainReport:
        """Drain: take nothing more in, let the handlers finish, give back what was not started, and let go.

        Args:
            grace: Span for the handlers; None for the worker's own (25 s). Then they are cancelled, and their jobs
                given back. Answers on their way get a few seconds more.

        Returns:
            What became of the jobs.
        """
        if self._ending is None:
            span = self._grace if grace is None else seconds(grace, "grace", shortest=0)
            self._ending = self._loop.create_task(self._drain(span))
        return await asyncio.shield(self._ending)

    def force(self) -> None:
        """Do not wait for the handlers any longer; `stop` is still needed."""
        self._feed_all(ev.Forced())

    async def _drain(self, grace: float) -> DrainReport:
        try:
            return await self._wind_up(grace)
        finally:
            self._stopped.set()

    async def _wind_up(self, grace: float) -> DrainReport:
        for lane in self._lanes:
            lane.stopping()
        self._feed_all(ev.Draining(grace))
        await asyncio.sleep(0)
        abandoned: list[int] = []
        for lane in self._lanes:
            lane.look()
        for lane in self._lanes:
            abandoned += await lane.wait_closed()
        if self._watch is not None:
            self._watch.cancel()
        for lane in self._lanes:
            await lane.release()
        await self._clients.close()
        await self._connections.close()
        report = report_of(self._lanes, abandoned)
        self.log.info("worker stopped: %s", report)
        self._publish(WorkerEventKind.WORKER_STOPPED)
        return report

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(self, *_exception: object) -> None:
        await self.stop()

    def __repr__(self) -> str:
        types = ", ".join(lane.job_type.settings.type for lane in self._lanes)
        states = sorted({lane.machine.state.value for lane in self._lanes})
        return f"{type(self).__name__}({types}: {', '.join(states)})"

    def _publish(self, kind: WorkerEventKind) -> None:
        for lane in self._lanes:
            if lane.job_type.listeners:
                lane.publish(WorkerEvent(kind, lane.job_type.settings.type, health=self.health_anywhere))

    # Supervision

    def _feed_all(self, event: ev.Event) -> None:
        for lane in self._lanes:
            lane.feed(event)

    def _offer(self) -> None:
        """A place of the shared capacity is free: those that wait come first, then the others in turn."""
        shared, lanes = self._shared, self._lanes
        if shared is None:
            return
        waiting = list(shared.waiting)
        for ledger in shared.offers():
            next(lane for lane in lanes if lane.machine.ledger is ledger).feed(ev.CapacityFreed())
        self._next_served = (self._next_served + 1) % len(lanes)
        for lane in (*lanes[self._next_served :], *lanes[: self._next_served]):
            if shared.free and lane.machine.ledger not in waiting and lane.machine.state is State.WORKING:
                lane.feed(ev.CapacityFreed())

    def _plan_watch(self) -> None:
        planned = self._clock.time() + WATCH_EVERY
        self._watch = self._clock.call_at(planned, lambda: self._look(planned))

    def _look(self, planned: float) -> None:
        self._lag = max(0.0, self._clock.time() - planned)
        for lane in self._lanes:
            lane.look()
        self._feed_all(ev.Watched(self._lag))
        self._plan_watch()

    def _broken(self, error: BaseException) -> None:
        """A fault of our own: bear a few, then stop rather than pretend to work."""
        now = self._clock.time()
        self._failures.append(now)
        if len(self._failures) == _FAILURES_ALLOWED and now - self._failures[0] < _FAILURE_WINDOW:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Stop, and let `wait` raise this."""
        if self._failure is None:
            self._failure = error
            self._ending = self._ending or self._loop.create_task(self._drain(self._grace))


def cpus() -> int:
    """How many CPUs this machine has."""
    return os.cpu_count() or 1
