"""What many contract tests do: deploy and start, take jobs, see that nothing is offered, wait for a result."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from tests.contract.targets import eventually
from zeebe_grpc import ActivatedJob, Resource, ZeebeClient

Job = ActivatedJob[dict[str, Any]]
Name = Callable[[str], str]
T = TypeVar("T")

UNKNOWN_KEY = 2251799813685249 + 10**9
"""A key of partition 1 that nothing has."""

_PARKED = 0.5
"""Seconds after which a gateway has looked in vain and holds a poll; nothing says so on the wire."""


def start(client: ZeebeClient, model: Resource, process_id: str, **variables: Any) -> int:
    """Deploy a model, start its process, and return the instance's key."""
    client.deploy_resources([model])
    return client.create_process_instance(process_id, variables=variables).process_instance_key


def take(client: ZeebeClient, job_type: str, count: int = 1, **options: Any) -> list[Job]:
    """Activate until so many jobs have come: a real broker may hand them out one after the other."""
    jobs: list[Job] = []

    def enough() -> bool:
        jobs.extend(client.activate_jobs(job_type, max_jobs_to_activate=count - len(jobs), **_quickly(options)))
        return len(jobs) >= count

    eventually(enough)
    return jobs


def take_one(client: ZeebeClient, job_type: str, **options: Any) -> Job:
    """Activate one job, waiting until there is one."""
    return take(client, job_type, **options)[0]


def expect_nothing(client: ZeebeClient, job_type: str, wait: float = 0.3) -> None:
    """See that no job of this type is offered."""
    offered = client.activate_jobs(job_type, request_timeout=wait)
    assert not offered, f"offered: {offered}"


def _quickly(options: dict[str, Any]) -> dict[str, Any]:
    return {"request_timeout": 1, "job_timeout": 60, **options}


class Awaited:
    """The result of an instance, awaited in a thread while the test works on its jobs."""

    def __init__(self, client: ZeebeClient, process_id: str, variables: dict[str, Any] | None = None) -> None:
        def wait() -> dict[str, Any]:
            return client.create_process_instance_with_result(process_id, variables=variables).variables

        self._result = in_thread(wait)

    def variables(self) -> dict[str, Any]:
        """Wait for the end of the instance, and return its variables."""
        return self._result.result(30)


def park(client: ZeebeClient, job_type: str, max_jobs_to_activate: int = 10) -> Future[list[Job]]:
    """Poll in a thread for a type that has no job now, and return when the gateway holds the poll."""
    parked = in_thread(
        lambda: list(client.activate_jobs(job_type, max_jobs_to_activate=max_jobs_to_activate, request_timeout=20))
    )
    time.sleep(_PARKED)
    assert not parked.done()
    return parked


def in_thread(work: Callable[[], T]) -> Future[T]:
    """Start work in a thread of its own."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future
