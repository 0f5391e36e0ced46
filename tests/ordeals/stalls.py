"""Handlers that stand still while a stream pushes jobs at their worker."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from tests.ordeals.site import REGISTERED, WRITE_BUFFER, Outcome, Site, check_all_done, create, deploy, until
from zeebe_grpc import AsyncZeebeClient
from zeebe_grpc.worker import Job, Worker

JOB_TIMEOUT = 120.0
CAPACITY = 4
_PADDING = 1_000
_MARGIN = 3
_LATER = 5.0


async def stalled_handlers(site: Site, *, jobs: int, retries: str = "3") -> Outcome:
    """A worker that stands still, a burst of jobs, and 5 s later a second worker."""
    job_type = f"stalled-{retries}"
    outcome = Outcome(f'stalled handlers with streaming, retries="{retries}"')
    first, second = Counter[int](), Counter[int]()
    released = asyncio.Event()
    stalled, helper = Worker(stream=True), Worker()

    @stalled.job(job_type, max_concurrent_jobs=CAPACITY, job_timeout=JOB_TIMEOUT)
    async def stand_still(job: Job, padding: str) -> None:
        first[job.key] += 1
        await released.wait()

    @helper.job(job_type, job_timeout=JOB_TIMEOUT)
    async def work(job: Job, padding: str) -> None:
        second[job.key] += 1

    async with AsyncZeebeClient(site.address, timeout=120) as client:
        await deploy(client, job_type, retries)
        async with stalled.running(client) as running:
            await asyncio.sleep(REGISTERED)
            await create(client, job_type, jobs, {"padding": "x" * _PADDING})
            await asyncio.sleep(_LATER)
            held = len((await site.look()).held)
            began = time.monotonic()
            async with helper.running(client):
                await until(lambda: len(second) >= jobs - CAPACITY, 30 + jobs / 20)
                took = time.monotonic() - began
                account = await site.look()
                released.set()
                account = await site.settle(jobs, JOB_TIMEOUT)
            returned = running.health().job_types[0].counts.get("returned", 0)
    check_all_done(outcome, account, first + second)
    most = CAPACITY + _MARGIN + WRITE_BUFFER // _PADDING
    outcome.numbers |= {
        "capacity": CAPACITY,
        "most held at a time": f"{account.most_held} ({most} may)",
        f"held {_LATER:.0f} s after the burst": held,
        "handed back": returned,
        "worked by the second worker": len(second),
        "jobs a second there": f"{len(second) / took:.0f}",
    }
    _check(outcome, held, len(second), jobs)
    return outcome


def _check(outcome: Outcome, held: int, second: int, jobs: int) -> None:
    outcome.expect(held <= CAPACITY, f"{held} jobs were still held, {held - CAPACITY} beyond capacity")
    outcome.expect(second == jobs - CAPACITY, f"the second worker got {second} of {jobs - CAPACITY} jobs")
