"""Our worker on a target: a thousand jobs by polling, by streaming and by both, all done, none twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.contract.bpmn import chain, service
from tests.contract.helpers import Name
from tests.contract.targets import PATIENCE, Target
from zeebe_grpc import AsyncZeebeClient
from zeebe_grpc.worker import Worker

pytestmark = pytest.mark.wire

JOBS = 1_000
IN_FLIGHT = 24
REGISTERED = 0.7
"""Seconds after which a gateway has told its brokers of a new stream; nothing says so on the wire."""


@pytest.mark.parametrize(
    ("stream", "before"),
    [(False, JOBS), (True, 0), (True, JOBS // 2)],
    ids=["polling", "streaming", "both"],
)
async def test_a_thousand_jobs_are_done_and_none_twice(
    async_client: AsyncZeebeClient, target: Target, name: Name, stream: bool, before: int
) -> None:
    p, t = name("p"), name("t")
    worker, done = Worker(), Counter[int]()

    @worker.job(t, stream=stream)
    async def work(number: int) -> None:
        done[number] += 1

    await async_client.deploy_resources([chain(p, service("work", t))])
    await create(async_client, p, range(before))
    async with worker.running(async_client) as running:
        await asyncio.sleep(REGISTERED)
        await create(async_client, p, range(before, JOBS))
        await wait_for(done, JOBS)
        health = running.health()
    assert set(done) == set(range(JOBS))
    assert set(done.values()) == {1}
    counts = health.job_types[0].counts
    assert counts.get("poll", 0) + counts.get("stream", 0) == JOBS
    assert (counts.get("stream", 0) > 0) is stream
    await completed_once(target, t)


async def create(client: AsyncZeebeClient, process_id: str, numbers: range) -> None:
    """Start an instance for each number, a few at a time."""
    waiting = iter(numbers)

    async def one_after_another() -> None:
        for number in waiting:
            await client.create_process_instance(process_id, variables={"number": number})

    await asyncio.gather(*(one_after_another() for _ in range(IN_FLIGHT)))


async def wait_for(done: Counter[int], jobs: int) -> None:
    """Wait until so many jobs were seen; give up when none came for a while."""
    seen = -1
    while len(done) < jobs:
        assert len(done) > seen, f"{len(done)} of {jobs} jobs came"
        seen = len(done)
        for _ in range(round(PATIENCE / 0.05)):
            if len(done) > seen:
                break
            await asyncio.sleep(0.05)


async def completed_once(target: Target, job_type: str) -> None:
    """See in the target's records that each job was completed, and once."""

    def completions() -> list[int]:
        completed = (each for each in target.records() if (each.value_type, each.intent) == ("JOB", "COMPLETED"))
        return [each.key for each in completed if each.value["type"] == job_type]

    keys = completions()
    for _ in range(round(PATIENCE / 0.1)):
        if len(keys) >= JOBS:
            break
        await asyncio.sleep(0.1)
        keys = completions()
    assert len(set(keys)) == len(keys) == JOBS
