"""Our worker at a real broker, beside a raw grpc.aio loop: jobs a second, and how soon a job reaches its handler.

    python benchmarks/broker_worker.py [rounds] [jobs]

It needs a JDK of 21 or later and Maven (`python -m tests.judges doctor`). Both ways take turns at one broker, polling
and streaming; printed are ratios of each pair of turns. A process of the first part is a chain of jobs, so that each
completed job makes the next one; in the second part instances of one job are created one after another.
"""

from __future__ import annotations

import asyncio
import contextlib
import platform
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import grpc.aio

from benchmarks.raw_loop import RawLoop
from tests.contract.bpmn import chain, service
from tests.judges.broker import Broker
from zeebe_grpc import AsyncZeebeClient
from zeebe_grpc.worker import Worker

WAYS = ("raw", "worker")
NO_EXPORTER = {"ZEEBE_BROKER_EXPORTERS_RECORDS_CLASSNAME": "", "ZEEBE_BROKER_EXPORTERS_RECORDS_ARGS_LOGLEVEL": ""}
INSTANCES = 64
REGISTERED = 1.0
SINGLES = 100
PAUSE = 0.05

Begun = Callable[[float], None]
"""Told that a handler has begun, and when its instance was created."""


@contextlib.asynccontextmanager
async def working(way: str, address: str, job_type: str, stream: bool, begun: Begun) -> AsyncIterator[None]:
    """Jobs of this type are worked while the block lasts."""
    async with contextlib.AsyncExitStack() as stack:
        if way == "worker":
            client = await stack.enter_async_context(AsyncZeebeClient(address))
            await stack.enter_async_context(_worker(job_type, stream, begun).running(client))
        else:
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
            loop = RawLoop(channel, job_type, _raw_handler(begun), streaming=stream, fetch_variables=("created",))
            await stack.enter_async_context(_running(loop))
        await asyncio.sleep(REGISTERED)
        yield


def _worker(job_type: str, stream: bool, begun: Begun) -> Worker:
    worker = Worker()

    @worker.job(job_type, stream=stream)
    async def work(created: float) -> dict[str, Any]:
        begun(created)
        return {"done": True}

    return worker


def _raw_handler(begun: Begun) -> Any:
    async def work(variables: dict[str, Any]) -> dict[str, Any]:
        begun(variables["created"])
        return {"done": True}

    return work


@contextlib.asynccontextmanager
async def _running(loop: RawLoop) -> AsyncIterator[None]:
    task = asyncio.ensure_future(loop.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, grpc.aio.AioRpcError):
            await task


async def rate(way: str, client: AsyncZeebeClient, address: str, job_type: str, stream: bool, jobs: int) -> float:
    """Jobs a second, from the first tenth of them to the last fifth, when the chains begin to end."""
    times: list[float] = []
    enough, length = jobs * 8 // 10, jobs // INSTANCES
    await client.deploy_resources([chain(job_type, *(service(f"t{n}", job_type) for n in range(length)))])
    done = asyncio.Event()

    def begun(_: float) -> None:
        times.append(time.perf_counter())
        if len(times) == length * INSTANCES:
            done.set()

    async with working(way, address, job_type, stream, begun):
        await asyncio.gather(
            *(client.create_process_instance(job_type, variables={"created": 0}) for _ in range(INSTANCES))
        )
        await asyncio.wait_for(done.wait(), 300)
    return (enough - jobs // 10) / (times[enough - 1] - times[jobs // 10 - 1])


async def delay(way: str, client: AsyncZeebeClient, address: str, job_type: str, stream: bool) -> float:
    """The median of the seconds from the command that creates an instance to the start of its handler."""
    delays: list[float] = []
    await client.deploy_resources([chain(job_type, service("work", job_type))])

    async with working(way, address, job_type, stream, lambda created: delays.append(time.perf_counter() - created)):
        for _ in range(SINGLES):
            await client.create_process_instance(job_type, variables={"created": time.perf_counter()})
            await asyncio.sleep(PAUSE)
        while len(delays) < SINGLES:
            await asyncio.sleep(PAUSE)
    return statistics.median(delays)


async def measure(address: str, rounds: int, jobs: int) -> None:
    """Both ways in turn, polling and streaming; the first turns only warm the broker up."""
    async with AsyncZeebeClient(address) as client:
        for stream in (False, True):
            lane = "streaming" if stream else "polling"
            rates: dict[str, list[float]] = {way: [] for way in WAYS}
            delays: dict[str, list[float]] = {way: [] for way in WAYS}
            for turn in range(rounds + 1):
                for way in WAYS if turn % 2 else reversed(WAYS):
                    name = f"{lane}-{way}-{turn}"
                    rates[way].append(await rate(way, client, address, name, stream, jobs))
                    delays[way].append(await delay(way, client, address, f"{name}-single", stream))
            tell(lane, {way: found[1:] for way, found in rates.items()}, {w: found[1:] for w, found in delays.items()})


def tell(lane: str, rates: dict[str, list[float]], delays: dict[str, list[float]]) -> None:
    """Print what was found for polling or streaming."""
    ratios = sorted(ours / raw for raw, ours in zip(rates["raw"], rates["worker"], strict=True))
    raw, ours = (1000 * statistics.median(delays[way]) for way in WAYS)
    print(
        f"{lane:9}  jobs a second, worker to raw loop: {statistics.median(ratios):.3f}"
        f" ({ratios[0]:.2f} to {ratios[-1]:.2f});"
        f"  median from creation to handler: raw loop {raw:.1f} ms, worker {ours:.1f} ms",
        flush=True,
    )


def main() -> None:
    """Start a broker without any exporter and measure."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 1280
    with Broker(environment=NO_EXPORTER) as broker:
        print(f"Zeebe {broker.version}, Python {platform.python_version()}, grpcio {grpc.__version__};", end=" ")
        print(f"{rounds} turns of {jobs} jobs each")
        asyncio.run(measure(broker.address, rounds, jobs))


if __name__ == "__main__":
    main()
