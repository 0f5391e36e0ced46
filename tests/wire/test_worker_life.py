"""Full workers, and the end: what a drain, a restart and a signal do, over real connections."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import grpc
import pytest

from tests.wire.gateway.support import until
from tests.wire.worker_support import Site, eventually, faulty
from zeebe_grpc.worker import Job, Worker
from zeebe_grpc.worker.runner.entry import probed

READ_AHEAD = 3 if tuple(map(int, grpc.__version__.split(".")[:2])) >= (1, 76) else 8
"""Messages that grpc itself takes in beside those that a worker asked for; releases before 1.76 take more."""


# Full workers


@pytest.mark.parametrize("retries", ["3", "0"])
async def test_a_stalled_streaming_worker_holds_no_more_than_it_may_and_hands_the_rest_to_others(
    site: Site, retries: str
) -> None:
    stalled, helper = Worker(stream=True, max_concurrent_jobs=4, job_timeout=60), Worker(stream=True)
    never, helped = asyncio.Event(), []

    @stalled.job("work")
    async def stall() -> None:
        await never.wait()

    @helper.job("work")
    async def help_out(job: Job[None]) -> None:
        helped.append(job.key)

    site.deploy("work", retries)
    async with stalled.running(site.client, grace=0) as running:
        await eventually(lambda: site.gateway.open_streams("work") == 1)
        site.create("work", 40, {"text": "x" * 1000}, retries)
        await eventually(lambda: running.health().job_types[0].held == 4)
        held = len(site.client.activate_jobs("work", max_jobs_to_activate=1000, request_timeout=0, job_timeout=0.001))
        assert 40 - held <= 4 + READ_AHEAD
        await eventually(lambda: running.health().job_types[0].counts["parked"] >= 1)
        async with helper.running(site.client):
            await eventually(lambda: len(helped) >= 36)
        assert not site.incidents()
    assert all(count == 1 for count in site.completions().values())


async def test_jobs_that_were_there_before_the_stream_are_polled(site: Site) -> None:
    worker = Worker(stream=True, max_concurrent_jobs=4)

    @worker.job("work")
    async def work() -> None: ...

    site.create("work", 20)
    async with worker.running(site.client):
        await site.completed(20)
        site.create("work", 20)
        await site.completed(40)
    assert all(count == 1 for count in site.completions().values())


# The end


async def test_a_drain_lets_handlers_finish_and_takes_nothing_in(site: Site) -> None:
    worker = Worker()
    go, stopping = asyncio.Event(), []

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        await go.wait()
        stopping.append(job.worker_stopping)

    site.create("work", 3)
    async with worker.running(site.client, grace=20) as running:
        await eventually(lambda: running.health().job_types[0].held == 3)
        ending = asyncio.ensure_future(running.stop())
        await eventually(lambda: not running.health().ready)
        assert running.health().live
        site.create("work", 2)
        go.set()
        report = await ending
    assert report.completed == 3
    assert report.clean
    assert stopping == [True] * 3
    assert len(site.completions()) == 3
    # What came meanwhile is free for others at once.
    assert len(site.client.activate_jobs("work", request_timeout=0)) == 2


async def test_at_the_end_of_the_grace_handlers_are_cancelled_and_their_jobs_given_back(site: Site) -> None:
    worker = Worker()
    gone = []

    @worker.job("work")
    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            gone.append(True)

    site.create("work", 3)
    async with worker.running(site.client, grace=0.2) as running:
        await eventually(lambda: running.health().job_types[0].held == 3)
        report = await running.stop()
    assert report.returned == 3
    assert len(gone) == 3
    jobs = site.client.activate_jobs("work", request_timeout=0)
    assert [job.retries for job in jobs] == [3, 3, 3]


async def test_a_thread_that_does_not_look_is_left_behind_and_reported(site: Site) -> None:
    worker = Worker()
    go = threading.Event()

    @worker.job("work")
    def work() -> None:
        go.wait(30)

    site.create("work")
    running, _ = faulty(worker, site.client)
    running._lanes[0].machine.policy.__dict__["flush"] = 0.3
    async with running:
        await eventually(lambda: running.health().job_types[0].held == 1)
        stopping = asyncio.ensure_future(running.stop(grace=0))
        await eventually(lambda: any(handler.cancelled for handler in running.health().job_types[0].handlers))
        report = await stopping
    go.set()
    assert len(report.abandoned) == 1
    assert not report.clean


async def test_a_rolling_restart_under_load_loses_nothing(site: Site) -> None:
    def make() -> Worker:
        worker = Worker(max_concurrent_jobs=16)

        @worker.job("work")
        async def work() -> None:
            await asyncio.sleep(0.002)

        return worker

    count = 600
    site.deploy("work")
    creating = asyncio.create_task(asyncio.to_thread(site.create, "work", count))
    reports = []
    running = [worker.running(site.client, grace=10).make().start() for worker in (make(), make())]
    for restart in range(4):
        await eventually(lambda: len(site.completions()) >= count * (restart + 1) // 6, 60)  # noqa: B023
        reports.append(await running[restart % 2].stop())
        running[restart % 2] = make().running(site.client, grace=10).make().start()
    await creating
    await site.completed(count, 60)
    for worker in running:
        reports.append(await worker.stop())
    assert set(site.completions().values()) == {1}
    assert len(site.completions()) == count
    assert site.intents()["TIMED_OUT"] == 0
    assert sum(report.poll_cancelled_at_close for report in reports[:4]) == 0
    assert all(report.clean for report in reports)


def probe(port: int, path: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


async def test_readiness_flips_in_a_second_and_liveness_stays(site: Site) -> None:
    worker, go = Worker(), asyncio.Event()

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        job.progress(0.5, "half")
        await go.wait()

    def ask(path: str) -> Any:
        return asyncio.to_thread(probe, endpoint.port, path)

    site.create("work")
    async with worker.running(site.client, grace=20) as running:
        with probed([running], "127.0.0.1", 0) as endpoint:
            assert endpoint is not None
            await eventually(lambda: running.health().job_types[0].held == 1)
            assert await ask("/ready") == (200, {"ok": True, "reasons": []})
            status, health = await ask("/health")
            handling = health[0]["job_types"][0]["handlers"][0]
            assert (status, handling["progress"]) == (200, [0.5, "half"])
            assert handling["job_key"] == str(running.health().job_types[0].handlers[0].job_key)
            ending = asyncio.ensure_future(running.stop())
            await asyncio.sleep(0)
            assert await ask("/ready") == (503, {"ok": False, "reasons": ["job type work is draining"]})
            assert (await ask("/live"))[0] == 200
            assert (await ask("/nothing"))[0] == 404
            go.set()
            await ending


def test_a_worker_in_a_thread_whose_loop_is_blocked_is_not_live(site: Site) -> None:
    worker, go = Worker(), threading.Event()

    @worker.job("work")
    async def work() -> None:
        go.wait(30)  # blocks the whole event loop, as no coroutine should

    site.create("work")
    with worker.running_in_thread(site.client) as running:
        until(lambda: site.gateway.parked_polls("work") == 0 and not running.health().live, 20)
        go.set()
        until(lambda: running.health().live)
        assert repr(running) == "ThreadedWorker(RunningWorker(work: working))"
    assert repr(running) == "ThreadedWorker(RunningWorker(work: closed))"


SCRIPT = """
import asyncio, signal, sys, threading
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker import Worker, run_workers
worker = Worker()
@worker.job("work")
def work() -> None:
    print("started", flush=True)
    threading.Event().wait(float(sys.argv[2]))
if __name__ == "__main__":
    if sys.argv[3] == "knows no signals":
        if not hasattr(signal, "SIGBREAK"):  # only Windows has it
            signal.SIGBREAK = signal.SIGUSR1
        def refuse(*_):
            raise NotImplementedError
        asyncio.SelectorEventLoop.add_signal_handler = asyncio.SelectorEventLoop.remove_signal_handler = refuse
    run_workers(worker, client=ZeebeClient(sys.argv[1]), grace=float(sys.argv[4]))
    print("drained", flush=True)
"""


BREAK = getattr(signal, "SIGUSR1", signal.SIGTERM)
"""Stands for SIGBREAK in a program whose event loop knows no signals."""

LOOPS = ["knows signals", "knows no signals"]
"""Kinds of event loops; those of Windows are of the second one."""


def script(site: Site, tmp_path: Any, seconds: float, loop: str = LOOPS[0], grace: float = 15) -> subprocess.Popen[str]:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "error"}
    return subprocess.Popen(
        [sys.executable, str(path), site.gateway.address, str(seconds), loop, str(grace)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.mark.parametrize(
    ("number", "loop"),
    [*((number, loop) for number in (signal.SIGINT, signal.SIGTERM) for loop in LOOPS), (BREAK, LOOPS[1])],
    ids=[*(f"{number} {loop}" for number in ("SIGINT", "SIGTERM") for loop in LOOPS), "SIGBREAK"],
)
def test_a_signal_drains_a_program_and_it_exits_with_0(
    site: Site, tmp_path: Any, number: signal.Signals, loop: str
) -> None:
    site.create("work")
    program = script(site, tmp_path, 0.5, loop)
    assert program.stdout is not None
    assert program.stdout.readline() == "started\n"
    program.send_signal(number)
    out, err = program.communicate(timeout=30)
    assert (program.returncode, out, err) == (0, "drained\n", "")
    assert len(site.completions()) == 1


@pytest.mark.parametrize("loop", LOOPS)
def test_a_second_signal_forces_a_program_and_its_exit_code_tells(site: Site, tmp_path: Any, loop: str) -> None:
    site.create("work")
    program = script(site, tmp_path, 60, loop)
    assert program.stdout is not None
    assert program.stdout.readline() == "started\n"
    program.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    program.send_signal(signal.SIGTERM)
    out, _ = program.communicate(timeout=30)
    assert (program.returncode, out) == (128 + signal.SIGTERM, "")
    assert len(site.completions()) == 0


def test_a_program_that_leaves_a_job_locked_exits_with_1(site: Site, tmp_path: Any) -> None:
    site.create("work")
    program = script(site, tmp_path, 60, grace=0)
    assert program.stdout is not None
    assert program.stdout.readline() == "started\n"
    program.send_signal(signal.SIGTERM)
    out, _ = program.communicate(timeout=30)
    assert (program.returncode, out) == (1, "")


def test_a_killed_worker_frees_its_job_within_a_timeout(site: Site, tmp_path: Any) -> None:
    site.create("work")
    program = script(site, tmp_path, 60)
    assert program.stdout is not None
    assert program.stdout.readline() == "started\n"
    program.kill()
    program.communicate(timeout=30)
    site.gateway.advance_clock(300)
    assert len(site.client.activate_jobs("work", request_timeout=2)) == 1


async def test_a_hundred_short_lived_workers_in_one_loop_work_and_leave_nothing_behind(site: Site) -> None:
    worker = Worker(job_timeout=2)  # a job that meets the poll of a worker cut short waits for that

    @worker.job("work")
    async def work() -> None: ...

    tasks = len(asyncio.all_tasks())
    for count in range(1, 101):
        site.create("work")
        async with worker.running(site.client, grace=0):
            await site.completed(count)
    await eventually(lambda: len(asyncio.all_tasks()) == tasks)
    assert set(site.completions().values()) == {1}
