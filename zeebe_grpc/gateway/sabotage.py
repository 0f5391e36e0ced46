"""Plays a fault script: stands between gRPC and the servicer, and knows the connection that a call came by."""

from __future__ import annotations

from collections.abc import Callable

from zeebe_grpc.gateway.alarms import Alarms
from zeebe_grpc.gateway.call import Call
from zeebe_grpc.gateway.faults import FaultScript
from zeebe_grpc.gateway.relay import Relay


class Saboteur:
    """Lets calls through to a handler, or has a fault of the script play with them."""

    def __init__(self, script: FaultScript, handle: Callable[[Call], None], alarms: Alarms) -> None:
        self.relay: Relay | None = None
        self._script = script
        self._handle = handle
        self._alarms = alarms

    def handle(self, call: Call) -> None:
        """Serve one call, well or badly.

        Raises:
            StatusError: if the RPC is refused at once.
        """
        fault = self._script.take(call)
        if fault is None:
            self._handle(call)
        else:
            fault.play(_CallStage(call, self._handle, self._alarms, self.relay))


class _CallStage:
    def __init__(self, call: Call, handle: Callable[[Call], None], alarms: Alarms, relay: Relay | None) -> None:
        self.call = call
        self._handle = handle
        self._alarms = alarms
        self._relay = relay

    def go(self) -> None:
        self.call.run(self._handle)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        self._alarms.after(seconds, lambda: self.call.run_later(lambda call: action()))

    def cut(self) -> None:
        if self._relay is not None:
            self._relay.cut(self._port())

    def freeze(self) -> None:
        if self._relay is not None:
            self._relay.freeze(self._port())

    def _port(self) -> int:
        return int(self.call.peer.rpartition(":")[2])
