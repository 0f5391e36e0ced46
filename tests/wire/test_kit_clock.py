"""The clock of the test kit: it stands until it is moved, and a running handler holds it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.wire.kit_models import APPROVAL, CHARGE, ORDER
from zeebe_grpc import ZeebeClient
from zeebe_grpc.engine import Engine
from zeebe_grpc.gateway import Gateway, HeldClock
from zeebe_grpc.testing import NotIdleError, Zeebe, ZeebeClock
from zeebe_grpc.testing.idle import Idleness
from zeebe_grpc.testing.workers import AttachedWorker
from zeebe_grpc.worker import Backoff, Deferred, Job, Worker

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def passed_at(zeebe: Zeebe, element_id: str) -> list[timedelta]:
    """When an element was completed, counted from the start of the clock."""
    epoch = datetime.fromtimestamp(0, timezone.utc)
    return [
        epoch + timedelta(milliseconds=record.timestamp) - START
        for record in zeebe.records
        if record.intent == "ELEMENT_COMPLETED" and record.value["elementId"] == element_id
    ]


def start_charging(zeebe: Zeebe) -> Any:
    zeebe.deploy(CHARGE)
    return zeebe.client.create_process_instance("charging")


def working(job_type: str, handler: Callable[..., Any], **options: Any) -> Worker:
    worker = Worker()
    worker.job(job_type, **options)(handler)
    return worker


def test_time_passes_from_one_due_moment_to_the_next(zeebe: Zeebe) -> None:
    reminders: list[datetime] = []

    def remind(job: Job) -> None:
        reminders.append(zeebe.clock.now())

    zeebe.deploy(ORDER)
    zeebe.mock_job("charge-card").fail(times=2).then_complete({"paid": False})
    instance = zeebe.client.create_process_instance("order", variables={"orderId": "7"})
    with zeebe.running(working("send-reminder", remind)):
        zeebe.clock.advance(14 * DAY)
    zeebe.expect(instance).has_passed("charge", "remind").is_waiting_at("payment-received", only=True)
    assert passed_at(zeebe, "remind") == [7 * DAY, 14 * DAY]
    assert reminders == [START + 7 * DAY, START + 14 * DAY]
    assert zeebe.clock.now() == START + 14 * DAY


def test_a_running_handler_holds_the_clock(zeebe: Zeebe) -> None:
    begun, go = threading.Event(), threading.Event()
    seen: list[datetime] = []

    def charge(job: Job) -> None:
        begun.set()
        assert go.wait(20)
        seen.append(zeebe.clock.now())

    def let_go() -> None:
        assert begun.wait(20)
        go.set()

    instance = start_charging(zeebe)
    zeebe.run(working("charge-card", charge))
    threading.Thread(target=let_go).start()
    zeebe.clock.advance(DAY, within=20)
    assert seen == [START]
    assert passed_at(zeebe, "charge") == [timedelta()]
    zeebe.expect(instance).is_completed()


def test_a_handler_that_has_answered_by_itself_still_holds_the_clock(zeebe: Zeebe) -> None:
    seen: list[datetime] = []

    def charge(job: Job, client: ZeebeClient) -> None:
        client.complete_job(job)
        for _ in range(20):  # the engine has nothing to do for this job any more
            client.get_topology()
        seen.append(zeebe.clock.now())
        client.create_process_instance("approval")

    zeebe.deploy(APPROVAL)
    start_charging(zeebe)
    zeebe.run(working("charge-card", charge))
    zeebe.clock.advance(1)
    assert seen == [START]
    assert len(zeebe.instances("approval")) == 1


def test_a_handler_without_end_is_named(zeebe: Zeebe) -> None:
    begun, go = threading.Event(), threading.Event()

    def charge() -> None:
        begun.set()
        go.wait(20)

    instance = start_charging(zeebe)
    zeebe.run(working("charge-card", charge))
    try:
        assert begun.wait(20)
        with pytest.raises(NotIdleError) as caught:
            zeebe.clock.advance(DAY, within=0.2)
    finally:
        go.set()
    text = str(caught.value)
    assert text.startswith(f"the clock cannot move on from {START.isoformat()}: still in work after 0.2 s\n")
    assert f"job 'charge-card' (element 'charge', process instance {instance.process_instance_key}, key " in text
    assert re.search(r": its handler has been at work for \d+\.\d s$", text)
    assert zeebe.clock.now() == START


def test_a_block_with_a_handler_without_end_is_left_with_its_name(zeebe: Zeebe) -> None:
    go = threading.Event()
    start_charging(zeebe)
    with pytest.raises(NotIdleError, match=r"the test cannot go on: still in work.*\n  job 'charge-card'"):  # noqa: SIM117
        with zeebe.running(working("charge-card", lambda: go.wait(20)), within=0.2):
            threading.Timer(0.4, go.set).start()


def test_a_worker_that_gets_no_job_is_named(zeebe: Zeebe) -> None:
    start_charging(zeebe)
    zeebe.gateway.stop()
    zeebe.run(working("charge-card", lambda: None))
    try:
        with pytest.raises(NotIdleError, match="no worker has taken it, though one works on its type"):
            zeebe.clock.advance(1, within=0.1)
    finally:
        zeebe.gateway.start()


def test_a_job_that_nobody_works_on_holds_nothing(zeebe: Zeebe) -> None:
    instance = start_charging(zeebe)
    zeebe.clock.advance(DAY, within=0)
    zeebe.expect(instance, within=0).is_waiting_at("charge")


def test_a_retry_comes_when_its_backoff_is_over(zeebe: Zeebe) -> None:
    tries: list[timedelta] = []

    def charge(job: Job) -> None:
        tries.append(zeebe.clock.now() - START)
        if len(tries) < 3:
            raise ConnectionError("bank down")

    zeebe.run(working("charge-card", charge, retry=Backoff(first=10, factor=3, cap=60)))
    instance = start_charging(zeebe)
    zeebe.expect(instance).is_waiting_at("charge").has_no_incidents()
    assert len(tries) == 1
    zeebe.clock.advance(60)
    zeebe.expect(instance).is_completed()
    assert tries == sorted({*tries}) == [passed for passed in tries if passed <= timedelta(seconds=60)]
    assert len(tries) == 3


def test_a_deferred_job_does_not_hold_the_clock_and_keeps_its_time(zeebe: Zeebe) -> None:
    jobs: list[Job] = []

    def charge(job: Job) -> Deferred:
        jobs.append(job)
        return Deferred(timedelta(hours=1))

    zeebe.run(working("charge-card", charge, job_timeout=60))
    instance = start_charging(zeebe)
    zeebe.clock.advance(timedelta(minutes=59))
    zeebe.client.complete_job(jobs[0], variables={"paid": True})
    zeebe.expect(instance).is_completed().has_variable("paid", True)
    assert len(jobs) == 1


def test_a_deferred_job_comes_again_when_its_time_is_over(zeebe: Zeebe) -> None:
    jobs: list[Job] = []

    def charge(job: Job) -> Deferred | None:
        jobs.append(job)
        return Deferred(120) if len(jobs) == 1 else None

    zeebe.run(working("charge-card", charge, job_timeout=60))
    instance = start_charging(zeebe)
    zeebe.clock.advance(119)
    assert len(jobs) == 1
    zeebe.clock.advance(1)
    zeebe.expect(instance).is_completed()
    assert len(jobs) == 2


def test_a_job_of_the_test_itself_times_out(zeebe: Zeebe) -> None:
    start_charging(zeebe)
    [job] = zeebe.client.activate_jobs("charge-card", max_jobs_to_activate=1, job_timeout=60)
    zeebe.clock.advance(59)
    assert not zeebe.client.activate_jobs("charge-card", max_jobs_to_activate=1, request_timeout=0)
    zeebe.clock.advance(1)
    [again] = zeebe.client.activate_jobs("charge-card", max_jobs_to_activate=1)
    assert again.key == job.key


def test_jobs_without_end_are_told(zeebe: Zeebe) -> None:
    zeebe.mock_job("charge-card").fail(retries=3)
    start_charging(zeebe)
    with pytest.raises(NotIdleError, match="job 'charge-card'"):
        zeebe.clock.advance(1, within=0.2)


class Hasty(Gateway):
    """A gateway in which something happens right after the engine was looked at."""

    afterwards: Callable[[], None] | None = None

    @contextmanager
    def engine_access(self) -> Generator[Engine, None, None]:
        with super().engine_access() as engine:
            yield engine
        afterwards, self.afterwards = self.afterwards, None
        if afterwards is not None:
            afterwards()


def test_what_happens_between_a_look_and_the_wait_is_not_missed() -> None:
    with Hasty(clock=HeldClock()) as gateway, ZeebeClient(gateway.address) as client:
        idleness = Idleness(gateway)
        idleness.attach(["charge-card"])
        client.deploy_resources([CHARGE])
        client.create_process_instance("charging")
        [job] = client.activate_jobs("charge-card", max_jobs_to_activate=1)
        started = time.monotonic()
        gateway.afterwards = lambda: client.complete_job(job)
        assert idleness.busy_after(20) == []
        gateway.afterwards = lambda: idleness.detach(["charge-card"])
        client.create_process_instance("charging")
        assert idleness.busy_after(20) == []
        assert time.monotonic() - started < 15  # else it has waited for what had happened


@pytest.mark.parametrize("stream", [False, True])
def test_a_worker_stops_without_the_pause_of_a_drain(zeebe: Zeebe, stream: bool) -> None:
    worker = working("charge-card", lambda: None, stream=stream)
    idleness = Idleness(zeebe.gateway)
    attached = AttachedWorker(worker, zeebe.client, zeebe.gateway, idleness)
    attached.start()
    start_charging(zeebe)
    assert idleness.busy_after(20) == []
    give_up = time.monotonic() + 20
    while not (zeebe.gateway.parked_polls("charge-card") and zeebe.gateway.open_streams("charge-card") == stream):
        assert time.monotonic() < give_up
    report = attached.stop(5)
    assert (report.completed, report.poll_cancelled_at_close, report.stream_lost_at_close) == (1, 0, 0)


@pytest.mark.parametrize("span", [-1, timedelta(seconds=-1), 3601, float("nan")])
def test_a_span_that_cannot_be_meant_is_refused(zeebe_clock: ZeebeClock, span: Any) -> None:
    with pytest.raises(ValueError, match="span"):
        zeebe_clock.advance(span)
    assert zeebe_clock.now() == START


def test_a_worker_with_one_place_for_all_keeps_that_bound(zeebe: Zeebe) -> None:
    worker = Worker(max_total_jobs=1)
    at_work, most = [0], [0]

    @worker.job("charge-card")
    @worker.job("send-reminder")
    def work(job: Job, client: ZeebeClient) -> None:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        client.get_topology()
        at_work[0] -= 1

    zeebe.deploy(CHARGE, ORDER)
    for _ in range(2):
        zeebe.client.create_process_instance("charging")
        zeebe.client.create_process_instance("order", variables={"orderId": "1"})
    with zeebe.running(worker):
        zeebe.clock.advance(7 * DAY)
    assert most == [1]
    assert len(passed_at(zeebe, "remind")) == 2


def test_a_pause_is_as_long_as_it_is_said_to_be(zeebe: Zeebe) -> None:
    worker, runs = Worker(retry=Backoff(first=10)), []

    @worker.job("charge-card")
    def charge() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise LookupError

    zeebe.deploy(CHARGE)
    zeebe.run(worker)
    instance = zeebe.client.create_process_instance("charging")
    zeebe.clock.advance(9.999)
    assert len(runs) == 1
    zeebe.clock.advance(0.001)
    zeebe.expect(instance).is_completed()


def test_a_gateway_whose_clock_runs_is_no_gateway_for_the_kit() -> None:
    with Gateway() as gateway, pytest.raises(ValueError, match=r"clock stands: Gateway\(clock=HeldClock\(\)\)"):
        Zeebe(gateway)
