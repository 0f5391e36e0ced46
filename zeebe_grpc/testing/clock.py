"""The time of a test: it stands until the test moves it, and moves only while nothing is in work."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from zeebe_grpc.gateway import Gateway
from zeebe_grpc.spans import Span, seconds
from zeebe_grpc.testing.idle import Idleness


class ZeebeClock:
    """The clock of an in-process gateway, held.

    Timers, retries after a backoff, job timeouts and the ends of messages follow it. Calls, polls and handlers live in
    real time and do not notice.
    """

    def __init__(self, gateway: Gateway, idleness: Idleness, within: float) -> None:
        self._gateway = gateway
        self._idleness = idleness
        self._within = within

    def now(self) -> datetime:
        """The time of the engine, in UTC."""
        return datetime.fromtimestamp(0, timezone.utc) + timedelta(milliseconds=self._gateway.now())

    def advance(self, span: Span, *, within: Span | None = None) -> None:
        """Let time pass, from one moment at which something is due to the next.

        At each of them, before the first and after the last, it waits until the workers and mocks of the kit have done
        what there is to do: a running handler holds the clock, so the result is the same each time. A job that nobody
        here works on holds nothing.

        Args:
            span: How far; a `timedelta`, or seconds up to 3,600.
            within: The longest wait for handlers at any one moment, in real time; None for the kit's (5 s).

        Raises:
            NotIdleError: A job was still in work after that; the text names it. The clock stands where it was.
            ValueError: The span is negative, or longer than ten years.
        """
        __tracebackhide__ = True
        left = timedelta(seconds=seconds(span, "span", shortest=0.0))
        longest = self._within if within is None else seconds(within, "within", shortest=0.0)
        end = self._gateway.now() + left // timedelta(milliseconds=1)
        self._settle(longest)
        while (due := self._next_due()) is not None and due <= end:
            self._move_to(due)
            self._settle(longest)
        self._move_to(end)

    def _settle(self, within: float) -> None:
        __tracebackhide__ = True
        self._idleness.wait(within, f"the clock cannot move on from {self.now().isoformat()}")

    def _next_due(self) -> int | None:
        with self._gateway.engine_access() as engine:
            return engine.next_due()

    def _move_to(self, moment: int) -> None:
        self._gateway.advance_clock(timedelta(milliseconds=max(0, moment - self._gateway.now())))

    def __repr__(self) -> str:
        return f"ZeebeClock({self.now().isoformat()})"
