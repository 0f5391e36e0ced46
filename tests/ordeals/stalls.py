"""Handlers that stand still while a stream pushes jobs at their worker."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from tests.ordeals.site import REGISTERED, WRITE_BUFFER, Outcome, Site, check_all_done, create, deploy, until
from zeebe_grpc import AsyncZeebeClient
from zeebe_grpc.worker import DrainReport, Job, Worker

JOB_TIMEOUT = 120.0
CAPACITY = 4
BURST = 80
"""So many jobs, at most, are created all at once, by one instance: long before a stalled worker leaves its stream."""

_PADDING = 1_000
_LATER = 5.0
_MOST = CAPACITY + 3 + WRITE_BUFFER // _PADDING


async def stalled_handlers(site: Site, *, jobs: int = BURST, retries: str = "3") -> Outcome:
    """A worker that stands still, a burst of jobs, and 5 s later a second worker.

    More jobs than `BURST` still come while the worker leaves its stream, so that a window of them may be lost then.
    """
    job_type = f"stalled-{jobs}-{retries}"
    outcome = Outcome(f'stalled handlers with streaming, {jobs} jobs, retries="{retries}"')
    first, second = Counter[int](), Counter[int]()
    released = asyncio.Event()
    async with AsyncZeebeClient(site.address, timeout=120) as client:
        at_once = jobs if jobs <= BURST else 1
        await deploy(client, job_type, retries, at_once)
        async with _stalled(job_type, first, released).running(client) as running:
            await asyncio.sleep(REGISTERED)
            await create(client, job_type, jobs // at_once, {"padding": "x" * _PADDING})
            await asyncio.sleep(_LATER)
            outcome.numbers[f"held {_LATER:.0f} s after the burst"] = len((await site.look()).held)
            began = time.monotonic()
            async with _helper(job_type, second).running(client):
                await until(lambda: len(second) >= jobs - CAPACITY, 10 + jobs / 50)
                outcome.numbers["worked by the second worker at once"] = len(second)
                outcome.numbers["jobs a second there"] = f"{len(second) / (time.monotonic() - began):.0f}"
                released.set()
                account = await site.settle(jobs, JOB_TIMEOUT)
        report = await running.wait()
    check_all_done(outcome, account, first + second)
    _check(outcome, report, jobs)
    return outcome


def _stalled(job_type: str, runs: Counter[int], released: asyncio.Event) -> Worker:
    worker = Worker(stream=True, job_timeout=JOB_TIMEOUT)

    @worker.job(job_type, max_concurrent_jobs=CAPACITY)
    async def stand_still(job: Job, padding: str) -> None:
        runs[job.key] += 1
        await released.wait()

    return worker


def _helper(job_type: str, runs: Counter[int]) -> Worker:
    worker = Worker(job_timeout=JOB_TIMEOUT)

    @worker.job(job_type)
    async def work(job: Job, padding: str) -> None:
        runs[job.key] += 1

    return worker


def _check(outcome: Outcome, report: DrainReport, jobs: int) -> None:
    lost, sent = report.stream_lost_at_close, CAPACITY + report.returned
    outcome.numbers |= {
        "capacity": CAPACITY,
        "sent to the stalled worker": sent,
        "handed back": report.returned,
        "stream_lost_at_close": lost,
    }
    allowed = lost * WRITE_BUFFER // _PADDING
    beyond = int(str(outcome.numbers[f"held {_LATER:.0f} s after the burst"])) - CAPACITY
    missed = jobs - CAPACITY - int(str(outcome.numbers["worked by the second worker at once"]))
    if jobs <= BURST:
        allowed = 0
        outcome.expect(sent <= _MOST, f"{sent} jobs were sent to the stalled worker, {_MOST} may")
    outcome.expect(beyond <= allowed, f"{beyond} jobs were still held beyond capacity")
    outcome.expect(missed <= allowed, f"{missed} jobs did not come to the second worker at once")
