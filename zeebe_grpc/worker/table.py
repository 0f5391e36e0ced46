"""The jobs that are here, as a table: numbers, places, alarms, tries. Pure; the rules stand in `jobs`."""

from __future__ import annotations

from collections import Counter
from typing import Final

from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.activations import Activation, Phase
from zeebe_grpc.worker.alarms import Alarms
from zeebe_grpc.worker.ledger import Permit
from zeebe_grpc.worker.policy import MachinePolicy


class JobTable:
    """Keeps the books of all activations of one job type.

    Every activation begins with `activate` and ends with `finish`, once.

    Attributes:
        live: The activations by their numbers.
        alarms: When something of one of them is due.
        abandoned: Keys of jobs that were left without an answer.
        streamed: Places held by jobs that came through a stream.
        effects: Where what is to be done is put; the machine owns it.
        flush_at: Until when answers may be tried, whatever the job's own deadline.
    """

    def __init__(self, policy: MachinePolicy, counts: Counter[str], effects: list[ev.Effect]) -> None:
        self.policy: Final = policy
        self.counts: Final = counts
        self.effects: list[ev.Effect] = effects
        self.live: dict[int, Activation] = {}
        self.alarms: Final = Alarms()
        self.abandoned: list[int] = []
        self.streamed: int = 0
        self.flush_at: float = float("inf")
        self._last = 0

    @property
    def running(self) -> int:
        """Handlers at work."""
        return sum(activation.phase is Phase.RUNNING for activation in self.live.values())

    @property
    def deferred(self) -> int:
        """Jobs that somebody else will answer."""
        return sum(activation.phase is Phase.DEFERRED for activation in self.live.values())

    @property
    def held(self) -> int:
        """Jobs with a place in the ledger."""
        return sum(activation.permit is not None for activation in self.live.values())

    def activate(
        self, job: ev.ArrivedJob, source: ev.Source, permit: Permit | None, arrived: float, timeout: float
    ) -> Activation:
        """Enter a job that arrived then, and is ours for `timeout` seconds."""
        self._last += 1
        activation = Activation(self._last, job, source, permit, arrived, arrived + timeout, timeout)
        self.live[self._last] = activation
        return activation

    def finish(self, activation: Activation, end: ev.End) -> None:
        """Strike out a job that leaves."""
        self.free(activation)
        self.alarms.clear(activation.number)
        del self.live[activation.number]
        self.counts[end._value_] += 1  # of `value`, which costs a call, the place where it is kept
        if end is ev.End.ABANDONED:
            self.abandoned.append(activation.job.key)
        self.effects.append(ev.JobDone(activation.number, end))

    def free(self, activation: Activation) -> None:
        """Give back the place of a job."""
        permit, activation.permit = activation.permit, None
        if permit is not None and permit.release():
            self.streamed -= activation.source is ev.Source.STREAM

    def begin_try(self, activation: Activation, now: float) -> None:
        """Note that an answer, or a return, is sent now."""
        activation.resend_at = None
        activation.tries.count += 1
        activation.tries.sent_at = now
        self.arm(activation)

    def try_again(self, activation: Activation, at: float) -> None:
        """Plan the next try."""
        activation.resend_at = at
        self.arm(activation)

    def left(self, activation: Activation, now: float) -> float:
        """Seconds in which an answer may still be sent."""
        return min(activation.deadline, self.flush_at) - now

    def arm(self, activation: Activation) -> None:
        """Set the one alarm of a job to what is due next in its phase."""
        due: float | None
        if activation.phase is Phase.RUNNING:
            waits = activation.cancelled is not None or activation.answered or activation.overdue
            ends = None if waits else activation.deadline
            due = ends if ends is None or activation.check_at is None else min(ends, activation.check_at)
        elif activation.phase is Phase.DEFERRED:
            due = min(activation.deadline, activation.check_at or activation.deadline)
        else:
            due = activation.resend_at
        if due is None:
            self.alarms.clear(activation.number)
        else:
            self.alarms.set(activation.number, due)
