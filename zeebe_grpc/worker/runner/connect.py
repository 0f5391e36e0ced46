"""The worker's own connections, made from the settings of a client or from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.client_base import ClientBase
from zeebe_grpc.config import CallSettings, ChannelSettings
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.resilience import Resilience
from zeebe_grpc.transport.aio import AioTransport
from zeebe_grpc.worker.runner.port import Port

_SMALL_WINDOW = (("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 400))
"""What lies unread behind a full worker is locked, so little may.

Measured at the in-process gateway with grpc 1.85, in jobs beyond those asked for, whatever their size: two up to 400
bytes, three with 512, eight with 1024.
"""


ClientLike: TypeAlias = ClientBase[Any]
"""A `ZeebeClient` or an `AsyncZeebeClient`; what counts is what it was made from."""


class _Environment(ClientBase[None]):
    """The settings that a client made without arguments would have."""

    def _new_transport(self, settings: ChannelSettings) -> None:
        return None


@dataclass(frozen=True)
class Connections:
    """How a worker talks to its gateway.

    Attributes:
        channel: What the connections were made from.
        calls: What holds for the calls.
        unary: For polls and answers.
        streams: For job streams, on a connection of their own.
    """

    channel: ChannelSettings
    calls: CallSettings
    unary: Port
    streams: Port

    async def close(self) -> None:
        """Close both, also if one cannot be closed well."""
        try:
            await self.unary.close()
        finally:
            await self.streams.close()


def source_of(client: ClientLike | None) -> ClientLike:
    """Whose settings a worker has: the client's, else those that one made without arguments would have.

    Raises:
        TypeError: It is no client.
    """
    if client is None:
        return _Environment()
    if not isinstance(client, ClientBase):
        raise TypeError(f"client: expected a ZeebeClient or an AsyncZeebeClient, got {type(client).__name__}")
    return client


def said_about_jobs(client: ClientLike | None) -> Mapping[str, Any]:
    """Options of a worker that the settings of a client give (``CAMUNDA_WORKER_*`` and others, wherever they stand).

    Args:
        client: Whose settings; None for the environment's.

    Raises:
        ConfigurationError: A variable cannot be read.
    """
    return source_of(client).settings.job_defaults


def connect(client: ClientLike | None) -> Connections:
    """Make the connections of a worker; nothing is sent yet.

    Args:
        client: Whose settings to use; None for the environment's.

    Raises:
        ConfigurationError: The settings can not be used for a worker.
    """
    given = source_of(client)
    channel = given.channel_settings
    if channel.interceptors and isinstance(client, ZeebeClient):
        raise ConfigurationError(
            "a worker runs on asyncio, where interceptors of a ZeebeClient do not work; give it an AsyncZeebeClient"
        )
    # One try for each call: what follows a failure is decided by the machine, which knows the job's deadline.
    # The ledger bounds what is under way, so the limiter of plain commands stands aside.
    single = replace(channel, resilience=Resilience(max_attempts=1, initial_concurrency=None))
    unary: Any = AioTransport(single.with_own_connection())
    streams: Any = AioTransport(single.with_own_connection(_SMALL_WINDOW))
    return Connections(channel, given.call_settings, unary, streams)
