"""Faults of the worker itself: whatever cannot be begun, or breaks on its way, is tried again, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.wire.worker_support import Site, eventually, faulty
from zeebe_grpc.worker import RunningWorker, Worker
from zeebe_grpc.worker import events as ev

Breaker = Callable[[RunningWorker, str, type], list[str]]


def before_it_is_begun(running: RunningWorker, _method: str, effect: type) -> list[str]:
    """Performing the effect raises, once."""
    (lane,) = running._lanes
    perform, broken = lane._perform[effect], []

    def once(given: Any) -> None:
        if not broken:
            broken.append(effect.__name__)
            raise RuntimeError("a bug")
        perform(given)

    lane._perform[effect] = once
    return broken


def on_its_way(running: RunningWorker, method: str, effect: type) -> list[str]:
    """What says it to the gateway raises, once."""
    (lane,) = running._lanes
    say, broken = getattr(lane._gateway, method), []

    async def once(*given: Any) -> Any:
        if not broken:
            broken.append(effect.__name__)
            raise RuntimeError("a bug")
        said: Awaitable[Any] = say(*given)
        return await said

    setattr(lane._gateway, method, once)
    return broken


@pytest.mark.parametrize("effect", [ev.Poll, ev.OpenStream, ev.RunJob])
async def test_what_brings_jobs_in_or_runs_them(site: Site, effect: type) -> None:
    worker = Worker(stream=True)

    @worker.job("work")
    async def work() -> None: ...

    running, _ = faulty(worker, site.client)
    broken = before_it_is_begun(running, "", effect)
    async with running:
        site.create("work", 3)
        await site.completed(3)
        await eventually(lambda: running.health().job_types[0].held == 0 and site.gateway.open_streams("work") == 1)
    assert broken
    assert set(site.completions().values()) == {1}


@pytest.mark.parametrize("breaks", [before_it_is_begun, on_its_way])
async def test_an_answer(site: Site, breaks: Breaker) -> None:
    worker = Worker()

    @worker.job("work")
    async def work() -> None: ...

    running, _ = faulty(worker, site.client)
    broken = breaks(running, "answer", ev.SendAnswer)
    async with running:
        site.create("work", 3)
        await site.completed(3)
        await eventually(lambda: running.health().job_types[0].held == 0)
    assert broken
    assert set(site.completions().values()) == {1}


@pytest.mark.parametrize("breaks", [before_it_is_begun, on_its_way])
async def test_an_extension(site: Site, breaks: Breaker) -> None:
    worker, runs = Worker(job_timeout=4), []

    @worker.job("work")
    async def work() -> None:
        runs.append(1)
        await eventually(lambda: running.health().job_types[0].counts["extended"] == 1)

    running, _ = faulty(worker, site.client)
    broken = breaks(running, "extend", ev.ExtendJob)
    async with running:
        site.create("work")
        await site.completed(1)
        assert running._lanes[0].machine.jobs.extender._under_way == 0
    assert broken
    assert len(runs) == 1


@pytest.mark.parametrize("breaks", [before_it_is_begun, on_its_way])
async def test_a_hand_back(site: Site, breaks: Breaker) -> None:
    worker, begun = Worker(), asyncio.Event()

    @worker.job("work")
    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    running, _ = faulty(worker, site.client)
    broken = breaks(running, "give_back", ev.ReturnJob)
    async with running:
        site.create("work")
        await begun.wait()
        report = await running.stop(grace=0)
    assert broken
    assert (report.returned, report.abandoned) == (1, ())
    assert [job.retries for job in site.client.activate_jobs("work", request_timeout=0)] == [3]
