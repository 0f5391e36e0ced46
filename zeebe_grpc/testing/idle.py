"""When is there nothing left to do until time passes or somebody acts? Clock and expectations wait for that moment.

Nobody sleeps here: the engine tells of every step, the workers of the kit of every job that they begin and end.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, Final, TypeAlias

from zeebe_grpc.engine.records import Record
from zeebe_grpc.engine.state.jobs import JobPhase
from zeebe_grpc.engine.views import OpenJob
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.spans import seconds
from zeebe_grpc.worker import Deferred, End, Job, WorkerEvent, WorkerEventKind

WITHIN: Final = 5.0
"""Seconds that anything here waits for handlers, unless it is told otherwise."""

_STILL_LOCKED = (End.DEFERRED, End.ABANDONED, End.EXPIRED, End.LOST)
"""Ends after which a job stays activated in the engine, though this worker will not answer it."""

_SAME_ACTIVATION = ("TIMEOUT_UPDATED", "PRIORITY_UPDATED", "RETRIES_UPDATED", "MIGRATED")

_Handler: TypeAlias = tuple[Job[Any], float]
"""A job at its handler, and since when (`time.monotonic`)."""


class NotIdleError(AssertionError):
    """A job was still in work when the time to wait for it was over; the text names it."""


class Idleness:
    """Knows what is in work: jobs that a worker of the kit will take or has taken, and handlers that run.

    A job whose type nobody here works on, a failed job in its backoff, a deferred one and one that the test itself has
    activated under such a type are no reason to wait: they wait for the test.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._changed = threading.Condition()
        self._version = 0
        self._types: Counter[str] = Counter()
        self._handlers: dict[int, _Handler] = {}
        self._let_go: dict[int, int] = {}
        self._stop_listening = gateway.add_step_listener(self._on_step)

    def close(self) -> None:
        """Listen no more."""
        self._stop_listening()

    # Who works

    @property
    def job_types(self) -> Collection[str]:
        """The job types that somebody here works on."""
        with self._changed:
            return set(self._types)

    def attach(self, job_types: Iterable[str]) -> None:
        """Somebody works on these job types from now on."""
        with self._changed:
            self._types.update(job_types)
            self._note()

    def detach(self, job_types: Iterable[str]) -> None:
        """One who worked on these job types does so no longer."""
        with self._changed:
            self._types -= Counter(job_types)
            self._note()

    def observe(self, event: WorkerEvent) -> None:
        """Take in what a worker tells of its jobs."""
        job = event.job
        if job is None or event.kind not in (WorkerEventKind.JOB_STARTED, WorkerEventKind.JOB_ENDED):
            return
        with self._changed:
            if event.kind is WorkerEventKind.JOB_STARTED:
                self._handlers[id(job)] = (job, time.monotonic())
            else:
                self._handlers.pop(id(job), None)
                if event.end in _STILL_LOCKED:
                    self._let_go[job.key] = self._locked_until(event)
            self._note()

    def _locked_until(self, event: WorkerEvent) -> int:
        """The deadline (epoch ms) that the engine must know of before time may pass: a deferral prolongs the job's."""
        outcome = event.outcome
        if event.end is not End.DEFERRED or not isinstance(outcome, Deferred):
            return -1
        return self._gateway.now() + int(seconds(outcome.timeout, "timeout") * 1000)

    def _on_step(self, records: Iterable[Record]) -> None:
        with self._changed:
            for record in records:
                if record.value_type == "JOB" and record.intent not in _SAME_ACTIVATION:
                    self._let_go.pop(record.key, None)
            self._note()

    def _note(self) -> None:
        self._version += 1
        self._changed.notify_all()

    # Waiting

    def wait(self, within: float, purpose: str) -> None:
        """Wait until nothing is in work.

        Args:
            within: The longest wait, in seconds.
            purpose: What it is for, for the error.

        Raises:
            NotIdleError: Something is in work still; the text names it.
        """
        __tracebackhide__ = True
        busy = self.busy_after(within)
        if busy:
            listed = "\n".join(f"  {line}" for line in busy)
            raise NotIdleError(f"{purpose}: still in work after {within:g} s\n{listed}")

    def busy_after(self, within: float) -> list[str]:
        """Wait until nothing is in work, at most `within` seconds; what then is, in words."""
        give_up = time.monotonic() + within
        while True:
            with self._changed:
                seen = self._version
            busy = self._busy()
            left = give_up - time.monotonic()
            with self._changed:
                if self._version != seen and left > 0:
                    continue
                if not busy or left <= 0:
                    return busy
                self._changed.wait(left)

    def _busy(self) -> list[str]:
        with self._gateway.engine_access() as engine:
            jobs = engine.open_jobs()
        with self._changed:
            handlers: dict[int, _Handler] = {handler[0].key: handler for handler in self._handlers.values()}
            held = [job for job in jobs if self._holds(job)]
        open_keys = {job.key for job in held}
        answered = [entry for key, entry in handlers.items() if key not in open_keys]
        return [
            *(_described(job, handlers.get(job.key)) for job in held),
            *(f"job {job.type!r} ({_place(job)}): answered, {_at_work(since)}" for job, since in answered),
        ]

    def _holds(self, job: OpenJob) -> bool:
        if not job.workable or job.type not in self._types:
            return False
        locked_until = self._let_go.get(job.key)
        return locked_until is None or job.deadline < locked_until


def _described(job: OpenJob, handler: _Handler | None) -> str:
    if handler is not None:
        state = _at_work(handler[1])
    elif job.phase is JobPhase.ACTIVATABLE:
        state = "no worker has taken it, though one works on its type"
    else:
        state = "activated, and neither at a handler nor answered"
    return f"job {job.type!r} ({_place(job)}): {state}"


def _place(job: OpenJob | Job[Any]) -> str:
    return f"element {job.element_id!r}, process instance {job.process_instance_key}, key {job.key}"


def _at_work(since: float) -> str:
    return f"its handler has been at work for {time.monotonic() - since:.1f} s"
