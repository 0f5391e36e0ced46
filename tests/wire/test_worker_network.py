"""The worker while its calls get lost on real connections: it recovers by itself, and no job is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.wire.worker_support import Site, eventually, serving
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.gateway import BackpressureLimit, Gateway
from zeebe_grpc.gateway.faults import (
    BlackHole,
    CancelAfterSilence,
    CleanEnd,
    CutConnection,
    Delay,
    DropReply,
    Fault,
    FaultScript,
    HalfOpen,
    SlowDrip,
    TruncateActivation,
)
from zeebe_grpc.worker import Backoff, Job, Notice, RunningWorker, Worker, WorkerEvent

# A dead peer is noticed by a ping; the default of 45 seconds would be the length of the test.
IMPATIENT = [("grpc.keepalive_time_ms", 2000), ("grpc.http2.ping_timeout_ms", 1000)]
ENOUGH = 60.0

FAULTS: dict[str, Fault] = {
    "black hole": BlackHole(),
    "reply dropped": DropReply(),
    "late": Delay(0.3),
    "connection cut": CutConnection(),
    "connection cut, done": CutConnection(after_effect=True),
    "half open": HalfOpen(),
    "half open, done": HalfOpen(after_effect=True),
    "cancelled after silence": CancelAfterSilence(0.1),
}
OF_POLLS: dict[str, Fault] = {
    "truncated": TruncateActivation(1),
    "truncated, looks well": TruncateActivation(0),
    "slow drip": SlowDrip(0.1),
    "ends at once": CleanEnd(),
}


@pytest.fixture
def site(script: FaultScript) -> Iterator[Site]:
    with serving(faults=script) as site:
        yield site


def worker_of_all_trades(*, stream: bool) -> Worker:
    """Its jobs fail once, are extended once, and complete."""
    worker = Worker(job_timeout=2, request_timeout=0.5, stream=stream, retry=Backoff(first=0.01))

    @worker.job("work")
    async def work(job: Job) -> None:
        if job.retries == 3:
            raise RuntimeError("the first try fails")
        if job.retries == 2:
            job.extend(3)
            await asyncio.sleep(0.05)

    @worker.job("other")
    async def other() -> None: ...

    return worker


def free(running: RunningWorker) -> bool:
    return all(health.held == 0 for health in running.health().job_types)


async def is_survived(site: Site, script: FaultScript, rpc: str, *, stream: bool) -> None:
    """Jobs are worked although a call is hit, and so are those that come after it."""
    for job_type in ("work", "other"):
        site.deploy(job_type)
    async with AsyncZeebeClient(site.gateway.address, channel_options=IMPATIENT) as client:
        async with worker_of_all_trades(stream=stream).running(client) as running:
            for job_type in ("work", "other"):
                site.create(job_type, 3)
            await eventually(lambda: any(name == rpc for name, _ in script.played), ENOUGH)
            await site.completed(6, ENOUGH)
            site.create("work", 1)
            await site.completed(7, ENOUGH)
            await eventually(lambda: running.health().ready and free(running), ENOUGH)
        assert sum(health.counts.get("stalled", 0) for health in running.health().job_types) == 0
    assert sorted(site.completions().values()) == [1] * 7
    assert not site.incidents()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("rpc", ["ActivateJobs", "CompleteJob", "FailJob", "UpdateJobTimeout"])
async def test_a_lost_call_of_a_worker_that_polls(site: Site, script: FaultScript, rpc: str, fault: Fault) -> None:
    script.on(rpc, fault)
    await is_survived(site, script, rpc, stream=False)


@pytest.mark.parametrize("fault", OF_POLLS.values(), ids=OF_POLLS.keys())
async def test_a_poll_that_brings_less_than_it_took(site: Site, script: FaultScript, fault: Fault) -> None:
    script.on("ActivateJobs", fault, times=2, matches=lambda request: getattr(request, "type", "") == "work")
    await is_survived(site, script, "ActivateJobs", stream=False)


@pytest.mark.parametrize(
    "fault",
    [*FAULTS.values(), CleanEnd(), CleanEnd(after_messages=1)],
    ids=[*FAULTS, "ends at once", "ends after a message"],
)
async def test_a_lost_stream(site: Site, script: FaultScript, fault: Fault) -> None:
    script.on("StreamActivatedJobs", fault)
    await is_survived(site, script, "StreamActivatedJobs", stream=True)


@pytest.mark.parametrize("stream", [False, True], ids=["polling", "streaming"])
async def test_fifty_job_types_at_a_broker_that_takes_three_commands_at_a_time(stream: bool) -> None:
    worker = Worker(stream=stream)
    names = [f"type-{number}" for number in range(50)]
    for name in names:

        @worker.job(name)
        async def work() -> None: ...

    refused = 0

    @worker.listen
    def listen(event: WorkerEvent) -> None:
        nonlocal refused
        refused += event.notice is Notice.POLL_FAILED

    with Gateway(backpressure=BackpressureLimit(3, command_seconds=0.005)) as gateway:
        site = Site(gateway)
        with site.client:
            for name in names:
                site.create(name, 2)
            async with worker.running(site.client) as running:
                await site.completed(100, ENOUGH)
                for name in names:
                    await asyncio.to_thread(site.create, name)
                await site.completed(150, ENOUGH)
                await eventually(lambda: free(running), ENOUGH)
        assert refused
        assert sorted(site.completions().values()) == [1] * 150
        assert not site.incidents()
