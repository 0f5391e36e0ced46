"""A broker that takes three commands at a time, and a worker and its load that all the same get through."""

from __future__ import annotations

from tests.ordeals.site import Outcome, Site, check_all_done, counting_worker, create, deploy
from zeebe_grpc import AsyncZeebeClient

JOB_TIMEOUT = 300.0
LIMIT = {
    f"ZEEBE_BROKER_{group}_{name}": value
    for group in ("BACKPRESSURE", "FLOWCONTROL_REQUEST")
    for name, value in {"ENABLED": "true", "ALGORITHM": "fixed", "FIXED_LIMIT": "3"}.items()
}
"""The settings of such a broker."""


async def back_pressure(site: Site, *, jobs: int, stream: bool) -> Outcome:
    """Create and work jobs at once against a fixed limit."""
    job_type = f"pressure-{'stream' if stream else 'poll'}"
    outcome = Outcome(f"back-pressure at a fixed limit of 3, {'streaming' if stream else 'polling'}")
    worker, runs = counting_worker(job_type, stream=stream, job_timeout=JOB_TIMEOUT)
    async with AsyncZeebeClient(site.address, timeout=120) as client:
        await deploy(client, job_type)
        async with worker.running(client) as running:
            ends = await create(client, job_type, jobs)
            account = await site.settle(jobs, JOB_TIMEOUT)
            health = running.health().job_types[0]
    check_all_done(outcome, account, runs)
    outcome.numbers |= {
        "creations refused for good": jobs - ends["started"],
        "refused polls": health.counts.get("poll_failed", 0),
        "waited for their timeout": len(account.of("TIMED_OUT")),
    }
    outcome.expect(ends["started"] == jobs, "not every creation got through")
    outcome.expect(not account.of("TIMED_OUT"), "jobs waited for their timeout")
    return outcome
