"""Capacity: how many jobs a worker may hold, counted in one place.

Polled and streamed jobs draw on the same ledger. A permit comes before a fetch, so no job ever arrives without a place
to run, and a permit is given back exactly once, whatever happened to its job. Pure: no clock, no loop, no lock; one
event loop calls it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Final


class Permit:
    """The right to hold one job. `release` gives it back; a second release does nothing."""

    __slots__ = ("_holder", "size")

    def __init__(self, holder: Ledger, size: int) -> None:
        self._holder: Ledger | None = holder
        self.size: Final = size

    @property
    def released(self) -> bool:
        """Whether the permit has been given back."""
        return self._holder is None

    def release(self) -> bool:
        """Give the place back; True the first time, False ever after."""
        holder, self._holder = self._holder, None
        if holder is None:
            return False
        holder.give_back(self.size)
        return True


class Reservation:
    """Places kept free for jobs that have been asked for and have not arrived yet."""

    __slots__ = ("_ledger", "_places")

    def __init__(self, ledger: Ledger, places: int) -> None:
        self._ledger = ledger
        self._places = places

    @property
    def places(self) -> int:
        """How many places are still kept."""
        return self._places

    def convert(self, size: int = 0) -> Permit | None:
        """Turn one kept place into a permit for a job of `size` bytes; None if no place is left."""
        if not self._places:
            return None
        self._places -= 1
        return self._ledger.occupy(size)

    def release(self) -> int:
        """Give back what was not used, and say how many places that was."""
        places, self._places = self._places, 0
        self._ledger.unreserve(places)
        return places


class SharedCapacity:
    """A cap on the sum of several ledgers (`Worker(max_total_jobs=...)`).

    Who finds no place waits in turn: a place that becomes free is kept for whoever waits longest, until it was offered.
    So a job type that always has jobs cannot take back at once what it has just given.

    Attributes:
        used: Places that the ledgers use.
        waiting: Ledgers that found no place, the longest first.
    """

    def __init__(self, limit: int) -> None:
        self.limit: Final = _positive(limit, "max_total_jobs")
        self.used = 0
        self.waiting: Final[dict[Ledger, None]] = {}

    @property
    def free(self) -> int:
        """Places that no ledger uses, never negative."""
        return max(0, self.limit - self.used)

    def free_for(self, ledger: Ledger) -> int:
        """Places that it may use: one is kept for everybody who waits before it."""
        before = sum(1 for _ in takewhile(lambda other: other is not ledger, self.waiting))
        return max(0, self.free - before)

    def offers(self) -> Iterator[Ledger]:
        """Those who wait, the longest first, while there are places. With the next, each has had its offer."""
        for ledger in list(self.waiting):
            if not self.free:
                return
            yield ledger
            ledger.stop_waiting()


class Ledger:
    """The places of one job type: held by jobs, reserved for fetches, or free.

    Invariant: ``held + reserved <= limit`` whenever the limit was not lowered below what is in use.
    `max_bytes` closes the ledger (nothing is free) from the moment the held jobs reach it until they fall to four
    fifths of it: hysteresis, so that intake does not flap.
    """

    def __init__(self, limit: int, *, max_bytes: int | None = None, shared: SharedCapacity | None = None) -> None:
        self._limit = _positive(limit, "max_concurrent_jobs")
        self._max_bytes = max_bytes
        self._shared = shared
        self._full_of_bytes = False
        self._held = 0
        self._reserved = 0
        self._bytes = 0
        self._releases = 0

    @property
    def limit(self) -> int:
        """The most jobs that may be held and asked for at a time."""
        return self._limit

    @property
    def held(self) -> int:
        """Places taken by jobs."""
        return self._held

    @property
    def reserved(self) -> int:
        """Places kept for fetches under way."""
        return self._reserved

    @property
    def bytes(self) -> int:
        """The size of the held jobs; only counted where it is limited."""
        return self._bytes

    @property
    def releases(self) -> int:
        """How many permits have been given back so far."""
        return self._releases

    @property
    def shared(self) -> SharedCapacity | None:
        """The cap this ledger shares with others."""
        return self._shared

    @property
    def free(self) -> int:
        """How many places a fetch may reserve now."""
        if self._full_of_bytes:
            return 0
        own = max(0, self._limit - self._held - self._reserved)
        return own if self._shared is None else min(own, self._shared.free_for(self))

    def reserve(self, places: int) -> Reservation | None:
        """Keep `places` places; None if there are not that many."""
        if places < 1 or places > self.free:
            return None
        self._reserved += places
        self._use(places)
        self.stop_waiting()
        return Reservation(self, places)

    def wait(self) -> None:
        """Wait in turn for a place of the shared capacity, if it is that which has none."""
        if self._shared is not None and self._held + self._reserved < self._limit and not self._full_of_bytes:
            self._shared.waiting.setdefault(self)

    def stop_waiting(self) -> None:
        """Keep no place for this ledger any more."""
        if self._shared is not None:
            self._shared.waiting.pop(self, None)

    def admit(self, size: int = 0) -> Permit | None:
        """Take a place for a job that nobody reserved for; None if nothing is free."""
        reservation = self.reserve(1)
        return None if reservation is None else reservation.convert(size)

    def resize(self, limit: int) -> None:
        """Set another limit. Jobs held beyond a lowered limit stay; nothing new comes until they are gone."""
        self._limit = _positive(limit, "max_concurrent_jobs")

    def recount(self, held: int, reserved: int) -> bool:
        """Compare with counts derived from the live jobs and fetches, and take those over; True if all was right."""
        if (held, reserved) == (self._held, self._reserved):
            return True
        self._use(held + reserved - self._held - self._reserved)
        self._held, self._reserved = held, reserved
        return False

    # For permits and reservations only

    def occupy(self, size: int) -> Permit:
        """Turn a reserved place into a held one."""
        self._reserved -= 1
        self._held += 1
        if self._max_bytes is not None:
            self._weigh(size, self._max_bytes)
        return Permit(self, size)

    def give_back(self, size: int) -> None:
        """Free a held place."""
        self._held -= 1
        self._releases += 1
        self._use(-1)
        if self._max_bytes is not None:
            self._weigh(-size, self._max_bytes)

    def unreserve(self, places: int) -> None:
        """Free reserved places."""
        self._reserved -= places
        self._use(-places)

    def _use(self, places: int) -> None:
        if self._shared is not None:
            self._shared.used += places

    def _weigh(self, size: int, most: int) -> None:
        self._bytes += size
        self._full_of_bytes = self._bytes >= (0.8 * most if self._full_of_bytes else most) and self._held > 0


def _positive(limit: int, name: str) -> int:
    if limit < 1:
        raise ValueError(f"{name} must be at least 1, not {limit}")
    return limit
