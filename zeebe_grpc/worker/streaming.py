"""When to open a job stream, to read from it, and to leave it. Pure.

A message is read only while a place is kept for its job, so a full worker leaves the rest to the transport's window.
What lies in that window when a stream is cancelled is locked until its timeout; so a stream is never simply cancelled:
it is *read out* until it is silent, then cancelled, and only then is what came given back (a job given back earlier
would be pushed again, to us).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from zeebe_grpc.worker.backoff import around, full_jitter
from zeebe_grpc.worker.events import ArrivedJob, CancelStream, Effect, Notice, OpenStream, Problem, ReadStream, Told
from zeebe_grpc.worker.ledger import Ledger, Permit, Reservation
from zeebe_grpc.worker.policy import MachinePolicy

_PROVEN_AFTER = 10.0
_HOLD_PARKED = 5.0
_FLOODED_AFTER = 1.0
_FIRST_PAUSE = 0.05
_HOPELESS = frozenset({"UNIMPLEMENTED"})


class _Call(msgspec.Struct):
    fetch: int
    opened: float
    expires: float
    heard: float
    patience: float
    job_timeout: float
    reading: bool = False
    reservation: Reservation | None = None
    blocked_since: float | None = None
    releases: int = 0
    leaving_since: float | None = None
    read_out: int = 0
    cancelled_at: float | None = None
    lossy: bool = False

    @property
    def ends_at(self) -> float:
        """When it is opened anew: it lasts for long, or it has been silent for long and may be dead."""
        return min(self.expires, self.heard + self.patience)


class Streamer:
    """The stream lane of one job type.

    Attributes:
        enabled: Whether there is to be a stream; a gateway may turn out not to know them.
        failures: How many streams broke in a row.
        parked: How many times a full worker has left its stream.
        lost_at_close: How many streams were cancelled before they were silent.
        job_timeout: For how long the next stream asks for jobs; an open one goes on with its own.
        shortest_timeout: The shortest that any stream has asked for.
    """

    def __init__(self, policy: MachinePolicy, ledger: Ledger, random: Callable[[], float]) -> None:
        self._policy = policy
        self._ledger = ledger
        self._random = random
        self._call: _Call | None = None
        self._fetches = 0
        self._not_before = 0.0
        self._parked_since: float | None = None
        self._surplus: list[tuple[ArrivedJob, float]] = []
        self._settled_at: float | None = None
        self.enabled = policy.stream and policy.max_concurrent_jobs > 1
        self.failures = 0
        self.parked = 0
        self.lost_at_close = 0
        self.job_timeout = self.shortest_timeout = policy.job_timeout

    @property
    def running(self) -> bool:
        """Whether a stream is open, or jobs that it left are not given back yet."""
        return self._call is not None or bool(self._surplus)

    @property
    def open(self) -> bool:
        """Whether jobs come through a stream now."""
        return self._call is not None and self._call.leaving_since is None

    @property
    def reserved(self) -> int:
        """Places kept for the message that is being read."""
        return 0 if self._call is None or self._call.reservation is None else self._call.reservation.places

    def age(self, now: float) -> float | None:
        """Seconds since the open stream was opened; None without one."""
        return None if self._call is None else now - self._call.opened

    @property
    def heard_at(self) -> float | None:
        """When the open stream last brought something, or was opened; None without one."""
        return None if self._call is None else self._call.heard

    def next(self, now: float, *, accepting: bool, backlog: bool, held: int) -> list[Effect]:
        """What to do now: open, read, begin to leave, or cancel.

        Args:
            now: The time.
            accepting: Whether jobs are wanted.
            backlog: Whether some of the places belong to the poll.
            held: Places held by jobs of the stream.
        """
        call = self._call
        if call is None:
            return self._open(now) if accepting and self._may_open(now) else []
        if call.leaving_since is not None:
            return self._leave_if_silent(call, now)
        if not accepting or self._surplus or now >= call.ends_at:
            return self.leave(now)
        return self._read(call, now, backlog=backlog, held=held)

    def wake_at(self) -> float:
        """When `next` should be asked again, if nothing else happens; infinite if that changes nothing."""
        call = self._call
        if call is None:
            return self._wake_closed()
        if call.cancelled_at is not None:
            return math.inf
        if call.leaving_since is not None:
            return self._leave_at(call, call.leaving_since)
        regular = call.ends_at
        return regular if call.blocked_since is None else min(regular, call.blocked_since + self._policy.park_after)

    def arrived(self, fetch: int, job: ArrivedJob, size: int, now: float) -> Permit | None:
        """A permit for the job of a message; None if there is no place: the job waits to be given back."""
        call = self._call
        if call is None or call.fetch != fetch:
            return self._straggler(job, size, now)
        call.reading = False
        call.read_out += call.leaving_since is not None
        call.heard = now
        self.failures = 0
        permit = None if call.reservation is None else call.reservation.convert(size)
        call.reservation = None
        if permit is None:
            self._surplus.append((job, now))
        return permit

    def _straggler(self, job: ArrivedJob, size: int, now: float) -> Permit | None:
        permit = self._ledger.admit(size)
        if permit is None:
            self._surplus.append((job, now))
            self._settled_at = now
        return permit

    def ended(self, fetch: int, problem: Problem | None, now: float) -> list[Effect]:
        """The stream is over; an end of an earlier one is no news."""
        call = self._call
        if call is None or call.fetch != fetch:
            return []
        self._call = None
        self._release(call)
        self._settled_at = now + self._policy.settle
        self.lost_at_close += call.lossy
        if call.cancelled_at is not None or call.leaving_since is not None:
            return []
        if problem is not None and problem.code in _HOPELESS:
            self.enabled = False
            return [Told(Notice.STREAM_UNSUPPORTED, problem=problem)]
        return self._broken(call, problem, now)

    def surplus(self, now: float) -> list[tuple[ArrivedJob, float]]:
        """The jobs that found no place, with the times of their arrival, as soon as they may be given back."""
        if self._call is not None or not self._surplus or self._settled_at is None or now < self._settled_at:
            return []
        jobs, self._surplus = self._surplus, []
        return jobs

    def leave(self, now: float) -> list[Effect]:
        """Begin to read the stream out."""
        call = self._call
        if call is None or call.leaving_since is not None:
            return []
        self._release(call)
        call.leaving_since = now
        return self._read_on(call)

    def distrust(self, now: float) -> list[Effect]:
        """The gateway behind the stream fails other calls: leave, and come back after a while."""
        if not self.open:
            return []
        self.failures += 1
        self._not_before = now + full_jitter(self.failures, self._random(), cap=self._policy.longest_backoff)
        return self.leave(now)

    def overdue(self, now: float) -> list[Effect]:
        """Should the cancellation of a stream do nothing, forget the stream."""
        call = self._call
        if call is None or call.cancelled_at is None or now < call.cancelled_at + self._policy.poll_margin:
            return []
        return self.ended(call.fetch, None, now)

    def cut(self, now: float) -> list[Effect]:
        """Cancel at once, whatever lies unread."""
        call = self._call
        if call is None or call.cancelled_at is not None:
            return []
        call.cancelled_at = now
        call.lossy = call.blocked_since is not None or call.leaving_since is not None
        return [CancelStream(call.fetch)]

    def _may_open(self, now: float) -> bool:
        if not self.enabled or self._surplus or now < self._not_before or not self._ledger.free:
            return False
        if self._parked_since is None:
            return True
        return self._ledger.free >= self._policy.refill or now >= self._parked_since + _HOLD_PARKED

    def _wake_closed(self) -> float:
        if self._surplus:
            return math.inf if self._settled_at is None else self._settled_at
        if not self.enabled or not self._ledger.free:
            return math.inf
        if self._parked_since is None or self._ledger.free >= self._policy.refill:
            return self._not_before
        return max(self._not_before, self._parked_since + _HOLD_PARKED)

    def _open(self, now: float) -> list[Effect]:
        self._fetches += 1
        self._parked_since = None
        expires = now + around(self._policy.stream_lifetime, self._random(), 0.2)
        patience = around(self._policy.stream_idle, self._random(), 0.2)
        timeout = self.job_timeout
        self.shortest_timeout = min(self.shortest_timeout, timeout)
        self._call = _Call(self._fetches, now, expires, heard=now, patience=patience, job_timeout=timeout)
        return [OpenStream(self._fetches, timeout), *self._read(self._call, now, backlog=False, held=0)]

    def timeout_of(self, fetch: int) -> float:
        """For how long the jobs of a stream are ours; for one that was left, the least that it can be."""
        call = self._call
        return call.job_timeout if call is not None and call.fetch == fetch else self.shortest_timeout

    def _read(self, call: _Call, now: float, *, backlog: bool, held: int) -> list[Effect]:
        if call.reading:
            return []
        share = self._policy.max_concurrent_jobs - (self._policy.lane if backlog else 0)
        wanted = held < share
        reservation = self._ledger.reserve(1) if wanted else None
        if reservation is None:
            if wanted:
                self._ledger.wait()
            return self._blocked(call, now)
        call.blocked_since = None
        call.reservation = reservation
        return self._read_on(call)

    def _read_on(self, call: _Call) -> list[Effect]:
        if call.reading:
            return []
        call.reading = True
        return [ReadStream(call.fetch)]

    def _blocked(self, call: _Call, now: float) -> list[Effect]:
        """No place for another message: park, unless the worker keeps finishing jobs."""
        if call.blocked_since is None or call.releases != self._ledger.releases:
            call.blocked_since = now
            call.releases = self._ledger.releases
        if now < call.blocked_since + self._policy.park_after:
            return []
        self.parked += 1
        self._parked_since = now
        return [Told(Notice.STREAM_PARKED), *self.leave(now)]

    def _leave_if_silent(self, call: _Call, now: float) -> list[Effect]:
        if call.cancelled_at is not None or call.leaving_since is None:
            return []
        if now < self._leave_at(call, call.leaving_since):
            return self._read_on(call)
        call.cancelled_at = now
        call.lossy = now < max(call.heard, call.leaving_since) + self._policy.silence
        return [CancelStream(call.fetch)]

    def _leave_at(self, call: _Call, began: float) -> float:
        """When to cancel a stream that is read out since `began`, if nothing comes before: when it is empty.

        Under load it never falls silent, and what is read meanwhile is held for nothing. So after a while a shorter
        pause will do, if it is long beside the usual one: then next to nothing is on its way.
        """
        heard, enough = max(call.heard, began), self._policy.silence
        lasted = heard - began
        if lasted > _FLOODED_AFTER:
            usual = lasted / max(call.read_out, 1)
            enough = min(enough, max(_FIRST_PAUSE * (_FLOODED_AFTER / lasted) ** 2, 3 * usual))
        return min(heard + enough, began + self._policy.longest_read_out)

    def _broken(self, call: _Call, problem: Problem | None, now: float) -> list[Effect]:
        if now >= call.opened + _PROVEN_AFTER:
            self.failures = 0
        if problem is None:
            self._not_before = now + full_jitter(1, self._random())
            return []
        self.failures += 1
        self._not_before = now + full_jitter(self.failures, self._random(), cap=self._policy.longest_backoff)
        return [Told(Notice.STREAM_FAILED, problem=problem, count=self.failures)]

    def _release(self, call: _Call) -> None:
        if call.reservation is not None:
            call.reservation.release()
            call.reservation = None
