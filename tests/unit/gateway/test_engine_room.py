"""Turns at the engine: what they bring about, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.contract.recorded.models import service, straight
from zeebe_grpc.engine import Engine
from zeebe_grpc.engine.answers import Accepted, Answer, InstanceCreated, InstanceResult, JobsActivated, Rejection
from zeebe_grpc.engine.commands import ActivateJobs, CompleteJob, CreateInstance, DeployResources, FailJob, Resource
from zeebe_grpc.engine.records import Activatable
from zeebe_grpc.gateway.alarms import Alarms
from zeebe_grpc.gateway.clock import HeldClock
from zeebe_grpc.gateway.engine_room import EngineRoom, Turn
from zeebe_grpc.gateway.journal import Journal


class _Taker:
    """Takes note of what is offered, and activates it if it is told to."""

    def __init__(self, *, greedy: bool = False) -> None:
        self.offered: list[Activatable] = []
        self.greedy = greedy

    def offer(self, turn: Turn, jobs: Sequence[Activatable]) -> None:
        self.offered.extend(jobs)
        for job in jobs if self.greedy else ():
            turn.apply(ActivateJobs(job.type, "w", 1000, 1, only=[job.job_key]))


@pytest.fixture
def room() -> EngineRoom:
    clock = HeldClock(0)
    room = EngineRoom(Engine(now=0), clock, Alarms(), Journal())
    resources = [Resource("p.bpmn", service("p", "p")), Resource("q.bpmn", straight("q"))]
    assert not isinstance(room.execute(DeployResources(resources)), Rejection)
    return room


def test_answer_at_once(room: EngineRoom) -> None:
    assert isinstance(room.execute(CreateInstance("q")), InstanceCreated)


def test_what_becomes_activatable_is_offered_in_the_same_turn(room: EngineRoom) -> None:
    room.taker = taker = _Taker()
    with room.turn() as turn:
        turn.apply(CreateInstance("p"))
        turn.apply(CreateInstance("p"))
        assert taker.offered == []
    assert [(job.type, job.push) for job in taker.offered] == [("p", True), ("p", True)]


def test_what_is_taken_is_gone_for_the_next_turn(room: EngineRoom) -> None:
    room.taker = _Taker(greedy=True)
    room.execute(CreateInstance("p"))
    assert room.execute(ActivateJobs("p", "w", 1000, 1)) == JobsActivated([])


def test_answer_that_comes_later_is_told_outside_the_turn(room: EngineRoom) -> None:
    told: list[Answer] = []

    def on_answer(answer: Answer) -> None:
        with room.turn():  # would not return if the lock were held
            told.append(answer)

    with room.turn() as turn:
        assert turn.apply(CreateInstance("p", with_result=True), on_answer) is None
        activated = turn.apply(ActivateJobs("p", "w", 1000, 1))
    assert isinstance(activated, JobsActivated)
    assert room.execute(CompleteJob(activated.jobs[0].key, {"a": 1})) == Accepted(activated.jobs[0].key)
    (answer,) = told
    assert isinstance(answer, InstanceResult)
    assert answer.variables == {"a": 1}
    assert room.waiting == {}


def test_nobody_is_told_an_answer_that_was_given_up(room: EngineRoom) -> None:
    with room.turn() as turn:
        turn.apply(CreateInstance("p", with_result=True), pytest.fail)
        turn.forget(pytest.fail)
        activated = turn.apply(ActivateJobs("p", "w", 1000, 1))
    assert isinstance(activated, JobsActivated)
    room.execute(CompleteJob(activated.jobs[0].key))


def test_due_things_happen_before_a_command(room: EngineRoom) -> None:
    """A job whose timeout has passed is there for the next one, though nobody woke the engine in between."""
    room.execute(CreateInstance("p"))
    first = room.execute(ActivateJobs("p", "w", 1000, 1))
    room.clock.advance(1000)
    again = room.execute(ActivateJobs("p", "x", 1000, 1))
    assert isinstance(first, JobsActivated)
    assert isinstance(again, JobsActivated)
    assert again.jobs[0].key == first.jobs[0].key


def test_waking_fires_what_is_due(room: EngineRoom) -> None:
    room.execute(CreateInstance("p"))
    first = room.execute(ActivateJobs("p", "w", 60_000, 1))
    assert isinstance(first, JobsActivated)
    room.execute(FailJob(first.jobs[0].key, 1, backoff=500))
    room.taker = taker = _Taker()
    room.wake()
    assert taker.offered == []
    room.clock.advance(500)
    room.wake()
    assert [job.job_key for job in taker.offered] == [first.jobs[0].key]


def test_lock_is_free_after_a_failure(room: EngineRoom) -> None:
    with pytest.raises(LookupError), room.turn():
        raise LookupError("in the middle of a turn")
    assert isinstance(room.execute(CompleteJob(1 << 51)), Rejection)


def test_things_put_off_are_done_in_their_order(room: EngineRoom) -> None:
    done: list[int] = []
    with room.turn() as turn:
        for number in range(3):
            turn.later(lambda number=number: done.append(number))
        assert done == []
    assert done == [0, 1, 2]


def test_listeners_are_told_before_things_put_off(room: EngineRoom) -> None:
    order: list[str] = []
    room.journal.listen(lambda records: order.append("records"))
    with room.turn() as turn:
        turn.apply(CreateInstance("p"))
        turn.later(lambda: order.append("reply"))
    assert order == ["records", "reply"]


def test_alarm_follows_what_is_due_next() -> None:
    """With a held clock there is nothing to wait for; it has only to be advanced."""
    alarms = Alarms()
    room = EngineRoom(Engine(now=0), HeldClock(0), alarms, Journal())
    room.execute(DeployResources([Resource("p.bpmn", service("p", "p"))]))
    room.execute(CreateInstance("p"))
    room.execute(ActivateJobs("p", "w", 1000, 1))
    assert room.engine.next_due() == 1000
    assert room._alarm is None
    room.clock.advance(1000)
    with room.turn() as turn:
        assert turn.now == 1000
