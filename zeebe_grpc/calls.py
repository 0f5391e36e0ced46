"""Seeing calls: what an observer is told of every call of a client.

An observer is given to a client as `observer=`. Without one, nothing of this is even looked at. Pure: who measures the
time is the transport.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from zeebe_grpc.logs import Log


@dataclass(slots=True, eq=False)
class ObservedCall:
    """A call under way, the same object from its start to its end.

    Attributes:
        rpc: The RPC, as on the wire: `"CompleteJob"`.
        address: Where it goes, as `grpc://host:port`.
        metadata: Sent along; an observer may append to it in `started`, for instance to propagate a trace.
        attempts: How often it has been sent.
        attempt_duration: Seconds that the last attempt took, its wait for a place included.
        duration: Seconds from the start to the end, all attempts and pauses included; 0 until then.
        notes: Whatever an observer wants to keep with the call.
    """

    rpc: str
    address: str
    metadata: list[tuple[str, str | bytes]]
    attempts: int = 0
    attempt_duration: float = 0.0
    duration: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict[str, Any])


class CallObserver:
    """Derive from this, override what you want to see, and give an object of it to a client as `observer=`.

    The methods are called by the thread or task that makes the call; they must be quick and must not wait. What they
    raise is logged under `zeebe_grpc.calls` and does not reach the call.
    """

    def started(self, call: ObservedCall) -> None:
        """A call begins."""

    def attempted(self, call: ObservedCall, status: str) -> None:
        """One attempt has ended.

        Args:
            call: The call; `attempts` and `attempt_duration` tell of this attempt.
            status: The gRPC status by name, `"OK"` or `"RESOURCE_EXHAUSTED"`.
        """

    def ended(self, call: ObservedCall, error: BaseException | None) -> None:
        """A call is over.

        Args:
            call: The call; `duration` is set.
            error: What the caller gets instead of a result; None if all is well.
        """


class Notifier:
    """Tells an observer, and shields the calls from it."""

    def __init__(self, observer: CallObserver, address: str, log: Log) -> None:
        self._observer = observer
        self._log = log.child("zeebe_grpc.calls")
        self._address = address

    def start(self, rpc: str, metadata: tuple[tuple[str, str | bytes], ...]) -> ObservedCall:
        """A call begins."""
        call = ObservedCall(rpc, self._address, list(metadata))
        self._tell("started", call)
        return call

    def attempt(self, call: ObservedCall, status: str, duration: float) -> None:
        """An attempt has ended."""
        call.attempts += 1
        call.attempt_duration = duration
        self._tell("attempted", call, status)

    def end(self, call: ObservedCall, error: BaseException | None, duration: float) -> None:
        """A call is over."""
        call.duration = duration
        self._tell("ended", call, error)

    def _tell(self, what: str, *about: Any) -> None:
        try:
            getattr(self._observer, what)(*about)
        except Exception:
            self._log.exception("an observer of calls failed in %s", what)
