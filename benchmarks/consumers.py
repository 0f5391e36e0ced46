"""A process of its own that works jobs in one of several ways, and says what that took.

Started by `benchmarks/worker.py`. Every way has the same handler, which also does the counting: measured is from one
call of the handler to a later one, so that neither imports nor connecting count. Time is that of the wall, CPU that of
the whole process.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import grpc.aio

from benchmarks.job_source import FETCHED
from benchmarks.raw_loop import RawLoop
from zeebe_grpc import AsyncZeebeClient
from zeebe_grpc.worker import Worker


class Measure:
    """Counts for the handler of every way.

    Jobs come in blocks. In each, those of the middle are measured: at the beginning the instances are still created,
    at the end the worker runs dry.

    Args:
        edge: Jobs at the beginning and at the end of a block that are not measured.
        jobs: Jobs between them.
        blocks: How many blocks will come.
    """

    def __init__(self, edge: int, jobs: int, blocks: int) -> None:
        self._first = edge
        self._last = edge + jobs
        self._block = edge + jobs + edge
        self._blocks = blocks
        self._seen = 0
        self._began = (0.0, 0.0)
        self.done = asyncio.Event()

    def count(self) -> None:
        """One more job has come to its handler."""
        self._seen += 1
        if self._seen == self._first:
            self._began = (time.perf_counter(), time.process_time())
        elif self._seen == self._last:
            self._tell()
        if self._seen == self._block:
            self._seen = 0
            self._blocks -= 1
            if not self._blocks:
                self.done.set()

    def stop(self) -> None:
        """Measure no more; what was seen of an unfinished block counts."""
        if self._first < self._seen < self._last:
            self._tell()
        elif not self.done.is_set():
            print(json.dumps({"jobs": 0, "seconds": 0.0, "cpu": 0.0}), flush=True)

    def _tell(self) -> None:
        wall, cpu = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        print(json.dumps({"jobs": self._seen - self._first, "seconds": wall, "cpu": cpu}), flush=True)


def handled(amount: int, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """What becomes of a job: as little as a real one does with its variables."""
    return {"total": amount + sum(line["quantity"] * line["price"] for line in lines)}


async def ours(source: dict[str, str], job_type: str, measure: Measure, *, stream: bool) -> None:
    """`@worker.job`, at its defaults."""
    worker = Worker()

    @worker.job(job_type, stream=stream)
    async def charge(order: str, amount: int, lines: list[dict[str, Any]]) -> dict[str, Any]:
        measure.count()
        return handled(amount, lines)

    async with AsyncZeebeClient(source["address"]) as client, worker.running(client):
        await measured(measure)


async def raw_loop(source: dict[str, str], job_type: str, measure: Measure, *, stream: bool) -> None:
    """The raw loop."""

    async def charge(variables: dict[str, Any]) -> dict[str, Any]:
        measure.count()
        return handled(variables["amount"], variables["lines"])

    async with grpc.aio.insecure_channel(source["address"]) as channel:
        loop = RawLoop(channel, job_type, charge, streaming=stream, fetch_variables=FETCHED)
        await beside(loop.run(), measure)


async def pyzeebe(source: dict[str, str], job_type: str, measure: Measure, *, stream: bool) -> None:
    """The worker of pyzeebe, at its defaults."""
    import pyzeebe as library

    logging.getLogger("pyzeebe").addHandler(logging.NullHandler())
    channel = library.create_insecure_channel(source["address"])
    worker = library.ZeebeWorker(channel)

    @worker.task(task_type=job_type)
    async def charge(order: str, amount: int, lines: list[dict[str, Any]]) -> dict[str, Any]:
        measure.count()
        return handled(amount, lines)

    await beside(worker.work(), measure)
    await channel.close()


async def official(source: dict[str, str], job_type: str, measure: Measure, *, stream: bool) -> None:
    """The worker of Camunda's own SDK, at its defaults, over REST. A job timeout has to be given."""
    import camunda_orchestration_sdk as library

    async def charge(job: Any) -> dict[str, Any]:
        measure.count()
        variables = job.variables.to_dict()
        return handled(variables["amount"], variables["lines"])

    settings: Any = {"CAMUNDA_REST_ADDRESS": source["rest_address"]}
    silent = logging.getLogger("nobody")
    silent.disabled = True
    async with library.CamundaAsyncClient(configuration=settings, logger=silent) as client:
        config = library.WorkerConfig(job_type, job_timeout_milliseconds=300_000)
        client.create_job_worker(config, charge, execution_strategy="async")
        await beside(client.run_workers(), measure)


async def beside(work: Awaitable[Any], measure: Measure) -> None:
    """Let a worker run until all is measured."""
    task = asyncio.ensure_future(work)
    await measured(measure)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def measured(measure: Measure) -> None:
    """Say that jobs may come, and wait until all is measured, or time is up."""
    print('"ready"', flush=True)
    try:
        await asyncio.wait_for(measure.done.wait(), float(sys.argv[7]))
    except asyncio.TimeoutError:
        measure.stop()


WAYS: dict[str, tuple[Callable[..., Awaitable[None]], bool]] = {
    "worker": (ours, False),
    "worker-stream": (ours, True),
    "raw": (raw_loop, False),
    "raw-stream": (raw_loop, True),
    "pyzeebe": (pyzeebe, False),
    "official": (official, False),
}


async def main() -> None:
    """Work until all is measured. Arguments: the way, where, the job type, edge and jobs and blocks, how long."""
    way, stream = WAYS[sys.argv[1]]
    edge, jobs, blocks = (int(number) for number in sys.argv[4:7])
    await way(json.loads(sys.argv[2]), sys.argv[3], Measure(edge, jobs, blocks), stream=stream)


if __name__ == "__main__":
    asyncio.run(main())
