"""Threads on demand: made when work waits and nobody is free, gone when idle for a while.

A crew never keeps the interpreter alive: its threads are daemons, so a client that stopped reading cannot hold up the
end of the program.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

_T = TypeVar("_T")

_IDLE_SECONDS = 2.0
_PATIENCE_SECONDS = 1.0


class Crew(Executor):
    """An executor with at most `limit` threads (None: as many as there is work at once)."""

    def __init__(self, name: str, limit: int | None = None) -> None:
        self._name = name
        self._limit = limit
        self._work: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._lock = threading.Lock()
        self._wanted = threading.Condition(self._lock)
        self._members: set[threading.Thread] = set()
        self._idle = 0
        self._made = 0
        self._closed = False

    @property
    def threads(self) -> int:
        """How many threads there are at the moment."""
        return len(self._members)

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Have a function called by the next free thread.

        Raises:
            RuntimeError: if the crew was shut down.
        """
        future: Future[_T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError(f"{self._name} takes no more work: it was shut down")
            self._work.append((future, lambda: fn(*args, **kwargs)))
            if self._idle < len(self._work) and (self._limit is None or len(self._members) < self._limit):
                self._hire()
            self._wanted.notify()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more work; threads end after what is to be done. `wait` waits for that, but not for ever."""
        with self._lock:
            self._closed = True
            if cancel_futures:
                self._work.clear()
            self._wanted.notify_all()
            members = tuple(self._members)
        give_up = time.monotonic() + _PATIENCE_SECONDS
        for member in members if wait else ():
            if member is not threading.current_thread():
                member.join(max(0.0, give_up - time.monotonic()))

    def _hire(self) -> None:
        self._made += 1
        member = threading.Thread(target=self._serve, name=f"{self._name}-{self._made}", daemon=True)
        self._members.add(member)
        member.start()

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._await_work():
                    self._members.discard(threading.current_thread())
                    return
                future, call = self._work.popleft()
            _carry_out(future, call)
            del future, call  # an idle thread must not keep a request alive

    def _await_work(self) -> bool:
        while not self._work:
            if self._closed:
                return False
            self._idle += 1
            woken = self._wanted.wait(_IDLE_SECONDS)
            self._idle -= 1
            if not woken and not self._work:
                return False
        return True


def _carry_out(future: Future[Any], call: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # the future's holder gets it, as from any executor
        future.set_exception(error)
    else:
        future.set_result(result)
