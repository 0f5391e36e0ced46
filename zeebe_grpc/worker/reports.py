"""What a worker tells about itself: events for listeners, health for probes, the report of a drain. Pure data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from zeebe_grpc.worker.events import End, Notice
from zeebe_grpc.worker.job import Job
from zeebe_grpc.worker.outcomes import Outcome


class WorkerEventKind(Enum):
    """What happened."""

    WORKER_STARTED = "worker started"
    WORKER_STOPPED = "worker stopped"
    JOB_STARTED = "job started"
    JOB_ENDED = "job ended"
    NOTICE = "notice"


@dataclass(frozen=True)
class WorkerEvent:
    """Something that a listener may want to count or to log.

    Attributes:
        kind: What happened.
        job_type: Where.
        job: The job, if it is about one; not its variables, please.
        end: How the job ended.
        outcome: How its handler ended, if it did.
        seconds: From the job's arrival to its end.
        queued: Seconds from the job's arrival until its handler, middleware included, was begun.
        ran: Seconds that the handler took, middleware included.
        remaining: Seconds that were left of its timeout at its end.
        notice: What a notice is about.
        health: Tells how the worker stands, for events about a worker. May be called from any thread.
    """

    kind: WorkerEventKind
    job_type: str
    job: Job[object] | None = None
    end: End | None = None
    outcome: Outcome | None = None
    seconds: float | None = None
    queued: float | None = None
    ran: float | None = None
    remaining: float | None = None
    notice: Notice | None = None
    health: Callable[[], Health] | None = None


@dataclass(frozen=True)
class HandlerHealth:
    """A handler at work.

    Attributes:
        job_key: Its job.
        seconds: How long it has been running.
        remaining: Seconds until its job is not ours any more.
        cancelled: Whether it was told to stop and goes on all the same.
        progress: What it last reported: a fraction or None, and a note.
    """

    job_key: int
    seconds: float
    remaining: float
    cancelled: bool
    progress: tuple[float | None, str] | None


@dataclass(frozen=True)
class JobTypeHealth:
    """How one job type stands.

    Attributes:
        type: The job type.
        state: ``working``, ``paused``, ``draining`` or ``closed``.
        held: Places taken by jobs.
        reserved: Places kept for fetches.
        free: Places left.
        deferred: Jobs that somebody else will answer.
        poll_failures: Failed polls in a row.
        last_poll: Seconds since the gateway last answered a poll; None before the first answer.
        stream_age: Seconds since the stream was opened; None without one.
        progress: Seconds since each loop last got somewhere; None before that: ``poll``, the gateway answered one;
            ``stream``, it was opened or brought a job; ``answers``, the gateway accepted one or took a job back;
            ``extender``, it granted an extension.
        job_timeout: For how many seconds the next jobs are asked for.
        counts: How many jobs came, how they ended, and what went wrong.
        handlers: What is at work, the longest first.
    """

    type: str
    state: str
    held: int
    reserved: int
    free: int
    deferred: int
    poll_failures: int
    last_poll: float | None
    stream_age: float | None
    progress: Mapping[str, float | None]
    job_timeout: float
    counts: Mapping[str, int]
    handlers: tuple[HandlerHealth, ...]


@dataclass(frozen=True)
class Health:
    """How a running worker stands.

    Attributes:
        ready: Whether it takes jobs: it runs, does not drain, and the gateway answers it.
        live: Whether it can make progress; if not, restart the process.
        lag: By how many seconds the event loop was late at the last look.
        job_types: One entry for each.
        reason: Why it is not ready or not live; empty if it is both.
    """

    ready: bool
    live: bool
    lag: float
    job_types: tuple[JobTypeHealth, ...]
    reason: str = ""


@dataclass(frozen=True)
class DrainReport:
    """What became of the jobs, over the worker's whole life, once it has stopped.

    Attributes:
        completed: Jobs completed.
        failed: Jobs failed, with retries left or not.
        thrown: Jobs that threw a BPMN error.
        returned: Jobs given back unharmed, as the gateway has confirmed.
        abandoned: Keys of jobs that stay locked until their timeout: their handlers would not stop, or the gateway took
            no answer any more.
        poll_cancelled_at_close: Polls that were cut off; a job on its way to one of them waits for its timeout.
        stream_lost_at_close: Streams that were cut off before they were silent; the same holds for their jobs.
    """

    completed: int = 0
    failed: int = 0
    thrown: int = 0
    returned: int = 0
    abandoned: tuple[int, ...] = ()
    poll_cancelled_at_close: int = 0
    stream_lost_at_close: int = 0

    @property
    def clean(self) -> bool:
        """Whether no job that was here is left behind."""
        return not self.abandoned
