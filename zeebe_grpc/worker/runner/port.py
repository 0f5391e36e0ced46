"""What the runner needs of a client: to execute a command and to open a stream; and how their errors are read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, TypeAlias, TypeVar

from zeebe_grpc.errors import GatewayError, MalformedResponseError, MessageTooLargeError
from zeebe_grpc.rpc import Command, StreamCommand
from zeebe_grpc.worker.events import Problem

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

Metadata: TypeAlias = tuple[tuple[str, str | bytes], ...]


class PortStream(Protocol[R_co]):
    """An open stream of replies: an async iterator that can be cancelled."""

    def __aiter__(self) -> AsyncIterator[R_co]:
        """Itself."""
        ...

    async def __anext__(self) -> R_co:
        """The next reply."""
        ...

    def cancel(self) -> None:
        """End it; iteration then ends normally."""
        ...


class Port(Protocol):
    """A connection to the gateway, in the worker's own event loop."""

    async def execute(self, command: Command[R], timeout: float, metadata: Metadata) -> R:
        """Send a command once."""
        ...

    def stream(self, command: StreamCommand[R], timeout: float, metadata: Metadata) -> PortStream[R]:
        """Open a stream."""
        ...

    async def close(self) -> None:
        """Close the connection."""
        ...


def problem_of(error: BaseException) -> Problem | None:
    """What the machine is told of an error; None if the command was carried out all the same."""
    if isinstance(error, GatewayError):
        too_large = isinstance(error, MessageTooLargeError)
        if error.outcome == "executed":
            return None
        return Problem(error.code.name, error.details, error.outcome == "unknown", too_large, error.hint)
    if isinstance(error, MalformedResponseError):
        return None
    return Problem("UNKNOWN", f"{type(error).__name__}: {error}")
