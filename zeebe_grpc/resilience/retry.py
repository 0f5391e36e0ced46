"""The decision after a failed attempt.

Here live the rules of when a command may be sent again, so that no command is executed twice that was wanted once, and
the backoff between attempts. A call that succeeds at once never comes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from zeebe_grpc.errors import AlreadyExistsError, BackpressureError, GatewayError
from zeebe_grpc.failures import ambiguous
from zeebe_grpc.resilience.budget import Budget
from zeebe_grpc.rpc import RetryClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Resilience:
    """How calls deal with a gateway that is busy or away.

    Attributes:
        first_backoff: Seconds; the first pause is chosen at random between none and this.
        backoff_factor: By how much the longest possible pause grows with each attempt.
        largest_backoff: Seconds; no pause is longer.
        max_attempts: How often a command is sent at most; None for as long as its timeout allows.
        retry_budget: After half as many failures that back-pressure does not explain, nothing is sent again until
            successes have paid for it, ten for each.
        initial_concurrency: How many commands are under way at once at first. It falls when the cluster refuses one and
            rises while it does not. None for no limit ever. Commands that brokers never refuse for being busy, polls,
            streams and waiting for results are not limited.
        max_concurrency: The most to which it may rise; None for no bound.
        max_queued_calls: How many calls may wait for their turn.
    """

    first_backoff: float = 0.05
    backoff_factor: float = 2.0
    largest_backoff: float = 5.0
    max_attempts: int | None = None
    retry_budget: float = 100.0
    initial_concurrency: int | None = 64
    max_concurrency: int | None = None
    max_queued_calls: int = 10_000

    def pause(self, attempts: int, chance: float) -> float:
        """Seconds to wait after so many attempts: full jitter, with `chance` from 0 to 1."""
        longest = min(self.largest_backoff, self.first_backoff * self.backoff_factor ** min(attempts - 1, 64))
        return chance * longest


@dataclass(frozen=True, slots=True)
class Again:
    """Send the command again."""

    pause: float
    """Seconds to wait before."""


@dataclass(frozen=True, slots=True)
class Done:
    """An earlier attempt was executed; there is no reply, so the result is that of an empty one."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Give up."""

    error: GatewayError


Decision: TypeAlias = Again | Done | Fail


LEAST_SHARE: Final = 0.1
"""The part of a call's timeout that must be left for another attempt."""

LEAST_TIME: Final = 0.5
"""Seconds that are always enough for one."""


class Attempts:
    """The attempts of one call, from the first failure on."""

    def __init__(self, retry: RetryClass, resilience: Resilience, timeout: float, budget: Budget) -> None:
        self._retry = retry
        self._resilience = resilience
        self._budget = budget
        # An attempt cut off by the deadline leaves the caller in doubt, where the refusal before it was clear.
        self._least = min(LEAST_TIME, timeout * LEAST_SHARE)
        self._count = 0
        self._in_doubt = False
        """Whether an earlier attempt may have been executed."""

    def failed(self, error: GatewayError, remaining: float, chance: float) -> Decision:
        """What to do after an attempt ended with an error.

        Args:
            error: The error; its `attempts` and `outcome` are made those of the whole call.
            remaining: Seconds until the call's deadline.
            chance: A random number from 0 to 1.
        """
        self._count += 1
        error.attempts = self._count
        if self._in_doubt:
            if error.code is self._retry.done_after_repeat:
                return Done()
            if self._retry is RetryClass.IDEMPOTENT_CREATION and isinstance(error, AlreadyExistsError):
                return Fail(ambiguous(error))
        self._in_doubt = self._in_doubt or error.outcome == "unknown"
        pause = self._resilience.pause(self._count, chance)
        if error.retryable and pause + self._least < remaining and self._may_go_on(error):
            return Again(pause)
        return Fail(self.given_up(error))

    def given_up(self, error: GatewayError) -> GatewayError:
        """An error that ends the call, with the attempts and the outcome of the whole call."""
        error.attempts = self._count
        if self._in_doubt:
            error.outcome = "unknown"
        return error

    def _may_go_on(self, error: GatewayError) -> bool:
        limit = self._resilience.max_attempts
        if limit is not None and self._count >= limit:
            return False
        return isinstance(error, BackpressureError) or self._budget.spend()
