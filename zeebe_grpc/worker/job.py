"""The job as a handler sees it: what was activated, and a leash to the worker that runs it.

The methods wait for no answer and have no colour: they tell and do the same in coroutines, threads and child processes.
Only how a cancellation is felt depends on where the handler runs: a coroutine is cancelled at its next ``await``, the
others have to look (`Job.progress`, `Job.cancelled`), and a child process that does not is ended. Here is no asyncio
and no gRPC; the leash is filled in by whoever runs the handler.
"""

from __future__ import annotations

import builtins
import logging
from collections.abc import Callable, Generator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias

from zeebe_grpc.keys import ElementInstanceKey, JobKey, ProcessDefinitionKey, ProcessInstanceKey
from zeebe_grpc.models.jobs import ActivatedJob, JobKind, ListenerEventType, UserTaskProperties
from zeebe_grpc.spans import Span, seconds
from zeebe_grpc.variables import V, Variables, encode
from zeebe_grpc.worker.events import CancelReason

LOGGER_OF_JOBS: Final = "zeebe_grpc.worker.job"
"""The logger of handlers, unless the client was given another one."""

_PROGRESS_EVERY = 0.25


class JobCancelled(BaseException):
    """The handler has to stop: its job is lost, its time is over, or the worker is stopping.

    Let it pass. It is no `Exception`, so that an ``except Exception`` around the work does not turn it into a failure.
    """

    def __init__(self, reason: CancelReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Leash:
    """What ties a running handler to its worker. The runner writes it, the handler's job reads it.

    Attributes:
        deadline: When the job is not ours any more, on the clock `now`.
        cancelled: Why the handler has to stop; None while it may go on.
        stopping: Whether the worker is draining.
        shields: How many shields are up.
        progress: How far the handler says it is, and its note.
        progressed: When it last said so.
        logger: Where the handler logs to.
    """

    logger: logging.Logger = logging.getLogger(LOGGER_OF_JOBS)

    def __init__(self, now: Callable[[], float], deadline: float, timeout: float) -> None:
        self.now = now
        self.deadline = deadline
        self.timeout = timeout
        self.cancelled: CancelReason | None = None
        self.stopping = False
        self.shields = 0
        self.progress: tuple[float | None, str] | None = None
        self.progressed: float | None = None
        self._posted = float("-inf")

    def extend(self, timeout: float) -> None:
        """Ask for `timeout` seconds from now. Does nothing without a worker."""

    def report(self) -> None:
        """Tell the worker that the handler is alive. Does nothing without a worker."""

    def shielded(self, *, up: bool) -> None:
        """A shield went up, or the last one down. Does nothing without a worker."""

    def alive(self, progress: tuple[float | None, str]) -> None:
        """Note how far the handler is; tell the worker, but not at every turn of a tight loop."""
        now = self.now()
        self.progress, self.progressed = progress, now
        if now >= self._posted + _PROGRESS_EVERY:
            self._posted = now
            self.report()


if TYPE_CHECKING:
    _Adapter: TypeAlias = logging.LoggerAdapter[logging.Logger]
else:  # not generic at run time before Python 3.11
    _Adapter = logging.LoggerAdapter


class JobLogger(_Adapter):
    """A logger that adds the keys of a job to every record, beside what the caller adds."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Merge the job's keys into the record's extra."""
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs


class Job(Generic[V]):
    """A job at work.

    ``Job`` gives the variables as a dict, ``Job[Order]`` as whatever type msgspec or pydantic can read. It may be given
    to the client instead of its key: ``client.complete_job(job)``; its lease token travels along, and the worker then
    sends no answer of its own.
    """

    def __init__(self, activated: ActivatedJob[V], leash: Leash) -> None:
        self._activated = activated
        self._leash = leash

    def __repr__(self) -> str:
        return f"Job(type={self.type!r}, key={self.key}, element_id={self.element_id!r}, retries={self.retries})"

    def reading(self, activated: ActivatedJob[Any]) -> Job[Any]:
        """The same job at work, with its variables read in another way."""
        return Job(activated, self._leash)

    def with_variables(self, variables: Variables) -> Job[dict[str, Any]]:
        """The same job at work with other variables, for middleware: ``await call_next(job.with_variables(clear))``.

        What comes next, at last the handler, reads its parameters from these. The process keeps those it has.

        Args:
            variables: What takes the place of all fetched variables; a mapping or a typed object.

        Raises:
            VariablesError: They have no JSON form.
        """
        return self.reading(_changed(self._activated, variables_json=str(encode(variables)), as_type=None))

    # What was activated

    @property
    def activated(self) -> ActivatedJob[V]:
        """The job as it came from the gateway."""
        return self._activated

    @property
    def key(self) -> JobKey:
        """The job's key."""
        return self._activated.key

    @property
    def type(self) -> str:
        """The job type that the model gives."""
        return self._activated.type

    @property
    def variables(self) -> V:
        """The fetched variables, decoded at the first look.

        Raises:
            VariablesError: They do not fit the type.
        """
        return self._activated.variables

    @property
    def custom_headers(self) -> Mapping[str, str]:
        """The task headers of the element in the model."""
        return self._activated.custom_headers

    @property
    def process_instance_key(self) -> ProcessInstanceKey:
        """The key of the process instance."""
        return self._activated.process_instance_key

    @property
    def bpmn_process_id(self) -> str:
        """The id of the process in the model."""
        return self._activated.bpmn_process_id

    @property
    def process_definition_version(self) -> int:
        """The version of the process definition."""
        return self._activated.process_definition_version

    @property
    def process_definition_key(self) -> ProcessDefinitionKey:
        """The key of the process definition."""
        return self._activated.process_definition_key

    @property
    def element_id(self) -> str:
        """The id of the element in the model."""
        return self._activated.element_id

    @property
    def element_instance_key(self) -> ElementInstanceKey:
        """The key of the element instance."""
        return self._activated.element_instance_key

    @property
    def worker(self) -> str:
        """The name of the worker that the job was activated for."""
        return self._activated.worker

    @property
    def retries(self) -> int:
        """Retries left, this attempt included."""
        return self._activated.retries

    @property
    def deadline(self) -> datetime:
        """When the job was to be offered again at its activation, by the broker's clock.

        Extensions do not show here.
        """
        return self._activated.deadline

    @property
    def tenant_id(self) -> str:
        """The tenant that owns the job."""
        return self._activated.tenant_id

    @property
    def kind(self) -> JobKind:
        """What the job was created for."""
        return self._activated.kind

    @property
    def listener_event_type(self) -> ListenerEventType:
        """The event of a listener's job."""
        return self._activated.listener_event_type

    @property
    def user_task(self) -> UserTaskProperties | None:
        """The user task of a task listener's job."""
        return self._activated.user_task

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the process instance."""
        return self._activated.tags

    @property
    def priority(self) -> int:
        """The priority of the job (8.10); 0 if the gateway did not say."""
        return self._activated.priority

    @property
    def business_id(self) -> str | None:
        """The business id of the process instance (8.10)."""
        return self._activated.business_id

    @property
    def lease_token(self) -> str | None:
        """Proof of this activation (8.10), if a lease was asked for."""
        return self._activated.lease_token

    @cached_property
    def log(self) -> JobLogger:
        """A logger whose records carry the job's keys; it works in child processes too.

        It logs under `zeebe_grpc.worker.job`, or to the `logger=` of the worker's client.
        """
        keys = {
            "job_key": self.key,
            "job_type": self.type,
            "process_instance_key": self.process_instance_key,
            "element_id": self.element_id,
        }
        return JobLogger(self._leash.logger, keys)

    # What the handler may do

    @property
    def cancelled(self) -> bool:
        """Whether the handler has to stop, because the job is lost, its time is over, or the worker is stopping."""
        return self._leash.cancelled is not None

    @property
    def cancel_reason(self) -> CancelReason | None:
        """Why the handler has to stop; None while it may go on."""
        return self._leash.cancelled

    @property
    def worker_stopping(self) -> bool:
        """Whether the worker is draining: there is still time, but no more than its grace."""
        return self._leash.stopping

    def remaining(self) -> float:
        """Seconds until the job is offered to others, extensions granted so far included; never negative."""
        return max(0.0, self._leash.deadline - self._leash.now())

    def extend(self, timeout: Span | None = None) -> None:
        """Keep the job for `timeout` from now on (UpdateJobTimeout), even beyond `max_job_time`.

        Returns at once; `remaining` shows when the gateway has granted it. A span that ends before the present deadline
        changes nothing.

        Args:
            timeout: The span; None for the job timeout of this handler.
        """
        self._leash.extend(self._leash.timeout if timeout is None else seconds(timeout, "timeout"))

    def progress(self, fraction: float | None = None, note: str = "") -> None:
        """Say that the handler is alive, and how far it is. Call it in long loops.

        Args:
            fraction: From 0 to 1, for people who look at ``health()``.
            note: A word for them. Not for variables: it may be logged.

        Raises:
            JobCancelled: The handler has to stop, and no shield is up. Let it pass.
        """
        self._leash.alive((fraction, note))
        reason = self._leash.cancelled
        if reason is not None and not self._leash.shields:
            raise JobCancelled(reason)

    @contextmanager
    def shield(self) -> Generator[None]:
        """Hold off a cancellation while the ``with`` block runs; it comes when the block is left.

        For the few lines that must not be cut in two. The job's deadline does not wait for them. In a coroutine the
        next ``await`` after the block raises; in a thread or child process the next `progress` does, and a child
        process is not ended under a shield.
        """
        leash = self._leash
        leash.shields += 1
        leash.shielded(up=True)
        try:
            yield
        finally:
            leash.shields -= 1
            if not leash.shields:
                leash.shielded(up=False)


def typed(activated: ActivatedJob[Any], as_type: builtins.type[Any] | None) -> ActivatedJob[Any]:
    """The same job with its variables read as another type."""
    return activated if as_type is None else _changed(activated, as_type=as_type)


def _changed(activated: ActivatedJob[Any], **changes: Any) -> ActivatedJob[Any]:
    copy: ActivatedJob[Any] = object.__new__(ActivatedJob)
    copy.__setstate__({**activated.__getstate__(), **changes})
    return copy


def leash_of(job: Job[Any]) -> Leash:
    """The leash of a job."""
    return job._leash  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - users see no leash, the worker does
