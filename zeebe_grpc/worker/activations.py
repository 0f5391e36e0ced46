"""A job while it is here. Pure data of the machine.

The same job may come a second time while its first handler still runs (its timeout had passed), so what is counted is
activations, not job keys.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from zeebe_grpc.worker.answering import Tries
from zeebe_grpc.worker.events import ArrivedJob, CancelReason, Ending, Problem, Source, Verdict
from zeebe_grpc.worker.ledger import Permit


class Phase(Enum):
    """Where an activation stands."""

    RUNNING = "running"
    ANSWERING = "answering"
    RETURNING = "returning"
    DEFERRED = "deferred"


class Activation(msgspec.Struct):
    """One job as it was activated for this worker.

    Attributes:
        number: Names the activation between machine and runner.
        permit: Its place in the ledger; None for a job that was never started.
        deadline: When the job is not ours any more, counted from when it was read or its extension was sent. A message
            that lay unread behind a full worker is older by that.
        timeout: For how long it was asked for.
        cap: The latest deadline that extensions may reach; None for no end.
        step: By how many seconds it is extended at a time, where the model says so; else by its timeout.
        check_at: When the next extension is due; None if there will be none.
        resend_at: When the answer (or the return) is tried again; None while a try is under way.
        overdue: The deadline has passed, and the gateway is asked whether the job is ours still; only with a lease.
        ending: How the handler ended meanwhile.
        cancelled: Why the handler was told to stop.
        answered: The handler has sent an answer by itself.
        wanted_until: Until when the job was asked to be kept, by its handler; 0 if it never was.
        refused: Why the handler's own answer was replaced by a failure.
    """

    number: int
    job: ArrivedJob
    source: Source
    permit: Permit | None
    arrived: float
    deadline: float
    timeout: float
    cap: float | None = None
    step: float | None = None
    phase: Phase = Phase.RUNNING
    check_at: float | None = None
    resend_at: float | None = None
    progressed: float = 0.0
    extensions: int = 0
    extending: bool = False
    extension_failures: int = 0
    withheld: bool = False
    wanted_until: float = 0.0
    overdue: bool = False
    ending: Ending | None = None
    cancelled: CancelReason | None = None
    answered: bool = False
    verdict: Verdict | None = None
    refused: Problem | None = None
    tries: Tries = msgspec.field(default_factory=Tries)
