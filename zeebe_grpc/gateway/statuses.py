"""How an RPC is refused: the gRPC status, its message and the ``google.rpc.Status`` trailer.

Here lives the one table from a rejection of the engine to a status. Who refuses what, and when, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import status_pb2  # type: ignore[import-untyped]

from zeebe_grpc.engine.answers import Rejection, RejectionType

DETAILS_KEY = "grpc-status-details-bin"

# gRPC clients refuse trailers beyond 8 KiB in all, and then nobody reads the reason.
_LARGEST_MESSAGE = 7_000
_LARGEST_TRAILERS = 7_500

StatusMessage: TypeAlias = Any
"""A ``google.rpc.Status``, whose module has no types."""

_STATUS_OF_REJECTION = {
    RejectionType.INVALID_ARGUMENT: grpc.StatusCode.INVALID_ARGUMENT,
    RejectionType.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    RejectionType.ALREADY_EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    RejectionType.INVALID_STATE: grpc.StatusCode.FAILED_PRECONDITION,
    RejectionType.PROCESSING_ERROR: grpc.StatusCode.INTERNAL,
    RejectionType.UNSUPPORTED: grpc.StatusCode.UNIMPLEMENTED,
}


class StatusError(Exception):
    """An RPC that ends with a status other than OK.

    Attributes:
        code: the gRPC status.
        message: its text, as the client reads it.
        nested: one inner status per partition, where an exhausted create lists them.
        plain: True if the status comes without the ``google.rpc.Status`` trailer, as gRPC's own ones do.
    """

    def __init__(
        self, code: grpc.StatusCode, message: str, *, nested: Sequence[StatusMessage] = (), plain: bool = False
    ) -> None:
        super().__init__(f"{code.name}: {message}")
        self.code = code
        self.message = _shortened(message)
        self.nested: tuple[StatusMessage, ...] = tuple(nested)
        self.plain = plain

    def trailers(self) -> tuple[tuple[str, str | bytes], ...]:
        """The trailing metadata of this status; empty where it would make the trailers too large to be read."""
        if self.plain:
            return ()
        details: StatusMessage = status_message(self.code, self.message)
        for nested in self.nested:
            packed = AnyMessage()
            packed.Pack(nested)
            details.details.append(packed)
        encoded: bytes = details.SerializeToString()
        if len(quote(self.message)) + len(encoded) * 4 // 3 > _LARGEST_TRAILERS:
            return ()
        return ((DETAILS_KEY, encoded),)


def status_message(code: grpc.StatusCode, message: str) -> StatusMessage:
    """The ``google.rpc.Status`` of a code and text."""
    make: Any = status_pb2.Status  # pyright: ignore
    return make(code=code.value[0], message=message)  # pyright: ignore[reportUnknownVariableType]


def invalid_argument(reason: str) -> StatusError:
    """What the gateway itself says to a request that it cannot map to a command."""
    return StatusError(grpc.StatusCode.INVALID_ARGUMENT, f"Expected to handle gRPC request, but {reason}")


def from_rejection(rejection: Rejection) -> StatusError:
    """The status of a command that the engine refused; types without a status of their own are UNKNOWN."""
    return StatusError(_STATUS_OF_REJECTION.get(rejection.type, grpc.StatusCode.UNKNOWN), rejection_text(rejection))


def rejection_text(rejection: Rejection) -> str:
    """The text from which clients parse the rejection's type and reason."""
    prefix = f"Command '{rejection.intent}' rejected with code '{rejection.type.value}': "
    return prefix + rejection.reason.removeprefix(prefix)


def _shortened(message: str) -> str:
    """The message, cut where its percent-encoded form would be too large for a client to read."""
    if len(message) < _LARGEST_MESSAGE // 12 or len(quote(message)) <= _LARGEST_MESSAGE:
        return message
    kept = len(message)
    while len(quote(message[:kept])) > _LARGEST_MESSAGE - 100:
        kept = kept * 9 // 10
    return f"{message[:kept]} ... ({len(message) - kept} more characters)"
