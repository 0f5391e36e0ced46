"""What a fork leaves of gRPC: where it would hang in a child, opening a channel there raises instead.

gRPC does not survive where its own care for forks is switched off, nor where a channel of its asyncio half was open
when the process forked; releases before 1.76 not even where one was closed.
"""

from __future__ import annotations

import os
import weakref
from typing import Any, Final

import grpc

_OFF: Final = frozenset({"0", "false", "no", "off"})


_SURVIVES_CLOSED_ASYNCIO: Final = tuple(int(part) for part in grpc.__version__.split(".")[:2]) >= (1, 76)


class _Memory:
    """What this process has of gRPC, and what it lost when it was forked."""

    def __init__(self) -> None:
        self.used = False
        self.asyncio_used = False
        self.asyncio_channels: weakref.WeakSet[Any] = weakref.WeakSet()
        self.lost = ""

    def forked(self) -> None:
        """In the child: note what the parent had."""
        if self.used and os.environ.get("GRPC_ENABLE_FORK_SUPPORT", "").strip().lower() in _OFF:
            self.lost = (
                "gRPC was used before the process forked, and GRPC_ENABLE_FORK_SUPPORT is off: unset it, or let the "
                "first call happen after the fork"
            )
        if len(self.asyncio_channels) or (self.asyncio_used and not _SURVIVES_CLOSED_ASYNCIO):
            self.lost = (
                "gRPC's asyncio was in use when the process forked (by an AsyncZeebeClient or a worker), and does not "
                "survive that: close it before, with grpcio 1.76 or later, or start the process with `spawn`"
            )
        self.used = self.asyncio_used = False
        self.asyncio_channels = weakref.WeakSet()


_MEMORY: Final = _Memory()

if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_MEMORY.forked)


def check() -> None:
    """To be called before a channel is made.

    Raises:
        RuntimeError: This process is a fork in which the channel would hang.
    """
    if _MEMORY.lost:
        raise RuntimeError(_MEMORY.lost)
    _MEMORY.used = True


def remember(channel: Any) -> None:
    """Note an asyncio channel for as long as it lives."""
    _MEMORY.asyncio_used = True
    _MEMORY.asyncio_channels.add(channel)
