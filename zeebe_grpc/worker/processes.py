"""Child processes for the handlers of one job type, each with a thread here that waits for it.

A child that dies takes only its own job with it, and is replaced at the next one. Why it died nobody can tell: a
system short of memory kills it just as a handler can. So its job goes back as it came, and only one that ends a second
child here is failed. Children are spawned, never forked: grpc does not survive a fork.
"""

from __future__ import annotations

import ast
import multiprocessing
import pickle
import sys
import threading
from collections.abc import Callable
from logging import LogRecord
from pathlib import Path
from typing import Any, Protocol

from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.worker.annotations import name_of
from zeebe_grpc.worker.child import Assignment, main
from zeebe_grpc.worker.events import CancelReason
from zeebe_grpc.worker.guard import HandlerError
from zeebe_grpc.worker.outcomes import Outcome
from zeebe_grpc.worker.threads import ThreadCrew

_SPAWN = multiprocessing.get_context("spawn")
_KILLERS_KNOWN = 1_000


class ChildDiedError(Exception):
    """The child process ended in the middle of a job.

    Attributes:
        again: Whether the same job had ended a child before.
    """

    again = False


class Listener(Protocol):
    """What hears of a job in a child, in the thread that waits for it."""

    def extend(self, timeout: float) -> None:
        """The handler asks for more time."""

    def progress(self, progress: tuple[float | None, str]) -> None:
        """The handler is alive."""

    def logged(self, record: LogRecord) -> None:
        """Something was logged."""

    def done(self, outcome: Outcome | None, error: BaseException | None) -> None:
        """The handler is done: with an outcome, or with an exception."""


class ProcessJob:
    """One job on its way through a child."""

    def __init__(self, job: ActivatedJob[Any], remaining: float, listener: Listener) -> None:
        self.job = job
        self.remaining = remaining
        self.listener = listener
        self._child: _Child | None = None
        self._lock = threading.Lock()
        self._cancelled: CancelReason | None = None
        self._killed = False
        self.shielded = False

    def begin(self, child: _Child) -> None:
        """Send the job to a child."""
        self._child = child
        child.send("job", self.job, self.remaining)
        if self._cancelled is not None:
            child.send("cancel", self._cancelled.name)

    def cancel(self, reason: CancelReason) -> None:
        """Tell the handler to stop."""
        self._cancelled = reason
        self._send("cancel", reason.name)

    def set_deadline(self, remaining: float) -> None:
        """Tell the handler how much time is left."""
        self.remaining = remaining
        self._send("deadline", remaining)

    def stopping(self) -> None:
        """Tell the handler that the worker drains."""
        self._send("stopping")

    def kill(self) -> None:
        """End the child, and the job with it."""
        with self._lock:
            if self._child is not None:
                self._killed = True
                self._child.kill()

    def end(self) -> bool:
        """The job is over; True if its child may serve others."""
        with self._lock:
            self._child = None
            return not self._killed

    def _send(self, *words: Any) -> None:
        if self._child is not None:
            self._child.send(*words)


class _Child:
    """A child process and our end of its pipe."""

    def __init__(self, assignment: bytes, name: str) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._lock = threading.Lock()
        self._process = _SPAWN.Process(target=main, args=(theirs, assignment), name=name, daemon=True)
        self._process.start()
        theirs.close()

    def send(self, *words: Any) -> None:
        """Send; a child that is gone is noticed where it is read from."""
        try:
            with self._lock:
                self._pipe.send(words)
        except OSError:
            return

    def receive(self) -> tuple[Any, ...]:
        """Wait for the child's next words.

        Raises:
            ChildDiedError: There will be none.
        """
        try:
            words: tuple[Any, ...] = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join(5)
            raise ChildDiedError(f"the child process died (exit code {self._process.exitcode})") from None
        return words

    def is_alive(self) -> bool:
        """Whether it has not ended, as one may that waits for its next job."""
        return self._process.is_alive()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def close(self) -> None:
        """Hang up, and see that it ends."""
        self._pipe.close()
        self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(2)
        self._process.close()


class ProcessCrew:
    """Runs jobs in at most `size` child processes."""

    def __init__(self, assignment: Assignment, size: int, name: str) -> None:
        self._assignment = pack(assignment)
        self._name = name
        self._threads = ThreadCrew(size, name)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._started = 0
        self._closed = False
        self._killers: dict[int, None] = {}

    def submit(self, job: ProcessJob) -> None:
        """Run a job as soon as a child is free."""
        self._threads.submit(lambda: self._run(job))

    def close(self) -> None:
        """End the idle children now and the others after their present jobs; waits for none that works."""
        self._threads.close()
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    def _run(self, job: ProcessJob) -> None:
        outcome: Outcome | None = None
        error: BaseException | None = None
        try:
            child = self._take()
        except Exception as failure:  # no child can be had: the job fails, the worker goes on
            job.listener.done(None, failure)
            return
        try:
            job.begin(child)
            outcome, error = self._follow(child, job)
        except ChildDiedError as died:
            error = died
        ended_by_us = not job.end()
        if isinstance(error, ChildDiedError):
            error.again = not ended_by_us and self._has_killed(job.job.key)
        if ended_by_us or isinstance(error, ChildDiedError):
            child.close()
        else:
            self._put_back(child)
        job.listener.done(outcome, error)

    def _has_killed(self, key: int) -> bool:
        """Whether a child died of this job before, as one did now; of the last thousand such jobs that is known."""
        with self._lock:
            before = key in self._killers
            self._killers[key] = None
            if len(self._killers) > _KILLERS_KNOWN:
                del self._killers[next(iter(self._killers))]
        return before

    def _follow(self, child: _Child, job: ProcessJob) -> tuple[Outcome | None, BaseException | None]:
        while True:
            word, *rest = child.receive()
            if word == "log":
                job.listener.logged(rest[0])
            elif word == "extend":
                job.listener.extend(rest[0])
            elif word == "progress":
                job.listener.progress(rest[0])
            elif word == "shield":
                job.shielded = rest[0]
            elif word == "outcome":
                return rest[0], None
            else:
                return None, _unpickled(*rest)

    def _take(self) -> _Child:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.is_alive():
                    return child
                child.close()
            self._started += 1
            name = f"{self._name}-{self._started}"
        return _Child(self._assignment, name)

    def _put_back(self, child: _Child) -> None:
        with self._lock:
            closed = self._closed
            if not closed:
                self._idle.append(child)
        if closed:
            child.close()


def _unpickled(pickled: bytes | None, text: str, trace: str) -> BaseException:
    error: BaseException = HandlerError(text)
    if pickled is not None:
        error = pickle.loads(pickled)  # noqa: S301 - comes from our own child
    error.__cause__ = HandlerError(f"in the child process:\n{trace}")
    return error


def pack(assignment: Assignment) -> bytes:
    """The assignment as a child gets it.

    Raises:
        ConfigurationError: The handler can not be pickled.
    """
    try:
        return pickle.dumps(assignment)
    except Exception as error:
        raise ConfigurationError(
            f"{name_of(assignment.handler)} can not run in another process: {error}. "
            "Define it at the top of a module, under the name that it keeps"
        ) from error


def check_spawnable(handler: Callable[..., Any]) -> None:
    """Refuse a handler that no spawned process could import, as soon as it is registered.

    Raises:
        TypeError: It is local to a function, a lambda, or the main module would run everything again in the child.
    """
    name = name_of(handler)
    if "<locals>" in name or "<lambda>" in name:
        raise TypeError(f"{name} can not run in another process: define it at the top of a module")
    module = sys.modules.get("__main__")
    file = getattr(module, "__file__", None)
    if file is None:
        if getattr(handler, "__module__", None) == "__main__":
            raise TypeError(f"{name} can not run in another process: its module is no file that a child could import")
        return
    if not _is_left_alone(module) and not _has_main_guard(Path(file)):
        raise TypeError(
            f"{name} can not run in another process: {Path(file).name} would start everything again there. "
            'Put what runs under `if __name__ == "__main__":`'
        )


def _is_left_alone(module: Any) -> bool:
    """Whether a child does not run the main module again: that of ``python -m package`` it leaves out."""
    spec = getattr(module, "__spec__", None)
    return spec is not None and (spec.name == "__main__" or spec.name.endswith(".__main__"))


def _has_main_guard(path: Path) -> bool:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return True
    return any(isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) for node in tree.body)
