"""Leases of 8.10: a worker that was away too long lets go of its jobs, whoever has them now."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wire.gateway.support import until
from tests.wire.worker_support import Site, eventually, faulty, serving
from zeebe_grpc.errors import JobFailure, WorkerError
from zeebe_grpc.gateway import Gateway, HeldClock
from zeebe_grpc.gateway.faults import Delay, FaultScript
from zeebe_grpc.worker import Job, Worker


class Tokens:
    """The lease tokens that arrive at the gateway, by RPC."""

    def __init__(self, script: FaultScript) -> None:
        self.seen: list[tuple[str, str]] = []
        for rpc in ("CompleteJob", "FailJob", "ThrowError", "UpdateJobTimeout"):
            script.on(rpc, Delay(0), times=None, matches=lambda request, rpc=rpc: self._see(rpc, request))

    def _see(self, rpc: str, request: Any) -> bool:
        self.seen.append((rpc, request.jobLeaseToken))
        return False

    def count(self) -> Counter[str]:
        return Counter(rpc for rpc, _ in self.seen)


@pytest.fixture
def site(script: FaultScript) -> Iterator[Site]:
    with serving(version="8.10", faults=script) as site:
        yield site


@pytest.mark.parametrize("stream", [False, True], ids=["polling", "streaming"])
async def test_the_token_travels_with_all_that_a_worker_says_about_a_job(
    site: Site, script: FaultScript, stream: bool
) -> None:
    tokens, held = Tokens(script), []
    worker = Worker(with_lease=True, job_timeout=1, stream=stream)

    @worker.job("work")
    async def work(job: Job) -> None:
        held.append(job.lease_token)
        if job.retries == 3:
            raise JobFailure("once", backoff=0)
        job.extend(5)
        await eventually(lambda: job.remaining() > 2)

    async with worker.running(site.client):
        site.create("work")
        await site.completed(1)
    assert len(set(held)) == 2
    assert tokens.seen == [
        ("FailJob", held[0]),
        ("UpdateJobTimeout", held[1]),
        ("CompleteJob", held[1]),
    ]


PAUSED = """
import asyncio, sys
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker import Job, Worker, run_workers
worker = Worker(with_lease=True, job_timeout=1, max_concurrent_jobs=1)
@worker.job("work")
async def work(job: Job) -> None:
    print("started", flush=True)
    try:
        await asyncio.sleep(60)
    finally:
        print(job.cancel_reason and job.cancel_reason.name, flush=True)
if __name__ == "__main__":
    run_workers(worker, client=ZeebeClient(sys.argv[1]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system has no way to stop a process and go on")
def test_a_worker_that_was_frozen_past_its_timeout_gives_up_its_job_and_never_answers(
    site: Site, script: FaultScript, tmp_path: Path
) -> None:
    path, tokens, finish, taken = tmp_path / "paused.py", Tokens(script), threading.Event(), threading.Event()
    path.write_text(PAUSED)
    site.create("work")
    paused = subprocess.Popen(
        [sys.executable, str(path), site.gateway.address],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert paused.stdout is not None
    assert paused.stdout.readline() == "started\n"
    paused.send_signal(signal.SIGSTOP)
    other = Worker(with_lease=True, job_timeout=60)

    @other.job("work")
    def work(job: Job) -> None:
        taken.set()
        finish.wait(30)

    try:
        with other.running_in_thread(site.client):
            assert taken.wait(20)
            paused.send_signal(signal.SIGCONT)
            assert paused.stdout.readline() == "LOST\n"
            paused.terminate()
            paused.communicate(timeout=30)
            assert tokens.count()["CompleteJob"] == tokens.count()["FailJob"] == 0
            finish.set()
            until(lambda: len(site.completions()) == 1, 20)
    finally:
        paused.kill()
        paused.wait()
    assert paused.returncode == 0
    assert site.intents()["TIMED_OUT"] == 1
    assert site.completions().most_common(1)[0][1] == 1
    assert tokens.count()["CompleteJob"] == 1


async def test_a_job_that_the_gateway_has_not_timed_out_is_completed_after_its_deadline() -> None:
    worker = Worker(with_lease=True, job_timeout=0.5)
    loop_is_free = threading.Event()

    @worker.job("work")
    async def work(job: Job) -> dict[str, bool]:
        await asyncio.sleep(0)
        loop_is_free.wait(1)  # blocks the whole event loop, as no coroutine should
        return {"done": True}

    with Gateway(version="8.10", clock=HeldClock()) as gateway:
        site = Site(gateway)
        with site.client:
            site.create("work")
            running, port = faulty(worker, site.client)
            async with running:
                await site.completed(1)
            assert running.health().job_types[0].counts["completed"] == 1
            assert port.calls["UpdateJobTimeout"] == 1


async def test_an_older_gateway_that_ignores_leases_stops_the_worker_that_needs_them() -> None:
    with Gateway(version="8.9") as gateway:
        site = Site(gateway)
        with site.client:
            worker, ran = Worker(with_lease=True), []

            @worker.job("work")
            async def work(job: Job) -> None:
                ran.append(job.key)

            site.create("work")
            running = worker.running(site.client).make().start()
            with pytest.raises(WorkerError, match="gives no leases"):
                await running.wait()
            assert not ran
            assert [job.retries for job in site.client.activate_jobs("work", request_timeout=0)] == [3]
