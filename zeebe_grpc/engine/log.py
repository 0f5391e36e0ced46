"""The log of one engine: keys, records, the queue of commands and the answers of the running step.

Everything that happens is written here and nowhere else. What is written, and why, is decided elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from zeebe_grpc.engine.answers import Answer, RejectionType
from zeebe_grpc.engine.followups import FollowUp
from zeebe_grpc.engine.records import Activatable, Record, Step

PARTITION_BITS = 51
FIRST_KEY = 1 << PARTITION_BITS


class Log:
    """Where a step is written. `now` is the time of the step in epoch milliseconds."""

    def __init__(self, now: int) -> None:
        self.now = now
        self._next_key = FIRST_KEY
        self._position = 0
        self._queue: deque[FollowUp] = deque()
        self._records: list[Record] = []
        self._answers: list[tuple[int, Answer]] = []
        self._activatable: list[Activatable] = []

    def next_key(self) -> int:
        """A new key of partition 1."""
        key = self._next_key
        self._next_key += 1
        return key

    def event(self, value_type: str, intent: str, key: int, value: Mapping[str, Any]) -> None:
        """Write an event."""
        self._write(value_type, intent, key, value, None)

    def reject(self, value_type: str, intent: str, key: int, value: Mapping[str, Any], reason: RejectionType) -> None:
        """Write that a command was rejected."""
        self._write(value_type, intent, key, value, reason)

    def command(self, command: FollowUp) -> None:
        """Put a command at the end of the queue."""
        self._queue.append(command)

    def next_command(self) -> FollowUp | None:
        """Take the first command of the queue."""
        return self._queue.popleft() if self._queue else None

    def drop_commands(self) -> None:
        """Empty the queue."""
        self._queue.clear()

    def answer(self, request: int, answer: Answer) -> None:
        """Answer a request."""
        self._answers.append((request, answer))

    def activatable(self, notice: Activatable) -> None:
        """Tell that a job has become activatable."""
        self._activatable.append(notice)

    def take_step(self) -> Step:
        """What was written since the last step."""
        step = Step(self._records, self._answers, self._activatable)
        self._records, self._answers, self._activatable = [], [], []
        return step

    def _write(
        self, value_type: str, intent: str, key: int, value: Mapping[str, Any], rejection: RejectionType | None
    ) -> None:
        self._position += 1
        self._records.append(Record(self._position, self.now, value_type, intent, key, value, rejection))
