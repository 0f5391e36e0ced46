"""When to poll, and for how many jobs. Pure.

One poll at a time; its places are reserved before it leaves. Alone, a poll asks for everything that is free. Beside a
stream, or where job types share a capacity, a parked poll must not keep places from the others: it asks for one, and
for more only while polls come back full.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from zeebe_grpc.worker.backoff import around, full_jitter
from zeebe_grpc.worker.events import CancelPoll, Effect, Notice, Poll, Problem, Told
from zeebe_grpc.worker.ledger import Ledger, Permit, Reservation
from zeebe_grpc.worker.policy import MachinePolicy

_TOO_SOON = 1.0
_CONTENDED_WAIT = 1.0
_UNSETTLED_WAIT = 2.0
_SLOWEST = 5.0
_UNSETTLED_FOR = 30.0
_CALM_POLLS = 3
_LONGEST_EXPONENT = 10


class _Call(msgspec.Struct):
    fetch: int
    asked: int
    reservation: Reservation
    started: float
    request_timeout: float
    job_timeout: float
    received: int = 0
    cancelled: bool = False


class Poller:
    """The poll lane of one job type.

    Attributes:
        beside_stream: Whether a stream is open beside it, or is to be opened again; the machine says so.
        backlog: Whether the last polls found more than they could carry.
        job_timeout: For how long the next poll asks for jobs.
        shortest_timeout: The shortest that any poll has asked for.
    """

    def __init__(self, policy: MachinePolicy, ledger: Ledger, random: Callable[[], float]) -> None:
        self._policy = policy
        self._ledger = ledger
        self._random = random
        self._call: _Call | None = None
        self._fetches = 0
        self._not_before = 0.0
        self._unsettled_until: float | None = None
        self._took = 0.0
        self._free_since: float | None = None
        self._ask = 1
        self._skipped_since: float | None = None
        self._calm = 0
        self.failures = 0
        self.empties = 0
        self.last_success: float | None = None
        self.beside_stream = False
        self.backlog = False
        self.job_timeout = self.shortest_timeout = policy.job_timeout

    @property
    def running(self) -> bool:
        """Whether a poll is under way."""
        return self._call is not None

    @property
    def reserved(self) -> int:
        """Places that the running poll still keeps."""
        return 0 if self._call is None else self._call.reservation.places

    @property
    def idle_since(self) -> float | None:
        """Since when a poll is under way that has brought nothing yet; None if there is none."""
        return self._call.started if self._call is not None and not self._call.received else None

    @property
    def tail(self) -> float:
        """How long a poll may take to bring jobs that are there, as far as one can tell: longer on a slow broker.

        One that has brought nothing for longer than that is parked: next to nothing is lost if it is cancelled.
        """
        return max(self._policy.poll_tail, min(3 * self._took, _SLOWEST))

    def next(self, now: float) -> Poll | None:
        """The poll to send now, if any."""
        if self._call is not None:
            return None
        free = self._ledger.free
        self._watch_free(free, now)
        ask = self._wanted(free, now)
        reservation = self._ledger.reserve(ask) if ask else None
        if reservation is None:
            return None
        self._fetches += 1
        self._free_since = None
        self.shortest_timeout = min(self.shortest_timeout, self.job_timeout)
        self._call = _Call(self._fetches, ask, reservation, now, self._request_timeout(), self.job_timeout)
        return Poll(self._call.fetch, ask, self._call.request_timeout, self.job_timeout)

    def timeout_of(self, fetch: int) -> float:
        """For how long the jobs of a fetch are ours; for one that was given up, the least that it can be."""
        call = self._call
        return call.job_timeout if call is not None and call.fetch == fetch else self.shortest_timeout

    def wake_at(self) -> float:
        """When `next` should be asked again, if nothing else happens; infinite if that changes nothing."""
        if self._call is not None or self._free_since is None:
            return math.inf
        return max(self._not_before, self._free_since + self._policy.refill_delay)

    def permit(self, fetch: int, size: int, now: float) -> Permit | None:
        """A permit for a job that the poll brought; None if it was asked for by nobody and there is no place."""
        call = self._call
        if call is None or call.fetch != fetch:
            return self._ledger.admit(size)
        if not call.received and now - call.started < _SLOWEST:
            self._took = max(now - call.started, 0.7 * self._took)
        call.received += 1
        self.last_success = now
        return call.reservation.convert(size) or self._ledger.admit(size)

    def ended(self, fetch: int, problem: Problem | None, now: float) -> list[Effect]:
        """The poll is over; an end of an earlier one is no news."""
        call = self._call
        if call is None or call.fetch != fetch:
            return []
        self._call = None
        call.reservation.release()
        self._learn(call, problem)
        if problem is not None:
            return [] if call.cancelled else self._failed(problem, now)
        return self._succeeded(call, now)

    def cancel(self) -> list[Effect]:
        """Cancel the running poll."""
        if self._call is None or self._call.cancelled:
            return []
        self._call.cancelled = True
        return [CancelPoll(self._call.fetch)]

    def overdue(self, now: float) -> list[Effect]:
        """Give up a poll that lasts longer than it can; should even its cancellation do nothing, forget it."""
        call = self._call
        if call is None or now < call.started + max(call.request_timeout, 0.0) + self._policy.poll_margin:
            return []
        problem = Problem("DEADLINE_EXCEEDED", "the poll lasted longer than the gateway may hold it")
        if call.cancelled:
            return self.ended(call.fetch, problem, now)
        self._not_before = now + full_jitter(1, self._random())
        return [*self.cancel(), Told(Notice.POLL_FAILED, problem=problem)]

    def starves(self, now: float) -> bool:
        """Whether it could not poll for a while, because others took every place that became free."""
        return self._skipped_since is not None and now >= self._skipped_since + self._policy.idle_delay

    def kick(self) -> None:
        """Forget every reason to wait."""
        self._not_before = 0.0

    def _wanted(self, free: int, now: float) -> int:
        if not free or now < self._not_before or self._free_since is None:
            return 0
        ask, enough = free, self._policy.refill
        if self.beside_stream or self._ledger.shared is not None:
            ask = enough = min(free, self._policy.lane if self.beside_stream and self.backlog else self._ask)
        if self.failures:
            # What a poll asked of a dying gateway may be carried out when it is back, for nobody: one job, not many.
            ask = enough = 1
        due = free >= enough or not self._ledger.held or now >= self._free_since + self._policy.refill_delay
        return ask if due else 0

    def _watch_free(self, free: int, now: float) -> None:
        if self.starves(now):
            self.backlog, self._calm = True, 0
        if free:
            self._skipped_since = None
            self._free_since = now if self._free_since is None else self._free_since
        else:
            self._free_since = None
            self._skipped_since = now if self._skipped_since is None else self._skipped_since
            if now >= self._not_before:
                self._ledger.wait()

    def _request_timeout(self) -> float:
        """How long the gateway may hold the poll: not long while it comes back from an outage.

        It may then lose a poll, or park it without seeing the jobs that were there before, until new ones come.
        """
        wanted = self._policy.request_timeout
        if self._unsettled_until is not None:
            wanted = min(wanted, _UNSETTLED_WAIT)
        return min(wanted, _CONTENDED_WAIT) if self._policy.contended else wanted

    def _learn(self, call: _Call, problem: Problem | None) -> None:
        if problem is None and call.received >= call.asked:
            self._ask = min(2 * self._ask, self._policy.max_concurrent_jobs)
            self.backlog, self._calm = True, 0
            return
        self._ask = 1
        self._calm += 1
        if problem is not None or not call.received or self._calm >= _CALM_POLLS:
            self.backlog = False

    def _succeeded(self, call: _Call, now: float) -> list[Effect]:
        failures, self.failures = self.failures, 0
        self.last_success = now
        if self._unsettled_until is not None and now >= self._unsettled_until:
            self._unsettled_until = None
        self._rest(call, now)
        return [Told(Notice.POLL_RECOVERED, count=failures)] if failures else []

    def _rest(self, call: _Call, now: float) -> None:
        lasted = now - call.started
        if call.received:
            self.empties = 0
        elif lasted < _TOO_SOON and not 0 < call.request_timeout <= lasted / 0.9:
            # A gateway without long polling answers at once; asking again at once would be a hot loop.
            self.empties += 1
            delay = min(self._policy.idle_delay, 0.1 * 2 ** min(self.empties, _LONGEST_EXPONENT))
            self._not_before = now + around(delay, self._random(), 0.2)
        elif self._policy.contended:
            self._not_before = now + self._policy.refill_delay

    def _failed(self, problem: Problem, now: float) -> list[Effect]:
        self.failures += 1
        self._unsettled_until = now + _UNSETTLED_FOR
        self._not_before = now + full_jitter(self.failures, self._random(), cap=self._policy.longest_backoff)
        return [Told(Notice.POLL_FAILED, problem=problem, count=self.failures)]
