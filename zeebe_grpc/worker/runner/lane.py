"""One job type at work: performs the effects of its machine and feeds it what happens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

from zeebe_grpc.commands import jobs as commands
from zeebe_grpc.errors import WorkerError
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker import guard, modelled
from zeebe_grpc.worker.job import Job
from zeebe_grpc.worker.ledger import SharedCapacity
from zeebe_grpc.worker.machine import JobTypeMachine
from zeebe_grpc.worker.outcomes import Outcome
from zeebe_grpc.worker.policy import MachinePolicy
from zeebe_grpc.worker.registration import JobType
from zeebe_grpc.worker.reports import WorkerEvent, WorkerEventKind
from zeebe_grpc.worker.runner.answers import Answers
from zeebe_grpc.worker.runner.cancelling import begin
from zeebe_grpc.worker.runner.clock import Clock, Timer
from zeebe_grpc.worker.runner.fetching import Fetcher
from zeebe_grpc.worker.runner.handling import Handling
from zeebe_grpc.worker.runner.leash import Home, LaneLeash
from zeebe_grpc.worker.runner.log import WorkerLog

_NOT_BEGUN = ev.Problem("UNKNOWN", "the worker itself has failed", unknown=False)


class _Work:
    """What the lane keeps of one activation while it is here.

    Attributes:
        job: As the handler sees it.
        leash: What ties the handler to the machine.
        arrived: When it came.
        outcome: What became of the handler.
        begun: When the handler was begun, where somebody listens.
        ended: When it ended.
        inline: Whether the handler is done and that task may go on with the answer.
        next: What it goes on with.
    """

    __slots__ = ("arrived", "begun", "ended", "inline", "job", "leash", "next", "outcome")

    def __init__(self, job: Job[Any], leash: LaneLeash, arrived: float) -> None:
        self.job = job
        self.leash = leash
        self.arrived = arrived
        self.outcome: Outcome | None = None
        self.begun: float | None = None
        self.ended: float | None = None
        self.inline = False
        self.next: Coroutine[Any, Any, None] | None = None

    def told(self, job_type: str, end: ev.End, now: float) -> WorkerEvent:
        """What listeners are told at the job's end."""
        return WorkerEvent(
            WorkerEventKind.JOB_ENDED,
            job_type,
            self.job,
            end,
            self.outcome,
            seconds=now - self.arrived,
            queued=None if self.begun is None else self.begun - self.arrived,
            ran=None if self.begun is None or self.ended is None else self.ended - self.begun,
            remaining=self.leash.deadline - now,
        )


def _never_begun(effect: ev.Effect, now: float) -> ev.Event | None:
    """The end of what an effect would have begun; None if nobody waits for one."""
    if isinstance(effect, ev.RunJob):
        return ev.HandlerEnded(effect.activation, ev.Stopped(give_back=True))
    if isinstance(effect, ev.Poll):
        return ev.PollEnded(effect.fetch, _NOT_BEGUN)
    if isinstance(effect, ev.OpenStream):
        return ev.StreamEnded(effect.fetch, _NOT_BEGUN)
    if isinstance(effect, ev.SendAnswer):
        return ev.AnswerEnded(effect.activation, _NOT_BEGUN)
    if isinstance(effect, ev.ReturnJob):
        return ev.ReturnEnded(effect.activation, _NOT_BEGUN)
    if isinstance(effect, ev.ExtendJob):
        return ev.ExtensionEnded(effect.activation, now, effect.timeout, _NOT_BEGUN)
    return None


class Lane:
    """One job type at work.

    Attributes:
        job_type: What is worked.
        machine: What decides.
        freed: Called when a place of a shared capacity was given back.
        failed: Called with an error of our own making; a few are borne.
        doomed: Called with a reason for which the worker must not go on.
    """

    def __init__(
        self,
        job_type: JobType,
        handling: Handling,
        fetcher: Fetcher,
        gateway: Answers,
        *,
        clock: Clock,
        random: Callable[[], float],
        shared: SharedCapacity | None,
        policy: MachinePolicy,
        log: WorkerLog,
    ) -> None:
        self.job_type = job_type
        self.machine = JobTypeMachine(policy, random=random, shared=shared)
        self.freed: Callable[[], object] = lambda: None
        self.failed: Callable[[BaseException], None] = lambda _: None
        self.doomed: Callable[[BaseException], None] = lambda _: None
        self._settings = job_type.settings
        self._handling = handling
        self._gateway = gateway
        self._clock = clock
        self._random = random
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._home = Home(self.feed)
        self._works: dict[int, _Work] = {}
        self._working: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: Timer | None = None
        self._timer_at = 0.0
        self._closed: asyncio.Future[tuple[int, ...]] = self._loop.create_future()
        fetcher.feed = self.feed
        self._perform = self._performers(fetcher)

    def _performers(self, fetcher: Fetcher) -> dict[type, Callable[[Any], object]]:
        """What is done for each effect."""
        return {
            ev.Poll: lambda effect: self._spawn(fetcher.poll(effect)),
            ev.CancelPoll: lambda effect: fetcher.cancel_poll(effect.fetch),
            ev.OpenStream: lambda effect: self._spawn(fetcher.stream(effect)),
            ev.ReadStream: lambda effect: fetcher.read_stream(effect.fetch),
            ev.CancelStream: lambda effect: fetcher.cancel_stream(effect.fetch),
            ev.RunJob: self._run_job,
            ev.CancelJob: self._cancel_job,
            ev.SendAnswer: self._send_answer,
            ev.ReturnJob: self._return_job,
            ev.ExtendJob: lambda effect: self._spawn(self._extend_job(effect)),
            ev.JobDone: self._job_done,
            ev.Told: self._told,
            ev.Closed: self._close,
        }

    # The machine

    def feed(self, event: ev.Event) -> None:
        """Tell the machine what happened, and do what it says. Never raises."""
        machine, shared = self.machine, self.machine.ledger.shared
        used = 0 if shared is None else shared.used
        try:
            effects = machine.handle(event, self._clock.time())
        except Exception as error:
            self._report(error)
            return
        for effect in effects:
            try:
                self._perform[type(effect)](effect)
            except Exception as error:
                self._report(error)
                self._undo(effect)
        self._set_timer()
        if shared is not None and shared.used < used:
            self.freed()

    def _report(self, error: Exception) -> None:
        self._log.error("job type %s: the worker itself has failed", self._settings.type, exc_info=error)
        self.failed(error)

    def _undo(self, effect: ev.Effect) -> None:
        """Let the machine know of what could not even be begun; else it would wait for its end for ever."""
        event = _never_begun(effect, self._clock.time())
        if event is not None:
            self._loop.call_soon(self.feed, event)

    def _set_timer(self) -> None:
        wake_at = self.machine.wake_at
        if wake_at is None or (self._timer is not None and self._timer_at <= wake_at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = wake_at
        self._timer = self._clock.call_at(wake_at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.feed(ev.TimePassed())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # Jobs

    def _run_job(self, effect: ev.RunJob) -> None:
        number = effect.activation
        now, timeout = self._clock.time, self._settings.job_timeout
        leash = LaneLeash(number, effect.job.key, self._home, now, effect.deadline, timeout)
        leash.logger = self._log.of_jobs
        job: Job[Any] = Job(cast("ActivatedJob[Any]", effect.job), leash)
        work = self._works[number] = _Work(job, leash, now())
        if self._settings.with_lease and job.lease_token is None:
            self._loop.call_soon(self._refuse_without_lease, number)
            return
        leash.task = self._working[number] = begin(self._loop, self._work(number, work))
        if modelled.mentioned(job.activated):
            self._heed_model(number, job.activated)
        if self.job_type.listeners:
            self.publish(WorkerEvent(WorkerEventKind.JOB_STARTED, self._settings.type, job))

    def _heed_model(self, number: int, job: ActivatedJob[Any]) -> None:
        self._log.unreadable_headers(job, modelled.unreadable(job))
        timeout = modelled.span(job, modelled.JOB_TIMEOUT)
        if timeout is not None:
            self._loop.call_soon(self.feed, ev.TimeoutModelled(number, timeout))

    def _refuse_without_lease(self, number: int) -> None:
        """Stop rather than work unprotected, and give the job back.

        A gateway before 8.10 ignores the wish for a lease; a worker that relies on one must not find that out later.
        """
        reason = "the gateway gives no leases (they need 8.10); set with_lease=False"
        self.doomed(WorkerError(f"job type {self._settings.type}: {reason}"))
        self.feed(ev.HandlerEnded(number, ev.Stopped(give_back=True)))

    async def _work(self, number: int, work: _Work) -> None:
        """A job from its handler to its answer, in one task."""
        ending: ev.Ending = ev.Stopped()
        leash = work.leash
        leash.interrupt = leash.cancel_task
        try:
            ending = await self._ending(work)
            work.inline = True
        finally:
            leash.interrupt = None
            self.feed(ev.HandlerEnded(number, ending))
        while work.next is not None:
            step, work.next = work.next, None
            await step
        work.inline = False
        del self._working[number]

    async def _ending(self, work: _Work) -> ev.Ending:
        job = work.job
        try:
            handled = self._timed(work) if self.job_type.listeners else self._handling.outcome(job)
            outcome = work.outcome = await handled
            return guard.conclude(outcome, job.activated, self._settings, self._random())
        except guard.UnfitAnswerError as error:
            self._log.job_failed(str(error), job.activated)
            return guard.unfit(error, job.activated, self._settings, self._random())
        except Exception as error:
            self._log.handler_raised(error, job.activated)
            return ev.Verdict(ev.AnswerKind.FAIL, commands.fail_job(job, error_message=guard.describe(error)))

    async def _timed(self, work: _Work) -> Outcome:
        work.begun = self._clock.time()
        try:
            return await self._handling.outcome(work.job)
        finally:
            work.ended = self._clock.time()

    def _cancel_job(self, effect: ev.CancelJob) -> None:
        work = self._works.get(effect.activation)
        if work is not None:
            work.leash.cancel(effect.reason)

    def _job_done(self, effect: ev.JobDone) -> None:
        work = self._works.pop(effect.activation, None)
        if not self.job_type.listeners:
            return
        if work is None:
            self.publish(WorkerEvent(WorkerEventKind.JOB_ENDED, self._settings.type, end=effect.end))
        else:
            self.publish(work.told(self._settings.type, effect.end, self._clock.time()))

    # Answers

    def _send_answer(self, effect: ev.SendAnswer) -> None:
        work = self._works[effect.activation]
        self._conclude(work, self._answer(effect, work.job.activated))

    def _return_job(self, effect: ev.ReturnJob) -> None:
        self._conclude(self._works.get(effect.activation), self._give_back(effect))

    def _conclude(self, work: _Work | None, step: Coroutine[Any, Any, None]) -> None:
        """Let the job's own task go on with this, if it still runs: a task less for every job."""
        if work is not None and work.inline:
            work.next = step
        else:
            self._spawn(step)

    async def _answer(self, effect: ev.SendAnswer, job: ActivatedJob[Any]) -> None:
        problem = await self._said(self._gateway.answer, effect, job)
        self.feed(ev.AnswerEnded(effect.activation, problem))

    async def _give_back(self, effect: ev.ReturnJob) -> None:
        problem = await self._said(self._gateway.give_back, cast("ActivatedJob[Any]", effect.job), effect.timeout)
        self.feed(ev.ReturnEnded(effect.activation, problem))

    async def _extend_job(self, effect: ev.ExtendJob) -> None:
        sent_at = self._clock.time()
        problem = await self._said(self._gateway.extend, effect, cast("ActivatedJob[Any]", effect.job))
        self.feed(ev.ExtensionEnded(effect.activation, sent_at, effect.timeout, problem))
        activation = self.machine.jobs.live.get(effect.activation)
        work = self._works.get(effect.activation)
        if activation is not None and work is not None:
            work.leash.renew(activation.deadline)

    async def _said(self, say: Callable[..., Awaitable[ev.Problem | None]], *what: Any) -> ev.Problem | None:
        """Say it to the gateway. What could not even be said is a fault of our own, and an end all the same."""
        try:
            return await say(*what)
        except Exception as error:
            self._report(error)
            return _NOT_BEGUN

    # Reports

    @property
    def leashes(self) -> list[LaneLeash]:
        """Those of the jobs that are here."""
        return [work.leash for work in self._works.values()]

    def counts(self) -> dict[str, int]:
        """How many jobs came, how they ended, and what went wrong."""
        machine = self.machine
        return {**machine.counts, "extended": machine.jobs.extender.extended, "parked": machine.streamer.parked}

    def _told(self, told: ev.Told) -> None:
        work = None if told.activation is None else self._works.get(told.activation)
        job = None if work is None else work.job
        text = work.leash.where() if work is not None and told.notice is ev.Notice.FIRST_EXTENSION else ""
        self._log.told(told, self._settings.type, None if job is None else job.activated, text)
        if self.job_type.listeners:
            event = WorkerEvent(WorkerEventKind.NOTICE, self._settings.type, job, notice=told.notice)
            self.publish(event)

    def publish(self, event: WorkerEvent) -> None:
        """Tell the listeners; they can not harm."""
        for listener in self.job_type.listeners:
            try:
                listener(event)
            except Exception:
                self._log.exception("a listener of the worker has failed")

    # The end

    def look(self) -> None:
        """See to jobs whose tasks were cancelled before they began: nobody else tells the machine of their end."""
        for number, task in list(self._working.items()):
            if task.done():
                del self._working[number]
                self.feed(ev.HandlerEnded(number, ev.Stopped()))

    def stopping(self) -> None:
        """Tell every handler that the worker drains."""
        for leash in self.leashes:
            leash.drain()

    def _close(self, effect: ev.Closed) -> None:
        if not self._closed.done():
            self._closed.set_result(tuple(effect.abandoned))

    async def wait_closed(self) -> tuple[int, ...]:
        """Wait until nothing is under way; the keys of what had to be abandoned."""
        return await asyncio.shield(self._closed)

    async def release(self) -> None:
        """Let go of everything, whatever still runs."""
        self._gateway.released = True
        if self._timer is not None:
            self._timer.cancel()
        tasks = [*self._tasks, *self._working.values()]
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        self._handling.close()
