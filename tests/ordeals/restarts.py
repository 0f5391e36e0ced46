"""Workers are restarted in turn under load, as a deployment does it; every restart is a drain."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.ordeals.site import REGISTERED, WRITE_BUFFER, Outcome, Site, check_all_done, create, deploy
from zeebe_grpc import AsyncZeebeClient
from zeebe_grpc.worker import DrainReport, Job, Worker

JOB_TIMEOUT = 300.0
WORKERS = 2
_PADDING = 400
_JOB_BYTES = 600
"""At least as large is a job of this ordeal on the wire."""


async def rolling_restart(site: Site, *, jobs: int, stream: bool, every: float) -> Outcome:
    """Two workers, one of which is restarted every so many seconds while jobs are created and worked."""
    job_type = f"rolling-{'stream' if stream else 'poll'}"
    outcome = Outcome(f"rolling restart of {WORKERS} workers under load, {'streaming' if stream else 'polling'}")
    runs: Counter[int] = Counter()
    reports: list[DrainReport] = []
    over = asyncio.Event()
    turns = [asyncio.Event() for _ in range(WORKERS)]

    async def serve(turn: asyncio.Event, client: AsyncZeebeClient) -> None:
        while not over.is_set():
            async with _worker(job_type, runs, stream).running(client) as running:
                await turn.wait()
                turn.clear()
            reports.append(await running.wait())

    async with AsyncZeebeClient(site.address, timeout=120) as client:
        await deploy(client, job_type)
        serving = [asyncio.ensure_future(serve(turn, client)) for turn in turns]
        restarting = asyncio.ensure_future(_one_after_the_other(turns, every))
        ends = await create(client, job_type, jobs, {"padding": "x" * _PADDING})
        restarting.cancel()
        account = await site.settle(ends["started"], JOB_TIMEOUT)
        over.set()
        for turn in turns:
            turn.set()
        await asyncio.gather(*serving)
    check_all_done(outcome, account, runs)
    _check_waits(outcome, reports, len(account.of("TIMED_OUT")), stream)
    return outcome


def _worker(job_type: str, runs: Counter[int], stream: bool) -> Worker:
    worker = Worker(stream=stream, job_timeout=JOB_TIMEOUT)

    @worker.job(job_type)
    async def work(job: Job, padding: str = "") -> None:
        runs[job.key] += 1
        await asyncio.sleep(0.01)

    return worker


async def _one_after_the_other(turns: list[asyncio.Event], every: float) -> None:
    while True:
        for turn in turns:
            await asyncio.sleep(every)
            turn.set()


def _check_waits(outcome: Outcome, reports: list[DrainReport], waited: int, stream: bool) -> None:
    polls = sum(report.poll_cancelled_at_close for report in reports)
    streams = sum(report.stream_lost_at_close for report in reports)
    window = WRITE_BUFFER // _JOB_BYTES + 3
    outcome.numbers |= {
        "restarts": len(reports) - WORKERS,
        "handed back at a drain": sum(report.returned for report in reports),
        "poll_cancelled_at_close": polls,
        "stream_lost_at_close": streams,
        "waited for their timeout": waited,
    }
    allowed = streams * window if stream else 0
    outcome.expect(waited <= allowed, f"{waited} jobs waited for their timeout; {allowed} may")
    outcome.expect(all(report.clean for report in reports), "a drain left jobs behind")


async def silent_streams(site: Site, *, jobs: int, rounds: int) -> Outcome:
    """A worker with a stream is stopped shortly after a burst: the burst is over, but much of it is not worked."""
    job_type = "silent"
    outcome = Outcome("stop of a worker whose stream fell silent")
    runs: Counter[int] = Counter()
    reports: list[DrainReport] = []
    async with AsyncZeebeClient(site.address, timeout=120) as client:
        await deploy(client, job_type)
        for _ in range(rounds):
            async with _worker(job_type, runs, stream=True).running(client) as running:
                await asyncio.sleep(REGISTERED)
                await create(client, job_type, jobs)
            reports.append(await running.wait())
        async with _worker(job_type, runs, stream=False).running(client):
            account = await site.settle(jobs * rounds, JOB_TIMEOUT)
    check_all_done(outcome, account, runs)
    lost, waited = sum(report.stream_lost_at_close for report in reports), len(account.of("TIMED_OUT"))
    outcome.numbers |= {"stops": rounds, "stream_lost_at_close": lost, "waited for their timeout": waited}
    outcome.expect(not waited, f"{waited} jobs of silent streams waited for their timeout")
    return outcome
