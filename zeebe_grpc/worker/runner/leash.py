"""The leash of a job that runs under a lane: what a handler says goes to the machine, from whatever thread it comes."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from typing import Any

from zeebe_grpc.worker.events import AnsweredByHandler, CancelReason, Event, ExtensionWanted, Progressed
from zeebe_grpc.worker.job import Leash

_FRAMES = 6


class Home:
    """Where the machine lives: its thread, its event loop, its ears."""

    def __init__(self, feed: Callable[[Event], None]) -> None:
        self._feed = feed
        self._thread = threading.get_ident()
        self._loop = asyncio.get_running_loop()

    def tell(self, event: Event) -> None:
        """Tell the machine, from any thread; nobody is told when the loop is closed."""
        if threading.get_ident() == self._thread:
            self._feed(event)
            return
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._feed, event)


class LaneLeash(Leash):
    """A leash with a lane at its other end.

    Attributes:
        number: The activation.
        job_key: Its job.
        task: The coroutine that runs the job.
        thread: The thread that runs the handler; None in the event loop and in child processes.
        interrupt: Makes a cancellation felt where the job is now: in middleware, or in a handler as its strategy can;
            None where it can only be told.
        renewed: Tells a handler elsewhere of its new deadline.
        draining: Tells a handler elsewhere that the worker is stopping.
        locate: Says where a handler elsewhere is.
    """

    def __init__(
        self, number: int, job_key: int, home: Home, now: Callable[[], float], deadline: float, timeout: float
    ) -> None:
        super().__init__(now, deadline, timeout)
        self.number = number
        self.job_key = job_key
        self.task: asyncio.Task[Any] | None = None
        self.thread: int | None = None
        self.interrupt: Callable[[], None] | None = None
        self.renewed: Callable[[], None] | None = None
        self.draining: Callable[[], None] | None = None
        self.locate: Callable[[], str] | None = None
        self._home = home
        self._felt = False

    def extend(self, timeout: float) -> None:
        """Ask the machine."""
        self._home.tell(ExtensionWanted(self.number, timeout))

    def report(self) -> None:
        """Tell the machine."""
        self._home.tell(Progressed(self.number))

    def answered(self) -> None:
        """The handler has answered its job by itself."""
        self._home.tell(AnsweredByHandler(self.number))

    def shielded(self, *, up: bool) -> None:
        """A cancellation that came under the shield is felt when it goes down."""
        if not up and self.cancelled is not None:
            self._feel()

    def cancel(self, reason: CancelReason) -> None:
        """Tell the handler, and interrupt it if it is not under a shield."""
        self.cancelled = reason
        if not self.shields:
            self._feel()

    def _feel(self) -> None:
        """Interrupt once: a second time would hit what is done about the first."""
        if self.interrupt is not None and not self._felt:
            self._felt = True
            self.interrupt()

    @contextlib.contextmanager
    def interrupted_by(self, interrupt: Callable[[], None] | None) -> Generator[None]:
        """While this lasts, a cancellation is felt in another way."""
        before, self.interrupt = self.interrupt, interrupt
        try:
            yield
        finally:
            self.interrupt = before

    def renew(self, deadline: float) -> None:
        """The job is ours until then."""
        self.deadline = deadline
        if self.renewed is not None:
            self.renewed()

    def drain(self) -> None:
        """The worker is stopping."""
        self.stopping = True
        if self.draining is not None:
            self.draining()

    def cancel_task(self) -> None:
        """Cancel the coroutine that runs the job."""
        if self.task is not None:
            self.task.cancel()

    def where(self) -> str:
        """The innermost frames of the handler, for people who wonder what it does."""
        if self.locate is not None:
            return self.locate()
        frames = sys._current_frames()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - documented
        frame = None if self.thread is None else frames.get(self.thread)
        if frame is not None:
            return "".join(traceback.format_stack(frame, _FRAMES))
        if self.task is None or self.thread is not None:
            return ""
        return "".join(traceback.StackSummary.from_list(_awaited(self.task.get_coro())[-_FRAMES:]).format())


def _awaited(coroutine: Any) -> list[traceback.FrameSummary]:
    """Where a suspended coroutine stands, and what it awaits, and so on inwards."""
    found: list[traceback.FrameSummary] = []
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is not None:
            found += traceback.extract_stack(frame, 1)
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    return found
