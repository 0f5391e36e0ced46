"""A gateway and a runner in simulated time, around one machine.

It carries out the machine's effects with delays and faults drawn from a seeded random, keeps a table of jobs as Zeebe
would (locks, timeouts, retries), and checks after every step what must always hold.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.ledger import SharedCapacity
from zeebe_grpc.worker.machine import JobTypeMachine, State
from zeebe_grpc.worker.policy import MachinePolicy

CODES = (
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)


@dataclass
class SimulatedJob:
    key: int
    retries: int
    free_at: float = 0.0
    done: bool = False
    completions: int = 0
    incident: bool = False
    lease: int = 0


@dataclass
class Faults:
    """How likely each call fails, and until when."""

    share: float = 0.0
    until: float = 0.0
    codes: tuple[str, ...] = ("UNAVAILABLE",)


@dataclass
class _Stream:
    fetch: int
    buffered: list[SimulatedJob] = field(default_factory=list)
    wanted: int = 0


@dataclass
class World:
    """The simulation. `handler` says how long a handler takes and how it ends."""

    policy: MachinePolicy
    seed: int = 0
    faults: Faults = field(default_factory=Faults)
    handler: Callable[[SimulatedJob, Random], tuple[float, ev.Ending]] = lambda job, random: (
        random.uniform(0.001, 0.2),
        ev.Verdict(ev.AnswerKind.COMPLETE),
    )
    obedient: bool = True
    window: int = 3
    wishful: bool = False
    shared: SharedCapacity | None = None

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - a simulation
        self.machine = JobTypeMachine(self.policy, random=self.random.random, shared=self.shared)
        self.now = 0.0
        self.jobs: dict[int, SimulatedJob] = {}
        self.seen: Counter[str] = Counter()
        self.told: list[ev.Told] = []
        self.closed: ev.Closed | None = None
        self.returned: list[int] = []
        self.handlers: dict[int, SimulatedJob] = {}
        self.leases: dict[int, int] = {}
        self.done: Counter[int] = Counter()
        self.started: Counter[int] = Counter()
        self.accepted: Counter[int] = Counter()
        self.polls = 0
        self.stream: _Stream | None = None
        self._parked: tuple[ev.Poll, float] | None = None
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._sequence = 0
        self._after_stop = False

    # Driving

    def add_jobs(self, count: int, retries: int = 3) -> None:
        for _ in range(count):
            job = SimulatedJob(len(self.jobs) + 1, retries)
            self.jobs[job.key] = job
            self._push(job)
        self._wake_poll()

    def start(self) -> None:
        self.feed(ev.Started())

    def stop(self, grace: float = 25.0) -> None:
        self._after_stop = True
        self.feed(ev.Draining(grace))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while (due := self.next_due()) is not None and due <= end:
            self.step(due)
        self.now = end

    def step(self, due: float) -> None:
        """Do what is due then."""
        self.now = max(self.now, due)
        if self._queue and self._queue[0][0] <= self.now:
            heapq.heappop(self._queue)[2]()
        else:
            self.feed(ev.TimePassed())

    def run_until(self, condition: Callable[[], bool], within: float) -> bool:
        end = self.now + within
        while not condition() and self.now < end:
            due = self.next_due()
            self.run(min(0.5, end - self.now) if due is None else max(0.0, min(due, end) - self.now))
        return condition()

    def feed(self, event: ev.Event) -> None:
        for effect in self.machine.handle(event, self.now):
            self.seen[type(effect).__name__] += 1
            getattr(self, f"_do_{type(effect).__name__}")(effect)
        self.check()

    def check(self) -> None:
        ledger = self.machine.ledger
        assert min(ledger.held, ledger.reserved) >= 0
        assert ledger.held + ledger.reserved <= ledger.limit
        assert self.shared is None or 0 <= self.shared.used <= self.shared.limit
        assert self.polls <= 1
        assert all(count == 1 for count in self.done.values())
        assert all(count <= 1 for count in self.accepted.values())
        if self.machine.state is State.CLOSED:
            assert ledger.held == ledger.reserved == 0

    @property
    def open_jobs(self) -> list[SimulatedJob]:
        return [job for job in self.jobs.values() if not job.done]

    # The gateway

    def _available(self, job: SimulatedJob) -> bool:
        return not job.done and not job.incident and job.free_at <= self.now

    def _activate(self, job: SimulatedJob) -> SimulatedJob:
        job.free_at = self.now + self.policy.job_timeout
        job.lease += 1
        return job

    def _push(self, job: SimulatedJob) -> None:
        """Push to the stream, if its window has room; else the job waits for a poll."""
        stream = self.stream
        if stream is not None and self._available(job) and len(stream.buffered) < self.window:
            stream.buffered.append(self._activate(job))
            self._deliver()

    def _deliver(self) -> None:
        stream = self.stream
        while stream is not None and stream.wanted and stream.buffered:
            stream.wanted -= 1
            message = ev.JobsArrived(ev.Source.STREAM, stream.fetch, [stream.buffered.pop(0)])
            self._later(0.001, partial(self.feed, message))

    def _wake_poll(self) -> None:
        if self._parked is None:
            return
        poll, until = self._parked
        batch = [job for job in self.jobs.values() if self._available(job)][: poll.ask]
        if batch or self.now >= until:
            self._parked = None
            self._deliver_poll(poll, [self._activate(job) for job in batch])

    def _deliver_poll(self, poll: ev.Poll, batch: list[SimulatedJob]) -> None:
        def arrive() -> None:
            if batch:
                self.feed(ev.JobsArrived(ev.Source.POLL, poll.fetch, batch))
            self._later(0.001, lambda: self._end_poll(poll.fetch, None))

        self._later(0.001, arrive)

    def _end_poll(self, fetch: int, problem: ev.Problem | None) -> None:
        self.polls -= 1
        self.feed(ev.PollEnded(fetch, problem))

    def _problem(self) -> ev.Problem | None:
        if self.now >= self.faults.until or self.random.random() >= self.faults.share:
            return None
        return ev.Problem(self.random.choice(self.faults.codes), unknown=self.random.random() < 0.5)

    def _call(self, then: Callable[[ev.Problem | None], None], work: Callable[[], str | None]) -> None:
        """One unary call: it may fail before the work is done, or after it (then in doubt)."""
        delay = self.random.uniform(0.001, 0.02)
        problem = self._problem()

        def arrive() -> None:
            refused = work() if problem is None or (problem.unknown and self.random.random() < 0.5) else None
            answer = ev.Problem(refused, unknown=False) if problem is None and refused else problem
            self._later(delay, lambda: then(answer))

        self._later(delay, arrive)

    # What the machine wants done

    def _do_Poll(self, effect: ev.Poll) -> None:  # noqa: N802
        assert effect.ask >= 1
        assert not self._after_stop
        self.polls += 1
        problem = self._problem()
        if problem is not None:
            self._later(0.01, lambda: self._end_poll(effect.fetch, problem))
            return
        until = self.now + max(0.0, effect.request_timeout)
        self._parked = (effect, until)
        self._later(until - self.now, self._wake_poll)
        self._later(0.0, self._wake_poll)

    def _do_CancelPoll(self, effect: ev.CancelPoll) -> None:  # noqa: N802
        if self._parked is not None and self._parked[0].fetch == effect.fetch:
            self._parked = None
            self._later(0.001, lambda: self._end_poll(effect.fetch, ev.Problem("CANCELLED")))

    def _do_OpenStream(self, effect: ev.OpenStream) -> None:  # noqa: N802
        assert self.stream is None
        assert not self._after_stop
        self.stream = _Stream(effect.fetch)
        if problem := self._problem():
            self._later(0.01, lambda: self._break_stream(effect.fetch, problem))

    def _do_ReadStream(self, effect: ev.ReadStream) -> None:  # noqa: N802
        if self.stream is not None and self.stream.fetch == effect.fetch:
            self.stream.wanted += 1
            assert self.stream.wanted == 1
            self._deliver()

    def _do_CancelStream(self, effect: ev.CancelStream) -> None:  # noqa: N802
        self._later(0.001, lambda: self._break_stream(effect.fetch, ev.Problem("CANCELLED")))

    def _break_stream(self, fetch: int, problem: ev.Problem | None) -> None:
        if self.stream is not None and self.stream.fetch == fetch:
            self.stream = None
            self.feed(ev.StreamEnded(fetch, problem))

    def _do_RunJob(self, effect: ev.RunJob) -> None:  # noqa: N802
        assert not self._after_stop
        job = self.jobs[effect.job.key]
        self.handlers[effect.activation] = job
        self.leases[effect.activation] = job.lease
        self.started[job.key] += 1
        delay, ending = self.handler(job, self.random)
        if self.wishful and self.random.random() < 0.3:
            wish = ev.ExtensionWanted(effect.activation, self.random.choice([1.0, 20.0, 500.0]))
            self._later(delay / 2, lambda: self.feed(wish))
        self._later(delay, lambda: self._end_handler(effect.activation, ending))

    def _end_handler(self, activation: int, ending: ev.Ending) -> None:
        if self.handlers.pop(activation, None) is not None:
            self.feed(ev.HandlerEnded(activation, ending))

    def _do_CancelJob(self, effect: ev.CancelJob) -> None:  # noqa: N802
        if self.obedient:
            self._later(0.001, lambda: self._end_handler(effect.activation, ev.Stopped()))

    def _do_SendAnswer(self, effect: ev.SendAnswer) -> None:  # noqa: N802
        job = self.jobs[self._key(effect.activation)]

        def work() -> str | None:
            if job.done or job.incident:
                return "NOT_FOUND"
            if self._is_lost(effect.activation, job):
                return "FAILED_PRECONDITION"
            if effect.verdict.kind is ev.AnswerKind.COMPLETE:
                job.done = True
                job.completions += 1
            elif effect.verdict.kind is ev.AnswerKind.FAIL:
                self._fail(job, effect.verdict.backoff)
            else:
                job.done = True
            return None

        def answered(problem: ev.Problem | None) -> None:
            self.accepted[effect.activation] += problem is None
            self.feed(ev.AnswerEnded(effect.activation, problem))

        self._call(answered, work)

    def _fail(self, job: SimulatedJob, backoff: float) -> None:
        job.retries -= 1
        job.incident = job.retries <= 0
        job.free_at = self.now + backoff
        self._later(backoff, lambda: self._push(job))
        self._later(backoff, self._wake_poll)

    def _do_ReturnJob(self, effect: ev.ReturnJob) -> None:  # noqa: N802
        job = self.jobs[effect.job.key]
        assert self.stream is None or not self._after_stop

        def work() -> str | None:
            if job.done or job.incident:
                return "NOT_FOUND"
            self.returned.append(job.key)
            job.free_at = self.now
            self._push(job)
            self._later(0.0, self._wake_poll)
            return None

        self._call(lambda problem: self.feed(ev.ReturnEnded(effect.activation, problem)), work)

    def _do_ExtendJob(self, effect: ev.ExtendJob) -> None:  # noqa: N802
        activation = self.machine.jobs.live[effect.activation]
        job = self.jobs[activation.job.key]
        sent_at = self.now
        assert self.policy.leased or self.now < activation.deadline

        def work() -> str | None:
            if job.done:
                return "NOT_FOUND"
            if self._is_lost(effect.activation, job):
                return "FAILED_PRECONDITION"
            job.free_at = self.now + effect.timeout
            return None

        def extended(problem: ev.Problem | None) -> None:
            self.feed(ev.ExtensionEnded(effect.activation, sent_at, effect.timeout, problem))

        self._call(extended, work)

    def _is_lost(self, activation: int, job: SimulatedJob) -> bool:
        """Whether a lease is not the job's last; without leases, nobody can tell."""
        return self.policy.leased and self.leases.get(activation, job.lease) != job.lease

    def _do_JobDone(self, effect: ev.JobDone) -> None:  # noqa: N802
        self.done[effect.activation] += 1

    def _do_Told(self, effect: ev.Told) -> None:  # noqa: N802
        self.told.append(effect)

    def _do_Closed(self, effect: ev.Closed) -> None:  # noqa: N802
        assert self.closed is None
        self.closed = effect

    # Time

    def _key(self, activation: int) -> int:
        return self.machine.jobs.live[activation].job.key

    def _later(self, delay: float, action: Callable[..., Any]) -> None:
        self._sequence += 1
        heapq.heappush(self._queue, (self.now + delay, self._sequence, action))

    def next_due(self) -> float | None:
        """When something happens next; None for never."""
        times = [self._queue[0][0]] if self._queue else []
        if self.machine.wake_at is not None:
            times.append(self.machine.wake_at)
        return min(times, default=None)


class Neighbours:
    """Several job types of one worker that share a capacity, each with a gateway of its own."""

    def __init__(self, policies: Sequence[MachinePolicy], limit: int, seed: int, **options: Any) -> None:
        self.shared = SharedCapacity(limit)
        self.worlds = [
            World(policy, seed + number, shared=self.shared, **options) for number, policy in enumerate(policies)
        ]
        for world in self.worlds:
            world.start()

    def run(self, seconds: float) -> None:
        """Let time pass for all of them; whoever frees a place lets the others have it first, as the runner does."""
        end = self.worlds[0].now + seconds
        while True:
            dues = [world.next_due() for world in self.worlds]
            due, number = min((math.inf if due is None else due, number) for number, due in enumerate(dues))
            if due > end:
                break
            used = self.shared.used
            self.worlds[number].step(due)
            if self.shared.used < used:
                self._offer(self.worlds[number].now)
        for world in self.worlds:
            world.now = end

    def _offer(self, now: float) -> None:
        waiting = list(self.shared.waiting)
        for ledger in self.shared.offers():
            (world,) = (world for world in self.worlds if world.machine.ledger is ledger)
            self._tell(world, now)
        for world in self.worlds:
            if self.shared.free and world.machine.ledger not in waiting:
                self._tell(world, now)

    @staticmethod
    def _tell(world: World, now: float) -> None:
        world.now = max(world.now, now)
        world.feed(ev.CapacityFreed())
