"""The form of Camunda's own Python SDK."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.worker_support import Site, eventually
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import BpmnError
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.worker import WorkerConfig, create_job_worker
from zeebe_grpc.worker.runner.official import run_workers, run_workers_blocking


@pytest.fixture
def site() -> Iterator[Site]:
    with Gateway() as gateway:
        site = Site(gateway)
        with site.client:
            yield site


def in_child(job):  # type: ignore[no-untyped-def]
    return {"process": os.getpid(), "sum": job.variables["a"] + 1}


def test_the_signatures_are_the_official_ones() -> None:
    sdk = pytest.importorskip("camunda_orchestration_sdk", reason="the official SDK is not installed")
    theirs = list(inspect.signature(sdk.CamundaAsyncClient.create_job_worker).parameters)[1:]
    ours = list(inspect.signature(create_job_worker).parameters)[1:]
    assert ours == theirs
    fields = list(inspect.signature(sdk.WorkerConfig).parameters)
    assert list(inspect.signature(WorkerConfig).parameters)[: len(fields)] == fields


async def test_an_async_callback_with_an_async_client(site: Site) -> None:
    site.create("work", 3, {"a": 1})
    async with AsyncZeebeClient(site.gateway.address) as client:

        async def callback(job):  # type: ignore[no-untyped-def]
            topology = await job.client.get_topology()
            return {"b": job.variables["a"] + topology.cluster_size, "key": str(job.key)}

        config = WorkerConfig("work", job_timeout_milliseconds=60_000, max_concurrent_jobs=2)
        create_job_worker(client, config, callback)
        running = asyncio.create_task(run_workers(client))
        await site.completed(3)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert site.variables()["b"] == 2


async def test_it_is_started_by_hand_and_stopped_too(site: Site) -> None:
    site.create("work", variables={"a": 1})
    async with AsyncZeebeClient(site.gateway.address) as client:

        def callback(job: Any) -> None:
            assert isinstance(job.client, ZeebeClient)
            raise BpmnError("C", "m")

        config = WorkerConfig(job_type="work", worker_name="me", fetch_variables=["a"])
        async with create_job_worker(
            client, config, callback, auto_start=False, startup_jitter_max_seconds=0.01
        ) as worker:
            worker.start()
            await eventually(lambda: site.intents()["ERROR_THROWN"] == 1)
    assert site.jobs("ERROR_THROWN")[0]["worker"] == "me"


@pytest.mark.parametrize("place", ["config", "call"])
def test_child_processes_and_a_blocking_client(site: Site, place: str) -> None:
    site.create("work", 2, {"a": 1})
    config = WorkerConfig("work", 60_000, execution_strategy="process" if place == "config" else "auto")
    strategy: Any = "process" if place == "call" else "auto"
    with create_job_worker(site.client, config, in_child, execution_strategy=strategy) as worker:
        asyncio.run(site.completed(2))
        worker.stop()
    run_workers_blocking(site.client)
    assert site.variables()["sum"] == 2
    assert site.variables()["process"] != os.getpid()


def test_what_can_not_work_is_refused(site: Site) -> None:
    async def coroutine(job: Any) -> None: ...

    for callback, strategy in ((lambda: None, "auto"), (coroutine, "thread"), (coroutine, "process"), (5, "auto")):
        with pytest.raises(TypeError):
            create_job_worker(
                site.client,
                WorkerConfig("work"),
                callback,  # type: ignore[arg-type]
                execution_strategy=strategy,  # type: ignore[arg-type]
            )
