"""Back-pressure: a partition that takes only so many commands at a time, and refuses the rest.

A real broker's limit is adaptive; ours is fixed, so that a test knows what it meets.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import grpc

from zeebe_grpc.gateway.alarms import Alarms
from zeebe_grpc.gateway.call import Call
from zeebe_grpc.gateway.statuses import StatusError, status_message

# What a broker takes even when it is full, and what never reaches one.
_EXEMPT = frozenset({"CompleteJob", "FailJob", "CancelProcessInstance", "DeployResource", "DeployProcess"})
_NO_COMMAND = frozenset({"Topology", "StreamActivatedJobs"})
_EVERY_PARTITION = frozenset({"CreateProcessInstance", "CreateProcessInstanceWithResult"})


@dataclass(frozen=True)
class BackpressureLimit:
    """How much a partition takes.

    CompleteJob, FailJob, CancelProcessInstance and deployments are exempt, as on a real broker.

    Attributes:
        in_flight: how many commands may be in flight at once, at least 1; one more is RESOURCE_EXHAUSTED.
        command_seconds: how long the partition takes for one command; it carries them out one after the other. Without
            that our engine would be too quick to meet its limit.

    Raises:
        ValueError: if the limit is below 1 or the time negative.
    """

    in_flight: int
    command_seconds: float = 0.004

    def __post_init__(self) -> None:
        if self.in_flight < 1 or self.command_seconds < 0:
            raise ValueError(f"{self} lets nothing through: in_flight must be at least 1, command_seconds not negative")


class Admission:
    """Lets calls through to the engine, as many at a time as the limit allows."""

    def __init__(self, limit: BackpressureLimit | None, alarms: Alarms) -> None:
        self._limit = limit
        self._alarms = alarms
        self._lock = threading.Lock()
        self._in_flight = 0
        self._free_at = 0.0

    def admit(self, call: Call, handler: Callable[[Call], None]) -> None:
        """Run the handler, now or when the partition comes to it.

        Raises:
            StatusError: RESOURCE_EXHAUSTED if the partition takes no more.
        """
        limit = self._limit
        if limit is None or call.rpc in _EXEMPT or call.rpc in _NO_COMMAND:
            handler(call)
            return
        with self._lock:
            if self._in_flight >= limit.in_flight:
                raise _refusal(call.rpc, limit)
            self._in_flight += 1
            now = time.monotonic()
            self._free_at = max(now, self._free_at) + limit.command_seconds
            wait = self._free_at - now
        self._alarms.after(wait, lambda: call.run_later(lambda one: self._carry_out(one, handler)))

    def _carry_out(self, call: Call, handler: Callable[[Call], None]) -> None:
        try:
            handler(call)
        finally:
            with self._lock:
                self._in_flight -= 1


def _refusal(rpc: str, limit: BackpressureLimit) -> StatusError:
    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    full = f"partition 1 has {limit.in_flight} commands in flight and takes no more at the moment"
    if rpc in _EVERY_PARTITION:
        text = f"Expected to execute {rpc} on one of the partitions, but all have failed; see the details for each"
        return StatusError(code, text, nested=[status_message(code, full)])
    if rpc == "ActivateJobs":
        return StatusError(
            code, f"Expected to activate jobs, but no jobs are available and a broker is exhausted: {full}"
        )
    return StatusError(code, f"Expected to execute {rpc}, but {full}")
