"""Keeping running jobs ours: when to extend their timeout, and when to let go. Pure.

The first extension goes out at half of the timeout, so short jobs never cost one. Nothing is ever extended after its
deadline: the engine would accept that and prolong another worker's activation. Only with a lease the gateway can tell
the two apart, and is asked once.

What a handler asks for is owed to it, also where jobs are not extended by themselves, and also after it has left its
job to somebody else: until it is granted, or the deadline is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from zeebe_grpc.worker.activations import Activation, Phase
from zeebe_grpc.worker.backoff import around, full_jitter
from zeebe_grpc.worker.events import Effect, ExtendJob, Notice, Problem, Told
from zeebe_grpc.worker.policy import MachinePolicy

_AT: Final = 0.5
_MOST_AT_ONCE: Final = 16
_LATE_WITHIN: Final = 5.0
_TRIES: Final = 3
_SHORTEST_TRY: Final = 1.0
_MOMENT: Final = 0.001
_FORBIDDEN: Final = frozenset({"PERMISSION_DENIED", "UNIMPLEMENTED"})
_LOST: Final = frozenset({"NOT_FOUND", "FAILED_PRECONDITION"})


class Extender:
    """The extensions of one job type.

    Attributes:
        enabled: Whether jobs are extended without being asked: by policy, until the gateway says that we may not.
        forbidden: Whether the gateway has said so.
        lag: By how much the event loop was late at the last look; a handler cannot be trusted to run under a stalled
            loop.
    """

    def __init__(self, policy: MachinePolicy, random: Callable[[], float]) -> None:
        self._policy = policy
        self._random = random
        self._under_way = 0
        self.enabled = policy.extend
        self.forbidden = False
        self.extended = 0
        self.lag = 0.0

    def begin(self, activation: Activation) -> None:
        """Set the limits of a job that starts now."""
        most = self._policy.max_job_time
        activation.cap = None if most is None else activation.arrived + most
        activation.progressed = activation.arrived
        if self.enabled:
            activation.check_at = activation.arrived + self._step(activation)

    def modelled(self, activation: Activation, timeout: float) -> None:
        """The model says how long the job takes: extend it by that much at a time, and let it last as long."""
        activation.step = max(timeout, activation.timeout)
        if activation.cap is not None:
            activation.cap = max(activation.cap, activation.arrived + timeout)

    def due(self, activation: Activation, now: float) -> list[Effect]:
        """The time of a check has come: extend, or look again later, or never."""
        activation.check_at = None
        if activation.extending or now >= activation.deadline:
            return []
        if self.owes(activation):
            return self.wished(activation, now)
        if not self.enabled or activation.phase is not Phase.RUNNING:
            return []
        timeout = self._affordable(activation, now)
        if timeout is None:
            return []
        if self._under_way >= _MOST_AT_ONCE:
            activation.check_at = now + full_jitter(1, self._random())
            return []
        if reason := self._doubt(activation, now):
            return self._withhold(activation, reason, now)
        activation.withheld = False
        first = not activation.extensions and not activation.wanted_until and not activation.extension_failures
        told: list[Effect] = [Told(Notice.FIRST_EXTENSION, activation.number)] if first else []
        return [*told, self._send(activation, timeout, within=_one_of_some(activation.deadline - now))]

    def late(self, activation: Activation, now: float) -> list[Effect]:
        """The deadline has passed and the handler has not stopped: ask the gateway whether the job is ours still.

        Marks the activation as overdue, if it is asked; an extension that is under way is asking already.
        """
        activation.check_at = None
        timeout = self._affordable(activation, now)
        if activation.overdue or not self.enabled or timeout is None:
            return []
        activation.overdue = True
        return [] if activation.extending else [self._send(activation, timeout, within=_LATE_WITHIN)]

    def asked(self, activation: Activation, timeout: float, now: float) -> list[Effect]:
        """Somebody asks for `timeout` seconds from now; that may lift the cap, and never shortens what the job has."""
        if now >= activation.deadline:
            return []
        activation.wanted_until = max(activation.wanted_until, now + timeout)
        if activation.cap is not None:
            activation.cap = max(activation.cap, now + timeout)
        return self.wished(activation, now)

    def owes(self, activation: Activation) -> bool:
        """Whether more was asked for than is granted so far."""
        return not self.forbidden and activation.wanted_until > activation.deadline + _MOMENT

    def wished(self, activation: Activation, now: float) -> list[Effect]:
        """Ask for what is owed, unless an extension is under way: its end comes back to this."""
        if activation.extending or now >= activation.deadline or not self.owes(activation):
            return []
        wish, left = activation.wanted_until - now, activation.deadline - now
        return [self._send(activation, wish, within=_one_of_some(left))]

    def ended(
        self, activation: Activation, sent_at: float, timeout: float, problem: Problem | None, now: float
    ) -> bool:
        """Take in how an extension went; False if the job turned out to be lost."""
        self.finished()
        activation.extending = False
        if problem is None:
            self._granted(activation, sent_at, timeout)
            return True
        if problem.code in _LOST:
            return False
        if problem.code in _FORBIDDEN:
            self.enabled, self.forbidden = False, True
            return True
        activation.extension_failures += 1
        again = now + full_jitter(activation.extension_failures, self._random())
        activation.check_at = again if again < activation.deadline else None
        return True

    def finished(self) -> None:
        """A call is back, for a job that is here or not any more."""
        self._under_way -= 1

    def _send(self, activation: Activation, timeout: float, *, within: float) -> ExtendJob:
        activation.extending = True
        self._under_way += 1
        return ExtendJob(activation.number, activation.job, timeout, within=max(0.05, within))

    def _granted(self, activation: Activation, sent_at: float, timeout: float) -> None:
        self.extended += 1
        activation.extensions += 1
        activation.extension_failures = 0
        activation.deadline = sent_at + timeout
        activation.check_at = max(activation.deadline - self._step(activation), sent_at + timeout * _AT)

    def _affordable(self, activation: Activation, now: float) -> float | None:
        """For how long the job may be asked for; None if that would gain next to nothing."""
        timeout = activation.step or activation.timeout
        if activation.cap is not None:
            timeout = min(timeout, activation.cap - now)
        return timeout if now + timeout > max(now, activation.deadline) + 0.01 * activation.timeout else None

    def _doubt(self, activation: Activation, now: float) -> str:
        """Why the handler may not be alive; empty if there is no doubt."""
        if self.lag >= 0.25 * activation.timeout:
            return f"the event loop is late by {self.lag:.1f} s"
        patience = self._policy.stall_timeout
        if patience is not None and now - activation.progressed > patience:
            return f"no progress for {now - activation.progressed:.0f} s"
        return ""

    def _withhold(self, activation: Activation, reason: str, now: float) -> list[Effect]:
        activation.check_at = now + 0.1 * activation.timeout
        told, activation.withheld = activation.withheld, True
        return [] if told else [Told(Notice.EXTENSION_WITHHELD, activation.number, text=reason)]

    def _step(self, activation: Activation) -> float:
        return around(activation.timeout * _AT, self._random(), 0.1)


def _one_of_some(left: float) -> float:
    """The seconds for one try of those that should fit into what is left."""
    return max(left / _TRIES, min(left, _SHORTEST_TRY))
