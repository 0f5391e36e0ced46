"""The limiter's gate for asyncio: whoever must wait awaits a future.

A wait may be cancelled at any moment; no place is lost by that.
"""

from __future__ import annotations

import asyncio
from typing import TypeAlias

from zeebe_grpc.resilience import Gate, Resilience, Signal, Ticket
from zeebe_grpc.rpc import Rpc
from zeebe_grpc.transport.gate import new_gate, too_long, too_many

_Waiter: TypeAlias = "asyncio.Future[Ticket | None]"


class AioGate:
    """Lets as many calls through at once as the cluster takes. For one event loop."""

    def __init__(self, resilience: Resilience) -> None:
        self._gate: Gate[_Waiter] | None = new_gate(resilience)

    async def enter(self, rpc: Rpc, patience: float) -> Ticket | None:
        """Wait for a place, at most `patience` seconds; None if there is no limit.

        Raises:
            BackpressureError: There was none in time, or too many wait already. Nothing was sent.
        """
        if self._gate is None:
            return None
        ticket = self._gate.try_enter()
        if ticket is not None:
            return ticket
        if self._gate.is_full:
            raise too_many(rpc, self._gate.waiting)
        return await self._turn(self._gate, rpc, patience)

    async def _turn(self, gate: Gate[_Waiter], rpc: Rpc, patience: float) -> Ticket:
        loop = asyncio.get_running_loop()
        waiter: _Waiter = loop.create_future()
        gate.wait(waiter)
        alarm = loop.call_later(patience, _end_wait, gate, waiter)
        try:
            ticket = await waiter
        except asyncio.CancelledError:
            if not gate.give_up(waiter) and not waiter.cancelled():
                self.leave(waiter.result(), Signal.NOTHING)
            raise
        finally:
            alarm.cancel()
        if ticket is None:
            raise too_long(rpc, patience)
        return ticket

    def leave(self, ticket: Ticket | None, signal: Signal) -> None:
        """Hand back a place, with what the call's end says about the cluster."""
        if self._gate is None or ticket is None:
            return
        for waiter, its in self._gate.leave(ticket, signal):
            if waiter.done():
                # Cancelled, and not yet woken to leave the queue.
                self.leave(its, Signal.NOTHING)
            else:
                waiter.set_result(its)

    def heard(self, signal: Signal) -> None:
        """Learn from a call that needs no place."""
        if self._gate is not None:
            self._gate.heard(signal)


def _end_wait(gate: Gate[_Waiter], waiter: _Waiter) -> None:
    if gate.give_up(waiter) and not waiter.done():
        waiter.set_result(None)
