"""What channels of both kinds are made from: options, credentials; and how their failures become errors."""

from __future__ import annotations

import json
from typing import Any, Final, cast

import grpc
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from zeebe_grpc import failures
from zeebe_grpc._version import __version__
from zeebe_grpc.config import ChannelSettings
from zeebe_grpc.errors import (
    AuthenticationError,
    ConfigurationError,
    DeadlineError,
    GatewayError,
    MalformedResponseError,
    MessageTooLargeError,
    PartitionStatus,
    StatusCode,
    TokenError,
    UnavailableError,
)
from zeebe_grpc.rpc import Command, Rpc, StreamCommand
from zeebe_grpc.transport.hints import connection_hint

_OPTIONS: Final[tuple[tuple[str, str | int], ...]] = (
    # The gateway allows a ping every 30 s at most, and none on a connection without a call.
    ("grpc.keepalive_permit_without_calls", 0),
    # Without this a silent job stream is pinged only a few times, and a half-open one is never noticed.
    ("grpc.http2.max_pings_without_data", 0),
    # A service config found in DNS could bring a retry policy that repeats what must not be repeated.
    ("grpc.service_config_disable_resolution", 1),
    # A gateway that was replaced has another address; grpc would ask for it every 30 s at most.
    ("grpc.dns_min_time_between_resolutions_ms", 5_000),
    # Requests are measured before they are sent, in `payload`, so that nothing is half sent.
    ("grpc.max_send_message_length", -1),
)

_COMPRESSION: Final = {None: None, "gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}

_CALL_KINDS: Final = ("UnaryUnary", "UnaryStream", "StreamUnary", "StreamStream")

_STATUSES: Final = {status.value[0]: status for status in StatusCode}


def channel_options(settings: ChannelSettings) -> list[tuple[str, str | int]]:
    """The grpc options of a channel; those of the caller come last, and win."""
    ours = {**dict(_OPTIONS), **_of_connection(settings), **_of_route(settings)}
    return list({**ours, **dict(settings.options)}.items())


def _of_connection(settings: ChannelSettings) -> dict[str, str | int]:
    agent = f"zeebe-grpc-client-python/{__version__}"
    options: dict[str, str | int] = {
        "grpc.primary_user_agent": f"{agent} {settings.user_agent}".strip(),
        "grpc.max_receive_message_length": settings.max_receive_message_size,
        "grpc.keepalive_time_ms": round(settings.keepalive * 1000),
        "grpc.keepalive_timeout_ms": round(settings.keepalive_timeout * 1000),
        # It is this that counts, in all releases that were tried: by itself a ping is waited for a minute.
        "grpc.http2.ping_timeout_ms": round(settings.keepalive_timeout * 1000),
        "grpc.initial_reconnect_backoff_ms": round(settings.initial_reconnect_backoff * 1000),
        "grpc.max_reconnect_backoff_ms": round(settings.max_reconnect_backoff * 1000),
    }
    if settings.min_reconnect_backoff is not None:
        options["grpc.min_reconnect_backoff_ms"] = round(settings.min_reconnect_backoff * 1000)
    return options


def _of_route(settings: ChannelSettings) -> dict[str, str | int]:
    options: dict[str, str | int] = {}
    if settings.proxy:
        options["grpc.http_proxy"] = settings.proxy
    elif settings.proxy == "" or settings.address.is_loopback:
        # grpc honours http_proxy even for this machine.
        options["grpc.enable_http_proxy"] = 0
    policy = settings.load_balancing or ("round_robin" if settings.address.is_many else None)
    if policy is not None:
        options["grpc.service_config"] = json.dumps({"loadBalancingConfig": [{policy: {}}]})
    if settings.tls is not None and settings.tls.authority is not None:
        options["grpc.ssl_target_name_override"] = settings.tls.authority
    return options


def compression(settings: ChannelSettings) -> grpc.Compression | None:
    """How requests are compressed."""
    return _COMPRESSION[settings.compression]


def check_interceptors(settings: ChannelSettings, module: Any) -> None:
    """See that the caller's interceptors are of the kind that the channels of this module take.

    Args:
        settings: Of the channel.
        module: `grpc` or `grpc.aio`.

    Raises:
        ConfigurationError: One is not.
    """
    kinds = tuple(getattr(module, f"{kind}ClientInterceptor") for kind in _CALL_KINDS)
    for interceptor in settings.interceptors:
        if not isinstance(interceptor, kinds):
            kind = type(interceptor).__name__
            raise ConfigurationError(
                f"interceptors: expected client interceptors of {module.__name__}, such as its "
                f"{_CALL_KINDS[0]}ClientInterceptor, got {kind}"
            )


def as_it_is(data: bytes) -> bytes:
    """Bytes, where grpc wants a function that makes some."""
    return data


def payload(command: Command[Any] | StreamCommand[Any], settings: ChannelSettings) -> bytes:
    """The request as bytes; serialized once, for all attempts.

    Raises:
        MessageTooLargeError: It is larger than `max_send_message_size`; nothing was sent.
    """
    sent = command.request.SerializeToString()
    limit = settings.max_send_message_size
    if len(sent) > limit:
        details = f"{len(sent)} bytes, max_send_message_size is {limit}; gateways accept 4 MiB unless set otherwise"
        raise MessageTooLargeError(command.rpc.name, StatusCode.RESOURCE_EXHAUSTED, details, attempts=0)
    return sent


def parse_reply(rpc: Rpc, reply: bytes) -> Message:
    """The reply's message.

    Raises:
        MalformedResponseError: The bytes are no such message.
    """
    try:
        return rpc.response.FromString(reply)
    except DecodeError as error:
        raise MalformedResponseError(rpc.name, "not a protobuf message of this kind", reply) from error


def to_gateway_error(rpc: Rpc, error: grpc.RpcError, *, repeatable: bool, settings: ChannelSettings) -> GatewayError:
    """The error for a failed call, with the grpc error as its cause."""
    call = cast("grpc.Call", error)
    raised = failures.from_status(
        rpc.name,
        call.code(),
        call.details() or "",
        repeatable=repeatable,
        receive_limit=settings.max_receive_message_size,
        partitions=_partitions(call),
        since=rpc.since,
    )
    raised.__cause__ = error
    if isinstance(raised, UnavailableError):
        hint = connection_hint(raised.details, settings)
        if hint is not None:
            raised.hint = hint.text
            raised.retryable = raised.retryable and not hint.lasting
    if isinstance(raised, AuthenticationError):
        raised.hint = settings.auth.advice()
    return raised


def without_credentials(rpc: Rpc, error: TokenError, *, in_time: bool) -> GatewayError:
    """The error for a call that was not sent, because no credentials could be had."""
    raised: GatewayError
    if error.retryable and not in_time:
        raised = DeadlineError(rpc.name, StatusCode.DEADLINE_EXCEEDED, str(error), attempts=0)
    else:
        code = StatusCode.UNAUTHENTICATED
        raised = AuthenticationError(rpc.name, code, str(error), attempts=0, retryable=error.retryable)
    raised.__cause__ = error
    return raised


def _partitions(call: grpc.Call) -> tuple[PartitionStatus, ...]:
    """What each partition said: an exhausted creation carries a status of each."""
    if call.code() is not StatusCode.RESOURCE_EXHAUSTED:
        return ()
    try:
        rich = rpc_status.from_call(call)
    except (ValueError, DecodeError):
        return ()
    if rich is None:
        return ()
    found: list[PartitionStatus] = []
    for detail in rich.details:
        nested = type(rich)()
        if detail.Is(nested.DESCRIPTOR) and detail.Unpack(nested):
            found.append(PartitionStatus(_STATUSES.get(nested.code, StatusCode.UNKNOWN), nested.message))
    return tuple(found)
