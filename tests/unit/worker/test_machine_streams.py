"""What the machine decides about job streams, one situation at a time."""

from __future__ import annotations

import pytest

from tests.unit.worker.machine_driver import COMPLETE, UNAVAILABLE, Arrived, Driver, stream_driver
from zeebe_grpc.worker import events as ev


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
