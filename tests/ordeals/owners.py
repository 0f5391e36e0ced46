"""Who owns a job: a handler that takes ten times the job timeout keeps it; a worker that is killed lets go of it."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

from tests.ordeals.site import Outcome, Site, check_all_done, create, deploy, until
from zeebe_grpc import AsyncZeebeClient
from zeebe_grpc.worker import Job, Worker

VICTIM = Path(__file__).with_name("victim.py")
TIMES = 10
_SWEEP = 1.0
"""Seconds between two looks of the engine for jobs whose timeout has passed."""

_POLL_AGAIN = 1.0
"""Seconds within which a parked poll is woken, and the job reaches its handler."""


async def long_handler(site: Site, *, job_timeout: float) -> Outcome:
    """One handler at work for ten times the job timeout, and a second worker that would take its job."""
    job_type = "long"
    outcome = Outcome(f"a handler that takes {TIMES} times the job timeout")
    runs: Counter[int] = Counter()
    workers = Worker(job_timeout=job_timeout, max_job_time=None), Worker(job_timeout=job_timeout)
    for worker in workers:

        @worker.job(job_type)
        async def work(job: Job) -> None:
            runs[job.key] += 1
            await asyncio.sleep(job_timeout * TIMES)

    async with AsyncZeebeClient(site.address) as client:
        await deploy(client, job_type)
        async with workers[0].running(client) as running:
            await create(client, job_type, 1)
            await until(lambda: bool(runs))
            async with workers[1].running(client):
                await until(lambda: running.health().job_types[0].counts.get("completed", 0) > 0, job_timeout * 20)
                account = await site.settle(1, 0.001)
    check_all_done(outcome, account, runs)
    outcome.numbers["timeouts at the broker"] = len(account.of("TIMED_OUT"))
    outcome.expect(set(runs.values()) == {1}, f"the handler ran {sum(runs.values())} times")
    outcome.expect(not account.of("TIMED_OUT"), "its job was offered to others")
    return outcome


async def killed_worker(site: Site, *, job_timeout: float) -> Outcome:
    """A worker is killed while its handler runs, after at least one extension; another one waits for the job."""
    job_type = "killed"
    outcome = Outcome("SIGKILL of a worker at work")
    came = asyncio.Event()
    heir = Worker(job_timeout=job_timeout)

    @heir.job(job_type)
    async def work(job: Job) -> None:
        came.set()

    async with AsyncZeebeClient(site.address) as client:
        await deploy(client, job_type)
        arguments = (str(VICTIM), site.address, job_type, str(job_timeout))
        victim = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
        await create(client, job_type, 1)
        assert victim.stdout is not None
        await victim.stdout.readline()
        async with heir.running(client):
            await asyncio.sleep(job_timeout * 1.5)
            early = came.is_set()
            victim.kill()
            killed = time.monotonic()
            await victim.wait()
            await until(came.is_set)
            took = time.monotonic() - killed
            account = await site.settle(1, job_timeout)
    check_all_done(outcome, account, Counter())
    outcome.numbers["free after"] = f"{took / job_timeout:.2f} job timeouts"
    outcome.expect(not early, "the job went to another while its handler ran")
    longest = job_timeout + _SWEEP + _POLL_AGAIN
    outcome.expect(took <= longest, f"the job was free after {took:.1f} s, not within {longest:.1f} s")
    return outcome
