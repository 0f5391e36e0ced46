"""Whatever the gateway answers, the worker goes on: no job lost, none completed twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.worker_support import FaultyPort, Site, eventually, faulty
from zeebe_grpc.errors import StatusCode, WorkerError
from zeebe_grpc.worker import Backoff, Worker

STATUSES = [status for status in StatusCode if status is not StatusCode.OK]
TRANSIENT = [
    StatusCode.RESOURCE_EXHAUSTED,
    StatusCode.UNAVAILABLE,
    StatusCode.DEADLINE_EXCEEDED,
    StatusCode.ABORTED,
    StatusCode.INTERNAL,
    StatusCode.CANCELLED,
    StatusCode.UNKNOWN,
    StatusCode.UNAUTHENTICATED,
]
GONE = [StatusCode.NOT_FOUND, StatusCode.FAILED_PRECONDITION]
FINAL = [status for status in STATUSES if status not in TRANSIENT + GONE]


def times(rpc: str, status: StatusCode, count: int) -> Callable[[str], StatusCode | None]:
    """Fail the first calls of an RPC."""
    left = [count]

    def decide(name: str) -> StatusCode | None:
        if name != rpc or not left[0]:
            return None
        left[0] -= 1
        return status

    return decide


def simple(**options: object) -> Worker:
    worker = Worker(retry=Backoff(first=0.01), **options)  # type: ignore[arg-type]

    @worker.job("work")
    async def work() -> dict[str, int]:
        return {"a": 1}

    return worker


def once_each(site: Site, count: int) -> None:
    completions = site.completions()
    assert len(completions) == count
    assert set(completions.values()) == {1}


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.name)
async def test_no_status_of_a_poll_stops_the_worker(site: Site, status: StatusCode) -> None:
    running, port = faulty(simple(), site.client)
    port.refuse = times("ActivateJobs", status, 3)
    site.create("work", 3)
    async with running:
        await site.completed(3)
        assert running.health().ready
    once_each(site, 3)


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.name)
async def test_no_status_of_a_stream_stops_the_worker(site: Site, status: StatusCode) -> None:
    running, _ = faulty(simple(stream=True), site.client)
    streams = running._connections.streams
    assert isinstance(streams, FaultyPort)
    streams.refuse = times("StreamActivatedJobs", status, 2)
    async with running:
        site.create("work", 3)
        await site.completed(3)
        opened = 1 if status is StatusCode.UNIMPLEMENTED else 3
        await eventually(lambda: streams.calls["StreamActivatedJobs"] >= opened, 30)
    once_each(site, 3)


@pytest.mark.parametrize("status", TRANSIENT, ids=lambda status: status.name)
async def test_a_completion_that_may_succeed_later_is_sent_again(site: Site, status: StatusCode) -> None:
    running, port = faulty(simple(), site.client)
    port.refuse = times("CompleteJob", status, 3)
    site.create("work")
    async with running:
        await site.completed(1)
    once_each(site, 1)
    assert port.calls["CompleteJob"] == 4
    assert site.intents()["FAILED"] == 0


@pytest.mark.parametrize("status", TRANSIENT, ids=lambda status: status.name)
async def test_a_completion_whose_reply_was_lost_counts_as_done(site: Site, status: StatusCode) -> None:
    running, port = faulty(simple(), site.client)
    port.lose = times("CompleteJob", status, 1)
    site.create("work")
    async with running:
        await eventually(lambda: running.health().job_types[0].held == 0 and port.calls["CompleteJob"] == 2)
        counts = running.health().job_types[0].counts
    once_each(site, 1)
    # A refusal that says "not executed" and is none lies; for all others nobody knew, and the worker says so.
    if status not in (StatusCode.RESOURCE_EXHAUSTED, StatusCode.UNAUTHENTICATED):
        assert counts["ambiguous"] == counts["completed"] == 1


@pytest.mark.parametrize("status", FINAL, ids=lambda status: status.name)
async def test_a_completion_refused_for_good_fails_the_job(site: Site, status: StatusCode) -> None:
    running, port = faulty(simple(), site.client)
    port.refuse = times("CompleteJob", status, 1)
    site.create("work")
    async with running:
        await site.completed(1)
        counts = running.health().job_types[0].counts
    failed = site.jobs("FAILED")[0]
    assert failed["retries"] == 2
    assert failed["errorMessage"] == f"the answer was refused: {status.name}: a fault of the test"
    assert counts["refused"] == 1


@pytest.mark.parametrize("status", GONE, ids=lambda status: status.name)
async def test_a_completion_of_a_job_that_is_gone_is_let_go(site: Site, status: StatusCode) -> None:
    running, port = faulty(simple(), site.client)
    port.refuse = times("CompleteJob", status, 1)
    site.create("work")
    async with running:
        await eventually(lambda: running.health().job_types[0].counts.get("lost") == 1)
        assert running.health().job_types[0].held == 0
    assert port.calls["CompleteJob"] == 1
    assert port.calls["FailJob"] == 0


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.name)
async def test_no_status_of_a_failure_holds_its_place_for_ever(site: Site, status: StatusCode) -> None:
    worker = Worker(retry=Backoff(first=0))

    @worker.job("work")
    async def work() -> None:
        raise ValueError

    running, port = faulty(worker, site.client)
    port.refuse = times("FailJob", status, 1)
    site.create("work")
    async with running:
        await eventually(lambda: running.health().job_types[0].held == 0 and port.calls["FailJob"] >= 1)
        await eventually(
            lambda: sum(running.health().job_types[0].counts[e] for e in ENDED if e in COUNTS(running)) >= 1
        )


ENDED = ("failed", "lost", "expired")


def COUNTS(running: object) -> dict[str, int]:  # noqa: N802
    return dict(running.health().job_types[0].counts)  # type: ignore[attr-defined]


async def test_a_failure_in_doubt_is_not_repeated_once_the_job_may_be_with_others(site: Site) -> None:
    worker = Worker(retry=Backoff(first=0))

    @worker.job("work")
    async def work() -> None:
        raise ValueError

    running, port = faulty(worker, site.client)
    port.lose = times("FailJob", StatusCode.DEADLINE_EXCEEDED, 1)
    site.create("work")
    async with running:
        await eventually(lambda: bool(site.incidents()))
        assert running.health().job_types[0].counts["ambiguous"] == 1
    # Three retries, three failures: the one in doubt was not sent twice.
    assert site.intents()["FAILED"] == 3


async def test_a_failure_in_doubt_is_repeated_while_the_job_rests(site: Site) -> None:
    worker = Worker(retry=Backoff(first=3600))

    @worker.job("work")
    async def work() -> None:
        raise ValueError

    running, port = faulty(worker, site.client)
    port.refuse = times("FailJob", StatusCode.DEADLINE_EXCEEDED, 2)
    site.create("work")
    async with running:
        await eventually(lambda: site.intents()["FAILED"] >= 1)
    assert port.calls["FailJob"] == 3


async def test_the_gateway_may_be_killed_and_come_back(site: Site) -> None:
    worker = Worker(stream=True)
    slow = asyncio.Event()

    @worker.job("work")
    async def work() -> None:
        await slow.wait()

    site.create("work", 8)
    async with worker.running(site.client) as running:
        await eventually(lambda: running.health().job_types[0].held == 8)
        site.gateway.kill()
        slow.set()
        await eventually(lambda: not running.health().ready, seconds=20)
        assert running.health().live
        site.gateway.start()
        await site.completed(8, seconds=40)
        site.create("work", 4)
        await site.completed(12, seconds=40)
        await eventually(lambda: running.health().ready)
    once_each(site, 12)


async def test_others_are_unaffected_by_a_type_whose_handler_hangs(site: Site) -> None:
    worker = Worker(max_concurrent_jobs=2)
    never = asyncio.Event()

    @worker.job("hangs")
    async def hangs() -> None:
        await never.wait()

    for number in range(20):
        name = f"type-{number}"

        @worker.job(name)
        async def work() -> None: ...

        site.create(name, 2)
    site.create("hangs", 3)
    async with worker.running(site.client, grace=0):
        await site.completed(40)


async def test_a_fault_of_our_own_does_not_stop_the_worker(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    running, _ = faulty(simple(), site.client)
    async with running:
        running._lanes[0].feed("no event")  # type: ignore[arg-type]
        site.create("work")
        await site.completed(1)
        assert running.health().live
    assert "the worker itself has failed" in caplog.text


async def test_what_could_not_be_begun_is_begun_again(site: Site) -> None:
    running, _ = faulty(simple(), site.client)
    lane = running._lanes[0]
    broken = {"Poll": 1, "RunJob": 1, "SendAnswer": 1}
    for kind, perform in list(lane._perform.items()):

        def once(effect: Any, kind: type = kind, perform: Any = perform) -> None:
            if broken.get(kind.__name__):
                broken[kind.__name__] -= 1
                raise RuntimeError("a bug")
            perform(effect)

        lane._perform[kind] = once
    async with running:
        site.create("work", 2)
        await site.completed(2)
        await eventually(lambda: running.health().job_types[0].held == 0)
    once_each(site, 2)
    assert not any(broken.values())


async def test_many_faults_of_our_own_stop_the_worker_and_are_told(site: Site) -> None:
    running, _ = faulty(simple(), site.client)
    running.start()
    for _ in range(5):
        running._lanes[0].feed("no event")  # type: ignore[arg-type]
    with pytest.raises(WorkerError, match="could not go on"):
        await running.wait()
    assert not running.health().live


async def test_a_gateway_that_ignores_leases_stops_the_worker_that_needs_them(site: Site) -> None:
    site.create("work")
    running, _ = faulty(simple(with_lease=True), site.client)
    running.start()
    with pytest.raises(WorkerError, match="gives no leases"):
        await running.wait()
    assert [job.retries for job in site.client.activate_jobs("work", request_timeout=0)] == [3]
