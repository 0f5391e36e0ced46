"""The asyncio client on the same targets: one way through, and what is different in it, polls and streams."""

from __future__ import annotations

import asyncio

import pytest

from tests.contract.bpmn import chain, service
from tests.contract.helpers import Job, Name
from zeebe_grpc import AsyncZeebeClient, JobNotFoundError

pytestmark = pytest.mark.process


async def test_deploy_create_work_complete(async_client: AsyncZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    await async_client.deploy_resources([chain(p, service("work", t))])
    result = asyncio.create_task(async_client.create_process_instance_with_result(p, variables={"a": 1}))
    jobs: list[Job] = []
    while not jobs:
        jobs = list(await async_client.activate_jobs(t, request_timeout=2))
    await async_client.complete_job(jobs[0], variables={"b": 2})
    assert (await result).variables == {"a": 1, "b": 2}
    with pytest.raises(JobNotFoundError):
        await async_client.complete_job(jobs[0])


@pytest.mark.wire
async def test_a_hundred_parked_polls_leave_the_rest_quick(async_client: AsyncZeebeClient, name: Name) -> None:
    polls = [asyncio.create_task(async_client.activate_jobs(f"{name('t')}_{n}", request_timeout=8)) for n in range(100)]
    await asyncio.sleep(0.5)
    await asyncio.wait_for(async_client.get_topology(), 3)
    for poll in polls:
        poll.cancel()
    await asyncio.gather(*polls, return_exceptions=True)


@pytest.mark.wire
async def test_a_stream_and_a_poll_share_one_connection(async_client: AsyncZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    await async_client.deploy_resources([chain(p, service("work", t))])
    before = (await async_client.create_process_instance(p)).process_instance_key
    async with async_client.stream_activated_jobs(t, job_timeout=60) as stream:
        pushed = asyncio.ensure_future(anext(aiter(stream)))
        await asyncio.sleep(0.7)
        after = (await async_client.create_process_instance(p)).process_instance_key
        job = await asyncio.wait_for(pushed, 10)
        assert job.process_instance_key == after
        (polled,) = await async_client.activate_jobs(t, request_timeout=5)
        assert polled.process_instance_key == before
        await async_client.complete_job(job)
    await async_client.complete_job(polled)
