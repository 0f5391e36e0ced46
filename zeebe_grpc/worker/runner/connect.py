"""The worker's own connections, made from the settings of a client or from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.client_base import ClientBase
from zeebe_grpc.config import CallSettings, ChannelSettings, Settings
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.resilience import Resilience
from zeebe_grpc.transport.aio import AioTransport
from zeebe_grpc.worker.runner.port import Port

_SMALL_WINDOW = (("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 256))
"""What lies in the window of a stream behind a full worker is locked: so the window is three small messages, or one."""


class ClientLike(Protocol):
    """What is needed of a client: what it was made from."""

    @property
    def channel_settings(self) -> ChannelSettings:
        """How it connects."""
        ...

    @property
    def call_settings(self) -> CallSettings:
        """What holds for its calls."""
        ...


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
        """Close both."""
        await self.unary.close()
        await self.streams.close()


def said_about_jobs(client: ClientLike | None) -> Mapping[str, Any] | None:
    """Options of a worker that the settings of a client give (``CAMUNDA_WORKER_*`` and others, wherever they stand).

    Args:
        client: Whose settings; None for the environment's.

    Returns:
        The options; None for something that is like a client and has no such settings.

    Raises:
        ConfigurationError: A variable cannot be read.
    """
    settings: Settings | None = getattr(_Environment() if client is None else client, "settings", None)
    return None if settings is None else settings.job_defaults


def connect(client: ClientLike | None) -> Connections:
    """Make the connections of a worker; nothing is sent yet.

    Args:
        client: Whose settings to use; None for the environment's.

    Raises:
        ConfigurationError: The settings can not be used for a worker.
    """
    given: ClientLike = _Environment() if client is None else client
    channel = given.channel_settings
    if channel.interceptors and isinstance(client, ZeebeClient):
        raise ConfigurationError(
            "a worker runs on asyncio, where interceptors of a ZeebeClient do not work; give it an AsyncZeebeClient"
        )
    # One try for each call: what follows a failure is decided by the machine, which knows the job's deadline.
    single = replace(channel, resilience=Resilience(max_attempts=1))
    unary: Any = AioTransport(single.with_own_connection())
    streams: Any = AioTransport(single.with_own_connection(_SMALL_WINDOW))
    return Connections(channel, given.call_settings, unary, streams)
