"""A worker that runs for minutes while things go wrong now and then: does it hold on to anything?

    python benchmarks/soak.py [seconds]

The gateway has a process of its own and is told to fail every few seconds. In this process a worker polls and streams,
in the event loop, in threads and in child processes; the instances are created by a client in another event loop in
another thread. After a warm-up, memory, objects, asyncio tasks, threads and descriptors are sampled. Then the same runs
under uvloop for a while, and 100 event loops come and go. Every job that was created must be completed in the end. The
exit code is 1 if anything grows or is missing, or if a warning or an exception goes unheard.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import platform
import re
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Coroutine
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.job_source import VARIABLES, JobSource, job_source
from benchmarks.vitals import Sample, sample, trends
from zeebe_grpc import AsyncZeebeClient
from zeebe_grpc.worker import Backoff, DrainReport, Job, Worker

SECONDS = 300.0
WARM_UP = 0.25
SAMPLE_EVERY = 4.0
FAULT_EVERY = 5.0
ROUND = 0.25
INSTANCES = 2
LENGTH = 3
TYPES = ("polled", "streamed", "in-threads", "in-processes")
PATIENCE = 60.0
LOOPS = 100
JOB_TIMEOUT = 15

Making = Callable[[], asyncio.AbstractEventLoop]


class Log(logging.Handler):
    """Counts what is logged from warnings on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.counts: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Count it."""
        line = record.getMessage().splitlines()[0]
        self.counts[re.sub(r"\d{4,}", "...", line)] += 1


def work(amount: int, lines: list[dict[str, Any]], job: Job) -> dict[str, Any]:
    """Some arithmetic; now and then the first try fails."""
    if job.key % 23 == 0 and job.retries == 3:
        raise ValueError("the first try of some jobs fails")
    return {"total": amount + sum(line["quantity"] * line["price"] for line in lines)}


async def work_async(amount: int, lines: list[dict[str, Any]], job: Job) -> dict[str, Any]:
    """The same after a little wait."""
    await asyncio.sleep(0.01)
    return work(amount, lines, job)


def worker_of_all() -> Worker:
    """A worker with a job type for every way to get and to run jobs."""
    worker = Worker(job_timeout=JOB_TIMEOUT, request_timeout=5, retry=Backoff(first=0.2))
    worker.job("polled")(work_async)
    worker.job("streamed", stream=True)(work_async)
    worker.job("in-threads", stream=True, max_concurrent_jobs=4)(work)
    worker.job("in-processes", execution_strategy="process", max_concurrent_jobs=2)(work)
    return worker


class Creator:
    """Creates instances from another thread, with a client of its own in an event loop of its own."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._create()))
        self.error: BaseException | None = None

    async def _create(self) -> None:
        try:
            async with AsyncZeebeClient(self._address) as client:
                while not self._stop.is_set():
                    for job_type in TYPES * INSTANCES:
                        await client.create_process_instance(job_type, variables=VARIABLES)
                    await asyncio.sleep(ROUND)
        except BaseException as error:
            self.error = error
            raise

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        self._thread.join()
        if self.error is not None:
            raise SystemExit(f"the client in the other loop has failed: {self.error}")


async def steady(source: JobSource, seconds: float) -> tuple[list[Sample], DrainReport]:
    """Run for so long, fail now and then, and sample after the warm-up."""
    samples: list[Sample] = []
    async with AsyncZeebeClient(source.address) as client:
        running = worker_of_all().running(client, grace=PATIENCE).make().start()
        with Creator(source.address):
            begun = fault_at = time.monotonic()
            place = 0
            while time.monotonic() < begun + seconds:
                await asyncio.sleep(SAMPLE_EVERY)
                if time.monotonic() >= fault_at:
                    await asyncio.to_thread(source.fail, place)
                    fault_at, place = fault_at + FAULT_EVERY, place + 1
                if time.monotonic() >= begun + WARM_UP * seconds:
                    samples.append(sample())
        await all_completed(source)
        return samples, await running.stop()


async def all_completed(source: JobSource) -> None:
    """Wait until no job is left."""
    give_up = time.monotonic() + PATIENCE
    while (jobs := source.jobs())["CREATED"] != jobs["COMPLETED"]:
        if time.monotonic() > give_up:
            raise SystemExit(f"jobs are missing after {PATIENCE:.0f} s: {jobs}")
        await asyncio.sleep(0.2)


async def short_loop(source: JobSource, worker: Worker) -> None:
    """A loop that lives for one process instance."""
    async with AsyncZeebeClient(source.address) as client, worker.running(client, grace=5):
        done = await client.create_process_instance_with_result("polled", variables=VARIABLES)
        if done.variables["total"] != 6.5:
            raise SystemExit(f"a wrong result: {done.variables}")


def short_loops(source: JobSource) -> list[Sample]:
    """One after another; sampled after every tenth of them."""
    samples: list[Sample] = []
    worker = Worker(job_timeout=JOB_TIMEOUT, retry=Backoff(first=0.2))
    worker.job("polled", stream=True)(work_async)
    for number in range(1, LOOPS + 1):
        asyncio.run(short_loop(source, worker))
        if number % 10 == 0:
            samples.append(sample())
    return samples


def on_loop(making: Making, work: Coroutine[Any, Any, Any]) -> Any:
    """What `asyncio.run` does, on a loop of that kind."""
    loop = making()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def report(title: str, samples: list[Sample]) -> bool:
    """Print how everything went; False if anything grew."""
    span = samples[-1].at - samples[0].at
    print(f"\n{title}: {len(samples)} samples over {span:.0f} s\n{'':12} {'first':>10} {'last':>10} {'growth':>8}")
    found = trends(samples)
    for trend in found:
        print(trend, flush=True)
    return all(trend.flat for trend in found)


def main() -> int:
    """Run all parts."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    warnings.simplefilter("error")
    log = Log()
    logging.getLogger().addHandler(log)
    libraries = ", ".join(f"{name} {version(name)}" for name in ("zeebe-grpc-client", "grpcio", "protobuf"))
    print(f"{libraries}, Python {platform.python_version()}, {platform.system()}")
    flat: list[bool] = []
    with job_source("faults") as source:
        for job_type in TYPES:
            source.deploy(job_type, LENGTH)
        samples, drained = asyncio.run(steady(source, seconds))
        flat.append(report(f"a worker for {seconds:.0f} s, {drained.completed} jobs completed", samples))
        flat.append(report(f"{LOOPS} short-lived loops", short_loops(source)))
        under_uvloop(source, seconds / 10)
        print(f"\njobs at the gateway: {source.jobs()}")
    for text, count in sorted(log.counts.items()):
        print(f"logged {count:4} times  {text}")
    print("flat" if all(flat) else "something grows")
    return 0 if all(flat) else 1


def under_uvloop(source: JobSource, seconds: float) -> None:
    """The same worker under uvloop, where that is installed."""
    try:
        uvloop = importlib.import_module("uvloop")
    except ImportError:
        print("\nuvloop is not installed: pip install uvloop")
        return
    _, drained = on_loop(uvloop.new_event_loop, steady(source, seconds))
    print(f"\nunder uvloop for {seconds:.0f} s: {drained.completed} jobs completed")


if __name__ == "__main__":
    sys.exit(main())
