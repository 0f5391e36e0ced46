"""Things to do at a real point in time: one thread for all of them.

Deadlines of parked polls, the engine's next due moment and checks of stalled streams hang here; none of them has a
thread of its own.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

_LOGGER = logging.getLogger(__name__)
_TIDY_FROM = 1000
_SAME_TIME = 0.002


class Alarm:
    """One thing to do later; `cancel` forgets it."""

    __slots__ = ("_action", "_due")

    def __init__(self, due: float, action: Callable[[], None]) -> None:
        self._due = due
        self._action: Callable[[], None] | None = action

    @property
    def due(self) -> float:
        """When it rings, in seconds of `time.monotonic`."""
        return self._due

    def rings_in(self, seconds: float) -> bool:
        """Whether it rings so many seconds from now, to within 2 ms."""
        return self.pending and abs(self._due - time.monotonic() - seconds) < _SAME_TIME

    @property
    def pending(self) -> bool:
        """Whether it neither rang nor was cancelled."""
        return self._action is not None

    def cancel(self) -> None:
        """Forget it; without effect once it rings."""
        self._action = None

    def ring(self) -> None:
        """Do it, once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class Alarms:
    """The thread that rings alarms in order of their time. Actions must be short: the next alarm waits for them."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Alarm]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._tidy_at = _TIDY_FROM

    def start(self) -> None:
        """Start the thread."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="zeebe-gateway-alarms", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; pending alarms never ring."""
        with self._changed:
            self._stopping = True
            self._heap.clear()
            self._changed.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._thread = None

    def after(self, seconds: float, action: Callable[[], None]) -> Alarm:
        """Have `action` done `seconds` from now."""
        alarm = Alarm(time.monotonic() + seconds, action)
        with self._changed:
            if self._stopping:
                return alarm
            heapq.heappush(self._heap, (alarm.due, next(self._numbers), alarm))
            if self._heap[0][2] is alarm:
                self._changed.notify()
            if len(self._heap) > self._tidy_at:
                self._drop_cancelled()
        return alarm

    def _drop_cancelled(self) -> None:
        self._heap = [entry for entry in self._heap if entry[2].pending]
        heapq.heapify(self._heap)
        self._tidy_at = max(_TIDY_FROM, 2 * len(self._heap))

    def _run(self) -> None:
        while True:
            with self._changed:
                alarm = self._next()
            if alarm is None:
                return
            try:
                alarm.ring()
            except Exception:
                _LOGGER.exception("an alarm of the gateway failed")

    def _next(self) -> Alarm | None:
        while not self._stopping:
            while self._heap and not self._heap[0][2].pending:
                heapq.heappop(self._heap)
            wait = self._heap[0][0] - time.monotonic() if self._heap else None
            if wait is not None and wait <= 0:
                return heapq.heappop(self._heap)[2]
            self._changed.wait(None if wait is None else min(wait, threading.TIMEOUT_MAX))
        return None
