"""Tasks that know whether somebody outside cancels them, as all do from Python 3.11 on."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Coroutine
from typing import Any


class CountingTask(asyncio.Task[None]):
    """A task of Python 3.10 that counts how often it was cancelled, in the words of later Pythons."""

    _requests = 0

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the task, and note it."""
        if not self.done():
            self._requests += 1
        return super().cancel(msg)

    def cancelling(self) -> int:
        """How many cancellations are not taken back yet."""
        return self._requests

    def uncancel(self) -> int:
        """Take one back."""
        self._requests = max(0, self._requests - 1)
        return self._requests


def begin(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Begin a task of which `is_cancelled` can tell."""
    if sys.version_info >= (3, 11):
        return loop.create_task(work)
    return CountingTask(work, loop=loop)


def is_cancelled(task: Any) -> bool:
    """Whether somebody outside cancels the task, as a loop does that shuts down."""
    return task is not None and bool(task.cancelling())


def take_back(task: Any) -> None:
    """Let the task go on after a cancellation that it has heard."""
    if task is not None:
        task.uncancel()


async def let_pass(task: Any) -> None:
    """Take back a cancellation that came when the work was done, whether the task has heard of it yet or not."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(0)
    take_back(task)
