"""Who cancels a handler, and what is felt of it: the worker, a middleware, a loop that ends."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from tests.wire.worker_support import Site, eventually, faulty
from zeebe_grpc.errors import BpmnError
from zeebe_grpc.worker import Backoff, CallNext, CancelReason, Job, Lost, Outcome, Worker
from zeebe_grpc.worker.events import RunJob


async def test_a_limit_set_by_middleware_fails_the_job_once(site: Site) -> None:
    worker, runs = Worker(retry=Backoff(first=3600)), []

    @worker.middleware
    async def limit(job: Job[Any], call_next: CallNext) -> Outcome:
        return await asyncio.wait_for(call_next(job), 0.05)

    @worker.job("work")
    async def work(job: Job[Any]) -> None:
        runs.append(job.key)
        await asyncio.Event().wait()

    site.create("work")
    async with worker.running(site.client) as running:
        await eventually(lambda: running.health().job_types[0].counts.get("failed") == 1)
    assert len(runs) == 1
    assert site.jobs("FAILED")[0]["errorMessage"] == "TimeoutError"
    assert site.jobs("FAILED")[0]["retries"] == 2


@pytest.mark.parametrize("swallowed", [False, True])
@pytest.mark.parametrize("threaded", [False, True])
async def test_a_handler_that_was_cancelled_before_it_began_never_begins(
    site: Site, *, threaded: bool, swallowed: bool
) -> None:
    worker, began, outcomes, entered = Worker(), [], [], asyncio.Event()

    @worker.middleware
    async def slow(job: Job[Any], call_next: CallNext) -> Outcome:
        entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not swallowed:
                raise
        outcomes.append(await call_next(job))
        return outcomes[-1]

    def in_a_thread() -> None:
        began.append("thread")

    async def in_the_loop() -> None:
        began.append("loop")

    worker.job("work")(in_a_thread if threaded else in_the_loop)
    site.create("work")
    async with worker.running(site.client) as running:
        await entered.wait()
        report = await running.stop(grace=0)
    assert not began
    assert outcomes == ([Lost(CancelReason.STOPPING)] if swallowed else [])
    assert (report.returned, report.abandoned) == (1, ())


async def test_middleware_that_hangs_after_the_handler_is_cancelled_too(site: Site) -> None:
    worker, done = Worker(), asyncio.Event()

    @worker.middleware
    async def hang(job: Job[Any], call_next: CallNext) -> Outcome:
        await call_next(job)
        done.set()
        await asyncio.Event().wait()
        raise AssertionError

    @worker.job("work")
    def work() -> None: ...

    site.create("work")
    async with worker.running(site.client) as running:
        await done.wait()
        report = await running.stop(grace=0)
    assert (report.returned, report.abandoned) == (1, ())


async def test_a_cancellation_under_a_shield_does_not_reach_the_answer(site: Site) -> None:
    worker, entered = Worker(), asyncio.Event()

    @worker.job("work")
    async def work(job: Job[Any]) -> None:
        with job.shield():
            entered.set()
            while job.cancelled is None:
                await asyncio.sleep(0)
            raise BpmnError("PAID")

    site.create("work")
    async with worker.running(site.client) as running:
        await entered.wait()
        report = await running.stop(grace=0)
    assert (report.thrown, report.abandoned) == (1, ())
    assert site.intents()["ERROR_THROWN"] == 1


async def test_what_is_tidied_up_under_a_shield_after_a_cancellation_costs_no_hand_back(site: Site) -> None:
    worker, entered = Worker(), asyncio.Event()

    @worker.job("work")
    async def work(job: Job[Any]) -> None:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            with job.shield():
                await asyncio.sleep(0)

    site.create("work")
    async with worker.running(site.client) as running:
        await entered.wait()
        report = await running.stop(grace=0)
    assert (report.returned, report.abandoned) == (1, ())


async def test_a_job_whose_task_is_cancelled_before_it_begins_goes_back(site: Site) -> None:
    worker, runs = Worker(), []

    @worker.job("work")
    async def work() -> None:
        runs.append(1)

    running, _ = faulty(worker, site.client)
    lane = running._lanes[0]
    run_job = lane._run_job

    def cancelled_at_once(effect: Any) -> None:
        run_job(effect)
        lane._working[effect.activation].cancel()

    lane._perform[RunJob] = cancelled_at_once
    site.create("work")
    async with running:
        await eventually(lambda: running.health().job_types[0].held == 1)
        report = await running.stop(grace=0)
    assert not runs
    assert (report.returned, report.abandoned) == (1, ())


async def test_where_an_async_handler_stands_is_told_at_the_first_extension(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(job_timeout=1)

    async def wait_for_the_bank() -> None:
        await asyncio.sleep(0.8)

    @worker.job("work")
    async def work() -> None:
        await wait_for_the_bank()

    site.create("work")
    async with worker.running(site.client):
        await site.completed(1)
    (warning,) = (r.getMessage() for r in caplog.records if "first time" in r.getMessage())
    assert "in work\n    await wait_for_the_bank()" in warning
    assert "in wait_for_the_bank\n" in warning


async def test_a_worker_whose_end_fails_is_not_waited_for_for_ever(site: Site) -> None:
    worker = Worker()

    @worker.job("work")
    async def work() -> None: ...

    running, port = faulty(worker, site.client)

    close = port.close

    async def end_badly() -> None:
        await close()
        raise OSError("no end")

    port.close = end_badly  # type: ignore[method-assign]
    running.start()
    with pytest.raises(OSError, match="no end"):
        await running.stop()
    with pytest.raises(OSError, match="no end"):
        await asyncio.wait_for(running.wait(), 5)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("zeebe-worker")]
