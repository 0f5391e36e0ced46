"""What channels of both kinds are made from: options, credentials; and how their failures become errors."""

from __future__ import annotations

from typing import Any, Final, cast

import grpc
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from zeebe_grpc import failures
from zeebe_grpc._version import __version__
from zeebe_grpc.config import TLS, ChannelSettings
from zeebe_grpc.errors import (
    GatewayError,
    MalformedResponseError,
    MessageTooLargeError,
    PartitionStatus,
    StatusCode,
)
from zeebe_grpc.rpc import Command, Rpc, StreamCommand
from zeebe_grpc.tls.material import Material, read
from zeebe_grpc.tls.trust import roots

_OPTIONS: Final[tuple[tuple[str, str | int], ...]] = (
    ("grpc.primary_user_agent", f"zeebe-grpc-client-python/{__version__}"),
    # The gateway allows a ping every 30 s at most, and none on a connection without a call.
    ("grpc.keepalive_time_ms", 45_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 0),
    # Without this a silent job stream is pinged only a few times, and a half-open one is never noticed.
    ("grpc.http2.max_pings_without_data", 0),
    # A service config found in DNS could bring a retry policy that repeats what must not be repeated.
    ("grpc.service_config_disable_resolution", 1),
    ("grpc.initial_reconnect_backoff_ms", 250),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    # Requests are measured before they are sent, in `payload`, so that nothing is half sent.
    ("grpc.max_send_message_length", -1),
)

_COMPRESSION: Final = {None: None, "gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}

_STATUSES: Final = {status.value[0]: status for status in StatusCode}


def channel_options(settings: ChannelSettings) -> list[tuple[str, str | int]]:
    """The grpc options of a channel; those of the caller come last, and win."""
    options = {**dict(_OPTIONS), "grpc.max_receive_message_length": settings.max_receive_message_size}
    if settings.address.is_loopback:
        # grpc honours http_proxy even for this machine.
        options["grpc.enable_http_proxy"] = 0
    if settings.tls is not None and settings.tls.authority is not None:
        options["grpc.ssl_target_name_override"] = settings.tls.authority
    return list({**options, **dict(settings.options)}.items())


def compression(settings: ChannelSettings) -> grpc.Compression | None:
    """How requests are compressed."""
    return _COMPRESSION[settings.compression]


def credentials(tls: TLS | None) -> grpc.ChannelCredentials:
    """Channel credentials for a TLS address.

    Raises:
        ConfigurationError: A file cannot be read, or certificate and key do not fit together.
    """
    material = Material() if tls is None else read(tls)
    return grpc.ssl_channel_credentials(
        root_certificates=roots(tls, material.ca),
        private_key=material.key,
        certificate_chain=material.certificate,
    )


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
    found = []
    for detail in rich.details:
        nested = type(rich)()
        if detail.Is(nested.DESCRIPTOR) and detail.Unpack(nested):
            found.append(PartitionStatus(_STATUSES.get(nested.code, StatusCode.UNKNOWN), nested.message))
    return tuple(found)
