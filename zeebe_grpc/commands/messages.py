"""Commands that tell processes something: messages and signals."""

from __future__ import annotations

from functools import partial
from typing import Final, Literal, TypeAlias

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.commands import checks
from zeebe_grpc.errors import DuplicateMessageError
from zeebe_grpc.keys import MessageKey, SignalKey
from zeebe_grpc.models.jobs import DEFAULT_TENANT
from zeebe_grpc.models.messages import PublishedMessage, SignalBroadcast
from zeebe_grpc.rpc import Command, RetryClass, command
from zeebe_grpc.spans import Span, milliseconds
from zeebe_grpc.variables import Variables, encode_text

TIME_TO_LIVE: Final = 3_600.0
"""Seconds that a message waits for somebody to correlate with; the wire's own 0 would drop the early ones."""

OnDuplicate: TypeAlias = Literal["raise", "ignore"]
"""What happens when the gateway has the message already: a `DuplicateMessageError`, or a result that says so."""


def publish_message(
    name: str,
    *,
    correlation_key: str,
    variables: Variables = None,
    time_to_live: Span = TIME_TO_LIVE,
    message_id: str | None = None,
    on_duplicate: OnDuplicate = "raise",
    tenant_id: str | None = None,
    business_id: str | None = None,
) -> Command[PublishedMessage]:
    """Build PublishMessage: see `ZeebeClient.publish_message` for what the arguments mean.

    With a message id and a time to live the gateway itself refuses a second copy, so such a command may be repeated.
    """
    kept = milliseconds(time_to_live, "time_to_live", shortest=0.0)
    tenant = checks.tenant_id(tenant_id)
    request = pb.PublishMessageRequest(
        name=checks.text(name, "name"),
        correlationKey=checks.correlation_key(correlation_key),
        timeToLive=kept,
        messageId="" if message_id is None else checks.text(message_id, "message_id"),
        variables=encode_text(variables),
        tenantId=tenant,
        businessId=checks.business_id(business_id),
    )
    if on_duplicate not in ("raise", "ignore"):
        raise ValueError(f'on_duplicate: expected "raise" or "ignore", got {on_duplicate!r}')
    known = PublishedMessage(message_key=None, duplicate=True, tenant_id=tenant or DEFAULT_TENANT)
    return command(
        "PublishMessage",
        request,
        partial(_read_published, tenant_id=tenant),
        retry=RetryClass.IDEMPOTENT if message_id is not None and kept > 0 else RetryClass.UNSAFE,
        answers={DuplicateMessageError: known} if on_duplicate == "ignore" else None,
    )


def broadcast_signal(
    signal_name: str, *, variables: Variables = None, tenant_id: str | None = None
) -> Command[SignalBroadcast]:
    """Build BroadcastSignal: see `ZeebeClient.broadcast_signal` for what the arguments mean."""
    request = pb.BroadcastSignalRequest(
        signalName=checks.text(signal_name, "signal_name"),
        variables=encode_text(variables),
        tenantId=checks.tenant_id(tenant_id),
    )
    return command("BroadcastSignal", request, _read_broadcast)


def _read_published(reply: pb.PublishMessageResponse, tenant_id: str) -> PublishedMessage:
    key = MessageKey(reply.key) if reply.key else None
    return PublishedMessage(message_key=key, tenant_id=reply.tenantId or tenant_id or DEFAULT_TENANT)


def _read_broadcast(reply: pb.BroadcastSignalResponse) -> SignalBroadcast:
    return SignalBroadcast(signal_key=SignalKey(reply.key), tenant_id=reply.tenantId or DEFAULT_TENANT)
