"""The form of Camunda's own Python SDK."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import weakref
from typing import Any

import pytest

from tests.wire.gateway.support import until
from tests.wire.worker_support import Site, eventually
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import BpmnError, WorkerError
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.worker import WorkerConfig, create_job_worker
from zeebe_grpc.worker.runner.official import run_workers, run_workers_blocking


def in_child(job):  # type: ignore[no-untyped-def]
    return {"process": os.getpid(), "sum": job.variables["a"] + 1}


def shape(function: Any) -> list[tuple[str, Any, Any]]:
    """Names, kinds and defaults of what a function or a class takes."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("client", [AsyncZeebeClient, ZeebeClient])
@pytest.mark.parametrize("method", ["create_job_worker", "run_workers"])
def test_the_methods_are_the_official_ones(client: type, method: str) -> None:
    sdk = pytest.importorskip("camunda_orchestration_sdk", reason="the official SDK is not installed")
    assert shape(getattr(client, method)) == shape(getattr(sdk.CamundaAsyncClient, method))
    assert inspect.iscoroutinefunction(getattr(client, method)) is (client is AsyncZeebeClient and method[0] == "r")


def test_the_configuration_is_the_official_one() -> None:
    sdk = pytest.importorskip("camunda_orchestration_sdk", reason="the official SDK is not installed")
    theirs = shape(sdk.WorkerConfig)
    assert len(theirs) >= 7
    assert shape(WorkerConfig)[: len(theirs)] == theirs
    # Beyond that only what its documentation has there, although its code does not.
    assert [name for name, *_ in shape(WorkerConfig)[len(theirs) :]] == ["execution_strategy"]


def test_the_function_is_the_method() -> None:
    method = shape(AsyncZeebeClient.create_job_worker)
    assert shape(create_job_worker)[1:] == method[1:]


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


async def test_a_client_goes_when_its_worker_has_stopped_and_nobody_holds_it(site: Site) -> None:
    def forgotten(gone: list[weakref.ref[Any]]) -> None:
        client = ZeebeClient(site.gateway.address)
        with create_job_worker(client, WorkerConfig("work"), lambda job: None):
            gone.append(weakref.ref(client))
        create_job_worker(client, WorkerConfig("other"), lambda job: None, auto_start=False)
        client.close()

    async def forgotten_too(gone: list[weakref.ref[Any]]) -> None:
        client = AsyncZeebeClient(site.gateway.address)
        async with create_job_worker(client, WorkerConfig("work"), lambda job: None):
            await eventually(lambda: site.gateway.parked_polls("work") == 1)
            gone.append(weakref.ref(client))
        await client.close()

    gone: list[weakref.ref[Any]] = []
    await asyncio.to_thread(forgotten, gone)
    await forgotten_too(gone)
    await eventually(lambda: bool(gc.collect() + 1) and [reference() for reference in gone] == [None, None])


def test_a_client_keeps_no_workers_that_have_stopped(site: Site) -> None:
    first = create_job_worker(site.client, WorkerConfig("work"), lambda job: None)
    first.stop()
    gone = weakref.ref(first)
    del first
    with create_job_worker(site.client, WorkerConfig("work"), lambda job: None):
        gc.collect()
        assert gone() is None


def test_run_workers_tells_of_a_worker_that_can_not_go_on_while_others_can(site: Site) -> None:
    site.create("leased")
    create_job_worker(site.client, WorkerConfig("idle"), lambda job: None)
    create_job_worker(site.client, WorkerConfig("leased", with_lease=True), lambda job: None)
    with pytest.raises(WorkerError, match="gives no leases"):
        site.client.run_workers()
    until(lambda: site.gateway.parked_polls("idle") == 0)


@pytest.mark.parametrize("said", ["3600", None])
def test_the_jitter_holds_for_threads_too_and_a_worker_may_be_stopped_before_it_begins(said: str | None) -> None:
    with Gateway() as gateway:
        site = Site(gateway)
        environment = {"CAMUNDA_WORKER_STARTUP_JITTER_MAX_SECONDS": said} if said else {}
        with site.client, ZeebeClient(gateway.address, environment=environment) as client:
            site.create("work")
            late = create_job_worker(
                client, WorkerConfig("work"), lambda job: None, startup_jitter_max_seconds=None if said else 3600
            )
            with pytest.raises(TimeoutError):
                late.join(0.01)
            late.stop()
            assert site.intents()["COMPLETED"] == 0
            soon = create_job_worker(client, WorkerConfig("work"), lambda job: None, startup_jitter_max_seconds=0)
            asyncio.run(site.completed(1))
            soon.stop()
