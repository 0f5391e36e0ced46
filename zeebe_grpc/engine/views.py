"""What is alive in an engine, as copies for whoever looks from outside: nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zeebe_grpc.engine.state.jobs import JobEntry, JobPhase


@dataclass(frozen=True)
class OpenJob:
    """A job that is not done.

    Attributes:
        key: Its key.
        type: Its type.
        element_id: The element that it is of.
        process_instance_key: The process instance that it is of.
        retries: Retries left.
        phase: Whether it waits for a worker, is somebody's, or has failed.
        deadline: Until when it is somebody's, in epoch milliseconds; -1 if nobody has it.
        due: When its backoff ends, in epoch milliseconds; -1 without one.
    """

    key: int
    type: str
    element_id: str
    process_instance_key: int
    retries: int
    phase: JobPhase
    deadline: int
    due: int

    @property
    def workable(self) -> bool:
        """Whether a worker can take it now, or has it."""
        return self.phase in (JobPhase.ACTIVATABLE, JobPhase.ACTIVATED)


def open_jobs(jobs: Iterable[JobEntry]) -> tuple[OpenJob, ...]:
    """The jobs as they stand, in the order of their keys."""
    found = [
        OpenJob(
            job.key,
            job.type,
            job.instance.element.id,
            job.instance.process_instance_key,
            job.retries,
            job.phase,
            job.deadline if job.phase is JobPhase.ACTIVATED else -1,
            job.due if job.phase is JobPhase.FAILED else -1,
        )
        for job in jobs
    ]
    return tuple(sorted(found, key=lambda job: job.key))
