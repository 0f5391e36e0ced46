"""The engine's records as they come, and who is told of them.

Records are added under the engine's lock and told outside of it, in log order: the thread that caused them tells them
before it goes on, so whoever has the reply to an RPC may rely on its records having been told.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from zeebe_grpc.engine.records import Record

_LOGGER = logging.getLogger(__name__)

StepListener = Callable[[Sequence[Record]], None]


class Journal:
    """All records of one engine, or the last `limit` of them."""

    def __init__(self, limit: int | None = None) -> None:
        self._records: deque[Record] = deque(maxlen=limit)
        self._untold: deque[tuple[Record, ...]] = deque()
        self._listeners: list[StepListener] = []
        self._telling = threading.RLock()
        self._told_here = False

    def add(self, records: Sequence[Record]) -> None:
        """Add the records of one step. The caller holds the engine's lock."""
        if records:
            self._records.extend(records)
            self._untold.append(tuple(records))

    def records(self) -> tuple[Record, ...]:
        """What is kept, oldest first. The caller holds the engine's lock."""
        return tuple(self._records)

    def listen(self, listener: StepListener) -> Callable[[], None]:
        """Have a listener told of every later step; the result makes it stop."""
        with self._telling:
            self._listeners.append(listener)

        def stop() -> None:
            with self._telling:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def tell(self) -> None:
        """Tell the listeners what they have not been told. The caller holds no lock of the engine."""
        if not self._untold:
            return
        with self._telling:
            if self._told_here:  # a listener that moves the clock, say: the outer round tells what that caused
                return
            self._told_here = True
            try:
                self._tell_all()
            finally:
                self._told_here = False

    def _tell_all(self) -> None:
        while self._untold:
            records = self._untold.popleft()
            for listener in tuple(self._listeners):
                try:
                    listener(records)
                except Exception:
                    _LOGGER.exception("a record listener failed")
