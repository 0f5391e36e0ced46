"""A rolling restart under load: two workers, one or the other replaced ten times while thousands of jobs come.

The environment's ZEEBE_GRPC_RESTART_JOBS says how many jobs: 2,000 by default, 10,000 by ``tox -e soak``.
"""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.wire.worker_support import Site, eventually
from zeebe_grpc.worker import DrainReport, RunningWorker, Worker

JOBS = int(os.environ.get("ZEEBE_GRPC_RESTART_JOBS", "2000"))
RESTARTS = 10
CREATORS = 4
PLACES = 16
WINDOW = 8
"""Messages that may lie unread behind a stream: grpc's own reading ahead, in its older releases."""


class Fleet:
    """Two workers, and those that they have replaced."""

    def __init__(self, site: Site, *, stream: bool) -> None:
        self._site = site
        self._stream = stream
        self._running = [self._start(), self._start()]
        self.reports: list[DrainReport] = []

    def _start(self) -> RunningWorker:
        worker = Worker(stream=self._stream, max_concurrent_jobs=PLACES)

        @worker.job("work")
        async def work() -> None:
            await asyncio.sleep(0.002)

        return worker.running(self._site.client, grace=20).make().start()

    async def replace(self) -> None:
        """Stop the older one and start another in its place."""
        self.reports.append(await self._running.pop(0).stop())
        self._running.append(self._start())

    async def stop(self) -> None:
        self.reports += [await worker.stop() for worker in self._running]

    def completed(self) -> int:
        at_work = sum(worker.health().job_types[0].counts.get("completed", 0) for worker in self._running)
        return at_work + sum(report.completed for report in self.reports)

    def all_places_free(self) -> bool:
        return all(worker.health().job_types[0].held == 0 for worker in self._running)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("stream", [False, True], ids=["polling", "streaming"])
async def test_nothing_is_lost_or_done_twice_and_waits_only_if_the_counters_admit_it(site: Site, stream: bool) -> None:
    site.deploy("work")
    fleet = Fleet(site, stream=stream)
    creating = [asyncio.create_task(asyncio.to_thread(site.create, "work", JOBS // CREATORS)) for _ in range(CREATORS)]
    for restart in range(RESTARTS):
        goal = JOBS * (restart + 1) // (RESTARTS + 2)
        await eventually(lambda: fleet.completed() >= goal, 120)  # noqa: B023
        await fleet.replace()
    await asyncio.gather(*creating)
    polls = sum(report.poll_cancelled_at_close for report in fleet.reports)
    streams = sum(report.stream_lost_at_close for report in fleet.reports)
    if not stream:
        assert (polls, streams) == (0, 0)
    admitted = polls * PLACES + streams * WINDOW
    await eventually(lambda: fleet.completed() >= JOBS - admitted and fleet.all_places_free(), 120)
    assert site.intents()["TIMED_OUT"] == 0
    site.gateway.advance_clock(301)
    await eventually(lambda: fleet.completed() >= JOBS, 60)
    await fleet.stop()
    completions = site.completions()
    assert len(completions) == JOBS
    assert set(completions.values()) == {1}
    assert site.intents()["TIMED_OUT"] <= admitted
    assert all(report.clean for report in fleet.reports)
    assert [report.stream_lost_at_close for report in fleet.reports[-2:]] == [0, 0]  # these had fallen silent
