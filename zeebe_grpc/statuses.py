"""What the text of a status tells, beyond its code.

The codes alone are not enough: RESOURCE_EXHAUSTED means back-pressure or a message beyond a limit, and UNAVAILABLE
means a partition without a leader (nothing done) or a connection lost in the middle (nobody knows). Here live the texts
that gateways and grpc write, each read in one place; no exception class and no retry rule.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

Effect: TypeAlias = Literal["not_executed", "unknown", "executed"]
"""What became of the command."""

Size: TypeAlias = Literal["request", "reply"]
"""Which message was larger than a limit."""

_REJECTION = re.compile(r"Command '(?P<intent>[^']*)' rejected with code '(?P<type>\w+)': ?(?P<reason>.*)", re.DOTALL)

_GRPC_LIMIT = re.compile(
    r"(?P<side>CLIENT: |SERVER: )?(?P<verb>Received|Sent) message larger than max \((?P<size>\d+) vs\. (?P<limit>\d+)\)"
)
"""grpcio's own words; versions before 1.66 do not say which side speaks."""

_OTHER_LIMITS = re.compile(
    r"gRPC message exceeds maximum size|MAX_MESSAGE_SIZE_EXCEEDED|EXCEEDED_BATCH_RECORD_SIZE|MESSAGE_SIZE_EXCEEDED"
)
"""The Java gateway's inbound limit, and the brokers' words for a record too large for their log."""

_NEVER_SENT = re.compile(
    r"failed to connect to all addresses|DNS resolution failed|errors resolving|name resolution failure"
    r"|connections to all backends failing|empty address list",
    re.IGNORECASE,
)
"""grpcio could not even connect. "Socket closed", "Stream removed" and "Connection reset" come after sending."""

_GATEWAYS_OWN = re.compile(r"partition|Expected to handle gRPC request|topology", re.IGNORECASE)
"""The gateway itself says UNAVAILABLE when it could not deliver a command to a broker."""

_NOT_EXECUTED: Final = frozenset(
    {
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "RESOURCE_EXHAUSTED",
        "UNAUTHENTICATED",
        "PERMISSION_DENIED",
        "UNIMPLEMENTED",
        "OUT_OF_RANGE",
    }
)


def read_rejection(details: str) -> tuple[str | None, str]:
    """The engine's rejection type, if the text has one, and its reason without the pattern around it."""
    match = _REJECTION.search(details)
    return (match["type"], match["reason"]) if match else (None, details)


def oversized(code: str, details: str, receive_limit: int | None = None) -> Size | None:
    """Which message was too large, if that is what a status means.

    Args:
        code: The status' name.
        details: Its text.
        receive_limit: This client's limit for replies in bytes, which tells old grpc texts of both sides apart.
    """
    if code not in ("RESOURCE_EXHAUSTED", "UNKNOWN", "INTERNAL"):
        return None
    match = _GRPC_LIMIT.search(details)
    if match is None:
        return "request" if _OTHER_LIMITS.search(details) else None
    if match["verb"] == "Sent":
        return "reply" if match["side"] == "SERVER: " else "request"
    if match["side"]:
        return "reply" if match["side"] == "CLIENT: " else "request"
    return "reply" if receive_limit is not None and int(match["limit"]) == receive_limit else "request"


def effect(code: str, details: str, size: Size | None = None) -> Effect:
    """What became of a command that ended so: provably nothing, provably done, or nobody knows.

    Args:
        code: The status' name.
        details: Its text.
        size: What `oversized` says of them.
    """
    if size is not None:
        return "executed" if size == "reply" else "not_executed"
    if code in _NOT_EXECUTED or read_rejection(details)[0] is not None:
        return "not_executed"
    if code == "UNAVAILABLE" and (_NEVER_SENT.search(details) or _GATEWAYS_OWN.search(details)):
        return "not_executed"
    return "unknown"
