"""What both clients are made from: their arguments turned into settings, and the rules that hold for both.

Here the environment and the host's name are read, once, when a client is made. No I/O on the network, no transport.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, NoReturn, TypeVar

from google.protobuf.message import Message
from typing_extensions import Self

from zeebe_grpc.commands import checks
from zeebe_grpc.config import TLS, CallSettings, ChannelSettings, find_address
from zeebe_grpc.config.settings import (
    MAX_RECEIVE_MESSAGE_SIZE,
    MAX_SEND_MESSAGE_SIZE,
    ChannelOptions,
    Compression,
    read_metadata,
)
from zeebe_grpc.resilience import Resilience
from zeebe_grpc.rpc import RESULT_TIMEOUT, RPCS, Command, StreamCommand, command
from zeebe_grpc.spans import Span, seconds

T = TypeVar("T")


class ClientBase(Generic[T]):
    """Settings and views, common to `ZeebeClient` and `AsyncZeebeClient`; `T` is the transport."""

    def __init__(
        self,
        address: str | None = None,
        *,
        tls: TLS | None = None,
        tenant_id: str | None = None,
        timeout: Span | None = None,
        worker_name: str | None = None,
        metadata: Mapping[str, str | bytes] | None = None,
        max_receive_message_size: int = MAX_RECEIVE_MESSAGE_SIZE,
        max_send_message_size: int = MAX_SEND_MESSAGE_SIZE,
        compression: Compression | None = None,
        channel_options: ChannelOptions = (),
        interceptors: Sequence[Any] = (),
        resilience: Resilience | None = None,
    ) -> None:
        self._channel_settings = ChannelSettings(
            address=find_address(address, os.environ),
            tls=tls,
            max_receive_message_size=max_receive_message_size,
            max_send_message_size=max_send_message_size,
            compression=compression,
            options=tuple(channel_options),
            interceptors=tuple(interceptors),
            resilience=resilience or Resilience(),
        )
        self._call_settings = CallSettings(
            timeout=None if timeout is None else seconds(timeout, "timeout"),
            tenant_id=checks.tenant_id(tenant_id),
            worker_name=socket.gethostname() if worker_name is None else worker_name,
            metadata=read_metadata(metadata),
        )
        self._transport = self._new_transport(self._channel_settings)

    def _new_transport(self, settings: ChannelSettings) -> T:
        raise NotImplementedError

    @property
    def channel_settings(self) -> ChannelSettings:
        """What this client's connection is made from; immutable."""
        return self._channel_settings

    @property
    def call_settings(self) -> CallSettings:
        """What holds for every call that does not say otherwise; immutable."""
        return self._call_settings

    def with_options(
        self,
        *,
        timeout: Span | None = None,
        tenant_id: str | None = None,
        worker_name: str | None = None,
        metadata: Mapping[str, str | bytes] | None = None,
    ) -> Self:
        """A view of this client with other settings for its calls, on the same channel.

        It costs nothing, so it may be made for a single call. Closing the view closes the client, and the other way
        round.

        Args:
            timeout: Span for a call, all attempts included.
            tenant_id: The tenant of commands.
            worker_name: Who activates jobs.
            metadata: Added to the client's; the same name replaces.
        """
        changes: dict[str, Any] = {}
        if timeout is not None:
            changes["timeout"] = seconds(timeout, "timeout")
        if tenant_id is not None:
            changes["tenant_id"] = checks.tenant_id(tenant_id)
        if worker_name is not None:
            changes["worker_name"] = worker_name
        if metadata is not None:
            changes["metadata"] = tuple({**dict(self._call_settings.metadata), **dict(read_metadata(metadata))}.items())
        return self._view(self._channel_settings, replace(self._call_settings, **changes), self._transport)

    def with_own_channel(self, channel_options: ChannelOptions = ()) -> Self:
        """Another client like this one, on a connection that it shares with nobody.

        It is to be closed by itself. A worker's job stream goes over such a connection, so that what waits to be read
        holds up nothing else.

        Args:
            channel_options: grpc channel options in addition to this client's.
        """
        settings = self._channel_settings.with_own_connection(channel_options)
        return self._view(settings, self._call_settings, self._new_transport(settings))

    def _view(self, channel_settings: ChannelSettings, call_settings: CallSettings, transport: T) -> Self:
        view = object.__new__(type(self))
        view._channel_settings = channel_settings
        view._call_settings = call_settings
        view._transport = transport
        return view

    def _timeout_of(self, command: Command[Any] | StreamCommand[Any], timeout: Span | None) -> float:
        """Seconds for a call: its own, else the command's, else the client's, else the RPC's."""
        if timeout is not None:
            return seconds(timeout, "timeout")
        return command.timeout or self._call_settings.timeout or command.rpc.timeout

    def _result_timeout(self, timeout: Span | None) -> Span:
        if timeout is not None:
            return timeout
        return self._call_settings.timeout or RESULT_TIMEOUT

    def _tenant(self, tenant_id: str | None) -> str:
        return self._call_settings.tenant_id if tenant_id is None else tenant_id

    def _tenants(self, tenant_ids: Iterable[str] | None) -> Iterable[str] | None:
        own = self._call_settings.tenant_id
        return (own,) if tenant_ids is None and own else tenant_ids

    def _worker(self, worker_name: str | None) -> str:
        return self._call_settings.worker_name if worker_name is None else worker_name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._channel_settings.address)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} cannot be pickled: it holds a connection; make one in the other process, "
            "from the same arguments"
        )


def raw_command(request: Message) -> Command[Message]:
    """The command that sends a generated request message as it is, in the retry class of its RPC.

    Raises:
        TypeError: No RPC with a single reply takes this message.
    """
    for rpc in RPCS.values():
        if isinstance(request, rpc.request):
            if rpc.server_streaming:
                raise TypeError(f"{rpc.name} sends a stream of replies; use stream(command)")
            return command(rpc.name, request, _as_it_is)
    raise TypeError(f"no RPC of the gateway takes a {type(request).__name__}; see zeebe_grpc.raw")


def _as_it_is(reply: Message) -> Message:
    return reply
