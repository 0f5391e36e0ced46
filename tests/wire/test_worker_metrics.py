"""The metrics of a worker: which there are, and that each says what happened, on a clock that the test holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="the OpenTelemetry SDK is not installed")

from tests.wire.telescope import Telescope
from tests.wire.test_worker_faults import times
from tests.wire.worker_support import FaultyPort, Site, eventually, faulty
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.errors import BpmnError, StatusCode
from zeebe_grpc.worker import Backoff, Deferred, Job, RunningWorker, Worker, WorkerEvent, WorkerEventKind
from zeebe_grpc.worker.runner.clock import ManualClock

GOLDEN = {
    ("zeebe.worker.counts", "Sum", "1"),
    ("zeebe.worker.job.duration", "Histogram", "s"),
    ("zeebe.worker.job.queue", "Histogram", "s"),
    ("zeebe.worker.job.remaining", "Histogram", "s"),
    ("zeebe.worker.job.run", "Histogram", "s"),
    ("zeebe.worker.jobs.activated", "Sum", "1"),
    ("zeebe.worker.jobs.ended", "Sum", "1"),
    ("zeebe.worker.notices", "Sum", "1"),
    ("zeebe.worker.places", "Gauge", "1"),
    ("zeebe.worker.poll.age", "Gauge", "s"),
    ("zeebe.worker.stream.age", "Gauge", "s"),
}


class World:
    """A worker of one job type whose handler does what the variable ``do`` says, on a clock that stands still."""

    def __init__(self, site: Site, **options: Any) -> None:
        self.site = site
        self.clock = ManualClock()
        self.scope = Telescope()
        self.go = asyncio.Event()
        self.begun = 0
        self.worker = Worker(job_timeout=60, max_concurrent_jobs=8, retry=Backoff(first=3600), **options)
        self.scope.telemetry.attach(self.worker)

        @self.worker.job("work")
        async def work(do: str, job: Job[None], client: AsyncZeebeClient) -> Deferred | None:
            self.begun += 1
            await self.go.wait()
            if do == "fail":
                raise ValueError
            if do == "throw":
                raise BpmnError("C")
            if do == "answer":
                await client.complete_job(job)
            if do == "lose":
                await client.cancel_process_instance(job.process_instance_key)
            return Deferred(timeout=600) if do == "defer" else None

    @asynccontextmanager
    async def running(self, *jobs: str) -> AsyncIterator[tuple[RunningWorker, FaultyPort]]:
        for do in jobs:
            self.site.create("work", variables={"do": do})
        running, port = faulty(self.worker, self.site.client, clock=self.clock)
        running.start()
        try:
            await eventually(lambda: running.health().job_types[0].held == self.begun == len(jobs))
            yield running, port
        finally:
            ending = asyncio.ensure_future(running.stop(grace=0))
            await self.passing(ending.done)
            await ending

    async def passing(self, condition: Callable[[], bool]) -> None:
        """Let time pass until something has happened."""

        def passed() -> bool:
            self.clock.advance(0.05)
            return condition()

        await eventually(passed)

    async def ended(self, running: RunningWorker) -> None:
        self.go.set()
        await eventually(lambda: running.health().job_types[0].held == 0)


async def test_the_instruments_are_these_and_no_others(site: Site) -> None:
    world = World(site, stream=True)
    async with world.running("nothing") as (running, _):
        world.clock.advance(35)
        await eventually(lambda: running.health().job_types[0].counts["extended"] == 1)
        await world.ended(running)
        found = {(metric.name, type(metric.data).__name__, metric.unit) for metric in world.scope.instruments()}
        assert all(metric.description for metric in world.scope.instruments())
    assert found == GOLDEN


async def test_times_are_those_of_the_job(site: Site) -> None:
    world = World(site)

    @world.worker.listen
    def busy(event: WorkerEvent) -> None:  # the handler is begun three seconds after the job came
        if event.kind is WorkerEventKind.JOB_STARTED:
            world.clock._now += 3

    async with world.running("nothing") as (running, _):
        world.clock.advance(20)
        await world.ended(running)
        said = world.scope.metrics()
    assert said["zeebe.worker.job.queue", "work"] == (1, 3)
    assert said["zeebe.worker.job.run", "work", "Completed"] == (1, 20)
    assert said["zeebe.worker.job.duration", "completed", "work"] == (1, 23)
    assert said["zeebe.worker.job.remaining", "completed", "work"] == (1, 37)


async def test_an_extension_is_counted_and_moves_the_deadline(site: Site) -> None:
    world = World(site)
    async with world.running("nothing") as (running, _):
        world.clock.advance(35)
        await eventually(lambda: running.health().job_types[0].counts["extended"] == 1)
        await world.ended(running)
        said = world.scope.metrics()
    assert said["zeebe.worker.counts", "extended", "work"] == 1
    assert said["zeebe.worker.notices", "work", "job extended for the first time"] == 1
    assert said["zeebe.worker.job.remaining", "completed", "work"] == (1, 60)


async def test_an_expired_job_has_no_time_left(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    world = World(site, extend=False)
    async with world.running("nothing") as (running, _):
        world.clock.advance(61)
        await eventually(lambda: running.health().job_types[0].held == 0)
        said = world.scope.metrics()
    assert said["zeebe.worker.jobs.ended", "expired", "work"] == 1
    assert said["zeebe.worker.counts", "expired", "work"] == 1
    assert said["zeebe.worker.job.remaining", "expired", "work"] == (1, 0)
    assert said["zeebe.worker.job.duration", "expired", "work"] == (1, 61)
    assert said["zeebe.worker.job.run", "work", "Lost"] == (1, 61)
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]


async def test_every_end_is_counted_and_every_job_that_came(site: Site) -> None:
    world = World(site)
    async with world.running("nothing", "fail", "throw", "answer", "lose", "defer") as (running, _):
        await world.ended(running)
        during = world.scope.metrics()
    after = world.scope.metrics()
    ends = {key[1]: value for key, value in after.items() if key[0] == "zeebe.worker.jobs.ended"}
    assert ends == dict.fromkeys(("completed", "failed", "thrown", "answered", "lost", "deferred"), 1)
    assert after["zeebe.worker.jobs.activated", "work"] == 6
    outcomes = {key[2]: value[0] for key, value in after.items() if key[0] == "zeebe.worker.job.run"}
    assert outcomes == {"Completed": 3, "Failed": 1, "ErrorThrown": 1, "Deferred": 1}
    assert during["zeebe.worker.places", "work", "deferred"] == 1
    # What was counted stays counted when the worker is gone; what is measured does not.
    assert after["zeebe.worker.counts", "lost", "work"] == during["zeebe.worker.counts", "lost", "work"] == 1
    assert not [key for key in after if key[0] in ("zeebe.worker.places", "zeebe.worker.poll.age")]


async def test_an_answer_in_doubt_is_counted_as_ambiguous(site: Site) -> None:
    world = World(site)
    async with world.running("nothing") as (running, port):
        port.lose = times("CompleteJob", StatusCode.DEADLINE_EXCEEDED, 1)
        world.go.set()
        await world.passing(lambda: running.health().job_types[0].held == 0)
        said = world.scope.metrics()
    assert said["zeebe.worker.counts", "ambiguous", "work"] == 1
    assert said["zeebe.worker.notices", "work", "answer accepted, probably"] == 1
    assert said["zeebe.worker.jobs.ended", "completed", "work"] == 1


async def test_jobs_given_back_are_counted_whether_they_were_started_or_not(site: Site) -> None:
    world = World(site)
    async with world.running("nothing") as (running, _):
        await world.passing(lambda: site.gateway.parked_polls("work") == 1)
        ending = asyncio.ensure_future(running.stop(grace=5))
        await eventually(lambda: not running.health().ready)
        site.create("work", variables={"do": "nothing"})
        await eventually(lambda: running.health().job_types[0].counts["poll"] == 2)
        await world.passing(ending.done)
        assert (await ending).returned == 2
    said = world.scope.metrics()
    assert said["zeebe.worker.jobs.activated", "work"] == 2
    assert said["zeebe.worker.jobs.ended", "returned", "work"] == 2
    assert said["zeebe.worker.counts", "returned", "work"] == 2
    assert said["zeebe.worker.job.run", "work", "Lost"][0] == 1


async def test_places_and_ages_are_those_of_the_moment(site: Site) -> None:
    world = World(site, stream=True)
    async with world.running("nothing", "nothing"):
        await eventually(lambda: site.gateway.open_streams("work") == 1)
        world.clock.advance(7)
        said = world.scope.metrics()
        places = {state: said["zeebe.worker.places", "work", state] for state in ("held", "reserved", "free")}
    assert places["held"] == 2
    assert sum(places.values()) == 8
    assert said["zeebe.worker.stream.age", "work"] == pytest.approx(7)
    assert said["zeebe.worker.poll.age", "work"] == pytest.approx(7)


async def test_a_worker_that_stood_still_says_so(site: Site) -> None:
    world = World(site, stream=True)
    async with world.running() as (running, _):
        assert running._lanes[0].machine.ledger.admit() is not None  # a bug of ours: a place that no job has
        world.clock.advance(6)
        said = world.scope.metrics()
    assert said["zeebe.worker.counts", "stalled", "work"] == 1
    assert said["zeebe.worker.notices", "work", "worker stalled"] == 1


async def test_two_workers_of_one_job_type_are_taken_together(site: Site) -> None:
    scope, worker = Telescope(), Worker(max_concurrent_jobs=3)
    scope.telemetry.attach(worker)

    @worker.job("work")
    async def work() -> None: ...

    async with worker.running(site.client):
        async with worker.running(site.client):
            said = scope.metrics()
            states = [said["zeebe.worker.places", "work", state] for state in ("held", "reserved", "free")]
            assert sum(states) == 6
            site.create("work", 4)
            await eventually(lambda: scope.metrics().get(("zeebe.worker.counts", "completed", "work")) == 4)
        assert scope.metrics()["zeebe.worker.counts", "completed", "work"] == 4
    assert scope.metrics()["zeebe.worker.counts", "completed", "work"] == 4
