"""What the engine did: the records it writes, in log order, and what one step of it gives back.

Records are the engine's only output besides answers; the path shown by the CLI, the assertions of the testing kit and
the comparison with a real Zeebe all read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zeebe_grpc.engine.answers import Answer, RejectionType


@dataclass(frozen=True)
class Record:
    """One event, or one rejected command, of the log.

    `value_type` and `intent` are Zeebe's own names (``PROCESS_INSTANCE``, ``ELEMENT_ACTIVATED``); `value` has the
    fields of Zeebe's record of that type, in its camelCase names, with keys as integers.
    """

    position: int
    timestamp: int
    value_type: str
    intent: str
    key: int
    value: Mapping[str, Any]
    rejection: RejectionType | None = None


@dataclass(frozen=True)
class Activatable:
    """A job that has just become activatable. `push`: may go to an open stream (a yielded one may not).

    `leased`: only for those who ask for leases, for somebody once had it with one.
    """

    job_key: int
    type: str
    tenant_id: str
    push: bool = True
    leased: bool = False


@dataclass(frozen=True)
class Step:
    """What one call of the engine brought about.

    `answers` pairs the request number given to `Engine.apply` with its answer. A request that waits (an instance
    with result) is answered by a later step.
    """

    records: Sequence[Record] = ()
    answers: Sequence[tuple[int, Answer]] = ()
    activatable: Sequence[Activatable] = ()
