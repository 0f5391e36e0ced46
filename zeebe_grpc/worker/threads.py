"""A bounded crew of threads for the handlers of one job type.

Unlike the standard executor's, these threads are daemons: a handler that never returns delays no exit of the program.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class ThreadCrew:
    """Runs functions in at most `size` threads, which are made as they are needed."""

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._name = name
        self._waiting: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._threads = 0
        self._idle = 0
        self._closed = False

    @property
    def threads(self) -> int:
        """How many threads there are."""
        return self._threads

    def submit(self, work: Callable[[], None]) -> None:
        """Run `work`, which must not raise, as soon as a thread is free.

        Raises:
            RuntimeError: The crew is closed.
        """
        with self._changed:
            if self._closed:
                raise RuntimeError("the worker's threads are closed")
            self._waiting.append(work)
            if len(self._waiting) > self._idle and self._threads < self._size:
                self._threads += 1
                name = f"{self._name}-{self._threads}"
                threading.Thread(target=self._serve, name=name, daemon=True).start()
            else:
                self._changed.notify()

    def close(self) -> None:
        """Let every thread end after its present work; waits for none."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _serve(self) -> None:
        while (work := self._next()) is not None:
            work()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._waiting:
                if self._closed:
                    self._threads -= 1
                    return None
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
            return self._waiting.popleft()
