"""The limiter and its gate: how the limit moves, who is let in, and that nobody waits for ever."""

from __future__ import annotations

import heapq
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from zeebe_grpc.resilience.limiter import Gate, Limiter, Signal, Ticket

SUCCESS, OVERLOAD, NOTHING = Signal.SUCCESS, Signal.OVERLOAD, Signal.NOTHING


def started(limiter: Limiter, count: int) -> list[Ticket]:
    return [limiter.start() for _ in range(count)]


def test_a_refusal_takes_seven_tenths_of_what_is_under_way() -> None:
    limiter = Limiter(start=64)
    tickets = started(limiter, 20)
    limiter.end(tickets[0], OVERLOAD)
    assert (limiter.limit, limiter.under_way) == (14, 19)


def test_refusals_of_calls_that_started_before_say_nothing_new() -> None:
    limiter = Limiter(start=64)
    tickets = started(limiter, 20)
    for ticket in tickets:
        limiter.end(ticket, OVERLOAD)
    assert limiter.limit == 14


def test_refusals_in_a_row_halve_it() -> None:
    limiter = Limiter(start=100)
    limits = []
    for _ in range(5):
        tickets = started(limiter, limiter.limit)
        limiter.end(tickets[0], OVERLOAD)
        limits.append(limiter.limit)
        for ticket in tickets[1:]:
            limiter.end(ticket, NOTHING)
    assert limits == [70, 49, 34, 17, 8]


def test_it_never_falls_below_one() -> None:
    limiter = Limiter(start=1)
    for _ in range(10):
        limiter.end(limiter.start(), OVERLOAD)
    assert limiter.limit == 1
    assert limiter.has_room


def test_a_refusal_never_raises_it() -> None:
    limiter = Limiter(start=2)
    tickets = started(limiter, 10)
    limiter.end(tickets[0], OVERLOAD)
    assert limiter.limit == 2


def test_it_grows_by_one_for_a_limit_full_of_successes() -> None:
    limiter = Limiter(start=4)
    tickets = started(limiter, 8)
    for ticket in tickets[:4]:
        limiter.end(ticket, SUCCESS)
    assert limiter.limit == 5
    for ticket in tickets[4:]:
        limiter.end(ticket, SUCCESS)
    assert limiter.limit == 5


def test_it_takes_four_times_as_long_to_go_where_a_refusal_was_met() -> None:
    limiter = Limiter(start=4)
    limiter.end(started(limiter, 4)[0], OVERLOAD)
    assert (limiter.limit, limiter.under_way) == (3, 3)
    grown = []
    for number in range(1, 20):
        limiter.end(limiter.start(), SUCCESS)
        if limiter.limit > 3 + len(grown):
            grown.append(number)
    assert grown == [12, 16]


def test_it_does_not_grow_while_half_of_it_is_empty() -> None:
    limiter = Limiter(start=10)
    for _ in range(100):
        limiter.end(limiter.start(), SUCCESS)
    assert limiter.limit == 10


def test_it_may_be_bounded() -> None:
    limiter = Limiter(start=2, most=3)
    for _ in range(20):
        for ticket in started(limiter, 3):
            limiter.end(ticket, SUCCESS)
    assert limiter.limit == 3


def test_exempt_calls_are_heard_but_not_counted() -> None:
    limiter = Limiter(start=64)
    started(limiter, 10)
    limiter.heard(OVERLOAD)
    assert (limiter.limit, limiter.under_way) == (7, 10)
    limiter.heard(SUCCESS)
    assert limiter.limit == 7


def test_first_come_first_served() -> None:
    gate: Gate[str] = Gate(Limiter(start=1))
    ticket = gate.try_enter()
    assert ticket is not None
    assert gate.try_enter() is None
    for name in "abc":
        gate.wait(name)
    ((first, its),) = gate.leave(ticket, NOTHING)
    assert (first, gate.waiting) == ("a", 2)
    assert gate.try_enter() is None
    assert [name for name, _ in gate.leave(its, NOTHING)] == ["b"]


def test_whoever_gives_up_is_not_let_in() -> None:
    gate: Gate[str] = Gate(Limiter(start=1))
    ticket = gate.try_enter()
    assert ticket is not None
    gate.wait("a")
    gate.wait("b")
    assert gate.give_up("a")
    assert [name for name, _ in gate.leave(ticket, NOTHING)] == ["b"]
    assert not gate.give_up("b")


def test_the_queue_is_bounded() -> None:
    gate: Gate[int] = Gate(Limiter(start=1), longest_queue=2)
    gate.try_enter()
    assert not gate.is_full
    gate.wait(1)
    gate.wait(2)
    assert gate.is_full


class GateMachine(RuleBasedStateMachine):
    """Any order of calls, ends, refusals and resignations."""

    def __init__(self) -> None:
        super().__init__()
        self.gate: Gate[int] = Gate(Limiter(start=3))
        self.running: list[Ticket] = []
        self.queue: list[int] = []
        self.number = 0

    @rule()
    def call(self) -> None:
        ticket = self.gate.try_enter()
        if ticket is not None:
            self.running.append(ticket)
            return
        self.number += 1
        self.gate.wait(self.number)
        self.queue.append(self.number)

    @precondition(lambda self: self.running)
    @rule(index=st.integers(0, 100), signal=st.sampled_from(Signal))
    def end(self, index: int, signal: Signal) -> None:
        ticket = self.running.pop(index % len(self.running))
        for waiter, its in self.gate.leave(ticket, signal):
            assert waiter == self.queue.pop(0)
            self.running.append(its)

    @precondition(lambda self: self.queue)
    @rule(index=st.integers(0, 100))
    def give_up(self, index: int) -> None:
        assert self.gate.give_up(self.queue.pop(index % len(self.queue)))

    @rule(signal=st.sampled_from(Signal))
    def exempt(self, signal: Signal) -> None:
        self.gate.heard(signal)

    @invariant()
    def counts_are_true(self) -> None:
        assert self.gate.limiter.under_way == len(self.running)
        assert self.gate.waiting == len(self.queue)

    @invariant()
    def nobody_waits_while_there_is_room(self) -> None:
        assert not (self.queue and self.gate.limiter.has_room)

    @invariant()
    def somebody_runs_or_nobody_waits(self) -> None:
        assert self.running or not self.queue


TestGate = GateMachine.TestCase


def simulate(jobs: int, capacity: int, seed: int) -> tuple[int, float]:
    """Calls of 10 ms against a broker that takes `capacity` at a time; refusals, and the time it took."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    gate: Gate[int] = Gate(Limiter(start=64))
    events: list[tuple[float, int, str, Any]] = []
    state = {"now": 0.0, "inside": 0, "refused": 0, "done": 0, "number": 0}

    def push(at: float, what: str, data: Any) -> None:
        state["number"] += 1
        heapq.heappush(events, (at, int(state["number"]), what, data))

    def send(ticket: Ticket) -> None:
        if state["inside"] >= capacity:
            push(state["now"] + 0.001, "refused", ticket)
        else:
            state["inside"] += 1
            push(state["now"] + 0.01 * chance.uniform(0.5, 1.5), "done", ticket)

    def call(name: int) -> None:
        ticket = gate.try_enter()
        if ticket is None:
            gate.wait(name)
        else:
            send(ticket)

    for number in range(jobs):
        call(number)
    while events:
        state["now"], _, what, data = heapq.heappop(events)
        if what == "again":
            call(data)
            continue
        if what == "done":
            state["inside"] -= 1
            state["done"] += 1
        else:
            state["refused"] += 1
            push(state["now"] + chance.uniform(0, 0.05), "again", jobs + state["refused"])
        for _, its in gate.leave(data, SUCCESS if what == "done" else OVERLOAD):
            send(its)
    assert state["done"] == jobs
    return int(state["refused"]), state["now"]


@given(st.integers(0, 2**32))
def test_a_narrow_broker_refuses_few_and_is_kept_busy(seed: int) -> None:
    refused, took = simulate(1500, 3, seed)
    assert refused / 1500 < 0.25
    assert took < 1500 * 0.01 / 3 * 1.5


def test_nobody_is_left_when_the_broker_is_wide() -> None:
    refused, took = simulate(2000, 10_000, 1)
    assert refused == 0
    assert took < 2000 * 0.01 / 64 * 1.5
