"""One look at a gateway's neighbourhood: the health service beside it, and the clock of whoever answers."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast

import grpc

from zeebe_grpc.config import ChannelSettings
from zeebe_grpc.transport import channel as common
from zeebe_grpc.transport.blocking import open_channel

_CHECK: Final = "/grpc.health.v1.Health/Check"
_STATUSES: Final = {0: "UNKNOWN", 1: "SERVING", 2: "NOT_SERVING", 3: "SERVICE_UNKNOWN"}


@dataclass(frozen=True, slots=True)
class Health:
    """What the health service said.

    Attributes:
        status: `SERVING`, `NOT_SERVING` and so on, or the gRPC status if it did not answer, such as `UNIMPLEMENTED`.
        details: What grpc says about a failure; empty if there was none.
        date: Epoch seconds by the clock of the server or of a proxy before it; None if nobody told.
    """

    status: str
    details: str
    date: float | None


def check_health(settings: ChannelSettings, timeout: float) -> Health:
    """Ask the health service of a gateway, over a connection of its own; it needs no credentials.

    Raises:
        ConfigurationError: A certificate cannot be used.
    """
    with open_channel(settings) as channel:
        ask: Any = cast("Any", channel).unary_unary(_CHECK, common.as_it_is, common.as_it_is)
        try:
            # An empty request asks for the server as a whole, and is no bytes at all.
            reply, call = ask.with_call(b"", timeout=timeout)
        except grpc.RpcError as error:
            failed: Any = error
            return Health(failed.code().name, failed.details() or "", _date(failed))
        return Health(_status(reply), "", _date(call))


def _status(reply: bytes) -> str:
    """The only field of the reply: an enum in one byte, left out if it is 0."""
    return _STATUSES.get(reply[1] if len(reply) == 2 else 0, "UNKNOWN")


def _date(call: Any) -> float | None:
    for name, value in call.initial_metadata() or ():
        if name == "date":
            try:
                return parsedate_to_datetime(value).timestamp()
            except (TypeError, ValueError):
                return None
    return None
