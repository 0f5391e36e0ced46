"""Event loops of one process beside each other: what grpc makes them log about one another is kept quiet.

grpc.aio has one completion queue for all loops, so a loop may be woken for a call of another. Where that one was
faster, or is closed by now, the callback raises; nothing is lost by it, but asyncio logs an error with a traceback that
nobody can do anything about. A program with one loop is left alone.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from typing import Any, Final, TypeAlias

_Handler: TypeAlias = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object]

_CALLBACK: Final = ("PollerCompletionQueue", "_handle_events")
_CLOSED: Final = "Event loop is closed"

_loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()


class _Filter:
    """An exception handler that passes on all but that."""

    def __init__(self, handler: _Handler | None) -> None:
        self._handler = handler

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if _is_about_neighbours(context):
            return
        if self._handler is None:
            loop.default_exception_handler(context)
        else:
            self._handler(loop, context)


def settle(loop: asyncio.AbstractEventLoop) -> None:
    """Note that a loop uses grpc. From the second on, each passes what it has to report through a filter."""
    _loops.add(loop)
    if len(_loops) > 1:
        for each in list(_loops):
            _put_filter(each)


def _put_filter(loop: asyncio.AbstractEventLoop) -> None:
    handler = loop.get_exception_handler()
    if not isinstance(handler, _Filter):
        loop.set_exception_handler(_Filter(handler))


def _is_about_neighbours(context: dict[str, Any]) -> bool:
    message = str(context.get("message"))
    if not all(name in message for name in _CALLBACK):
        return False
    error = context.get("exception")
    return isinstance(error, BlockingIOError) or (isinstance(error, RuntimeError) and str(error) == _CLOSED)
