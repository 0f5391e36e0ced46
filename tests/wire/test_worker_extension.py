"""How a worker keeps its jobs while handlers run: extension, its limits, and what ends it."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from tests.wire.worker_support import Site, eventually, faulty, process
from zeebe_grpc.errors import StatusCode
from zeebe_grpc.gateway import Gateway, HeldClock
from zeebe_grpc.worker import Backoff, CancelReason, Job, JobCancelled, Worker
from zeebe_grpc.worker.runner.clock import ManualClock


async def test_a_handler_of_ten_timeouts_runs_once() -> None:
    worker, clock, runs, go = (
        Worker(job_timeout=60, max_job_time=None, request_timeout=3600),
        ManualClock(),
        [],
        asyncio.Event(),
    )

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        runs.append(job.key)
        await go.wait()
        assert job.remaining() > 0

    with Gateway(clock=HeldClock()) as gateway:
        site = Site(gateway)
        with site.client:
            site.create("work")
            running, _ = faulty(worker, site.client, clock=clock)
            extender = running.start()._lanes[0].machine.jobs.extender
            await eventually(lambda: len(runs) == 1)
            for _ in range(60):
                clock.advance(10)
                await eventually(lambda: extender._under_way == 0)
                gateway.advance_clock(10)
            go.set()
            await site.completed(1)
            assert running.health().job_types[0].counts["extended"] >= 15
            ending = asyncio.ensure_future(running.stop())
            await eventually(lambda: not running.health().ready)
            clock.advance(1)
            await ending
        assert len(runs) == 1
        assert site.intents()["TIMED_OUT"] == 0


MODELLED = (
    '<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>'
    '<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="work"/><zeebe:taskHeaders>'
    '<zeebe:header key="jobTimeout" value="PT1H"/><zeebe:header key="retryBackoff" value="a while"/>'
    "</zeebe:taskHeaders></bpmn:extensionElements></bpmn:serviceTask>"
)


async def test_the_model_says_by_how_much_a_job_is_extended(caplog: pytest.LogCaptureFixture) -> None:
    worker, clock = Worker(job_timeout=60, request_timeout=3600), ManualClock()

    @worker.job("work")
    async def work() -> None:
        await asyncio.Event().wait()

    with Gateway(clock=HeldClock()) as gateway:
        site = Site(gateway)
        with site.client:
            site.client.deploy_resources({"work.bpmn": process("work", MODELLED)})
            for _ in range(2):
                site.client.create_process_instance("work")
            running, _ = faulty(worker, site.client, clock=clock)
            running.start()
            await eventually(lambda: running.health().job_types[0].held == 2)
            clock.advance(35)
            await eventually(lambda: running.health().job_types[0].counts["extended"] == 2)
            assert all(handler.remaining > 3000 for handler in running.health().job_types[0].handlers)
            ending = asyncio.ensure_future(running.stop())
            await eventually(lambda: not running.health().ready)
            clock.advance(40)
            await ending
    warned = [record for record in caplog.records if "task header" in record.getMessage()]
    assert [record.levelname for record in warned] == ["WARNING"]
    assert "retryBackoff is no ISO 8601 duration" in warned[0].getMessage()


async def test_headers_of_more_than_ten_years_are_ignored(caplog: pytest.LogCaptureFixture, site: Site) -> None:
    worker = Worker(job_timeout=0.6, retry=Backoff(first=0.01))

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        if job.retries == 3:
            await asyncio.sleep(0.5)  # an extension is asked for meanwhile
            raise RuntimeError

    model = MODELLED.replace("PT1H", "P4000D").replace("a while", "P999999999D")
    site.client.deploy_resources({"work.bpmn": process("work", model)})
    site.client.create_process_instance("work")
    async with worker.running(site.client) as running:
        await site.completed(1)
        assert running.health().live
        assert running.health().job_types[0].counts["extended"] >= 1
    said = [record.getMessage() for record in caplog.records if record.name == "zeebe_grpc.worker"]
    assert sum("jobTimeout and retryBackoff is no ISO 8601 duration" in text for text in said) == 1
    assert not [text for text in said if "has failed" in text]
    assert site.intents()["TIMED_OUT"] == 0


async def test_the_first_extension_warns_with_the_place_where_the_handler_is(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(job_timeout=0.4)
    go = threading.Event()

    @worker.job("work")
    def work() -> None:
        go.wait(10)

    site.create("work")
    async with worker.running(site.client) as running:
        await eventually(lambda: running.health().job_types[0].counts["extended"] >= 1)
        go.set()
        await site.completed(1)
    warning = next(record for record in caplog.records if "extended for the first time" in record.message)
    assert "go.wait(10)" in warning.message
    assert warning.__dict__["job_type"] == "work"


async def test_a_job_is_cancelled_when_its_time_is_over_and_not_answered(site: Site) -> None:
    worker = Worker(job_timeout=0.3, max_job_time=0.6)
    reasons: list[Any] = []

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            reasons.append(job.cancel_reason)
            raise

    site.create("work")
    async with worker.running(site.client) as running:
        await eventually(lambda: running.health().job_types[0].counts.get("expired", 0) >= 1)
    assert reasons[0] is CancelReason.DEADLINE
    assert site.intents()["COMPLETED"] == 0
    handed_back = site.jobs("FAILED")  # by the drain, if the job had been taken anew: with its retries as they were
    assert all(job["retries"] == 3 for job in handed_back)


async def test_without_extension_a_thread_is_told_at_its_deadline(site: Site) -> None:
    worker = Worker(job_timeout=0.3, extend=False)
    told: list[Any] = []

    @worker.job("work")
    def work(job: Job[None]) -> None:
        try:
            while True:
                job.progress()
                time.sleep(0.01)
        except JobCancelled as cancelled:
            told.append(cancelled.reason)
            raise

    site.create("work")
    async with worker.running(site.client, grace=0.1):
        await eventually(lambda: bool(told))
    assert told[0] is CancelReason.DEADLINE


async def test_a_handler_that_makes_no_progress_is_not_extended(site: Site) -> None:
    worker = Worker(job_timeout=0.5, max_job_time=60, stall_timeout=0.1)
    fates: list[Any] = []

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            fates.append(job.cancel_reason)

    site.create("work")
    async with worker.running(site.client) as running:
        await eventually(lambda: bool(fates))
        assert running.health().job_types[0].counts["extended"] == 0
    assert fates[0] is CancelReason.DEADLINE


async def test_a_lost_job_cancels_its_handler_and_is_not_answered(site: Site) -> None:
    worker = Worker(job_timeout=0.4)
    fates: list[Any] = []

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        await asyncio.to_thread(site.client.cancel_process_instance, job.process_instance_key)
        try:
            await asyncio.sleep(30)
        finally:
            fates.append(job.cancel_reason)

    site.create("work")
    async with worker.running(site.client) as running:
        await eventually(lambda: running.health().job_types[0].counts.get("lost") == 1)
    assert fates == [CancelReason.LOST]


async def test_a_handler_may_ask_for_more_time_itself(site: Site) -> None:
    worker = Worker(job_timeout=0.3, extend=False)

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        job.extend(30)
        await eventually(lambda: job.remaining() > 20)
        await asyncio.sleep(0.5)

    site.create("work")
    async with worker.running(site.client):
        await site.completed(1)
    assert site.intents()["TIMED_OUT"] == 0


async def test_a_gateway_that_forbids_extension_is_believed_once(site: Site) -> None:
    worker = Worker(job_timeout=0.4)

    @worker.job("work")
    async def work() -> None:
        await asyncio.sleep(0.3)

    running, port = faulty(worker, site.client)
    port.refuse = lambda rpc: StatusCode.PERMISSION_DENIED if rpc == "UpdateJobTimeout" else None
    site.create("work", 3)
    async with running:
        await site.completed(3)
        site.create("work", 3)
        await site.completed(6)
    assert port.calls["UpdateJobTimeout"] <= 3


async def test_a_shield_keeps_a_cancellation_from_the_middle_of_something(site: Site) -> None:
    worker = Worker(job_timeout=30)
    steps: list[str] = []
    started = asyncio.Event()

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        with job.shield():
            started.set()
            while not job.cancelled:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            steps.append("whole")
        await asyncio.sleep(30)
        steps.append("never")

    site.create("work")
    async with worker.running(site.client, grace=0):
        await started.wait()
    assert steps == ["whole"]
    assert site.jobs("FAILED")[0]["retries"] == 3  # given back as it was
