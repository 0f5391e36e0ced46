"""Workers, event loops, threads and the interpreter: beside each other, one after another, and at the end."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.wire.gateway.support import until
from tests.wire.worker_support import Site, eventually
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.worker import Job, Worker, WorkerConfig


def echo(**options: object) -> Worker:
    worker = Worker(**options)  # type: ignore[arg-type]

    @worker.job("work")
    async def work(n: int, client: AsyncZeebeClient, job: Job[None]) -> dict[str, int]:
        topology = await client.get_topology()
        return {"m": n + topology.cluster_size}

    return worker


def descriptors_open() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class Leftovers:
    """What event loops leave behind, and what they say; both is to be nothing, however many there were.

    The gateway here may begin a thread or two of its own, and both sides close their connections in threads of grpc,
    which may take a moment.
    """

    def __init__(self, log: pytest.LogCaptureFixture) -> None:
        gc.collect()
        self._log = log
        self._threads, self._descriptors = threading.active_count(), descriptors_open()

    def are_none(self) -> None:
        gc.collect()
        until(lambda: threading.active_count() <= self._threads + 3)
        until(lambda: descriptors_open() <= self._descriptors + 4)
        assert [r.getMessage() for r in self._log.records if r.levelno >= logging.WARNING] == []


counted = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are counted in /proc")


@counted
@pytest.mark.parametrize(("loops", "stream", "grace"), [(100, False, 0), (10, True, 1)], ids=["polling", "streaming"])
def test_short_lived_loops_one_after_another_leave_nothing_and_say_nothing(
    site: Site, caplog: pytest.LogCaptureFixture, loops: int, stream: bool, grace: float
) -> None:
    worker = echo(stream=stream, job_timeout=2)  # a job that meets the poll of a worker cut short waits for that

    async def once() -> None:
        async with AsyncZeebeClient(site.gateway.address) as client, worker.running(client, grace=grace) as running:
            done = await client.create_process_instance_with_result("work", variables={"n": 1})
            assert done.variables == {"n": 1, "m": 2}
            await eventually(lambda: running.health().job_types[0].held == 0)

    site.deploy("work")
    asyncio.run(once())
    leftovers = Leftovers(caplog)
    for _ in range(loops):
        asyncio.run(once())
    leftovers.are_none()
    assert set(site.completions().values()) == {1}


@counted
def test_a_hundred_short_lived_workers_of_the_official_form_leave_nothing_and_say_nothing(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    job_types = [f"work-{number}" for number in range(10)]

    async def work(job: Any) -> dict[str, int]:
        return {"m": job.variables["n"] + 1}

    async def once() -> None:
        async with AsyncZeebeClient(site.gateway.address) as client:
            for job_type in job_types:
                client.create_job_worker(WorkerConfig(job_type), work)
            serving = asyncio.create_task(client.run_workers())
            ask = client.create_process_instance_with_result
            done = await asyncio.gather(*(ask(job_type, variables={"n": 1}) for job_type in job_types))
            assert [instance.variables["m"] for instance in done] == [2] * 10
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    for job_type in job_types:
        site.deploy(job_type)
    asyncio.run(once())
    leftovers = Leftovers(caplog)
    for _ in range(10):
        asyncio.run(once())
    leftovers.are_none()
    assert set(site.completions().values()) == {1}


async def test_a_worker_in_a_thread_beside_an_async_client_here(site: Site) -> None:
    site.deploy("work")
    async with AsyncZeebeClient(site.gateway.address) as client:
        await client.get_topology()
        running = echo().running_in_thread(client)
        await asyncio.to_thread(running.start)
        for n in range(5):
            done = await client.create_process_instance_with_result("work", variables={"n": n})
            assert done.variables["m"] == n + 1
        report = await asyncio.to_thread(running.stop)
    assert report.completed == 5


def test_one_run_under_uvloop(site: Site) -> None:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not installed")

    async def main() -> None:
        async with AsyncZeebeClient(site.gateway.address) as client, echo(stream=True).running(client, grace=1):
            for n in range(5):
                done = await client.create_process_instance_with_result("work", variables={"n": n})
                assert done.variables["m"] == n + 1

    site.deploy("work")
    loop = uvloop.new_event_loop()
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


BLOCKED = """
import sys, threading
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker import Worker
worker = Worker()
started = threading.Event()
@worker.job("work")
def work() -> None:
    started.set()
    threading.Event().wait(600)
client = ZeebeClient(sys.argv[1])
running = worker.running_in_thread(client).start()
started.wait(30)
client.close()
print("leaving", flush=True)
"""

IDLE = """
import sys, time
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker import Worker
worker = Worker()
@worker.job("polled")
async def polled() -> None: ...
@worker.job("streamed", stream=True)
def streamed() -> None: ...
running = worker.running_in_thread(ZeebeClient(sys.argv[1])).start()
while running.health().job_types[1].stream_age is None:
    time.sleep(0.01)
print("leaving", flush=True)
"""

FORGOTTEN = """
import asyncio, sys
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.worker import Worker
worker = Worker(stream=True)
started = asyncio.Event()
@worker.job("work")
async def work() -> None:
    started.set()
    await asyncio.sleep(600)
async def serve() -> None:
    async with AsyncZeebeClient(sys.argv[1]) as client, worker.running(client, grace=1) as running:
        await running.wait()
async def main() -> None:
    serving = asyncio.create_task(serve())
    await started.wait()
    print("leaving", flush=True)
asyncio.run(main())
"""


PROCESSES = """
import sys, time
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker import Worker
worker = Worker()
@worker.job("work", execution_strategy="process", max_concurrent_jobs=1)
def work() -> None:
    time.sleep(600)
if __name__ == "__main__":
    running = worker.running_in_thread(ZeebeClient(sys.argv[1])).start()
    while not running.health().job_types[0].held:
        time.sleep(0.01)
    time.sleep(float(sys.argv[2]))
    print("leaving", flush=True)
"""

OFFICIAL = """
import sys, threading
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker import WorkerConfig
started = threading.Event()
def work(job):
    started.set()
    threading.Event().wait(600)
client = ZeebeClient(sys.argv[1])
client.create_job_worker(WorkerConfig("work"), work)
started.wait(30)
print("leaving", flush=True)
"""

OFFICIAL_ASYNC = """
import asyncio, sys
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.worker import WorkerConfig
async def main() -> None:
    started = asyncio.Event()
    async def work(job):
        started.set()
        await asyncio.sleep(600)
    client = AsyncZeebeClient(sys.argv[1])
    client.create_job_worker(WorkerConfig("work"), work)
    await started.wait()
    print("leaving", flush=True)
asyncio.run(main())
"""

SCRIPTS = {
    "blocked": BLOCKED,
    "idle": IDLE,
    "forgotten": FORGOTTEN,
    "processes": PROCESSES,
    "official": OFFICIAL,
    "official, async": OFFICIAL_ASYNC,
}


def leave(site: Site, folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script that ends while its worker runs."""
    site.create("work")
    path = folder / "script.py"
    path.write_text(script)
    command = [sys.executable, str(path), site.gateway.address, "1"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("PYTHONWARNINGS", None)  # who shows warnings is told of the client that was not closed, as is right
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_an_interpreter_with_a_running_worker_ends_at_once_and_silently(
    site: Site, tmp_path: Path, script: str
) -> None:
    done = leave(site, tmp_path, script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "leaving\n", "")


def test_a_worker_whose_loop_shuts_down_gives_its_job_back(site: Site, tmp_path: Path) -> None:
    leave(site, tmp_path, FORGOTTEN)
    assert [job["retries"] for job in site.jobs("FAILED")] == [3]
