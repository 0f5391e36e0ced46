"""What people read in the log about a worker. Records carry job keys, never variables.

Where it goes is said by the client's `logger=`; CAMUNDA_SDK_LOG_LEVEL withholds lines of the worker, not of handlers.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from zeebe_grpc.logs import Log
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.worker.events import CANCELLED_HERE, Notice, Problem, Told
from zeebe_grpc.worker.job import LOGGER_OF_JOBS

_QUIET = frozenset({"RESOURCE_EXHAUSTED"})
_REPEAT_EVERY = 20

_LEVELS = {
    Notice.POLL_FAILED: logging.WARNING,
    Notice.POLL_RECOVERED: logging.INFO,
    Notice.STREAM_FAILED: logging.WARNING,
    Notice.STREAM_PARKED: logging.INFO,
    Notice.STREAM_UNSUPPORTED: logging.WARNING,
    Notice.FIRST_EXTENSION: logging.WARNING,
    Notice.EXTENSION_WITHHELD: logging.WARNING,
    Notice.EXTENSION_FORBIDDEN: logging.WARNING,
    Notice.DEFERRAL_CUT: logging.WARNING,
    Notice.OVERDELIVERED: logging.WARNING,
    Notice.ANSWER_AMBIGUOUS: logging.WARNING,
    Notice.ANSWER_REFUSED: logging.ERROR,
    Notice.ANSWER_GIVEN_UP: logging.ERROR,
    Notice.RETURN_FAILED: logging.WARNING,
    Notice.STALLED: logging.ERROR,
}

_ADVICE = {
    Notice.FIRST_EXTENSION: "its handler has run for half of the job timeout; it is now here:\n",
    Notice.EXTENSION_FORBIDDEN: "jobs that outlast their timeout will be given to others as well: ",
    Notice.STREAM_UNSUPPORTED: "this gateway knows no job streams, the worker only polls: ",
    Notice.STREAM_PARKED: "all places are taken and nothing finishes; what was pushed goes to others",
    Notice.ANSWER_AMBIGUOUS: "no reply came, but it was most probably carried out: ",
    Notice.ANSWER_REFUSED: "the job is failed instead: ",
    Notice.ANSWER_GIVEN_UP: "the job is not ours any more: ",
    Notice.RETURN_FAILED: "it may wait for its timeout: ",
}


def keys(job: ActivatedJob[Any] | None, job_type: str) -> dict[str, Any]:
    """What records about a job carry."""
    if job is None:
        return {"job_type": job_type}
    return {
        "job_type": job_type,
        "job_key": job.key,
        "process_instance_key": job.process_instance_key,
        "element_id": job.element_id,
    }


def _level(told: Told) -> int:
    level = _LEVELS[told.notice]
    failing = told.notice in (Notice.POLL_FAILED, Notice.STREAM_FAILED)
    quiet = told.problem is CANCELLED_HERE or (told.problem is not None and told.problem.code in _QUIET)
    if failing and (quiet or told.count % _REPEAT_EVERY != 1):
        return logging.DEBUG
    return level


def _described(problem: Problem) -> str:
    """As the error itself would print it."""
    text = f"{problem.hint} ({problem.details})" if problem.hint else problem.details
    return f"{problem.code}: {text}"


class WorkerLog(Log):
    """Where one worker logs to.

    Args:
        log: Where its client logs to.

    Attributes:
        of_jobs: What handlers are given as the logger of their job.
    """

    def __init__(self, log: Log) -> None:
        own = log.child("zeebe_grpc.worker")
        super().__init__(own.name, own.sink, own.least)
        self.of_jobs = own.child(LOGGER_OF_JOBS).target
        self._warned: set[tuple[int, str]] = set()

    def told(self, told: Told, job_type: str, job: ActivatedJob[Any] | None, text: str = "") -> None:
        """Log what a machine has told, the first time, and now and then if it goes on."""
        level = _level(told)
        if not self.isEnabledFor(level):
            return
        problem = "" if told.problem is None else _described(told.problem)
        where = f"job {job.key} of {job_type}" if job is not None else f"job type {job_type}"
        words = f"{_ADVICE.get(told.notice, '')}{text or told.text or problem}"
        times = f" ({told.count} in a row)" if told.count > 1 else ""
        reason = f": {words}" if words else ""
        self.log(level, "%s: %s%s%s", where, told.notice.value, times, reason, extra=keys(job, job_type))

    def handler_raised(self, error: BaseException, job: ActivatedJob[Any]) -> None:
        """Log an exception of a handler with its trace; the engine gets only a line of it."""
        self.error(
            "job %s of %s: the handler raised %s",
            job.key,
            job.type,
            type(error).__name__,
            exc_info=error,
            extra=keys(job, job.type),
        )

    def job_failed(self, reason: str, job: ActivatedJob[Any]) -> None:
        """Log why a job is failed although its handler raised nothing: what came in or went out does not fit."""
        self.error("job %s of %s: %s", job.key, job.type, reason, extra=keys(job, job.type))

    def child_died(self, what: str, job: ActivatedJob[Any]) -> None:
        """Warn of a child process that died with a job, which is given another chance."""
        text = "job %s of %s: %s; it is replaced, and the job handed back; dying of it again will cost it a retry"
        self.warning(text, job.key, job.type, what, extra=keys(job, job.type))

    def located(self, place: str, job: ActivatedJob[Any]) -> None:
        """Warn of the place where a handler in a child process is, which takes a moment to find out."""
        self.warning("job %s of %s: %s", job.key, job.type, place, extra=keys(job, job.type))

    def unreadable_headers(self, job: ActivatedJob[Any], headers: Sequence[str]) -> None:
        """Warn of task headers that say no usable duration, once for each element of a process definition."""
        place = (job.process_definition_key, job.element_id)
        if headers and place not in self._warned:
            self._warned.add(place)
            self.warning(
                "job %s of %s: task header %s is no ISO 8601 duration such as PT5M, at most ten years, and is ignored",
                job.key,
                job.type,
                " and ".join(headers),
                extra=keys(job, job.type),
            )
