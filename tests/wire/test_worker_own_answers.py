"""Handlers that answer their jobs by themselves: however they do it, the worker sends no second answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.worker_support import Site, eventually, faulty
from zeebe_grpc import commands
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import AmbiguousResultError, JobNotFoundError, StatusCode
from zeebe_grpc.gateway import FaultScript, Gateway
from zeebe_grpc.gateway.faults import Refuse
from zeebe_grpc.worker import Job, Worker, WorkerConfig, create_job_worker

ANSWERS: dict[str, Callable[[Any, Job[Any]], Any]] = {
    "complete_job": lambda client, job: client.complete_job(job),
    "by its key": lambda client, job: client.complete_job(job.key),
    "fail_job": lambda client, job: client.fail_job(job, retries=0),
    "throw_error": lambda client, job: client.throw_error(job, "C"),
    "execute": lambda client, job: client.execute(commands.complete_job(job)),
    "execute_raw": lambda client, job: client.execute_raw(commands.complete_job(job).request),
    "view": lambda client, job: client.with_options(timeout=5).complete_job(job),
    "view of a view": lambda client, job: (
        client.with_options(timeout=5).with_options(metadata={"a": "b"}).fail_job(job)
    ),
    "raw through a view": lambda client, job: client.with_options().execute_raw(commands.complete_job(job).request),
}


def answering(answer: Callable[[Any, Job[Any]], Any], coroutine: bool) -> Worker:
    """A worker whose handler answers by itself, and returns something all the same."""
    worker = Worker()
    if coroutine:

        @worker.job("work")
        async def answer_later(job: Job[None], client: AsyncZeebeClient) -> dict[str, str]:
            await answer(client, job)
            return {"by": "worker"}

    else:

        @worker.job("work")
        def answer_here(job: Job[None], client: ZeebeClient) -> dict[str, str]:
            answer(client, job)
            return {"by": "worker"}

    return worker


def rejected(site: Site) -> list[str]:
    """The commands that the engine refused: a second answer would be one."""
    return [record.intent for record in site.gateway.records if record.rejection is not None]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("coroutine", [True, False], ids=["async", "thread"])
async def test_a_handler_that_answers_gets_no_second_answer(
    site: Site, answer: Callable[[Any, Job[Any]], Any], coroutine: bool
) -> None:
    running, port = faulty(answering(answer, coroutine), site.client)
    site.create("work", retries="1")
    async with running:
        await eventually(lambda: running.health().job_types[0].counts.get("answered") == 1)
        assert running.health().job_types[0].held == 0
    assert [port.calls[rpc] for rpc in ("CompleteJob", "FailJob", "ThrowError")] == [0, 0, 0]
    assert sum(site.intents()[intent] for intent in ("COMPLETED", "FAILED", "ERROR_THROWN")) == 1
    assert "by" not in site.variables()
    assert not rejected(site)


async def test_a_client_with_a_connection_of_its_own_is_watched_too(site: Site) -> None:
    async def answer(client: AsyncZeebeClient, job: Job[Any]) -> None:
        async with client.with_own_channel() as own:
            await own.with_options(timeout=5).complete_job(job)

    running, port = faulty(answering(answer, coroutine=True), site.client)
    site.create("work")
    async with running:
        await eventually(lambda: running.health().job_types[0].counts.get("answered") == 1)
    assert port.calls["CompleteJob"] == 0


async def test_an_answer_that_was_refused_or_is_about_another_job_is_none(site: Site) -> None:
    async def answer(client: AsyncZeebeClient, job: Job[Any]) -> None:
        view = client.with_options(timeout=5)
        with pytest.raises(JobNotFoundError):
            await view.complete_job(job.key + 1_000)
        await view.update_job_timeout(job, job_timeout=60)

    running, port = faulty(answering(answer, coroutine=True), site.client)
    site.create("work")
    async with running:
        await site.completed(1)
    assert port.calls["CompleteJob"] == 1
    assert site.variables()["by"] == "worker"


@pytest.mark.parametrize("client_class", [AsyncZeebeClient, ZeebeClient])
async def test_the_client_of_a_callback_in_the_official_form_is_watched_too(
    site: Site, client_class: type[Any]
) -> None:
    def callback(job: Any) -> dict[str, str]:
        job.client.with_options(timeout=5).complete_job(job, variables={"by": "handler"})
        return {"by": "worker"}

    site.create("work")
    client = client_class(site.gateway.address)
    async with create_job_worker(client, WorkerConfig("work"), callback):
        await site.completed(1)
    closing = client.close()
    if asyncio.iscoroutine(closing):
        await closing
    assert site.variables()["by"] == "handler"
    assert not rejected(site)


async def test_no_answer_follows_one_of_which_nobody_knows_whether_it_was_carried_out() -> None:
    worker, errors, go = Worker(), [], asyncio.Event()

    @worker.job("work")
    async def work(job: Job[None], client: AsyncZeebeClient) -> None:
        if errors:
            await go.wait()
            return
        try:
            await client.fail_job(job, retries=2)
        except AmbiguousResultError as error:
            errors.append(error)
            raise

    with Gateway(faults=FaultScript().on("FailJob", Refuse(StatusCode.INTERNAL, after_effect=True))) as gateway:
        site = Site(gateway)
        with site.client:
            site.create("work")
            async with worker.running(site.client) as running:
                await eventually(lambda: running.health().job_types[0].counts.get("poll") == 2)
                await eventually(lambda: running.health().job_types[0].counts.get("answered") == 1)
                go.set()
                await site.completed(1)
        assert len(errors) == 1
        assert [failed["retries"] for failed in site.jobs("FAILED")] == [2]
