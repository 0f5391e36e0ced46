"""CAMUNDA_WORKER_* as a running worker takes them: what the gateway is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.wire.worker_support import Site, eventually
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.gateway.faults import CleanEnd, FaultScript
from zeebe_grpc.worker import Worker, WorkerConfig, create_job_worker

ENVIRONMENT = {
    "CAMUNDA_WORKER_TIMEOUT": "12345",
    "CAMUNDA_WORKER_MAX_CONCURRENT_JOBS": "7",
    "CAMUNDA_WORKER_REQUEST_TIMEOUT": "4321",
    "CAMUNDA_WORKER_NAME": "of the environment",
}
SAID = (12345, 7, 4321, "of the environment")


@dataclass
class Desk:
    """A gateway that notes how it was asked for jobs."""

    site: Site
    asked: list[tuple[int, int, int, str]] = field(default_factory=list)

    def note(self, request: Any) -> bool:
        """Let the poll go on, and remember it."""
        self.asked.append((request.timeout, request.maxJobsToActivate, request.requestTimeout, request.worker))
        return False


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    script = FaultScript()
    with Gateway(faults=script) as gateway:
        desk = Desk(Site(gateway))
        script.on("ActivateJobs", CleanEnd(), matches=desk.note)
        for name, value in {**ENVIRONMENT, "CAMUNDA_GRPC_ADDRESS": f"grpc://{gateway.address}"}.items():
            monkeypatch.setenv(name, value)
        with desk.site.client:
            yield desk


def worker_with(defaults: dict[str, Any], **options: Any) -> Worker:
    worker = Worker(**defaults)

    @worker.job("work", **options)
    async def work() -> None: ...

    return worker


@pytest.mark.parametrize("given", ["a client", "an async client", "nothing"])
async def test_a_worker_asks_as_the_environment_says(desk: Desk, given: str) -> None:
    clients: dict[str, Any] = {"a client": ZeebeClient, "an async client": AsyncZeebeClient, "nothing": lambda: None}
    client = clients[given]()
    async with worker_with({}).running(client, grace=0):
        await eventually(lambda: bool(desk.asked))
    assert desk.asked[0] == SAID
    if isinstance(client, AsyncZeebeClient):
        await client.close()
    elif client is not None:
        client.close()


@pytest.mark.parametrize("place", ["worker", "job"])
async def test_options_win_over_the_environment(desk: Desk, place: str) -> None:
    options = {"job_timeout": 60, "max_concurrent_jobs": 3, "request_timeout": 10, "worker_name": "mine"}
    worker = worker_with(options) if place == "worker" else worker_with({"job_timeout": 30}, **options)
    async with worker.running(grace=0):
        await eventually(lambda: bool(desk.asked))
    assert desk.asked[0] == (60_000, 3, 10_000, "mine")


async def test_what_an_option_leaves_unsaid_is_still_the_environments(desk: Desk) -> None:
    async with worker_with({}, max_concurrent_jobs=3).running(grace=0):
        await eventually(lambda: bool(desk.asked))
    assert desk.asked[0] == (12345, 3, 4321, "of the environment")


async def test_the_official_form_asks_as_the_environment_says(desk: Desk) -> None:
    async with AsyncZeebeClient() as client:
        async with create_job_worker(client, WorkerConfig("work"), lambda job: None):
            await eventually(lambda: bool(desk.asked))
        assert desk.asked.pop(0) == SAID
        desk.asked.clear()
        config = WorkerConfig("work", 60_000, 10_000, 3, worker_name="mine")
        async with create_job_worker(client, config, lambda job: None):
            await eventually(lambda: bool(desk.asked))
    assert desk.asked[0] == (60_000, 3, 10_000, "mine")
