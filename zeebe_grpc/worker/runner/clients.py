"""The clients that handlers are given, of the colour they ask for.

Each job gets a view of its own: a command about its own job that goes through the view, or through a view of that, and
succeeds, tells the worker that the handler has answered by itself. So does one of which nobody knows whether it was
carried out: an answer of the worker after that could hit somebody else's activation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.client_base import ClientBase
from zeebe_grpc.errors import AmbiguousResultError, ConfigurationError
from zeebe_grpc.rpc import Command
from zeebe_grpc.worker.binding import Provided

_ANSWERS: Final = frozenset({"CompleteJob", "FailJob", "ThrowError"})
_CLASSES: Final[Mapping[Provided, Any]] = {
    Provided.BLOCKING_CLIENT: ZeebeClient,
    Provided.ASYNC_CLIENT: AsyncZeebeClient,
}


class Clients:
    """One client of each colour, made when the first handler asks for it.

    Args:
        given: Used where it has the colour asked for; None to make both.
        source: Whose settings the others get.
    """

    def __init__(self, given: Any, source: ClientBase[Any]) -> None:
        self._given = given
        self._source = source
        self._made: dict[Provided, Any] = {}

    def view(self, kind: Provided, job_key: int, answered: Callable[[], None]) -> Any:
        """A view for the handler of one job.

        Args:
            kind: The colour.
            job_key: The job.
            answered: Called, in the thread of the handler, when it has answered its job by itself.
        """
        watch = _watch_async if kind is Provided.ASYNC_CLIENT else _watch_blocking
        return _watched(self._client(kind).with_options(), watch, lambda command: _notice(command, job_key, answered))

    async def close(self) -> None:
        """Close what was made here."""
        for kind, client in self._made.items():
            if kind is Provided.ASYNC_CLIENT:
                await client.close()
            else:
                client.close()
        self._made.clear()

    def _client(self, kind: Provided) -> Any:
        if isinstance(self._given, _CLASSES[kind]):
            return self._given
        if kind not in self._made:
            if self._source.channel_settings.interceptors and not isinstance(self._source, _CLASSES[kind]):
                raise ConfigurationError(
                    "a handler asks for a client of the other colour, where interceptors do not work"
                )
            self._made[kind] = _CLASSES[kind].like(self._source)
        return self._made[kind]


def _watched(client: Any, watch: Callable[..., Any], executed: Callable[[Command[Any]], None]) -> Any:
    """The client, and whatever view of it will be made, with an eye on what they execute."""
    make = client._view  # noqa: SLF001 - by this alone a client makes others

    def view(*settings: Any) -> Any:
        return _watched(make(*settings), watch, executed)

    client.execute = watch(client.execute, executed)
    client._view = view  # noqa: SLF001
    return client


def _watch_async(execute: Callable[..., Awaitable[Any]], executed: Callable[[Command[Any]], None]) -> Any:
    async def watched(command: Command[Any], **options: Any) -> Any:
        try:
            result = await execute(command, **options)
        except (AmbiguousResultError, asyncio.CancelledError):
            executed(command)
            raise
        executed(command)
        return result

    return watched


def _watch_blocking(execute: Callable[..., Any], executed: Callable[[Command[Any]], None]) -> Any:
    def watched(command: Command[Any], **options: Any) -> Any:
        try:
            result = execute(command, **options)
        except AmbiguousResultError:
            executed(command)
            raise
        executed(command)
        return result

    return watched


def _notice(command: Command[Any], job_key: int, answered: Callable[[], None]) -> None:
    if command.rpc.name in _ANSWERS and getattr(command.request, "jobKey", None) == job_key:
        answered()
