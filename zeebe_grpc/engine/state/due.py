"""What is due when: a queue of points in time, each with the key of what is due then."""

from __future__ import annotations

import heapq


class DueQueue:
    """Keys by the epoch millisecond at which they are due. A key is in it at most once."""

    def __init__(self) -> None:
        self._due: dict[int, int] = {}
        self._heap: list[tuple[int, int]] = []

    def put(self, key: int, due: int) -> None:
        """Enter a key, or move it to another time."""
        self._due[key] = due
        heapq.heappush(self._heap, (due, key))

    def discard(self, key: int) -> None:
        """Take a key out, if it is there."""
        self._due.pop(key, None)

    def next_due(self) -> int | None:
        """The earliest time; None if nothing is pending."""
        while self._heap:
            due, key = self._heap[0]
            if self._due.get(key) == due:
                return due
            heapq.heappop(self._heap)
        return None

    def due(self, now: int) -> list[int]:
        """The keys that are due, earliest first; they stay in the queue."""
        pending = sorted({(due, key) for due, key in self._heap if due <= now and self._due.get(key) == due})
        return [key for _, key in pending]
