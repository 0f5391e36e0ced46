"""What runs in a child process: one handler, one job at a time.

Started by spawning, so it imports the handler's module afresh. The words between parent and child are plain tuples over
a pipe, each with the number of the job that it is about, so that a late one reaches no other. From the parent come
``job``, ``cancel``, ``deadline``, ``stopping`` and ``where``; to the parent go ``log`` (about no job), ``extend``,
``progress``, ``shield``, ``place`` and finally ``outcome`` or ``raised``. Deadlines travel as points of the monotonic
clock, which all processes of a system share. Variables travel as JSON, so the handler's types never have to be pickled.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import FrameType
from typing import Any, Literal

from zeebe_grpc.errors import BpmnError, JobFailure
from zeebe_grpc.worker import guard
from zeebe_grpc.worker.binding import bind
from zeebe_grpc.worker.callback import bind_callback
from zeebe_grpc.worker.crossing import packed_error, packed_outcome, packed_record
from zeebe_grpc.worker.events import CancelReason
from zeebe_grpc.worker.job import LOGGER_OF_JOBS, Job, JobCancelled, Leash
from zeebe_grpc.worker.outcomes import Lost, Outcome
from zeebe_grpc.worker.settings import JobSettings

_INSTRUCTIONS = (BpmnError, JobFailure, JobCancelled)
_FRAMES = 6


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

    def __init__(self, tell: Callable[..., None], number: int, deadline: float) -> None:
        super().__init__(time.monotonic, deadline, timeout=0)
        self.number = number
        self.begun = False
        self._tell = tell

    def tell(self, word: str, *words: Any) -> None:
        """Say something about this job."""
        self._tell(word, self.number, *words)

    def extend(self, timeout: float) -> None:
        self.tell("extend", float(timeout))

    def report(self) -> None:
        fraction, note = self.progress or (None, "")
        self.tell("progress", (None if fraction is None else float(fraction), f"{note}"))

    def shielded(self, *, up: bool) -> None:
        self.tell("shield", up)


class _Forwarder(logging.handlers.QueueHandler):
    """Sends log records to the parent, where they meet the handlers that the user has set up."""

    def __init__(self, tell: Callable[..., None]) -> None:
        super().__init__(SimpleQueue[Any]())
        self._tell = tell

    def enqueue(self, record: logging.LogRecord) -> None:
        self._tell("log", None, *packed_record(record))


class _Line:
    """The line to the parent. It listens from the start, while the handler's module is still imported.

    Attributes:
        jobs: What came to be worked.
    """

    def __init__(self, pipe: Connection) -> None:
        self.jobs: SimpleQueue[tuple[bytes, _ChildLeash]] = SimpleQueue()
        self._pipe = pipe
        self._lock = threading.Lock()
        self._leash: _ChildLeash | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def tell(self, *words: Any) -> None:
        """Tell the parent."""
        with self._lock, contextlib.suppress(OSError):
            self._pipe.send(words)

    def _listen(self) -> None:
        while True:
            try:
                word, number, *rest = self._pipe.recv()
            except Exception:  # the parent is gone, or can not be understood any more
                os._exit(0)
            if word == "job":
                pickled, deadline, stopping = rest
                self._leash = _ChildLeash(self.tell, number, deadline)
                self._leash.stopping = stopping
                self.jobs.put((pickled, self._leash))
            elif self._leash is not None and number == self._leash.number:
                _heed(self._leash, word, *rest)


class _Child:
    def __init__(self, line: _Line, assignment: Assignment) -> None:
        self._jobs = line.jobs
        binder = bind_callback if assignment.callback else bind
        self._binding = binder(assignment.handler, "process")
        self._settings = JobSettings(
            type=assignment.job_type,
            strategy="process",
            job_timeout=assignment.job_timeout,
            result_variable=assignment.result_variable,
            on_bad_variables=assignment.on_bad_variables,
        )
        root = logging.getLogger()
        root.handlers[:] = [_Forwarder(line.tell)]
        root.setLevel(assignment.log_level)
        logging.getLogger(LOGGER_OF_JOBS).setLevel(assignment.job_log_level)

    def serve(self) -> None:
        """Work until the parent hangs up."""
        while True:
            self._work(*self._jobs.get())

    def _work(self, pickled: bytes, leash: _ChildLeash) -> None:
        leash.timeout = self._settings.job_timeout
        try:
            outcome = self._outcome(pickled, leash) if leash.cancelled is None else Lost(leash.cancelled)
            leash.tell("outcome", packed_outcome(outcome))
        except BaseException as error:  # whatever it is, the parent decides
            leash.tell("raised", *packed_error(error))

    def _outcome(self, pickled: bytes, leash: _ChildLeash) -> Outcome:
        job: Job[Any] = Job(pickle.loads(pickled), leash)  # noqa: S301 - written by the parent
        leash.begun = True
        try:
            return guard.returned(self._binding.call(job), self._settings)
        except _INSTRUCTIONS as error:
            return guard.raised(error, job, self._settings)


def _heed(leash: _ChildLeash, word: str, *words: Any) -> None:
    """Let the handler see what the parent has said of its job."""
    if word == "cancel":
        leash.cancelled = CancelReason[words[0]]
    elif word == "deadline":
        leash.deadline = words[0]
    elif word == "stopping":
        leash.stopping = True
    elif word == "where":
        leash.tell("place", _place(begun=leash.begun))


def _place(*, begun: bool) -> str:
    """The innermost frames of the thread that runs the handler, or imports it."""
    frames = sys._current_frames()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - documented
    stack = traceback.format_stack(frames.get(threading.main_thread().ident or 0), _FRAMES)
    what = "its handler is here" if begun else "its handler has not begun, the child process is here"
    return f"{what}:\n{''.join(stack)}"


def _hear(_number: int, _frame: FrameType | None) -> None:
    """Do nothing."""


def main(pipe: Connection, assignment: bytes) -> None:
    """The child's main function.

    A signal for the whole group is for the parent, which drains and ends its children itself. Programs that a handler
    starts are told to end by SIGTERM, so that is heard and not obeyed: they would inherit that it is ignored.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _hear)
    line = _Line(pipe)
    _Child(line, pickle.loads(assignment)).serve()  # noqa: S301 - written by the parent
