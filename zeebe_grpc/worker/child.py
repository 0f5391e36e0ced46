"""What runs in a child process: one handler, one job at a time.

Started by spawning, so it imports the handler's module afresh. The words between parent and child are plain tuples over
a pipe: from the parent ``job``, ``cancel``, ``deadline`` and ``stopping``; to the parent ``log``, ``extend``,
``progress``, ``shield`` and finally ``outcome`` or ``raised``. Variables travel as JSON, so the handler's types never
have to be pickled.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, Literal

from zeebe_grpc.errors import BpmnError, JobFailure
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.variables import encode
from zeebe_grpc.worker import guard
from zeebe_grpc.worker.binding import bind
from zeebe_grpc.worker.callback import bind_callback
from zeebe_grpc.worker.events import CancelReason
from zeebe_grpc.worker.job import LOGGER_OF_JOBS, Job, JobCancelled, Leash
from zeebe_grpc.worker.outcomes import Completed, ErrorThrown, Failed, Outcome
from zeebe_grpc.worker.settings import JobSettings

_INSTRUCTIONS = (BpmnError, JobFailure, JobCancelled)


@dataclass(frozen=True)
class Assignment:
    """What a child has to know: the handler, how its results are read, and how much it should log."""

    handler: Callable[..., Any]
    job_type: str
    job_timeout: float
    result_variable: str | None
    on_bad_variables: Literal["incident", "fail"]
    log_level: int
    job_log_level: int
    callback: bool = False
    """Whether the handler takes the job alone, in the official SDK's form."""


class _ChildLeash(Leash):
    """Tells the parent."""

    def __init__(self, tell: Callable[..., None], remaining: float, timeout: float) -> None:
        super().__init__(time.monotonic, time.monotonic() + remaining, timeout)
        self._tell = tell

    def extend(self, timeout: float) -> None:
        self._tell("extend", timeout)

    def report(self) -> None:
        self._tell("progress", self.progress)

    def shielded(self, *, up: bool) -> None:
        self._tell("shield", up)


class _Forwarder(logging.handlers.QueueHandler):
    """Sends log records to the parent, where they meet the handlers that the user has set up."""

    def __init__(self, tell: Callable[..., None]) -> None:
        super().__init__(SimpleQueue[Any]())
        self._tell = tell

    def enqueue(self, record: logging.LogRecord) -> None:
        self._tell("log", record)


class _Child:
    def __init__(self, pipe: Connection, assignment: Assignment) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[tuple[ActivatedJob[Any], float]] = SimpleQueue()
        binder = bind_callback if assignment.callback else bind
        self._binding = binder(assignment.handler, "process")
        self._leash: Leash | None = None
        self._settings = JobSettings(
            type=assignment.job_type,
            strategy="process",
            job_timeout=assignment.job_timeout,
            result_variable=assignment.result_variable,
            on_bad_variables=assignment.on_bad_variables,
        )
        root = logging.getLogger()
        root.handlers[:] = [_Forwarder(self._tell)]
        root.setLevel(assignment.log_level)
        logging.getLogger(LOGGER_OF_JOBS).setLevel(assignment.job_log_level)

    def serve(self) -> None:
        """Work until the parent hangs up."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            self._work(*self._jobs.get())

    def _listen(self) -> None:
        while True:
            try:
                word, *rest = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(0)
            if word == "job":
                self._jobs.put((rest[0], rest[1]))
            elif self._leash is not None and word == "cancel":
                self._leash.cancelled = CancelReason[rest[0]]
            elif self._leash is not None and word == "deadline":
                self._leash.deadline = time.monotonic() + rest[0]
            elif self._leash is not None and word == "stopping":
                self._leash.stopping = True

    def _work(self, activated: ActivatedJob[Any], remaining: float) -> None:
        self._leash = _ChildLeash(self._tell, remaining, self._settings.job_timeout)
        job = Job(activated, self._leash)
        try:
            self._tell("outcome", _portable(self._outcome(job)))
        except BaseException as error:  # whatever it is, the parent decides
            self._tell("raised", _pickled(error), guard.describe(error), traceback.format_exc())

    def _outcome(self, job: Job[Any]) -> Outcome:
        try:
            return guard.returned(self._binding.call(job), self._settings)
        except _INSTRUCTIONS as error:
            return guard.raised(error, job, self._settings)

    def _tell(self, *words: Any) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._pipe.send(words)


def _portable(outcome: Outcome) -> Outcome:
    """The outcome with its variables as JSON text.

    Raises:
        UnfitAnswerError: They have no such form.
    """
    if not isinstance(outcome, (Completed, Failed, ErrorThrown)) or outcome.variables is None:
        return outcome
    try:
        text: Any = encode(outcome.variables)
    except (TypeError, ValueError) as error:
        raise guard.unfit_answer(error) from error
    return replace(outcome, variables=text)


def _pickled(error: BaseException) -> bytes | None:
    try:
        pickled = pickle.dumps(error)
        pickle.loads(pickled)  # noqa: S301 - made in the line above
    except Exception:
        return None
    return pickled


def main(pipe: Connection, assignment: bytes) -> None:
    """The child's main function."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent drains
    _Child(pipe, pickle.loads(assignment)).serve()  # noqa: S301 - written by the parent
