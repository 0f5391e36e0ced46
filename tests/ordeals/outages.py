"""The broker ends under load, by its own will or killed, and starts again on its data."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Literal

from tests.ordeals.site import Outcome, Site, check_all_done, counting_worker, create, deploy, until
from zeebe_grpc import AsyncZeebeClient
from zeebe_grpc.worker import JobTypeHealth

JOB_TIMEOUT = 300.0
_SOON = 10.0
"""Seconds after the broker is ready within which a job has to come: its gateway swallows what was sent just before."""


async def outage(site: Site, how: Literal["SIGTERM", "SIGKILL"], *, jobs: int, stream: bool) -> Outcome:
    """End the broker when a quarter of the jobs is done, and start it again; the worker is left to itself."""
    job_type = f"outage-{how}-{'stream' if stream else 'poll'}"
    outcome = Outcome(f"{how} of the broker under load, {'streaming' if stream else 'polling'}")
    worker, runs = counting_worker(job_type, stream=stream, job_timeout=JOB_TIMEOUT)
    async with AsyncZeebeClient(site.address, timeout=120) as client:
        await deploy(client, job_type)
        async with worker.running(client) as running:
            creating = asyncio.ensure_future(create(client, job_type, jobs))
            await until(lambda: len(runs) >= jobs // 4)
            await _end_and_restart(site, how, outcome, runs)
            ends = await creating
            account = await site.settle(ends["started"], JOB_TIMEOUT)
            health = running.health().job_types[0]
    outcome.numbers["creations whose outcome is unknown"] = ends["unsure"]
    check_all_done(outcome, account, runs)
    outcome.numbers |= _what_happened(health) | {"waited for their timeout": len(account.of("TIMED_OUT"))}
    return outcome


async def _end_and_restart(site: Site, how: str, outcome: Outcome, runs: Counter[int]) -> None:
    end = site.broker.terminate if how == "SIGTERM" else site.broker.kill
    before = len(runs)
    took = await asyncio.to_thread(end)
    during = len(runs) - before
    await asyncio.to_thread(site.broker.restart)
    ready, seen = time.monotonic(), sum(runs.values())
    came = await until(lambda: sum(runs.values()) > seen)
    recovered = time.monotonic() - ready
    outcome.numbers |= {
        "seconds until the broker was gone": f"{took:.1f}",
        "jobs begun meanwhile": during,
        "seconds from its return to the next job": f"{recovered:.1f}" if came else "never",
    }
    outcome.expect(recovered < _SOON, f"no job within {_SOON:.0f} s of the broker's return")


def _what_happened(health: JobTypeHealth) -> dict[str, object]:
    """What of the worker's counts an outage is about."""
    wanted = ("poll_failed", "stream_failed", "ambiguous", "refused", "lost", "expired", "stalled")
    return {f"worker's count {name}": health.counts[name] for name in wanted if health.counts.get(name)}
