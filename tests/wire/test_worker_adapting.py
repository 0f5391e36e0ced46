"""A job timeout that follows how long jobs take."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.worker_support import Site, eventually, serving
from zeebe_grpc.gateway import HeldClock
from zeebe_grpc.gateway.faults import Delay, FaultScript
from zeebe_grpc.worker import Worker


class Requests:
    """The requests of an RPC that arrive at the gateway."""

    def __init__(self, script: FaultScript, rpc: str) -> None:
        self.seen: list[Any] = []
        script.on(rpc, Delay(0), times=None, matches=self._see)

    def _see(self, request: Any) -> bool:
        self.seen.append(request)
        return False


@pytest.fixture
def site(script: FaultScript) -> Iterator[Site]:
    with serving(faults=script, clock=HeldClock()) as site:
        yield site


async def test_an_adapted_timeout_is_asked_for_by_the_next_poll(site: Site, script: FaultScript) -> None:
    polls = Requests(script, "ActivateJobs")
    worker = Worker(adaptive_timeout=True, job_timeout=60, max_concurrent_jobs=20)

    @worker.job("work")
    async def work() -> None:
        await asyncio.sleep(0)

    async with worker.running(site.client) as running:
        site.create("work", 120)
        await site.completed(120, 60)
        await eventually(lambda: polls.seen[-1].timeout == 10_000)
        assert running.health().job_types[0].job_timeout == 10
    assert polls.seen[0].timeout == 60_000
