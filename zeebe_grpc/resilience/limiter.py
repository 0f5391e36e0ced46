"""How many calls may be under way at once, found out from how the cluster answers.

The limit falls when the cluster refuses and rises while it does not. Calls under way are always counted, also while
nothing is refused, so that the first refusal finds a true number. Pure: callers that must wait are values here, and
whoever drives the gate does the waiting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, TypeVar

W = TypeVar("W")

SMALLER: Final = 0.7
"""What a refusal makes of the calls under way."""

MUCH_SMALLER: Final = 0.5
"""What it makes of them when refusals follow each other."""

CAUTION: Final = 4
"""How many times as many successes it takes to go where the last refusal was met."""

FOLLOWING: Final = 3
"""Refusals in a row after which they are taken more seriously."""


class Signal(Enum):
    """What the end of a call says about the cluster."""

    SUCCESS = "success"
    OVERLOAD = "overload"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call under way."""

    era: int
    """How often the limit had been lowered when it started."""


class Limiter:
    """The limit, and the count of calls under way."""

    def __init__(self, start: int = 64, most: int | None = None) -> None:
        self.limit = start
        self.under_way = 0
        self._most = most
        self._era: int = 0
        self._refusals_in_a_row = 0
        self._successes = 0
        self._refused_at: float = math.inf
        """How many calls were under way when one was last refused."""

    @property
    def has_room(self) -> bool:
        """Whether one more call may start."""
        return self.under_way < self.limit

    def start(self) -> Ticket:
        """Count a call that starts."""
        self.under_way += 1
        return Ticket(self._era)

    def end(self, ticket: Ticket, signal: Signal) -> None:
        """Count a call that ended, and learn from it."""
        if signal is Signal.OVERLOAD:
            self._lower(ticket.era)
        elif signal is Signal.SUCCESS:
            self._raise()
        self.under_way -= 1

    def heard(self, signal: Signal) -> None:
        """Learn from a call that was not counted, because the broker exempts its command from the limit."""
        if signal is Signal.OVERLOAD:
            self._lower(self._era)

    def _lower(self, era: int) -> None:
        if era != self._era:
            # It started before the limit was last lowered, so it says nothing about the new one.
            return
        self._refusals_in_a_row += 1
        self._refused_at = self.under_way
        factor = MUCH_SMALLER if self._refusals_in_a_row > FOLLOWING else SMALLER
        self.limit = max(1, min(self.limit, round(factor * self.under_way)))
        self._era += 1
        self._successes = 0

    def _raise(self) -> None:
        self._refusals_in_a_row = 0
        if self.under_way * 2 < self.limit:
            # Half of the places are empty: this success says nothing about more of them.
            return
        self._successes += 1
        once_refused = self.limit + 1 >= self._refused_at
        needed = self.limit * CAUTION if once_refused else self.limit
        if self._successes >= needed and (self._most is None or self.limit < self._most):
            self.limit += 1
            self._successes = 0
            if once_refused:
                # What was refused there then may be taken now: from here on it is unknown land.
                self._refused_at = math.inf


class Gate(Generic[W]):
    """The limiter with a queue before it: first come, first served.

    A waiter is any hashable value. What `enter` did not let in is let in by a later `leave` or `heard`, which say so.
    """

    def __init__(self, limiter: Limiter, longest_queue: int = 10_000) -> None:
        self.limiter = limiter
        self._longest_queue = longest_queue
        self._waiting: dict[W, None] = {}

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether nobody else may wait."""
        return len(self._waiting) >= self._longest_queue

    def try_enter(self) -> Ticket | None:
        """Start at once, if there is a place and nobody waits for it."""
        return self.limiter.start() if self.limiter.has_room and not self._waiting else None

    def wait(self, waiter: W) -> None:
        """Stand in the queue."""
        self._waiting[waiter] = None

    def give_up(self, waiter: W) -> bool:
        """Leave the queue; False if the waiter was let in meanwhile, and its ticket must be handed back."""
        return self._waiting.pop(waiter, self) is None

    def leave(self, ticket: Ticket, signal: Signal) -> list[tuple[W, Ticket]]:
        """End a call; gives the waiters that are let in by that, with their tickets."""
        self.limiter.end(ticket, signal)
        return self._let_in()

    def heard(self, signal: Signal) -> None:
        """Learn from a call that goes past the gate."""
        self.limiter.heard(signal)

    def _let_in(self) -> list[tuple[W, Ticket]]:
        entered: list[tuple[W, Ticket]] = []
        while self._waiting and self.limiter.has_room:
            waiter = next(iter(self._waiting))
            del self._waiting[waiter]
            entered.append((waiter, self.limiter.start()))
        return entered
