"""The one place where the engine is touched: its lock, its clock, and what follows from each of its steps.

The engine knows one thread at a time. Whoever wants something of it takes a `Turn`; what a turn brings about for
others (answers, jobs for waiting workers, records for listeners) is carried out when the lock is free again.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Protocol

from zeebe_grpc.engine import Engine
from zeebe_grpc.engine.answers import Answer
from zeebe_grpc.engine.commands import EngineCommand
from zeebe_grpc.engine.records import Activatable, Step
from zeebe_grpc.gateway.alarms import Alarm, Alarms
from zeebe_grpc.gateway.clock import Clock
from zeebe_grpc.gateway.journal import Journal

_LOGGER = logging.getLogger(__name__)

_LARGEST_CATCH_UP = 100_000


class JobTaker(Protocol):
    """Who wants to know which jobs have become activatable."""

    def offer(self, turn: Turn, jobs: Sequence[Activatable]) -> None:
        """Hand the jobs out, or leave them where they are."""
        ...


class Turn:
    """The right to use the engine, for as long as its lock is held."""

    def __init__(self, room: EngineRoom) -> None:
        self._room = room
        self._afterwards: list[Callable[[], None]] = []
        self._activatable: list[Activatable] = []

    @property
    def engine(self) -> Engine:
        """The engine itself."""
        return self._room.engine

    @property
    def now(self) -> int:
        """The engine's time in epoch milliseconds."""
        return self._room.clock.now()

    def apply(self, command: EngineCommand, on_answer: Callable[[Answer], None] | None = None) -> Answer | None:
        """Have the engine carry out a command.

        Returns the answer, or None if it comes later; then `on_answer` gets it, outside the lock.
        """
        request = next(self._room.requests)
        step = self.engine.apply(command, self.now, request)
        answer = self._absorb(step, request)
        if answer is None and on_answer is not None:
            self._room.waiting[request] = on_answer
        return answer

    def forget(self, on_answer: Callable[[Answer], None]) -> None:
        """Nobody waits for this answer any more."""
        for request, waiting in list(self._room.waiting.items()):
            if waiting is on_answer:
                del self._room.waiting[request]

    def later(self, action: Callable[[], None]) -> None:
        """Have something done as soon as the lock is free."""
        self._afterwards.append(action)

    def reoffer(self, jobs: Sequence[Activatable]) -> None:
        """Offer jobs again that nobody took."""
        self._activatable.extend(jobs)

    def catch_up(self) -> None:
        """Fire what is due at the clock's present time."""
        due: int | None = None
        for _ in range(_LARGEST_CATCH_UP):
            due = self.engine.next_due()
            if due is None or due > self.now:
                return
            self._absorb(self.engine.advance(self.now))
        _LOGGER.error("the engine still has something due at %s after %s steps", due, _LARGEST_CATCH_UP)

    def hand_out(self, taker: JobTaker) -> None:
        """Offer what has become activatable, until nothing new comes of it."""
        while self._activatable:
            jobs, self._activatable = self._activatable, []
            taker.offer(self, jobs)

    def conclude(self) -> None:
        """Do what was put off. The lock is free."""
        for action in self._afterwards:
            action()

    def _absorb(self, step: Step, request: int | None = None) -> Answer | None:
        self._room.journal.add(step.records)
        self._activatable.extend(step.activatable)
        own: Answer | None = None
        for number, answer in step.answers:
            if number == request:
                own = answer
            elif number in self._room.waiting:
                self._afterwards.append(_told(self._room.waiting.pop(number), answer))
        return own


class EngineRoom:
    """Owns an engine, its clock and its journal."""

    def __init__(self, engine: Engine, clock: Clock, alarms: Alarms, journal: Journal) -> None:
        self.engine = engine
        self.clock = clock
        self.journal = journal
        self.requests = itertools.count(1)
        self.waiting: dict[int, Callable[[Answer], None]] = {}
        self.taker: JobTaker | None = None
        self._alarms = alarms
        self._alarm: Alarm | None = None
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Generator[Turn, None, None]:
        """Wait for the engine, bring it up to the present and use it. Not to be nested."""
        turn = Turn(self)
        try:
            with self._lock:
                try:
                    turn.catch_up()
                    yield turn
                finally:
                    self._close(turn)
        finally:
            self.journal.tell()
            turn.conclude()

    def execute(self, command: EngineCommand) -> Answer | None:
        """Carry out one command; None if its answer would come later."""
        with self.turn() as turn:
            return turn.apply(command)

    def wake(self) -> None:
        """Fire what has become due."""
        with self.turn():
            pass

    def close(self) -> None:
        """Wake up no more."""
        with self._lock:
            if self._alarm is not None:
                self._alarm.cancel()

    def _close(self, turn: Turn) -> None:
        if self.taker is not None:
            turn.hand_out(self.taker)
        self._set_alarm()

    def _set_alarm(self) -> None:
        due = self.engine.next_due()
        wait = None if due is None else self.clock.seconds_until(due)
        if wait is not None and self._alarm is not None and self._alarm.rings_in(wait):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None if wait is None else self._alarms.after(wait, self.wake)


def _told(listener: Callable[[Answer], None], answer: Answer) -> Callable[[], None]:
    return lambda: listener(answer)
