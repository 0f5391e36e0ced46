"""What the machine decides, one situation at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from tests.unit.worker.simulation import Faults, World
from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.ledger import SharedCapacity
from zeebe_grpc.worker.machine import JobTypeMachine, State
from zeebe_grpc.worker.policy import MachinePolicy

E = TypeVar("E")

COMPLETE = ev.Verdict(ev.AnswerKind.COMPLETE)
UNAVAILABLE = ev.Problem("UNAVAILABLE")


@dataclass(frozen=True)
class Arrived:
    key: int
    retries: int = 3


class Driver:
    """A machine whose effects are looked at by hand. Randomness is 0.5: no jitter."""

    def __init__(self, shared: SharedCapacity | None = None, **policy: Any) -> None:
        self.machine = JobTypeMachine(MachinePolicy(**policy), random=lambda: 0.5, shared=shared)
        self.now = 0.0
        self.effects: list[ev.Effect] = []
        self.next_key = 0

    def feed(self, event: ev.Event, after: float = 0.0) -> list[ev.Effect]:
        self.now += after
        self.effects = self.machine.handle(event, self.now)
        return self.effects

    def only(self, kind: type[E]) -> E:
        (found,) = self.all(kind)
        return found

    def all(self, kind: type[E]) -> list[E]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def start(self) -> ev.Poll:
        self.feed(ev.Started())
        return self.only(ev.Poll)

    def arrive(self, count: int, fetch: int = 1, source: ev.Source = ev.Source.POLL, retries: int = 3) -> list[int]:
        jobs = [Arrived(self.next_key + number, retries) for number in range(1, count + 1)]
        self.next_key += count
        self.feed(ev.JobsArrived(source, fetch, jobs))
        return [effect.activation for effect in self.all(ev.RunJob)]

    def finish(self, activation: int, ending: ev.Ending = COMPLETE) -> None:
        self.feed(ev.HandlerEnded(activation, ending))
        if self.all(ev.SendAnswer):
            self.feed(ev.AnswerEnded(activation))

    def pass_time(self, until: float) -> list[ev.Effect]:
        """Let the machine wake up as often as it wants until then."""
        found: list[ev.Effect] = []
        while (due := self.machine.wake_at) is not None and due <= until:
            self.now = max(self.now, due)
            found += self.feed(ev.TimePassed())
        self.now = until
        self.effects = found
        return found


# Polls


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


# Streams


def stream_driver(**policy: Any) -> Driver:
    driver = Driver(stream=True, **{"max_concurrent_jobs": 8, **policy})
    driver.feed(ev.Started())
    assert [type(effect).__name__ for effect in driver.effects] == ["OpenStream", "ReadStream", "Poll"]
    assert driver.only(ev.Poll).ask == 1
    return driver


def test_a_stream_is_read_only_while_a_place_is_kept() -> None:
    driver = stream_driver()
    for expected in range(1, 7):
        assert len(driver.arrive(1, source=ev.Source.STREAM)) == 1
        assert len(driver.all(ev.ReadStream)) == 1, expected
    driver.arrive(1, source=ev.Source.STREAM)
    # Seven jobs and the parked poll fill the eight places.
    assert not driver.all(ev.ReadStream)
    assert driver.machine.ledger.free == 0


def test_a_backlog_keeps_a_quarter_of_the_places_from_the_stream() -> None:
    driver = stream_driver()
    polled = driver.arrive(1)
    driver.feed(ev.PollEnded(1))
    assert driver.only(ev.Poll).ask == 2
    for _ in range(8):
        if driver.arrive(1, source=ev.Source.STREAM) and not driver.all(ev.ReadStream):
            break
    assert driver.machine.jobs.streamed <= 6
    assert polled


def test_a_stalled_worker_parks_its_stream_and_hands_back_after_the_cancellation() -> None:
    driver = stream_driver(max_concurrent_jobs=4)
    while driver.arrive(1, source=ev.Source.STREAM) and driver.all(ev.ReadStream):
        pass
    effects = driver.pass_time(driver.now + 2.0)
    assert [type(effect).__name__ for effect in effects] == ["Told", "ReadStream"]
    driver.feed(ev.JobsArrived(ev.Source.STREAM, 1, [Arrived(90)]))
    assert driver.only(ev.ReadStream)
    driver.feed(ev.JobsArrived(ev.Source.STREAM, 1, [Arrived(91, retries=0)]))
    driver.pass_time(driver.now + 0.51)
    assert driver.only(ev.CancelStream).fetch == 1
    assert not driver.feed(ev.StreamEnded(1, ev.Problem("CANCELLED")))
    driver.pass_time(driver.now + 0.03)
    assert [effect.job for effect in driver.all(ev.ReturnJob)] == [Arrived(90), Arrived(91, retries=0)]
    assert not driver.all(ev.OpenStream)


@pytest.mark.parametrize(
    ("between", "messages", "pause"),
    [(0.001, 150, 0.5), (0.01, 130, 0.03), (0.02, 40, 0.5), (0.02, 70, 0.06), (0.1, 15, 0.3)],
)
def test_a_stream_under_load_is_left_in_a_pause_that_is_long_for_it(
    between: float, messages: int, pause: float
) -> None:
    driver = stream_driver(max_concurrent_jobs=4)
    while driver.arrive(1, source=ev.Source.STREAM) and driver.all(ev.ReadStream):
        pass
    driver.pass_time(driver.now + 2.0)
    for key in range(messages):
        assert not [each for each in driver.pass_time(driver.now + between) if isinstance(each, ev.CancelStream)]
        driver.feed(ev.JobsArrived(ev.Source.STREAM, 1, [Arrived(key)]))
    assert not [each for each in driver.pass_time(driver.now + pause * 0.95) if isinstance(each, ev.CancelStream)]
    assert [each for each in driver.pass_time(driver.now + pause * 0.06) if isinstance(each, ev.CancelStream)]
    driver.feed(ev.StreamEnded(1, None))
    assert driver.machine.streamer.lost_at_close == (pause < 0.5), "a job may have been on its way"


def test_a_parked_stream_opens_again_when_places_are_free() -> None:
    driver = stream_driver(max_concurrent_jobs=4)
    jobs: list[int] = []
    while True:
        jobs += driver.arrive(1, source=ev.Source.STREAM)
        if not driver.all(ev.ReadStream):
            break
    driver.pass_time(driver.now + 2.1)
    driver.feed(ev.StreamEnded(1, ev.Problem("CANCELLED")))
    driver.feed(ev.HandlerEnded(jobs[0], COMPLETE))
    driver.feed(ev.AnswerEnded(jobs[0]))
    assert driver.only(ev.OpenStream).fetch == 2


def test_a_busy_worker_never_parks() -> None:
    driver = stream_driver(max_concurrent_jobs=4)
    jobs: list[int] = []
    for _ in range(40):
        jobs += driver.arrive(1, source=ev.Source.STREAM, fetch=1)
        if not driver.all(ev.ReadStream):
            driver.pass_time(driver.now + 1.0)
            driver.finish(jobs.pop(0))
    assert driver.machine.streamer.parked == 0


def test_a_stream_that_ends_cleanly_is_opened_again_without_growing_rests() -> None:
    driver = stream_driver()
    for fetch in range(1, 6):
        driver.feed(ev.StreamEnded(fetch))
        driver.pass_time(driver.now + 0.05)
        assert driver.only(ev.OpenStream).fetch == fetch + 1


def test_a_stream_that_breaks_backs_off_and_one_that_brought_something_starts_afresh() -> None:
    driver = stream_driver()
    rests = []
    for fetch in range(1, 9):
        before = driver.now
        driver.feed(ev.StreamEnded(fetch, UNAVAILABLE))
        while not driver.all(ev.OpenStream):
            driver.pass_time(driver.machine.wake_at or 0.0)
        rests.append(driver.now - before)
    assert rests == sorted(rests)
    assert rests[-1] > 2
    driver.arrive(1, source=ev.Source.STREAM, fetch=9)
    before = driver.now
    driver.feed(ev.StreamEnded(9, UNAVAILABLE))
    driver.pass_time(driver.now + 0.05)
    assert driver.only(ev.OpenStream)


def test_a_parked_poll_leaves_places_for_a_stream_that_is_to_be_opened_again() -> None:
    driver = stream_driver()
    driver.feed(ev.StreamEnded(1, UNAVAILABLE))
    driver.arrive(1)
    driver.feed(ev.PollEnded(1))
    assert driver.only(ev.Poll).ask == 2
    driver.pass_time(driver.now + 1)
    assert driver.only(ev.OpenStream)


def test_a_stream_that_no_gateway_knows_is_not_tried_again() -> None:
    driver = stream_driver()
    driver.feed(ev.StreamEnded(1, ev.Problem("UNIMPLEMENTED")))
    assert driver.only(ev.Told).notice is ev.Notice.STREAM_UNSUPPORTED
    driver.feed(ev.PollEnded(1), after=30)
    assert driver.only(ev.Poll).ask == 8
    assert not driver.pass_time(driver.now + 10_000) or not driver.all(ev.OpenStream)


def test_a_silent_stream_is_recycled_read_out_first() -> None:
    driver = stream_driver(stream_idle=100.0)
    effects = driver.pass_time(driver.now + 100.51)
    assert [type(effect).__name__ for effect in effects] == ["CancelStream"]
    driver.feed(ev.JobsArrived(ev.Source.STREAM, 1, [Arrived(50)]))
    driver.feed(ev.StreamEnded(1, None))
    driver.pass_time(driver.now + 0.03)
    # There is a place for what came at the last moment.
    assert driver.only(ev.RunJob).job == Arrived(50)
    assert driver.only(ev.OpenStream).fetch == 2


def test_a_stream_whose_neighbours_fail_is_not_trusted() -> None:
    driver = stream_driver()
    jobs = driver.arrive(1, source=ev.Source.STREAM)
    driver.feed(ev.HandlerEnded(jobs[0], COMPLETE))
    for _ in range(3):
        driver.feed(ev.AnswerEnded(jobs[0], ev.Problem("INTERNAL", "Processing paused")))
        driver.now = driver.machine.wake_at or driver.now
        driver.feed(ev.TimePassed())
    assert not driver.machine.streamer.open


def test_a_lone_place_is_left_to_the_poll() -> None:
    driver = Driver(stream=True, max_concurrent_jobs=1)
    driver.start()
    assert not driver.all(ev.OpenStream)


# Extensions


def running_driver(**policy: Any) -> tuple[Driver, int]:
    driver = Driver(**{"job_timeout": 100.0, "max_job_time": 400.0, **policy})
    driver.start()
    return driver, driver.arrive(1)[0]


def grant(driver: Driver) -> ev.ExtendJob:
    extension = driver.only(ev.ExtendJob)
    driver.feed(ev.ExtensionEnded(extension.activation, driver.now, extension.timeout))
    return extension


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


# Leases


def frozen_driver(**policy: Any) -> tuple[Driver, int]:
    """A worker with leases that wakes up ten seconds after the deadline of its job, and asks."""
    driver, job = running_driver(leased=True, **policy)
    driver.feed(ev.TimePassed(), after=110.0)
    return driver, job


def test_a_job_with_a_lease_is_asked_for_once_after_its_deadline() -> None:
    driver, job = frozen_driver()
    assert driver.effects == [ev.ExtendJob(job, 100.0, within=5.0)]
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
    assert driver.effects == [ev.ExtendJob(job, 100.0, within=5.0)]
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
