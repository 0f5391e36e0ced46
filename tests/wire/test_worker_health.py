"""What a worker tells about itself, to its program and over HTTP; and that it may be paused, by people and by bytes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.error
from pathlib import Path

import pytest

from tests.wire.gateway.support import until
from tests.wire.test_worker_life import probe
from tests.wire.worker_support import Site, eventually
from zeebe_grpc.worker import Job, Worker
from zeebe_grpc.worker.runner.entry import probed


async def test_each_loop_tells_when_it_last_got_somewhere(site: Site) -> None:
    worker, asked, go = Worker(stream=True), asyncio.Event(), asyncio.Event()

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        await asked.wait()
        job.extend(600)
        await go.wait()

    site.create("work")
    async with worker.running(site.client) as running:
        with probed([running], "127.0.0.1", 0) as endpoint:
            assert endpoint is not None

            def progress() -> dict[str, float | None]:
                return dict(running.health().job_types[0].progress)

            await eventually(lambda: running.health().job_types[0].held == 1 and progress()["stream"] is not None)
            assert list(progress()) == ["poll", "stream", "answers", "extender"]
            assert (progress()["answers"], progress()["extender"]) == (None, None)
            asked.set()
            await eventually(lambda: progress()["extender"] is not None)
            assert progress()["answers"] is None
            go.set()
            await eventually(lambda: progress()["answers"] is not None)
            assert all(seconds is not None and 0 <= seconds < 60 for seconds in progress().values())
            before = progress()["extender"]
            await eventually(lambda: (progress()["extender"] or 0) > (before or 0))  # it is a time that passes
            _, told = await asyncio.to_thread(probe, endpoint.port, "/health")
            assert set(told[0]["job_types"][0]["progress"]) == set(progress())


async def test_without_a_stream_its_loop_has_no_progress(site: Site) -> None:
    worker = Worker()

    @worker.job("work")
    async def work() -> None: ...

    site.create("work")
    async with worker.running(site.client) as running:
        await site.completed(1)
        assert running.health().job_types[0].progress["stream"] is None


# The endpoint of a program

PROGRAM = """
import sys
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker import Worker, run_workers
worker = Worker()
@worker.job("work")
def work() -> None:
    print("started", flush=True)
    sys.stdin.read()
if __name__ == "__main__":
    run_workers(worker, client=ZeebeClient(sys.argv[1]), grace=30, health_port=int(sys.argv[2]))
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_a_program_serves_probes_and_is_unready_within_a_second_of_its_signal(site: Site, tmp_path: Path) -> None:
    site.create("work")
    script, port = tmp_path / "program.py", free_port()
    script.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, str(script), site.gateway.address, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "error"},
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "started\n"
        assert probe(port, "/ready") == (200, {"ok": True, "reasons": []})
        assert probe(port, "/health")[1][0]["job_types"][0]["held"] == 1
        program.send_signal(signal.SIGTERM)
        until(lambda: probe(port, "/ready")[0] == 503, 1.0)
        assert probe(port, "/ready")[1]["reasons"] == ["job type work is draining"]
        assert probe(port, "/live")[0] == 200
        out, err = program.communicate("", timeout=30)
    assert (program.returncode, out, err) == (0, "", "")
    assert len(site.completions()) == 1
    with pytest.raises(urllib.error.URLError):
        probe(port, "/ready")


# Pauses


@pytest.mark.parametrize("stream", [False, True], ids=["polling", "streaming"])
async def test_a_paused_worker_leaves_jobs_to_others_until_it_is_resumed(site: Site, stream: bool) -> None:
    worker = Worker(stream=stream)

    @worker.job("work")
    async def work() -> None: ...

    site.create("work")
    async with worker.running(site.client) as running:
        await site.completed(1)
        running.pause()
        assert running.health().reason == "job type work is paused"
        assert not running.health().ready
        await eventually(
            lambda: (
                site.gateway.parked_polls("work") == site.gateway.open_streams("work") == 0
                and running.health().job_types[0].reserved == 0
            )
        )
        site.create("work", 3)
        others = site.client.activate_jobs("work", max_jobs_to_activate=10, request_timeout=0)
        assert len(others) == 3
        running.resume()
        site.create("work", 2)
        await site.completed(3)
        await eventually(lambda: running.health().ready)
    assert len(site.completions()) == 3


async def test_a_worker_that_is_full_of_bytes_fetches_again_when_a_fifth_is_free(site: Site) -> None:
    worker = Worker(max_bytes=3000, max_concurrent_jobs=8, request_timeout=0.2, job_timeout=600)
    gates: list[asyncio.Event] = []

    @worker.job("work")
    async def work(text: str) -> None:
        gates.append(asyncio.Event())
        await gates[-1].wait()

    site.create("work", 3, {"text": "x" * 1000})
    async with worker.running(site.client, grace=0) as running:
        await eventually(lambda: len(gates) == 3)
        await eventually(lambda: site.gateway.parked_polls("work") == 0)
        assert running.health().job_types[0].free == 0
        site.create("work", 2, {"text": "x" * 1000})
        others = site.client.activate_jobs("work", max_jobs_to_activate=1, request_timeout=0)
        assert len(others) == 1  # they lie where others find them
        assert len(gates) == 3
        gates[0].set()
        await eventually(lambda: len(gates) == 4)
        gates[1].set()
        gates[2].set()
        gates[3].set()
        await site.completed(4)


async def test_a_stream_is_read_no_further_by_a_worker_that_is_full_of_bytes(site: Site) -> None:
    worker = Worker(max_bytes=3000, max_concurrent_jobs=8, request_timeout=0.2, job_timeout=5, stream=True)
    started: list[int] = []

    @worker.job("work")
    async def work(text: str, job: Job[None]) -> None:
        started.append(job.key)
        await asyncio.Event().wait()

    site.deploy("work")
    async with worker.running(site.client, grace=0) as running:
        await eventually(lambda: site.gateway.open_streams("work") == 1)
        site.create("work", 12, {"text": "x" * 1000})
        await eventually(lambda: running.health().job_types[0].counts["parked"] >= 1)
        taken: list[int] = []

        def take() -> bool:
            taken.extend(job.key for job in site.client.activate_jobs("work", request_timeout=0))
            return len(taken) >= 8

        await eventually(take)
    assert 3 <= len(started) <= 4  # what a read had been begun for still comes
    assert not set(started) & set(taken)


async def test_large_jobs_of_a_poll_close_a_worker_that_has_places_left(site: Site) -> None:
    worker = Worker(max_bytes=10, max_concurrent_jobs=8, request_timeout=0.2)
    go = asyncio.Event()

    @worker.job("work")
    async def work(text: str) -> None:
        await go.wait()

    site.create("work", 1, {"text": "x" * 1000})
    async with worker.running(site.client) as running:
        await eventually(lambda: running.health().job_types[0].held == 1)
        site.create("work", 2, {"text": "y"})
        await eventually(lambda: site.gateway.parked_polls("work") == 0)
        assert len(site.client.activate_jobs("work", request_timeout=0)) == 2
        go.set()
        await site.completed(1)
