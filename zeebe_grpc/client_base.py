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

from zeebe_grpc.auth import Auth
from zeebe_grpc.calls import CallObserver
from zeebe_grpc.commands import checks
from zeebe_grpc.config import TLS, CallSettings, ChannelSettings, Settings, resolve
from zeebe_grpc.config.address import DEFAULT_SAAS_REGION
from zeebe_grpc.config.settings import (
    MAX_RECEIVE_MESSAGE_SIZE,
    MAX_SEND_MESSAGE_SIZE,
    ChannelOptions,
    Compression,
    LoadBalancing,
    read_metadata,
)
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.logs import LoggerLike
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
        auth: Auth | None = None,
        tenant_id: str | None = None,
        timeout: Span | None = None,
        worker_name: str | None = None,
        metadata: Mapping[str, str | bytes] | None = None,
        configuration: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        logger: LoggerLike | None = None,
        keepalive: Span | None = None,
        proxy: str | None = None,
        load_balancing: LoadBalancing | None = None,
        max_receive_message_size: int = MAX_RECEIVE_MESSAGE_SIZE,
        max_send_message_size: int = MAX_SEND_MESSAGE_SIZE,
        compression: Compression | None = None,
        channel_options: ChannelOptions = (),
        interceptors: Sequence[Any] = (),
        resilience: Resilience | None = None,
        observer: CallObserver | None = None,
    ) -> None:
        arguments = {
            "address": address,
            "tls": tls,
            "auth": auth,
            "tenant_id": tenant_id,
            "timeout": timeout,
            "worker_name": worker_name,
            "metadata": metadata or None,
            "logger": logger,
            "keepalive": keepalive,
            "proxy": proxy,
            "load_balancing": load_balancing,
            "max_receive_message_size": _unless(max_receive_message_size, MAX_RECEIVE_MESSAGE_SIZE),
            "max_send_message_size": _unless(max_send_message_size, MAX_SEND_MESSAGE_SIZE),
            "compression": compression,
            "channel_options": channel_options or None,
            "interceptors": interceptors or None,
            "resilience": resilience,
            "observer": observer,
        }
        self._settings = resolve(arguments, configuration, os.environ if environment is None else environment)
        self._channel_settings = self._settings.channel
        self._call_settings = _completed(self._settings.calls, explicit_tenant=tenant_id is not None)
        self._transport = self._new_transport(self._channel_settings)

    @classmethod
    def saas(
        cls,
        *,
        cluster_id: str,
        client_id: str,
        client_secret: str,
        region: str = DEFAULT_SAAS_REGION,
        tenant_id: str | None = None,
        timeout: Span | None = None,
        worker_name: str | None = None,
        metadata: Mapping[str, str | bytes] | None = None,
        configuration: Mapping[str, Any] | None = None,
        logger: LoggerLike | None = None,
        resilience: Resilience | None = None,
    ) -> Self:
        """A client of a cluster of Camunda SaaS; needs the extra `oauth`.

        Args:
            cluster_id: As the Console shows it.
            client_id: Of an API client with the scope for Zeebe.
            client_secret: Its secret.
            region: As the Console shows it.
            tenant_id: As for the constructor.
            timeout: As for the constructor.
            worker_name: As for the constructor.
            metadata: As for the constructor.
            configuration: As for the constructor.
            logger: As for the constructor.
            resilience: As for the constructor.

        Raises:
            ConfigurationError: A setting cannot be used, or the extra is not installed.
        """
        own = {
            "CAMUNDA_AUTH_STRATEGY": "OAUTH",
            "CAMUNDA_CLUSTER_ID": cluster_id,
            "CAMUNDA_CLUSTER_REGION": region,
            "CAMUNDA_CLIENT_ID": client_id,
            "CAMUNDA_CLIENT_SECRET": client_secret,
        }
        return cls(
            tenant_id=tenant_id,
            timeout=timeout,
            worker_name=worker_name,
            metadata=metadata,
            configuration={**(configuration or {}), **own},
            logger=logger,
            resilience=resilience,
        )

    def _new_transport(self, settings: ChannelSettings) -> T:
        raise NotImplementedError

    @property
    def settings(self) -> Settings:
        """What this client was made from; its `repr` says where each value came from, and hides secrets."""
        return self._settings

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

    @classmethod
    def like(cls, other: ClientBase[Any]) -> Self:
        """A client of this class with all settings of another, which may be its twin, on a connection of its own.

        It is to be closed by itself.

        Args:
            other: Whose settings to take.
        """
        made = object.__new__(cls)
        made._settings = other._settings
        made._channel_settings = other._channel_settings.with_own_connection()
        made._call_settings = other._call_settings
        made._transport = made._new_transport(made._channel_settings)
        return made

    def _view(self, channel_settings: ChannelSettings, call_settings: CallSettings, transport: T) -> Self:
        view = object.__new__(type(self))
        view._settings = self._settings
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


def _unless(value: int, default: int) -> int | None:
    """The value, unless it is what holds anyway."""
    return None if value == default else value


def _completed(calls: CallSettings, *, explicit_tenant: bool) -> CallSettings:
    """With a checked tenant, and the host's name where workers have none."""
    try:
        tenant_id = checks.tenant_id(calls.tenant_id)
    except ValueError as error:
        if explicit_tenant:
            raise
        raise ConfigurationError(f"CAMUNDA_DEFAULT_TENANT_ID: {error}") from error
    return replace(calls, tenant_id=tenant_id, worker_name=calls.worker_name or socket.gethostname())


def not_for_execute(given: object) -> TypeError:
    """What to say to whoever executes something that is no command."""
    if isinstance(given, StreamCommand):
        return TypeError(f"{given.rpc.name} sends a stream of replies; use stream(command)")
    return TypeError(f"expected a Command of zeebe_grpc.commands, got {type(given).__name__}{_hint(given)}")


def not_for_stream(given: object) -> TypeError:
    """What to say to whoever opens a stream for something that is none."""
    if isinstance(given, Command):
        return TypeError(f"{given.rpc.name} sends one reply; use execute(command)")
    return TypeError(f"expected a StreamCommand of zeebe_grpc.commands, got {type(given).__name__}")


def _hint(given: object) -> str:
    return "; send generated messages with execute_raw(message)" if isinstance(given, Message) else ""


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
