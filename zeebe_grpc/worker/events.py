"""What happens to a worker, and what it does about it: the words between the machine and its runner.

Events go into `machine.JobTypeMachine.handle`, effects come out. All are immutable values without behaviour. Points in
time are seconds of the runner's monotonic clock. Nothing here knows gRPC, asyncio or what a handler returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, Protocol, TypeAlias

import msgspec


class ArrivedJob(Protocol):
    """What the machine needs to know of a job."""

    @property
    def key(self) -> int:
        """The job's key."""
        ...

    @property
    def retries(self) -> int:
        """The retries left."""
        ...


class Problem(msgspec.Struct, frozen=True):
    """Why a call to the gateway failed.

    Attributes:
        code: The name of the gRPC status, such as ``UNAVAILABLE``; ``UNKNOWN`` for what is no status.
        details: The gateway's words.
        unknown: Whether the command may have been carried out all the same.
        too_large: Whether it failed for its size; trying again can not help.
        hint: What people should look at, with the setting's name; empty if nobody knows.
    """

    code: str
    details: str = ""
    unknown: bool = True
    too_large: bool = False
    hint: str = ""


CANCELLED_HERE: Final = Problem("CANCELLED", "cancelled in the worker")
"""A call that ended with its task: nothing that the gateway did, and nothing to warn of."""


class Source(Enum):
    """How a job came here."""

    POLL = "poll"
    STREAM = "stream"


class AnswerKind(Enum):
    """What a job is answered with."""

    COMPLETE = "complete"
    FAIL = "fail"
    THROW = "throw"


class CancelReason(Enum):
    """Why a handler has to stop."""

    LOST = "the job belongs to somebody else or is gone"
    DEADLINE = "the job's deadline has passed"
    STOPPING = "the worker is stopping"
    DIED = "the child process that ran it died"


class End(Enum):
    """How the life of a job ended in this worker."""

    COMPLETED = "completed"
    FAILED = "failed"
    THROWN = "thrown"
    DEFERRED = "deferred"
    ANSWERED = "answered"
    RETURNED = "returned"
    LOST = "lost"
    EXPIRED = "expired"
    ABANDONED = "abandoned"


# How a handler ends


class Verdict(msgspec.Struct, frozen=True):
    """The handler's answer, ready to be sent. `backoff` (seconds) is the rest that a failed job was given."""

    kind: AnswerKind
    command: object = None
    backoff: float = 0.0


class Deferral(msgspec.Struct, frozen=True):
    """Somebody else will answer within `timeout` seconds."""

    timeout: float


class Stopped(msgspec.Struct, frozen=True):
    """The handler has no answer: it obeyed its cancellation, or never came to work.

    Attributes:
        give_back: Whether its job goes back whatever `on_stop` says.
    """

    give_back: bool = False


Ending: TypeAlias = Verdict | Deferral | Stopped


# Events


class Started(msgspec.Struct, frozen=True):
    """Begin to fetch jobs."""


class JobsArrived(msgspec.Struct, frozen=True):
    """One message of a poll or of a stream. `sizes` are bytes, one for each job, where they are known."""

    source: Source
    fetch: int
    jobs: Sequence[ArrivedJob]
    sizes: Sequence[int] = ()


class PollEnded(msgspec.Struct, frozen=True):
    """A poll is over: normally, or by a problem."""

    fetch: int
    problem: Problem | None = None


class StreamEnded(msgspec.Struct, frozen=True):
    """A stream is over: cancelled by us, ended by the gateway, or broken."""

    fetch: int
    problem: Problem | None = None


class HandlerEnded(msgspec.Struct, frozen=True):
    """A handler is done with its job."""

    activation: int
    ending: Ending


class AnswerEnded(msgspec.Struct, frozen=True):
    """The gateway has accepted an answer, or not."""

    activation: int
    problem: Problem | None = None


class ReturnEnded(msgspec.Struct, frozen=True):
    """The gateway has taken back a job, or not."""

    activation: int
    problem: Problem | None = None


class ExtensionEnded(msgspec.Struct, frozen=True):
    """An extension sent at `sent_at` was granted, or not."""

    activation: int
    sent_at: float
    timeout: float
    problem: Problem | None = None


class ExtensionWanted(msgspec.Struct, frozen=True):
    """The handler asks for `timeout` seconds from now on."""

    activation: int
    timeout: float


class TimeoutModelled(msgspec.Struct, frozen=True):
    """The model says that a job takes up to `timeout` seconds."""

    activation: int
    timeout: float


class Progressed(msgspec.Struct, frozen=True):
    """The handler has shown that it is alive."""

    activation: int


class AnsweredByHandler(msgspec.Struct, frozen=True):
    """The handler has completed or failed its job by itself, through a client."""

    activation: int


class TimePassed(msgspec.Struct, frozen=True):
    """The machine's `wake_at` has come."""


class CapacityFreed(msgspec.Struct, frozen=True):
    """Another job type gave back a place of the shared capacity."""


class Watched(msgspec.Struct, frozen=True):
    """The watchdog's regular look. `lag`: by how many seconds the event loop was late."""

    lag: float = 0.0


class Paused(msgspec.Struct, frozen=True):
    """Fetch nothing more until `Resumed`; what runs goes on."""


class Resumed(msgspec.Struct, frozen=True):
    """Fetch again."""


class Draining(msgspec.Struct, frozen=True):
    """Take nothing more in, and be done within `grace` seconds."""

    grace: float


class Forced(msgspec.Struct, frozen=True):
    """Stop waiting for handlers."""


Event: TypeAlias = (
    Started
    | JobsArrived
    | PollEnded
    | StreamEnded
    | HandlerEnded
    | AnswerEnded
    | ReturnEnded
    | ExtensionEnded
    | ExtensionWanted
    | TimeoutModelled
    | Progressed
    | AnsweredByHandler
    | TimePassed
    | CapacityFreed
    | Watched
    | Paused
    | Resumed
    | Draining
    | Forced
)


# Effects


class Poll(msgspec.Struct, frozen=True):
    """Ask for up to `ask` jobs, which are to stay ours for `job_timeout` seconds.

    `request_timeout` is in seconds; a negative one looks once and does not wait.
    """

    fetch: int
    ask: int
    request_timeout: float
    job_timeout: float


class CancelPoll(msgspec.Struct, frozen=True):
    """Cancel a poll; its `PollEnded` is still expected."""

    fetch: int


class OpenStream(msgspec.Struct, frozen=True):
    """Open a stream of jobs that are to stay ours for `job_timeout` seconds; `ReadStream` says when to read."""

    fetch: int
    job_timeout: float


class ReadStream(msgspec.Struct, frozen=True):
    """Read one message."""

    fetch: int


class CancelStream(msgspec.Struct, frozen=True):
    """Cancel a stream; its `StreamEnded` is still expected."""

    fetch: int


class RunJob(msgspec.Struct, frozen=True):
    """Start the handler."""

    activation: int
    job: ArrivedJob
    deadline: float


class CancelJob(msgspec.Struct, frozen=True):
    """Cancel the handler, or tell it, as its strategy can."""

    activation: int
    reason: CancelReason


class SendAnswer(msgspec.Struct, frozen=True):
    """Send an answer, within `timeout` seconds.

    `refused` is set where the handler's own answer was refused for good: then the job is to be failed with that as the
    reason.
    """

    activation: int
    verdict: Verdict
    timeout: float
    refused: Problem | None = None


class ReturnJob(msgspec.Struct, frozen=True):
    """Give a job back unharmed, within `timeout` seconds.

    By failing it with the retries it has and no backoff; where it has none left, that would raise an incident, so by
    setting its timeout to 0.
    """

    activation: int
    job: ArrivedJob
    timeout: float


class ExtendJob(msgspec.Struct, frozen=True):
    """Ask the gateway to keep the job ours for `timeout` seconds from now; give up after `within` seconds."""

    activation: int
    job: ArrivedJob
    timeout: float
    within: float


class JobDone(msgspec.Struct, frozen=True):
    """The job has left this worker."""

    activation: int
    end: End


class Notice(Enum):
    """What people should be told."""

    POLL_FAILED = "poll failed"
    POLL_RECOVERED = "polling works again"
    STREAM_FAILED = "stream failed"
    STREAM_PARKED = "stream parked"
    STREAM_UNSUPPORTED = "stream unsupported"
    FIRST_EXTENSION = "job extended for the first time"
    EXTENSION_WITHHELD = "job not extended"
    EXTENSION_FORBIDDEN = "extension not permitted"
    DEFERRAL_CUT = "job could not be kept for whoever answers it"
    OVERDELIVERED = "more jobs than asked for"
    ANSWER_AMBIGUOUS = "answer accepted, probably"
    ANSWER_REFUSED = "answer refused"
    ANSWER_GIVEN_UP = "answer given up"
    RETURN_FAILED = "job could not be given back"
    STALLED = "worker stalled"


class Told(msgspec.Struct, frozen=True):
    """Something worth a log line. `count`: how many times in a row."""

    notice: Notice
    activation: int | None = None
    problem: Problem | None = None
    count: int = 1
    text: str = ""


class Closed(msgspec.Struct, frozen=True):
    """Nothing is under way any more.

    `abandoned` are the keys of jobs whose handlers would not stop or whose answers never arrived.
    """

    abandoned: Sequence[int] = ()


Effect: TypeAlias = (
    Poll
    | CancelPoll
    | OpenStream
    | ReadStream
    | CancelStream
    | RunJob
    | CancelJob
    | SendAnswer
    | ReturnJob
    | ExtendJob
    | JobDone
    | Told
    | Closed
)
