"""What to do when the gateway did not take an answer: send it again, accept that it arrived, replace it, or let go.

Pure rules, no state. An *ambiguous* try is one that may have been carried out although no reply came. The rules differ
by what a second execution would do: a second completion does nothing, a second failure or error may hit somebody else's
activation of the job.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from zeebe_grpc.worker.backoff import full_jitter
from zeebe_grpc.worker.events import AnswerKind, End, Problem

_GONE: Final = frozenset({"NOT_FOUND", "FAILED_PRECONDITION"})
_TRANSIENT: Final = frozenset(
    {
        "RESOURCE_EXHAUSTED",
        "UNAVAILABLE",
        "DEADLINE_EXCEEDED",
        "ABORTED",
        "INTERNAL",
        "CANCELLED",
        "UNKNOWN",
        "UNAUTHENTICATED",  # tokens expire and come back
    }
)
ENDS: Final = {AnswerKind.COMPLETE: End.COMPLETED, AnswerKind.FAIL: End.FAILED, AnswerKind.THROW: End.THROWN}
"""How a job ends whose answer was accepted."""


class Resend(msgspec.Struct, frozen=True):
    """Try the same again after `delay` seconds."""

    delay: float


class Replace(msgspec.Struct, frozen=True):
    """The answer can never be accepted: fail the job instead, or it would come back for ever."""


class Settle(msgspec.Struct, frozen=True):
    """Leave the job. `doubtful`: its answer probably arrived, nobody can be sure."""

    end: End
    doubtful: bool = False


Decision: TypeAlias = Resend | Replace | Settle
ReturnDecision: TypeAlias = Resend | Settle


class Tries(msgspec.Struct):
    """What has been tried for one answer. `doubtful_since` is when the first ambiguous try was sent, or None."""

    count: int = 0
    sent_at: float = 0.0
    doubtful_since: float | None = None


def is_transient(problem: Problem) -> bool:
    """Whether the same call may succeed later."""
    return problem.code in _TRANSIENT and not problem.too_large


def after_refusal(
    kind: AnswerKind,
    problem: Problem,
    tries: Tries,
    *,
    backoff: float,
    now: float,
    left: float,
    random: float,
    leased: bool = False,
) -> Decision:
    """Decide after a try of an answer has failed.

    Args:
        kind: What the job was to be answered with.
        problem: Why this try failed.
        tries: All tries, this one included; marked here if this one was ambiguous.
        backoff: For a failure, the seconds for which the job rests; infinite if it raises an incident.
        now: The time.
        left: Seconds until the job is not ours any more.
        random: From 0 to 1.
        leased: Whether the job carries a lease, which keeps a second execution from hitting anybody else.
    """
    doubtful = tries.doubtful_since is not None
    if problem.code in _GONE:
        return Settle(ENDS[kind], doubtful=True) if doubtful else Settle(End.LOST)
    if not is_transient(problem):
        return Replace()
    if problem.unknown and not doubtful:
        tries.doubtful_since = tries.sent_at
    delay = full_jitter(tries.count, random)
    if not leased and not _may_repeat(kind, tries, backoff, now + delay):
        return Settle(ENDS[kind], doubtful=True)
    return Resend(delay) if delay < left else Settle(End.EXPIRED)


def _may_repeat(kind: AnswerKind, tries: Tries, backoff: float, then: float) -> bool:
    """Whether a second execution at `then` could do no harm.

    A job that rests after a failure, or that raised an incident, refuses every answer until its rest is over.
    """
    if tries.doubtful_since is None or kind is AnswerKind.COMPLETE:
        return True
    return kind is AnswerKind.FAIL and then < tries.doubtful_since + backoff


def after_failed_return(
    problem: Problem, tries: Tries, *, retries: int, left: float, random: float, leased: bool = False
) -> ReturnDecision:
    """Decide after giving back a job has failed.

    With retries left it goes back by failing it, which must not be repeated in doubt; without, by setting its timeout
    to 0, which may.
    """
    if problem.code in _GONE:
        return Settle(End.RETURNED, doubtful=True) if tries.doubtful_since is not None else Settle(End.LOST)
    if not is_transient(problem):
        return Settle(End.ABANDONED)
    if problem.unknown:
        tries.doubtful_since = tries.sent_at
        if retries > 0 and not leased:
            return Settle(End.ABANDONED, doubtful=True)
    delay = full_jitter(tries.count, random)
    return Resend(delay) if delay < left else Settle(End.ABANDONED)
