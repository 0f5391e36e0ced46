"""The limiter's gate for threads: whoever must wait sleeps until a place is free or its time is over."""

from __future__ import annotations

import threading
from typing import Any, cast

import grpc

from zeebe_grpc.errors import BackpressureError, StatusCode
from zeebe_grpc.resilience import Gate, Limiter, Resilience, Signal, Ticket
from zeebe_grpc.rpc import Rpc
from zeebe_grpc.statuses import oversized


class _Waiter:
    """A thread that waits for its turn."""

    __slots__ = ("let_in", "ticket")

    def __init__(self) -> None:
        self.let_in = threading.Event()
        self.ticket: Ticket | None = None


class BlockingGate:
    """Lets as many calls through at once as the cluster takes. Safe for threads."""

    def __init__(self, resilience: Resilience) -> None:
        self._gate: Gate[_Waiter] | None = new_gate(resilience)
        self._lock = threading.Lock()

    def enter(self, rpc: Rpc, patience: float) -> Ticket | None:
        """Wait for a place, at most `patience` seconds; None if there is no limit.

        Raises:
            BackpressureError: There was none in time, or too many wait already. Nothing was sent.
        """
        if self._gate is None:
            return None
        with self._lock:
            ticket = self._gate.try_enter()
            if ticket is not None:
                return ticket
            if self._gate.is_full:
                raise too_many(rpc, self._gate.waiting)
            waiter = _Waiter()
            self._gate.wait(waiter)
        try:
            waiter.let_in.wait(patience)
        except BaseException:
            if not self._gave_up(waiter):
                self.leave(waiter.ticket, Signal.NOTHING)
            raise
        if waiter.ticket is None and self._gave_up(waiter):
            raise too_long(rpc, patience)
        return waiter.ticket

    def _gave_up(self, waiter: _Waiter) -> bool:
        """Leave the queue; False if the waiter was let in meanwhile."""
        with self._lock:
            return self._gate is None or self._gate.give_up(waiter)

    def leave(self, ticket: Ticket | None, signal: Signal) -> None:
        """Hand back a place, with what the call's end says about the cluster."""
        if self._gate is None or ticket is None:
            return
        with self._lock:
            for waiter, its in self._gate.leave(ticket, signal):
                waiter.ticket = its
                waiter.let_in.set()

    def heard(self, signal: Signal) -> None:
        """Learn from a call that needs no place."""
        if self._gate is not None and signal is Signal.OVERLOAD:
            with self._lock:
                self._gate.heard(signal)


def new_gate(resilience: Resilience) -> Gate[Any] | None:
    """The gate that the settings want; None if there is no limit."""
    if resilience.initial_concurrency is None:
        return None
    limiter = Limiter(resilience.initial_concurrency, resilience.max_concurrency)
    return Gate(limiter, resilience.max_queued_calls)


def signal_of(failure: grpc.RpcError) -> Signal:
    """What a failed call says about the cluster."""
    call = cast("grpc.Call", failure)
    code = call.code()
    if code is StatusCode.RESOURCE_EXHAUSTED and oversized(code.name, call.details() or "") is None:
        return Signal.OVERLOAD
    return Signal.NOTHING


def too_many(rpc: Rpc, waiting: int) -> BackpressureError:
    """The error for a queue that is full."""
    return _not_sent(rpc, f"{waiting} calls wait for a busy cluster already (max_queued_calls)")


def too_long(rpc: Rpc, patience: float) -> BackpressureError:
    """The error for a wait that took too long."""
    return _not_sent(rpc, f"the cluster is busy: no place for the call in {patience:.1f} s")


def _not_sent(rpc: Rpc, details: str) -> BackpressureError:
    return BackpressureError(rpc.name, StatusCode.RESOURCE_EXHAUSTED, details, retryable=True, attempts=0)
