"""Points in time at which something of a job is due.

Pure. A job has at most one alarm; setting another replaces it. What was replaced or cleared stays in the heap until it
surfaces or until it outnumbers the rest, so a worker that finishes thousands of jobs a second does not carry minutes of
stale alarms.
"""

from __future__ import annotations

import heapq

_COMPACT_FROM = 64


class Alarms:
    """Alarms by activation number, soonest first."""

    def __init__(self) -> None:
        self._due: dict[int, float] = {}
        self._heap: list[tuple[float, int]] = []

    def __len__(self) -> int:
        return len(self._due)

    def set(self, activation: int, due: float) -> None:
        """Let the alarm of an activation ring at `due`, and only then."""
        self._due[activation] = due
        heapq.heappush(self._heap, (due, activation))
        if len(self._heap) > _COMPACT_FROM and len(self._heap) > 2 * len(self._due):
            self._compact()

    def clear(self, activation: int) -> None:
        """Forget the alarm of an activation, if there is one."""
        self._due.pop(activation, None)

    @property
    def next_due(self) -> float | None:
        """When the soonest alarm rings."""
        heap, due = self._heap, self._due
        while heap:
            at, activation = heap[0]
            if due.get(activation) == at:
                return at
            heapq.heappop(heap)
        return None

    def ring(self, now: float) -> list[int]:
        """The activations whose alarms are due, soonest first; their alarms are gone."""
        ringing: list[int] = []
        while (due := self.next_due) is not None and due <= now:
            activation = heapq.heappop(self._heap)[1]
            del self._due[activation]
            ringing.append(activation)
        return ringing

    def _compact(self) -> None:
        self._heap = [(due, activation) for activation, due in self._due.items()]
        heapq.heapify(self._heap)
