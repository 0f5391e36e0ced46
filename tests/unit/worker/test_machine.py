"""What the machine decides about polls, places and endings, one situation at a time."""

from __future__ import annotations

import pytest

from tests.unit.worker.machine_driver import COMPLETE, UNAVAILABLE, Arrived, Driver, running_driver
from tests.unit.worker.simulation import Faults, World
from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.ledger import SharedCapacity
from zeebe_grpc.worker.machine import State
from zeebe_grpc.worker.policy import MachinePolicy


def test_a_poll_asks_for_what_is_free_and_the_next_for_half_of_it() -> None:
    driver = Driver(max_concurrent_jobs=8)
    poll = driver.start()
    assert (poll.ask, poll.request_timeout) == (8, 30)
    jobs = driver.arrive(8)
    driver.feed(ev.PollEnded(1))
    for activation in jobs[:3]:
        driver.finish(activation)
        assert not driver.all(ev.Poll)
    driver.finish(jobs[3])
    assert driver.only(ev.Poll).ask == 4


def test_a_few_free_places_wait_a_moment_for_more_and_are_then_used() -> None:
    driver = Driver(max_concurrent_jobs=8)
    driver.start()
    jobs = driver.arrive(8)
    driver.feed(ev.PollEnded(1))
    driver.finish(jobs[0])
    driver.pass_time(driver.now + 0.2)
    assert driver.only(ev.Poll).ask == 1


@pytest.mark.parametrize(("slow", "tail"), [(0.01, 0.5), (1.0, 3.0), (4.0, 5.0), (20.0, 0.5)])
def test_a_drain_waits_for_a_poll_as_long_as_polls_take(slow: float, tail: float) -> None:
    driver = Driver(max_concurrent_jobs=8)
    driver.start()
    driver.now += slow
    jobs = driver.arrive(8)
    driver.feed(ev.PollEnded(1))
    for activation in jobs:
        driver.finish(activation)
    driver.feed(ev.Draining(25.0))
    assert not driver.all(ev.CancelPoll)
    assert not [each for each in driver.pass_time(driver.now + tail * 0.9) if isinstance(each, ev.CancelPoll)]
    assert [each for each in driver.pass_time(driver.now + tail * 0.2) if isinstance(each, ev.CancelPoll)]


def test_polls_are_short_and_small_while_the_gateway_comes_back() -> None:
    driver = Driver()
    assert driver.start().request_timeout == 30
    driver.feed(ev.PollEnded(1, UNAVAILABLE))
    driver.feed(ev.TimePassed(), after=5)
    probe = driver.only(ev.Poll)
    assert (probe.request_timeout, probe.ask) == (2, 1), "what it activates may come to nobody"
    driver.feed(ev.PollEnded(2), after=2)
    assert driver.only(ev.Poll).request_timeout == 2, "it may have its port open before it knows its jobs"
    driver.feed(ev.PollEnded(3), after=24)
    assert driver.only(ev.Poll).request_timeout == 30


def test_one_poll_at_a_time() -> None:
    driver = Driver(max_concurrent_jobs=8)
    driver.start()
    driver.arrive(2)
    for event in (ev.TimePassed(), ev.CapacityFreed(), ev.Watched()):
        assert not [effect for effect in driver.feed(event, after=1) if isinstance(effect, ev.Poll)]


def test_an_empty_poll_that_took_its_time_is_followed_at_once_and_a_quick_one_is_not() -> None:
    driver = Driver()
    driver.start()
    driver.feed(ev.PollEnded(1), after=30)
    assert driver.only(ev.Poll)
    rests = []
    for fetch in range(2, 8):
        before = driver.now
        driver.feed(ev.PollEnded(fetch))
        assert not driver.all(ev.Poll)
        driver.now = driver.machine.wake_at or 0.0
        driver.feed(ev.TimePassed())
        assert driver.only(ev.Poll)
        rests.append(round(driver.now - before, 3))
    assert rests == [0.2, 0.4, 0.8, 1.0, 1.0, 1.0]


def test_failed_polls_back_off_up_to_five_seconds_and_say_so() -> None:
    driver = Driver()
    driver.start()
    rests = []
    for fetch in range(1, 12):
        before = driver.now
        driver.feed(ev.PollEnded(fetch, UNAVAILABLE))
        assert driver.only(ev.Told).count == fetch
        driver.now = driver.machine.wake_at or 0.0
        driver.feed(ev.TimePassed())
        rests.append(driver.now - before)
    assert rests[0] == pytest.approx(0.1)  # the refill delay; the backoff of 25 ms is shorter
    assert rests[-1] == pytest.approx(2.5)
    driver.feed(ev.PollEnded(12), after=30)
    assert driver.only(ev.Told).notice is ev.Notice.POLL_RECOVERED


def test_more_jobs_than_asked_for_are_given_back() -> None:
    driver = Driver(max_concurrent_jobs=2)
    driver.start()
    driver.feed(ev.JobsArrived(ev.Source.POLL, 1, [Arrived(1), Arrived(2), Arrived(3)]))
    assert len(driver.all(ev.RunJob)) == 2
    assert driver.only(ev.ReturnJob).job == Arrived(3)


def test_a_poll_that_hangs_is_given_up_by_the_watchdog() -> None:
    driver = Driver(request_timeout=10)
    driver.start()
    assert not driver.feed(ev.Watched(), after=24)
    driver.feed(ev.Watched(), after=2)
    assert driver.only(ev.CancelPoll).fetch == 1
    # Should even the cancellation have no effect, the poll is forgotten.
    driver.feed(ev.Watched(), after=5)
    assert driver.only(ev.Poll).fetch == 2


def test_the_watchdog_mends_a_ledger_that_disagrees() -> None:
    driver = Driver(max_concurrent_jobs=4)
    driver.start()
    driver.arrive(2)
    driver.machine.ledger.recount(4, 0)
    driver.feed(ev.Watched())
    assert driver.only(ev.Told).notice is ev.Notice.STALLED
    assert (driver.machine.ledger.held, driver.machine.ledger.reserved) == (2, 2)


# Shared capacity


def test_idle_types_of_a_shared_capacity_keep_one_place_and_busy_ones_grow() -> None:
    shared = SharedCapacity(8)
    idle, busy = Driver(shared, max_concurrent_jobs=32), Driver(shared, max_concurrent_jobs=32)
    assert idle.start().ask == 1
    assert busy.start().ask == 1
    asks = []
    for fetch in range(1, 4):
        jobs = busy.arrive(busy.machine.poller.reserved, fetch)
        busy.feed(ev.PollEnded(fetch))
        asks += [poll.ask for poll in busy.all(ev.Poll)]
        for activation in jobs:
            busy.finish(activation)
    assert asks == [2, 4, 3]  # the third finds no more than three places
    assert shared.used <= 8


# Endings


def test_a_handler_that_answers_by_itself_is_neither_extended_nor_answered() -> None:
    driver, job = running_driver()
    driver.feed(ev.AnsweredByHandler(job))
    driver.pass_time(300)
    assert not driver.effects or not driver.all(ev.ExtendJob)
    driver.feed(ev.HandlerEnded(job, COMPLETE))
    assert driver.only(ev.JobDone).end is ev.End.ANSWERED
    assert driver.machine.ledger.held == 0


def test_a_deferred_job_frees_its_place_and_keeps_its_lock() -> None:
    driver, job = running_driver(max_concurrent_jobs=1)
    driver.feed(ev.PollEnded(1))
    driver.feed(ev.HandlerEnded(job, ev.Deferral(3600.0)))
    assert driver.only(ev.ExtendJob).timeout == 3600
    assert driver.only(ev.JobDone).end is ev.End.DEFERRED
    assert driver.only(ev.Poll)
    assert driver.machine.jobs.deferred == 1
    driver.pass_time(3700)
    assert driver.machine.jobs.deferred == 0


def test_an_answer_refused_for_good_becomes_a_failure_once() -> None:
    driver, job = running_driver()
    driver.feed(ev.HandlerEnded(job, COMPLETE))
    too_large = ev.Problem("RESOURCE_EXHAUSTED", unknown=False, too_large=True)
    driver.feed(ev.AnswerEnded(job, too_large))
    answer = driver.only(ev.SendAnswer)
    assert (answer.verdict.kind, answer.refused) == (ev.AnswerKind.FAIL, too_large)
    driver.feed(ev.AnswerEnded(job, ev.Problem("INVALID_ARGUMENT", unknown=False)))
    assert driver.only(ev.JobDone).end is ev.End.EXPIRED
    assert driver.machine.ledger.held == 0


def test_a_completion_is_tried_until_the_deadline_and_no_longer() -> None:
    driver, job = running_driver()
    driver.feed(ev.HandlerEnded(job, COMPLETE))
    while not driver.all(ev.JobDone):
        assert driver.now <= 100
        if driver.all(ev.SendAnswer):
            driver.feed(ev.AnswerEnded(job, UNAVAILABLE))
        else:
            driver.now = driver.machine.wake_at or 0.0
            driver.feed(ev.TimePassed())
    assert driver.only(ev.JobDone).end is ev.End.EXPIRED
    assert driver.now > 90


# The end


def test_a_drain_lets_the_running_poll_end_and_gives_back_what_it_brings() -> None:
    driver = Driver()
    driver.start()
    driver.feed(ev.Draining(25.0), after=0.1)
    assert not driver.effects
    driver.feed(ev.JobsArrived(ev.Source.POLL, 1, [Arrived(1)]))
    assert not driver.effects  # not before the poll is over: it could come back through it
    driver.feed(ev.PollEnded(1))
    activation = driver.only(ev.ReturnJob).activation
    driver.feed(ev.ReturnEnded(activation))
    assert driver.only(ev.Closed) == ev.Closed()
    assert driver.machine.counts["poll_cancelled_at_close"] == 0


def test_a_drain_cancels_an_idle_poll_and_counts_it() -> None:
    driver = Driver()
    driver.start()
    driver.feed(ev.Draining(25.0), after=10)
    assert driver.only(ev.CancelPoll)
    driver.feed(ev.PollEnded(1, ev.Problem("CANCELLED")))
    assert driver.only(ev.Closed)
    assert driver.machine.counts["poll_cancelled_at_close"] == 1


def test_a_drain_that_comes_late_itself_gives_the_poll_its_time_anew() -> None:
    driver = Driver()
    driver.start()
    driver.feed(ev.Draining(25.0), after=0.1)
    late = driver.feed(ev.TimePassed(), after=2.0)
    assert not late
    driver.arrive(1)
    driver.feed(ev.PollEnded(1))
    assert driver.only(ev.ReturnJob)
    assert driver.machine.counts["poll_cancelled_at_close"] == 0


def test_a_drain_on_time_after_a_late_one_cancels_the_idle_poll() -> None:
    driver = Driver()
    driver.start()
    driver.feed(ev.Draining(25.0), after=0.1)
    driver.feed(ev.TimePassed(), after=2.0)
    driver.pass_time(2.7)
    assert driver.only(ev.CancelPoll)


def test_while_handlers_run_a_drain_leaves_the_poll_alone() -> None:
    driver = Driver()
    driver.start()
    jobs = driver.arrive(1)
    driver.feed(ev.PollEnded(1))
    assert driver.only(ev.Poll).fetch == 2
    driver.feed(ev.Draining(25.0))
    driver.pass_time(20)
    assert not driver.all(ev.CancelPoll)
    driver.feed(ev.HandlerEnded(jobs[0], COMPLETE))
    assert driver.only(ev.CancelPoll)


def test_the_end_of_the_grace_cancels_and_returns_and_the_end_of_the_flush_abandons() -> None:
    driver = Driver()
    driver.start()
    obedient, deaf = driver.arrive(2)
    driver.feed(ev.PollEnded(1))
    driver.feed(ev.Draining(10.0))
    driver.feed(ev.PollEnded(2))
    driver.pass_time(10.1)
    assert {effect.activation for effect in driver.all(ev.CancelJob)} == {obedient, deaf}
    driver.feed(ev.HandlerEnded(obedient, ev.Stopped()))
    assert driver.only(ev.ReturnJob).activation == obedient
    driver.feed(ev.ReturnEnded(obedient))
    driver.pass_time(15.1)
    assert driver.only(ev.Closed).abandoned == (2,)
    assert not driver.feed(ev.HandlerEnded(deaf, COMPLETE))


def test_a_result_after_the_grace_is_still_an_answer() -> None:
    driver = Driver()
    driver.start()
    (job,) = driver.arrive(1)
    driver.feed(ev.Forced())
    driver.feed(ev.HandlerEnded(job, COMPLETE))
    assert driver.only(ev.SendAnswer)


def test_force_does_not_wait() -> None:
    driver = Driver()
    driver.start()
    (job,) = driver.arrive(1)
    driver.feed(ev.Draining(1000.0))
    driver.feed(ev.Forced())
    assert driver.only(ev.CancelJob).activation == job


def test_a_worker_that_is_told_to_leave_its_jobs_leaves_them() -> None:
    driver = Driver(return_on_stop=False)
    driver.start()
    (job,) = driver.arrive(1)
    driver.feed(ev.Forced())
    driver.feed(ev.HandlerEnded(job, ev.Stopped()))
    assert not driver.all(ev.ReturnJob)
    assert driver.only(ev.JobDone).end is ev.End.ABANDONED


def test_a_paused_worker_fetches_nothing_and_finishes_what_it_has() -> None:
    driver = Driver(max_concurrent_jobs=2)
    driver.start()
    (job,) = driver.arrive(1)
    driver.feed(ev.PollEnded(1))
    driver.feed(ev.PollEnded(2))
    driver.feed(ev.Paused())
    driver.finish(job)
    assert not driver.pass_time(driver.now + 1000)
    driver.feed(ev.Resumed())
    assert driver.only(ev.Poll)


def test_a_worker_that_never_started_drains_at_once() -> None:
    driver = Driver()
    driver.feed(ev.Draining(25.0))
    assert driver.only(ev.Closed)
    assert driver.machine.state is State.CLOSED
    assert not driver.feed(ev.TimePassed(), after=100)


def test_after_an_outage_every_job_is_worked_again() -> None:
    world = World(MachinePolicy(stream=True), seed=1, faults=Faults(1.0, 60.0, ("UNAVAILABLE", "INTERNAL")))
    world.start()
    world.add_jobs(100)
    world.run(60)
    assert world.run_until(lambda: not world.open_jobs, within=320)


def test_a_pause_ends_the_poll_once_and_waits_for_that_without_a_hot_loop() -> None:
    driver = Driver()
    driver.start()
    driver.feed(ev.Paused(), after=5.0)
    assert driver.only(ev.CancelPoll)
    assert driver.machine.wake_at is None
    driver.feed(ev.PollEnded(1, ev.Problem("CANCELLED")))
    driver.feed(ev.Resumed())
    assert driver.only(ev.Poll)
