"""What the machine decides about extensions, leases and its own job timeout."""

from __future__ import annotations

import pytest

from tests.unit.worker.machine_driver import COMPLETE, Arrived, Driver, frozen_driver, grant, running_driver
from zeebe_grpc.worker import events as ev


def test_extensions_come_at_half_of_the_time_up_to_the_cap_and_then_the_handler_is_cancelled() -> None:
    driver, job = running_driver()
    asked = []
    while not driver.all(ev.CancelJob):
        driver.now = driver.machine.wake_at or 0.0
        driver.feed(ev.TimePassed())
        if driver.all(ev.ExtendJob):
            at = driver.now
            asked.append((at, grant(driver).timeout))
    assert asked == [(50, 100), (100, 100), (150, 100), (200, 100), (250, 100), (300, 100)]
    assert driver.now == 400
    assert driver.only(ev.CancelJob) == ev.CancelJob(job, ev.CancelReason.DEADLINE)


def test_short_jobs_cost_no_extension() -> None:
    driver, job = running_driver()
    driver.pass_time(40)
    driver.finish(job)
    driver.pass_time(1000)
    assert not driver.all(ev.ExtendJob)


def test_the_first_extension_is_told_unless_the_handler_asked() -> None:
    driver, _ = running_driver()
    driver.pass_time(51)
    assert driver.only(ev.Told).notice is ev.Notice.FIRST_EXTENSION
    driver, job = running_driver()
    driver.feed(ev.ExtensionWanted(job, 300.0))
    grant(driver)
    driver.pass_time(260)
    assert driver.only(ev.ExtendJob).timeout == 100
    assert not driver.all(ev.Told)


def test_a_wish_lifts_the_cap_and_never_shortens() -> None:
    driver, job = running_driver()
    driver.feed(ev.ExtensionWanted(job, 10.0))
    assert not driver.effects
    driver.feed(ev.ExtensionWanted(job, 5000.0))
    assert grant(driver).timeout == 5000
    driver.pass_time(4900)
    assert not driver.all(ev.CancelJob)


def test_a_job_is_extended_by_as_much_as_the_model_says_and_lasts_as_long() -> None:
    driver, job = running_driver()
    driver.feed(ev.TimeoutModelled(job, 900.0))
    assert not driver.effects
    driver.pass_time(51)
    asked = grant(driver)
    assert asked.timeout > 800
    driver.pass_time(890)
    assert not driver.all(ev.CancelJob)
    driver.pass_time(901)
    assert driver.only(ev.CancelJob).reason is ev.CancelReason.DEADLINE


def test_a_model_shortens_no_timeout() -> None:
    driver, job = running_driver()
    driver.feed(ev.TimeoutModelled(job, 1.0))
    driver.pass_time(51)
    assert grant(driver).timeout == 100


def test_a_wish_during_an_extension_follows_it() -> None:
    driver, job = running_driver()
    driver.pass_time(51)
    driver.feed(ev.ExtensionWanted(job, 1000.0))
    assert not driver.all(ev.ExtendJob)
    driver.feed(ev.ExtensionEnded(job, 50.0, 100.0))
    assert driver.only(ev.ExtendJob).timeout == 1000


def test_nothing_is_extended_after_the_deadline() -> None:
    driver, job = running_driver()
    driver.now = 100.5
    driver.feed(ev.TimePassed())
    assert not driver.all(ev.ExtendJob)
    assert driver.only(ev.CancelJob).reason is ev.CancelReason.DEADLINE
    driver.feed(ev.HandlerEnded(job, COMPLETE))
    assert driver.only(ev.JobDone).end is ev.End.EXPIRED


# What handlers ask for

REFUSED = ev.Problem("RESOURCE_EXHAUSTED", unknown=False)


def refuse(driver: Driver, extension: ev.ExtendJob) -> None:
    driver.feed(ev.ExtensionEnded(extension.activation, driver.now, extension.timeout, REFUSED))


@pytest.mark.parametrize("extend", [True, False])
def test_what_a_handler_asks_for_is_asked_for_again_until_it_is_granted(extend: bool) -> None:
    driver, job = running_driver(extend=extend)
    driver.feed(ev.ExtensionWanted(job, 1000.0), after=10.0)
    for _ in range(3):
        refuse(driver, driver.only(ev.ExtendJob))
        assert not driver.all(ev.ExtendJob)
        driver.pass_time(driver.now + 6)
    grant(driver)
    assert driver.machine.jobs.live[job].deadline >= 1010.0
    driver.pass_time(500.0)
    assert not driver.all(ev.CancelJob)


def test_what_is_granted_too_late_is_not_asked_for_again_without_a_lease() -> None:
    driver, job = running_driver()
    driver.feed(ev.ExtensionWanted(job, 1000.0), after=10.0)
    sent = driver.now
    driver.feed(ev.ExtensionEnded(job, sent, 100.0), after=150.0)
    assert not driver.all(ev.ExtendJob)
    assert driver.only(ev.CancelJob).reason is ev.CancelReason.DEADLINE


def test_one_try_leaves_time_for_two_more() -> None:
    driver, _ = running_driver()
    driver.pass_time(50.0)
    assert driver.only(ev.ExtendJob).within == pytest.approx(50.0 / 3)


@pytest.mark.parametrize("first", [REFUSED, None])
def test_a_deferred_job_is_kept_for_as_long_as_was_asked_for(first: ev.Problem | None) -> None:
    driver, job = running_driver()
    driver.pass_time(50.0)
    automatic = driver.only(ev.ExtendJob)
    driver.feed(ev.HandlerEnded(job, ev.Deferral(3600.0)))
    assert driver.only(ev.JobDone).end is ev.End.DEFERRED
    assert not driver.all(ev.ExtendJob)
    driver.feed(ev.ExtensionEnded(job, 50.0, automatic.timeout, first))
    if first is not None:
        driver.pass_time(60.0)
    assert driver.only(ev.ExtendJob).timeout == pytest.approx(3650.0 - driver.now, abs=10.0)
    grant(driver)
    assert not driver.pass_time(3000.0)
    driver.pass_time(4000.0)
    assert driver.machine.jobs.deferred == 0
    assert not driver.all(ev.Told)


def test_a_deferred_job_that_cannot_be_kept_is_told_of() -> None:
    driver, job = running_driver()
    driver.feed(ev.HandlerEnded(job, ev.Deferral(3600.0)))
    refuse(driver, driver.only(ev.ExtendJob))
    told: list[ev.Told] = []
    while driver.machine.jobs.deferred:
        driver.pass_time(driver.now + 5)
        told += driver.all(ev.Told)
        for extension in driver.all(ev.ExtendJob):
            refuse(driver, extension)
    assert driver.now == pytest.approx(100.0, abs=10.0)
    assert [notice.notice for notice in told] == [ev.Notice.DEFERRAL_CUT]
    assert "job 1: for 3500 s more others may be given it" in told[0].text


def test_a_deferred_job_that_somebody_has_answered_is_forgotten() -> None:
    driver, job = running_driver()
    driver.feed(ev.HandlerEnded(job, ev.Deferral(3600.0)))
    extension = driver.only(ev.ExtendJob)
    driver.feed(ev.ExtensionEnded(job, driver.now, extension.timeout, ev.Problem("NOT_FOUND", unknown=False)))
    assert not driver.effects
    assert driver.machine.jobs.deferred == 0


def test_a_drain_waits_until_a_deferred_job_is_kept() -> None:
    driver, job = running_driver()
    driver.feed(ev.PollEnded(1))
    driver.feed(ev.HandlerEnded(job, ev.Deferral(3600.0)))
    extension = driver.only(ev.ExtendJob)
    driver.feed(ev.Draining(25.0))
    driver.feed(ev.PollEnded(2))
    assert not driver.all(ev.Closed)
    driver.feed(ev.ExtensionEnded(job, driver.now, extension.timeout))
    assert driver.only(ev.Closed) == ev.Closed()


# Leases


def test_a_job_with_a_lease_is_asked_for_once_after_its_deadline() -> None:
    driver, job = frozen_driver()
    assert driver.effects == [ev.ExtendJob(job, Arrived(1), 100.0, within=5.0)]
    assert driver.machine.wake_at != driver.now
    driver.feed(ev.ExtensionEnded(job, driver.now, 100.0))
    assert not driver.effects
    assert driver.pass_time(161)
    assert driver.only(ev.ExtendJob)
    driver.finish(job)
    assert driver.only(ev.JobDone).end is ev.End.COMPLETED


@pytest.mark.parametrize(
    ("code", "reason", "end"),
    [
        ("FAILED_PRECONDITION", ev.CancelReason.LOST, ev.End.LOST),
        ("NOT_FOUND", ev.CancelReason.LOST, ev.End.LOST),
        ("UNAVAILABLE", ev.CancelReason.DEADLINE, ev.End.EXPIRED),
        ("PERMISSION_DENIED", ev.CancelReason.DEADLINE, ev.End.EXPIRED),
    ],
)
@pytest.mark.parametrize("ended_first", [False, True])
def test_a_lease_that_cannot_be_confirmed_cancels_the_handler_and_keeps_its_answer_back(
    code: str, reason: ev.CancelReason, end: ev.End, ended_first: bool
) -> None:
    driver, job = frozen_driver()
    if ended_first:
        driver.feed(ev.HandlerEnded(job, COMPLETE))
        assert not driver.effects
    driver.feed(ev.ExtensionEnded(job, driver.now, 100.0, ev.Problem(code)))
    assert driver.only(ev.CancelJob).reason is reason
    if not ended_first:
        driver.feed(ev.HandlerEnded(job, COMPLETE))
    assert not driver.all(ev.SendAnswer)
    assert driver.only(ev.JobDone).end is end
    assert driver.machine.ledger.held == 0


def test_an_answer_that_comes_after_the_deadline_waits_until_the_lease_is_confirmed() -> None:
    driver, job = running_driver(leased=True)
    driver.feed(ev.HandlerEnded(job, COMPLETE), after=110.0)
    assert driver.effects == [ev.ExtendJob(job, Arrived(1), 100.0, within=5.0)]
    driver.feed(ev.ExtensionEnded(job, driver.now, 100.0))
    assert driver.only(ev.SendAnswer)
    driver.feed(ev.AnswerEnded(job))
    assert driver.only(ev.JobDone).end is ev.End.COMPLETED


def test_a_lease_does_not_lift_the_cap_nor_a_ban_on_extensions() -> None:
    for policy in ({"max_job_time": 105.0}, {"extend": False}):
        driver, _ = frozen_driver(**policy)
        assert not driver.all(ev.ExtendJob)
        assert driver.only(ev.CancelJob).reason is ev.CancelReason.DEADLINE


# What the last jobs took


def test_an_adaptive_timeout_is_asked_for_by_the_next_poll_and_by_the_next_stream_only() -> None:
    driver = Driver(adaptive_timeout=True, stream=True, max_concurrent_jobs=2, stream_lifetime=10_000.0)
    poll = driver.start()
    assert (poll.job_timeout, driver.only(ev.OpenStream).job_timeout) == (300, 300)
    for _ in range(100):
        (job,) = driver.arrive(1, poll.fetch)
        driver.now += 2
        driver.feed(ev.HandlerEnded(job, COMPLETE))
        driver.feed(ev.AnswerEnded(job))
        driver.feed(ev.PollEnded(poll.fetch))
        poll = driver.only(ev.Poll)
    assert poll.job_timeout == 10
    (streamed,) = driver.arrive(1, 1, ev.Source.STREAM)
    (polled,) = driver.arrive(1, poll.fetch)
    live = driver.machine.jobs.live
    assert live[streamed].deadline == driver.now + 300
    assert live[polled].deadline == driver.now + 10
    driver.finish(streamed)
    driver.finish(polled)
    driver.feed(ev.StreamEnded(1))
    driver.pass_time(driver.now + 1)
    assert driver.only(ev.OpenStream).job_timeout == 10
    (late,) = driver.arrive(1, 1, ev.Source.STREAM)  # of the stream that has ended
    assert driver.machine.jobs.live[late].deadline <= driver.now + 10


def test_what_a_stream_left_without_a_place_keeps_the_time_of_its_arrival() -> None:
    driver = Driver(stream=True, max_concurrent_jobs=2, job_timeout=10.0)
    driver.start()
    first = driver.arrive(1, 1, ev.Source.STREAM)[0]
    driver.arrive(1)
    driver.pass_time(driver.now + 1.1)
    arrived = driver.now
    driver.arrive(1, 1, ev.Source.STREAM)
    driver.pass_time(driver.now + 0.06)
    driver.finish(first)
    driver.feed(ev.StreamEnded(1))
    driver.pass_time(driver.now + 0.1)
    deadlines = [activation.deadline for activation in driver.machine.jobs.live.values()]
    assert arrived + 10 in deadlines


# Extensions that fail


@pytest.mark.parametrize("code", ["RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"])
def test_an_extension_that_fails_is_tried_again_until_the_deadline(code: str) -> None:
    driver, job = running_driver()
    tries = 0
    while not driver.all(ev.CancelJob):
        driver.now = driver.machine.wake_at or 0.0
        driver.feed(ev.TimePassed())
        if driver.all(ev.ExtendJob):
            tries += 1
            driver.feed(ev.ExtensionEnded(job, driver.now, 100.0, ev.Problem(code)))
    assert tries > 10
    assert driver.now == pytest.approx(100, abs=5)


@pytest.mark.parametrize("code", ["NOT_FOUND", "FAILED_PRECONDITION"])
def test_an_extension_that_finds_no_job_cancels_the_handler(code: str) -> None:
    driver, job = running_driver()
    driver.pass_time(51)
    driver.feed(ev.ExtensionEnded(job, 50.0, 100.0, ev.Problem(code)))
    assert driver.only(ev.CancelJob).reason is ev.CancelReason.LOST
    driver.feed(ev.HandlerEnded(job, COMPLETE))
    assert driver.only(ev.JobDone).end is ev.End.LOST


@pytest.mark.parametrize("code", ["PERMISSION_DENIED", "UNIMPLEMENTED"])
def test_a_gateway_that_forbids_extension_is_not_asked_again(code: str) -> None:
    driver, job = running_driver()
    driver.pass_time(51)
    driver.feed(ev.ExtensionEnded(job, 50.0, 100.0, ev.Problem(code)))
    assert driver.only(ev.Told).notice is ev.Notice.EXTENSION_FORBIDDEN
    driver.finish(job)
    driver.feed(ev.PollEnded(1))
    driver.arrive(1, 2)
    driver.pass_time(driver.now + 99)
    assert not driver.all(ev.ExtendJob)


def test_a_stalled_event_loop_or_handler_is_not_extended() -> None:
    driver, _ = running_driver()
    driver.feed(ev.Watched(lag=26.0))
    driver.pass_time(51)
    assert driver.only(ev.Told).notice is ev.Notice.EXTENSION_WITHHELD
    driver.feed(ev.Watched(lag=0.0))
    driver.pass_time(62)
    assert driver.only(ev.ExtendJob)

    driver, job = running_driver(stall_timeout=30.0)
    driver.pass_time(51)
    assert not driver.all(ev.ExtendJob)
    driver.feed(ev.Progressed(job))
    driver.pass_time(71)
    assert driver.only(ev.ExtendJob)


def test_at_most_sixteen_extensions_are_under_way() -> None:
    driver = Driver(job_timeout=100.0)
    driver.start()
    driver.arrive(32)
    driver.feed(ev.TimePassed(), after=51)
    assert len(driver.all(ev.ExtendJob)) == 16
