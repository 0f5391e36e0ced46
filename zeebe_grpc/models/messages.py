"""Messages and signals that were sent."""

from __future__ import annotations

from dataclasses import dataclass

from zeebe_grpc.keys import MessageKey, SignalKey
from zeebe_grpc.models.jobs import DEFAULT_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedMessage:
    """A message that is published."""

    message_key: MessageKey | None
    """None where the gateway only said that it has the message already."""
    duplicate: bool = False
    """Whether the gateway refused it as published before; only with `on_duplicate="ignore"`."""
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalBroadcast:
    """A signal that was broadcast."""

    signal_key: SignalKey
    tenant_id: str = DEFAULT_TENANT
