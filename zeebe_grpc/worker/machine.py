"""The worker of one job type as a pure machine: events in, effects out, time an argument.

It decides when to fetch, what becomes of every job, and how to stop; it does none of it. No clock, no event loop, no
gRPC: `handle` is given what happened and the time, and returns what is to be done. Between events, the runner calls it
again at `wake_at` with `TimePassed`.

The rules stand in the parts that it composes: `ledger`, `polling`, `streaming`, and `jobs` with `extending`,
`returning` and `answering`. Here is what ties them together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.adapting import AdaptiveTimeout
from zeebe_grpc.worker.jobs import Jobs
from zeebe_grpc.worker.ledger import Ledger, Permit, SharedCapacity
from zeebe_grpc.worker.policy import MachinePolicy
from zeebe_grpc.worker.polling import Poller
from zeebe_grpc.worker.streaming import Streamer

_DISTRUST_AFTER = 3
_OUTAGE: Final = frozenset({"UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED"})
_SOON = 0.01
_HOLDS = 5.0
_LATE = 0.1
_FAR: Final = float("inf")


class State(Enum):
    """Where the worker of a job type stands."""

    IDLE = "idle"
    WORKING = "working"
    PAUSED = "paused"
    DRAINING = "draining"
    CLOSED = "closed"


class JobTypeMachine:
    """Everything that is decided for one job type.

    Attributes:
        state: Where it stands; jobs are fetched only while ``WORKING``.
        counts: How many jobs came (``poll``, ``stream``), how they ended (the values of `events.End`), and what went
            wrong (``poll_failed``, ``ambiguous``, ``refused``, ``overdelivered``, ``stalled``).
        heard_at: When the gateway last did what it was asked; None before that.
        failed_at: When a call of any kind last failed; None before that.
        wake_at: When the runner has to come again with `events.TimePassed`; None if only events can change anything.
    """

    def __init__(
        self, policy: MachinePolicy, *, random: Callable[[], float], shared: SharedCapacity | None = None
    ) -> None:
        self.policy: Final = policy
        self.ledger: Final = Ledger(policy.max_concurrent_jobs, max_bytes=policy.max_bytes, shared=shared)
        self.poller: Final = Poller(policy, self.ledger, random)
        self.streamer: Final = Streamer(policy, self.ledger, random)
        self._streams: Final = self.streamer.enabled
        self.counts: Final[Counter[str]] = Counter()
        self.state = State.IDLE
        self.wake_at: float | None = None
        self.heard_at: float | None = None
        self.failed_at: float | None = None
        self._effects: list[ev.Effect] = []
        self.adaptive: Final = AdaptiveTimeout(policy.job_timeout) if policy.adaptive_timeout else None
        self.jobs: Final = Jobs(policy, random, self.counts, self._effects, self.adaptive)
        self._returning: list[tuple[ev.ArrivedJob, float]] = []
        self._outages = 0
        self._force_at = self._flush_at = _FAR
        self._late_at = -_FAR
        self._handlers: dict[type, Callable[[Any, float], None]] = {
            ev.Started: self._on_started,
            ev.JobsArrived: self._on_jobs_arrived,
            ev.PollEnded: self._on_poll_ended,
            ev.StreamEnded: self._on_stream_ended,
            ev.HandlerEnded: self.jobs.handler_ended,
            ev.AnswerEnded: self._on_answer_ended,
            ev.ReturnEnded: self.jobs.return_ended,
            ev.ExtensionEnded: self._on_extension_ended,
            ev.ExtensionWanted: self.jobs.extension_wanted,
            ev.TimeoutModelled: self.jobs.timeout_modelled,
            ev.Progressed: self.jobs.progressed,
            ev.AnsweredByHandler: self.jobs.answered_by_handler,
            ev.TimePassed: self._on_nothing,
            ev.CapacityFreed: self._on_nothing,
            ev.Watched: self._on_watched,
            ev.Paused: self._on_paused,
            ev.Resumed: self._on_resumed,
            ev.Draining: self._on_draining,
            ev.Forced: self._on_forced,
        }

    def handle(self, event: ev.Event, now: float) -> list[ev.Effect]:
        """Take in an event and return what is to be done, in order.

        Args:
            event: What happened.
            now: The time, in seconds of a clock that never goes back.
        """
        self._handlers[type(event)](event, now)
        if self.state is State.IDLE or self.state is State.CLOSED:
            self.wake_at = None
        else:
            due = self.jobs.alarms.next_due
            if due is not None and due <= now:
                self.jobs.ring(now)
                due = self.jobs.alarms.next_due
            self._pump(now)
            self.wake_at = self._next_wake(now, due)
        effects = self._effects[:]
        self._effects.clear()
        return effects

    def answered(self, now: float) -> bool:
        """Whether the gateway seems to answer: its last word was good, or it has held a poll for a while."""
        if self.failed_at is None or (self.heard_at is not None and self.heard_at >= self.failed_at):
            return True
        since = self.poller.idle_since
        return since is not None and now >= since + _HOLDS

    # Life of the worker

    def _on_started(self, _: ev.Started, now: float) -> None:
        if self.state is State.IDLE:
            self.state = State.WORKING

    def _on_paused(self, _: ev.Paused, now: float) -> None:
        if self.state is State.WORKING:
            self.state = State.PAUSED

    def _on_resumed(self, _: ev.Resumed, now: float) -> None:
        if self.state is State.PAUSED:
            self.state = State.WORKING

    def _on_draining(self, event: ev.Draining, now: float) -> None:
        if self.state in (State.DRAINING, State.CLOSED):
            return
        self.state = State.DRAINING
        self._force_at = now + event.grace
        self.jobs.hold_returns()
        self._flush_by(self._force_at + self.policy.flush)

    def _on_forced(self, _: ev.Forced, now: float) -> None:
        self._on_draining(ev.Draining(0.0), now)
        self._force_at = min(self._force_at, now)
        self._flush_by(min(self._flush_at, now + self.policy.flush))

    def _flush_by(self, at: float) -> None:
        self._flush_at = self.jobs.flush_at = at

    def _on_nothing(self, _: object, now: float) -> None:
        """Time has passed, or a place is free elsewhere: `_pump` sees to it."""

    def _on_watched(self, event: ev.Watched, now: float) -> None:
        """Look for what cannot be, and set it right: a worker that stands still is worse than a wrong count."""
        self.jobs.extender.lag = event.lag
        self._effects += self.poller.overdue(now)
        self._effects += self.streamer.overdue(now)
        if not self.ledger.recount(self.jobs.held, self.poller.reserved + self.streamer.reserved):
            self._stalled("the ledger did not agree with the jobs")
        if self.state is State.WORKING:
            self._pump(now)
            if self.ledger.free > 0 and not self.poller.running and self.poller.wake_at() == _FAR:
                self.poller.kick()
                self._stalled("places are free and no poll was planned")

    def _stalled(self, text: str) -> None:
        self.counts["stalled"] += 1
        self._effects.append(ev.Told(ev.Notice.STALLED, text=text))

    # Intake

    def _on_jobs_arrived(self, event: ev.JobsArrived, now: float) -> None:
        self.counts[event.source.value] += len(event.jobs)
        self.heard_at = now
        streamed = event.source is ev.Source.STREAM
        timeout = (self.streamer if streamed else self.poller).timeout_of(event.fetch)
        for index, job in enumerate(event.jobs):
            size = event.sizes[index] if event.sizes else 0
            if streamed:
                permit = self.streamer.arrived(event.fetch, job, size, now)
            else:
                permit = self._arrived_by_poll(event.fetch, job, size, now)
            if permit is not None:
                self._take(job, event.source, permit, now, timeout)

    def _arrived_by_poll(self, fetch: int, job: ev.ArrivedJob, size: int, now: float) -> Permit | None:
        permit = self.poller.permit(fetch, size, now)
        if permit is None:
            self.counts["overdelivered"] += 1
            self._effects.append(ev.Told(ev.Notice.OVERDELIVERED))
            self._returning.append((job, now))
        return permit

    def _take(self, job: ev.ArrivedJob, source: ev.Source, permit: Permit, arrived: float, timeout: float) -> None:
        """Start the job, unless the worker is stopping."""
        if self.state in (State.DRAINING, State.CLOSED):
            permit.release()
            self._returning.append((job, arrived))
        else:
            self.jobs.start(job, source, permit, arrived, timeout)

    def _on_poll_ended(self, event: ev.PollEnded, now: float) -> None:
        self._effects += self.poller.ended(event.fetch, event.problem, now)
        self.counts["poll_failed"] += event.problem is not None
        self._heard(event.problem, now)

    def _on_stream_ended(self, event: ev.StreamEnded, now: float) -> None:
        self._effects += self.streamer.ended(event.fetch, event.problem, now)

    def _on_answer_ended(self, event: ev.AnswerEnded, now: float) -> None:
        self.jobs.answer_ended(event, now)
        self._heard(event.problem, now)

    def _on_extension_ended(self, event: ev.ExtensionEnded, now: float) -> None:
        self.jobs.extension_ended(event, now)
        self._heard(event.problem, now)

    def _heard(self, problem: ev.Problem | None, now: float) -> None:
        """Another call has ended: a stream whose neighbours keep failing is not trusted.

        A gateway that shuts down keeps its streams open and silent for half a minute, while other calls fail at once.
        """
        if problem is None:
            self.heard_at = now
        else:
            self.failed_at = now
        self._outages = self._outages + 1 if problem is not None and problem.code in _OUTAGE else 0
        if self._outages >= _DISTRUST_AFTER:
            self._outages = 0
            self._effects += self.streamer.distrust(now)

    # Time

    def _pump(self, now: float) -> None:
        """Let the lanes do what the new state allows."""
        accepting = self.state is State.WORKING
        if self.adaptive is not None:
            self.poller.job_timeout = self.streamer.job_timeout = self.adaptive.current
        if self._streams:
            if accepting and self.poller.starves(now):
                self._poll(now)
            self._pump_stream(now, accepting=accepting)
        if accepting:
            self._poll(now)
            if self._returning:
                self._give_back(now)
            return
        self.ledger.stop_waiting()
        closed = not (self.poller.running or self.streamer.running)
        if self._returning and closed:
            self._give_back(now)
        if self.state is State.DRAINING:
            if closed:
                self.jobs.release_returns(now)
            self._drain(now)
        elif self.state is State.PAUSED and now >= self._poll_ends_at():
            self._effects += self.poller.cancel()

    def _poll(self, now: float) -> None:
        poll = self.poller.next(now)
        if poll is not None:
            self._effects.append(poll)

    def _pump_stream(self, now: float, *, accepting: bool) -> None:
        backlog, held = self.poller.backlog, self.jobs.streamed
        self._effects += self.streamer.next(now, accepting=accepting, backlog=backlog, held=held)
        self.poller.beside_stream = self.streamer.enabled
        for job, arrived in self.streamer.surplus(now):
            permit = self.ledger.admit() if accepting else None
            if permit is None:
                self._returning.append((job, arrived))
            else:
                self._take(job, ev.Source.STREAM, permit, arrived, self.streamer.shortest_timeout)

    def _give_back(self, now: float) -> None:
        """Return what will not be started.

        In a drain not while our own last poll or stream is open: it could come straight back through it.
        """
        jobs, self._returning = self._returning, []
        timeout = min(self.poller.shortest_timeout, self.streamer.shortest_timeout)
        for job, arrived in jobs:
            self.jobs.give_back_unstarted(job, arrived, timeout, now)

    def _drain(self, now: float) -> None:
        forced = now >= self._force_at
        if self.poller.running and (forced or self._poll_is_idle(now)):
            cancelled = self.poller.cancel()
            self.counts["poll_cancelled_at_close"] += len(cancelled)
            self._effects += cancelled
        if forced:
            self._effects += self.streamer.cut(now) if self.streamer.open else []
            self.jobs.cancel_all(ev.CancelReason.STOPPING)
        if now >= self._flush_at:
            self.jobs.abandon_all()
        fetching = self.poller.running or self.streamer.running or self._returning
        if now >= self._flush_at or (self.jobs.at_rest and not fetching):
            self.state = State.CLOSED
            self.counts["stream_lost_at_close"] = self.streamer.lost_at_close
            self._effects.append(ev.Closed(tuple(self.jobs.abandoned)))

    def _poll_is_idle(self, now: float) -> bool:
        """Whether the last poll has had its time.

        While handlers run, waiting for it costs nothing. A job that is on its way to us at the moment of the
        cancellation is locked until its timeout; the longer nothing came, the less likely that is. But if we come late
        ourselves, it may have come and lie unread: then the poll's time begins anew.
        """
        if self.wake_at is not None and now > self.wake_at + _LATE:
            self._late_at = now
        return now >= self._poll_ends_at() and not self.jobs.running

    def _poll_ends_at(self) -> float:
        since = self.poller.idle_since
        return _FAR if since is None else max(since, self._late_at) + self.poller.tail

    def _next_wake(self, now: float, due: float | None) -> float | None:
        """The first of what is due; `due` is the first alarm of a job."""
        if self.state is State.CLOSED:
            return None
        first = _FAR if due is None else due
        if self.state is State.WORKING:
            first = min(first, self.poller.wake_at())
        elif self.state is State.PAUSED and (ends := self._poll_ends_at()) > now:
            first = min(first, ends)
        elif self.state is State.DRAINING:
            first = min(first, *(at for at in (self._poll_ends_at(), self._force_at, self._flush_at) if at > now))
        if self._streams and (self.streamer.running or (self.streamer.enabled and self.state is State.WORKING)):
            first = min(first, self.streamer.wake_at())
        # What is due now has just been looked at; should it still be due, a moment later is soon enough.
        return None if first == _FAR else max(first, now + _SOON)
