"""Both clients behind one face, so that a test says once what holds for both."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from zeebe_grpc import AsyncZeebeClient, ZeebeClient


class Caller:
    """A client of either kind; `run` takes a function of the client and gives what it gives."""

    def __init__(self, kind: str, address: str, **settings: Any) -> None:
        self.kind = kind
        self.client: Any = {"blocking": ZeebeClient, "asyncio": AsyncZeebeClient}[kind](address, **settings)
        self._loop = asyncio.new_event_loop() if kind == "asyncio" else None

    def run(self, use: Callable[[Any], Any]) -> Any:
        """What `use` gives, awaited if need be."""
        if self._loop is None:
            return use(self.client)
        return self._loop.run_until_complete(self._await(use))

    async def _await(self, use: Callable[[Any], Any]) -> Any:
        given = use(self.client)
        return await given if inspect.isawaitable(given) else given

    def take(self, use: Callable[[Any], Any], count: int) -> list[Any]:
        """Enter the stream that `use` opens, take so many items (all, if negative), and leave it."""
        if self._loop is None:
            with use(self.client) as stream:
                return list(stream) if count < 0 else [next(stream) for _ in range(count)]
        return self._loop.run_until_complete(self._take(use, count))

    async def _take(self, use: Callable[[Any], Any], count: int) -> list[Any]:
        async with use(self.client) as stream:
            if count < 0:
                return [item async for item in stream]
            return [await anext(stream) for _ in range(count)]

    def close(self) -> None:
        """Close the client and its loop."""
        self.run(lambda client: client.close())
        if self._loop is not None:
            self._loop.close()
