"""Child processes for the handlers of one job type, each with a thread here that waits for it.

A child that dies takes only its own job with it, and is replaced at the next one. Why it died nobody can tell: a
system short of memory kills it just as a handler can. So its job goes back as it came, and only one that ends a second
child here is failed.
"""

from __future__ import annotations

import ast
import itertools
import pickle
import sys
import threading
import time
from collections.abc import Callable
from logging import LogRecord
from pathlib import Path
from typing import Any, Protocol

from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.worker.annotations import name_of
from zeebe_grpc.worker.child import Assignment
from zeebe_grpc.worker.children import Child, ChildDiedError, program_ends
from zeebe_grpc.worker.crossing import unpacked_error, unpacked_outcome, unpacked_record
from zeebe_grpc.worker.events import CancelReason
from zeebe_grpc.worker.outcomes import Lost, Outcome
from zeebe_grpc.worker.threads import ThreadCrew

_KILLERS_KNOWN = 1_000
_NUMBERS = itertools.count(1)


class Listener(Protocol):
    """What hears of a job in a child, in the thread that waits for it."""

    def extend(self, timeout: float) -> None:
        """The handler asks for more time."""

    def progress(self, progress: tuple[float | None, str]) -> None:
        """The handler is alive."""

    def logged(self, record: LogRecord) -> None:
        """Something was logged."""

    def located(self, place: str) -> None:
        """The handler was asked where it is: a word, and its innermost frames."""

    def done(self, outcome: Outcome | None, error: BaseException | None) -> None:
        """The handler is done: with an outcome, or with an exception. Called once, whatever happens."""


class ProcessJob:
    """One job on its way through a child.

    What the event loop says may come at any time: before a child is found, while it still imports, after the end. It
    never waits for the child.

    Args:
        job: As it was activated.
        remaining: Gives the seconds until the job is not ours any more.
        listener: Hears of it.

    Attributes:
        number: Tells the words about this job from those about others.
        shielded: Whether the handler must not be ended just now.
    """

    def __init__(self, job: ActivatedJob[Any], remaining: Callable[[], float], listener: Listener) -> None:
        self.job = job
        self.listener = listener
        self.number = next(_NUMBERS)
        self.shielded = False
        self._remaining = remaining
        self._child: Child | None = None
        self._lock = threading.Lock()
        self._cancelled: CancelReason | None = None
        self._stopping = False
        self._killed = False

    @property
    def cancelled(self) -> CancelReason | None:
        """Why the handler has to stop, or is not begun any more."""
        return self._cancelled

    @property
    def killed(self) -> bool:
        """Whether we have ended the child because of this job."""
        return self._killed

    def begin(self, child: Child, pickled: bytes) -> bool:
        """Send the job to a child; False if it is cancelled already."""
        with self._lock:
            if self._cancelled is not None:
                return False
            self._child = child
            child.send("job", self.number, pickled, self._deadline(), self._stopping)
            return True

    def cancel(self, reason: CancelReason) -> None:
        """Tell the handler to stop."""
        with self._lock:
            self._cancelled = reason
            self._send("cancel", reason.name)

    def renew(self) -> None:
        """Tell the handler how much time is left."""
        with self._lock:
            self._send("deadline", self._deadline())

    def stop(self) -> None:
        """Tell the handler that the worker drains."""
        with self._lock:
            self._stopping = True
            self._send("stopping")

    def where(self) -> str:
        """Where the handler is, as far as that is known here; its child is asked, and the listener hears the answer."""
        with self._lock:
            if self._child is None:
                return "waiting for a child process"
            self._send("where")
            return f"in the child process {self._child.pid}, which is asked for the place"

    def kill(self) -> None:
        """End the child, and the job with it."""
        with self._lock:
            if self._child is not None:
                self._killed = True
                self._child.kill()

    def end(self) -> None:
        """The job is over; from now on nothing that is said of it reaches the child."""
        with self._lock:
            self._child = None
            self.shielded = False

    def _deadline(self) -> float:
        return time.monotonic() + self._remaining()

    def _send(self, word: str, *words: Any) -> None:
        if self._child is not None:
            self._child.send(word, self.number, *words)


class ProcessCrew:
    """Runs jobs in at most `size` child processes."""

    def __init__(self, assignment: Assignment, size: int, name: str) -> None:
        self._assignment = pack(assignment)
        self._name = name
        self._threads = ThreadCrew(size, name)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
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
            child.hang_up()
        for child in idle:
            child.close()

    def _run(self, job: ProcessJob) -> None:
        """Run a job; whatever happens, its listener hears of an end, and the thread goes on."""
        outcome: Outcome | None = None
        error: BaseException | None = None
        try:
            outcome, error = self._lead(job)
        except BaseException as failure:  # also if no child can be had: the job fails, the worker goes on
            error = failure
        if not program_ends():  # its children have ended with it, which is no news, and nobody hears of it any more
            job.listener.done(outcome, error)

    def _lead(self, job: ProcessJob) -> tuple[Outcome | None, BaseException | None]:
        """Lead a job through a child, which is put back if its pipe is in order."""
        pickled = pickle.dumps(job.job)
        if job.cancelled is not None:
            return Lost(job.cancelled), None
        child, in_order = self._take(), False
        try:
            last = self._follow(child, job) if job.begin(child, pickled) else None
            in_order = True
        except ChildDiedError as died:
            died.again = not job.killed and self._has_killed(job.job.key)
            raise
        finally:
            job.end()
            self._part(child, in_order=in_order and not job.killed)
        if last is None:
            return Lost(job.cancelled or CancelReason.STOPPING), None
        word, *rest = last
        return (unpacked_outcome(*rest), None) if word == "outcome" else (None, unpacked_error(*rest))

    def _part(self, child: Child, *, in_order: bool) -> None:
        if in_order:
            self._put_back(child)
        else:
            child.kill()
            child.close()

    def _has_killed(self, key: int) -> bool:
        """Whether a child died of this job before, as one did now; of the last thousand such jobs that is known."""
        with self._lock:
            before = key in self._killers
            self._killers[key] = None
            if len(self._killers) > _KILLERS_KNOWN:
                del self._killers[next(iter(self._killers))]
        return before

    def _follow(self, child: Child, job: ProcessJob) -> list[Any]:
        """Listen to a child until its last words about a job."""
        while True:
            word, number, *rest = child.receive()
            if word == "log":
                job.listener.logged(unpacked_record(*rest))
            elif number != job.number:
                continue  # from a thread that the handler of an earlier job has left behind
            elif word in ("outcome", "raised"):
                return [word, *rest]
            else:
                _heed(job, word, *rest)

    def _take(self) -> Child:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.is_alive():
                    return child
                child.close()
            self._started += 1
            name = f"{self._name}-{self._started}"
        return Child(self._assignment, name)

    def _put_back(self, child: Child) -> None:
        with self._lock:
            closed = self._closed
            if not closed:
                self._idle.append(child)
        if closed:
            child.close()


def _heed(job: ProcessJob, word: str, *words: Any) -> None:
    """Pass on what a child has said of its job."""
    if word == "extend":
        job.listener.extend(*words)
    elif word == "progress":
        job.listener.progress(*words)
    elif word == "shield":
        job.shielded = words[0]
    elif word == "place":
        job.listener.located(*words)


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
