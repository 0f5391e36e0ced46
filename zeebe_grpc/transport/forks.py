"""What a fork leaves of gRPC: where it would hang in a child, opening a channel there raises instead.

gRPC does not survive where its own care for forks is switched off, nor where a channel of its asyncio half was open
when the process forked. In the second case its newest releases let blocking calls through; older ones hang there too.
"""

from __future__ import annotations

import os
import weakref
from typing import Any, Final

_OFF: Final = frozenset({"0", "false", "no", "off"})


class _Memory:
    """What this process has of gRPC, and what it lost when it was forked."""

    def __init__(self) -> None:
        self.used = False
        self.asyncio_channels: weakref.WeakSet[Any] = weakref.WeakSet()
        self.lost = ""

    def forked(self) -> None:
        """In the child: note what the parent had."""
        if self.used and os.environ.get("GRPC_ENABLE_FORK_SUPPORT", "").strip().lower() in _OFF:
            self.lost = (
                "gRPC was used before the process forked, and GRPC_ENABLE_FORK_SUPPORT is off: unset it, or let the "
                "first call happen after the fork"
            )
        if len(self.asyncio_channels):
            self.lost = (
                "an AsyncZeebeClient or a worker was running when the process forked, and gRPC does not survive that: "
                "close it before, or start the process with `spawn`"
            )
        self.used = False
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
    _MEMORY.asyncio_channels.add(channel)
