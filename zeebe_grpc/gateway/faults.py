"""What can go wrong between a client and its gateway, to be ordered from a gateway one call at a time.

A fault is told what the call would have done and does something else. What the network does to a whole connection is
done by a `Relay` that stands before the gateway.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import grpc
from google.protobuf.message import Message

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway.call import Call
from zeebe_grpc.gateway.statuses import StatusError

Matches = Callable[[Message], bool]


class Stage(Protocol):
    """Where a fault plays: one call, and what can be done with it and its connection."""

    call: Call

    def go(self) -> None:
        """Carry the call out, as if there were no fault."""
        ...

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something in a while."""
        ...

    def cut(self) -> None:
        """Reset the connection of the call, with everything else on it."""
        ...

    def freeze(self) -> None:
        """Let nothing pass on the connection of the call any more; it stays open."""
        ...


class Fault(Protocol):
    """Something that goes wrong with a call."""

    def play(self, stage: Stage) -> None:
        """Do it."""
        ...


@dataclass(frozen=True)
class Refuse:
    """The call ends with a status, before or after its effect on the engine: a job stream after its first job."""

    code: grpc.StatusCode
    message: str = "a scripted fault"
    after_effect: bool = False

    def play(self, stage: Stage) -> None:
        """End the call with the status."""
        error = StatusError(self.code, self.message)
        if self.after_effect:

            def swallow(_message: Message) -> None:
                _end(stage.call, error)

            stage.call.rewrite(swallow, lambda ended: error)
            stage.go()
        else:
            stage.call.end(error)


def _end(call: Call, error: StatusError | None = None) -> None:
    """End a call after the message that is being sent; what waits behind that goes to others."""
    for parcel in call.take_back():
        parcel.lost()
    call.end(error)


@dataclass(frozen=True)
class DropReply:
    """The command is carried out, and the client never hears of it: the call hangs until the client gives up."""

    def play(self, stage: Stage) -> None:
        """Swallow reply and end."""
        stage.call.rewrite(lambda message: None, None)
        stage.go()


@dataclass(frozen=True)
class BlackHole:
    """The call arrives and nothing happens: no effect, no reply."""

    def play(self, stage: Stage) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Delay:
    """The call is carried out `seconds` late."""

    seconds: float

    def play(self, stage: Stage) -> None:
        """Wait, holding no thread."""
        stage.later(self.seconds, stage.go)


@dataclass(frozen=True)
class CutConnection:
    """The TCP connection is reset, before or after the effect on the engine; other calls on it break as well."""

    after_effect: bool = False

    def play(self, stage: Stage) -> None:
        """Cut it."""
        if self.after_effect:
            stage.call.rewrite(lambda message: None, None)
            stage.go()
        stage.cut()


@dataclass(frozen=True)
class HalfOpen:
    """Nothing passes on the connection any more, in no direction, but nobody is told: a dead peer behind a firewall."""

    after_effect: bool = False

    def play(self, stage: Stage) -> None:
        """Freeze it."""
        if not self.after_effect:
            stage.freeze()
            return
        stage.call.rewrite(lambda message: None, None)
        stage.go()
        stage.freeze()


@dataclass(frozen=True)
class SlowDrip:
    """What the call sends comes one message every `seconds`."""

    seconds: float

    def play(self, stage: Stage) -> None:
        """Slow it down."""
        stage.call.pace = self.seconds
        stage.go()


@dataclass(frozen=True)
class TruncateActivation:
    """Only the first `jobs` activated jobs arrive, then the call ends; the others stay locked until their timeout.

    `code`: the status that ends the call; OK looks as if there had been no more jobs.
    """

    jobs: int
    code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE

    def play(self, stage: Stage) -> None:
        """Cut the answer short."""
        left = self.jobs

        def shorten(message: Message) -> Message | None:
            nonlocal left
            if not isinstance(message, pb.ActivateJobsResponse):
                return message
            kept = message.jobs[:left]
            left -= len(kept)
            return pb.ActivateJobsResponse(jobs=kept) if kept else None

        def end(error: StatusError | None) -> StatusError | None:
            if self.code is grpc.StatusCode.OK:
                return None
            return StatusError(self.code, "a scripted fault: the activation was cut short")

        stage.call.rewrite(shorten, end)
        stage.go()


@dataclass(frozen=True)
class CleanEnd:
    """A stream ends with OK after so many messages, as a gateway may do at any time."""

    after_messages: int = 0

    def play(self, stage: Stage) -> None:
        """Count, and end."""
        if self.after_messages == 0:
            stage.call.end()
            return
        left = self.after_messages

        def count(message: Message) -> Message:
            nonlocal left
            left -= 1
            if left == 0:
                _end(stage.call)
            return message

        stage.call.rewrite(count, lambda error: error)
        stage.go()


@dataclass(frozen=True)
class CancelAfterSilence:
    """The call is silent for `seconds` and then CANCELLED, as by a real gateway that is shut down."""

    seconds: float

    def play(self, stage: Stage) -> None:
        """Wait, and cancel."""
        error = StatusError(grpc.StatusCode.CANCELLED, "RST_STREAM closed stream", plain=True)
        stage.later(self.seconds, lambda: stage.call.end(error))


@dataclass
class _Order:
    rpc: str
    fault: Fault
    skip: int
    times: int | None
    matches: Matches | None

    def takes(self, call: Call) -> bool:
        if self.rpc not in ("*", call.rpc) or (self.matches is not None and not self.matches(call.request)):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        return self.times is None or self.times > 0


class FaultScript:
    """Which calls meet which fault. Orders are tried as they were given; the first that takes a call has it."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []
        self._played: list[tuple[str, Fault]] = []
        self._lock = threading.Lock()

    def on(
        self, rpc: str, fault: Fault, *, times: int | None = 1, skip: int = 0, matches: Matches | None = None
    ) -> FaultScript:
        """Order a fault and return the script.

        Args:
            rpc: the RPC's name, such as ``CompleteJob``; ``*`` for all.
            fault: what happens.
            times: how many calls it happens to, at least 1; None for all to come.
            skip: how many calls are left alone first.
            matches: looks at the request; only what it returns True for counts and is hit.
        """
        with self._lock:
            self._orders.append(_Order(rpc, fault, skip, times, matches))
        return self

    def clear(self) -> None:
        """Forget all orders."""
        with self._lock:
            self._orders.clear()

    @property
    def played(self) -> tuple[tuple[str, Fault], ...]:
        """The RPC and fault of every call that was hit, in order."""
        with self._lock:
            return tuple(self._played)

    def __iter__(self) -> Iterator[Fault]:
        """The faults that are still to come."""
        with self._lock:
            return iter([order.fault for order in self._orders if order.times is None or order.times > 0])

    def take(self, call: Call) -> Fault | None:
        """The fault for a call, which thereby has been played; None if the call goes well."""
        with self._lock:
            for order in self._orders:
                if order.takes(call):
                    if order.times is not None:
                        order.times -= 1
                    self._played.append((call.rpc, order.fault))
                    return order.fault
        return None
