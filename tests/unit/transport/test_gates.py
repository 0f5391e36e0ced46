"""The gates of both transports: who gets a place, who waits, who leaves, and that no place is ever lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from zeebe_grpc.errors import BackpressureError
from zeebe_grpc.resilience import Resilience, Signal
from zeebe_grpc.rpc import RPCS
from zeebe_grpc.transport.aio_gate import AioGate
from zeebe_grpc.transport.gate import BlockingGate

CREATE = RPCS["CreateProcessInstance"]
ONE = Resilience(initial_concurrency=1, max_concurrency=1)
PATIENCE = 20.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for another thread to get there."""
    for _ in range(2000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came to that")


def test_without_a_limit_nobody_waits() -> None:
    gate = BlockingGate(Resilience(initial_concurrency=None))
    assert [gate.enter(CREATE, PATIENCE) for _ in range(1000)] == [None] * 1000
    gate.leave(None, Signal.OVERLOAD)
    gate.heard(Signal.OVERLOAD)


def test_a_thread_waits_for_its_turn() -> None:
    gate = BlockingGate(ONE)
    first = gate.enter(CREATE, PATIENCE)
    with ThreadPoolExecutor(1) as threads:
        second = threads.submit(gate.enter, CREATE, PATIENCE)
        until(lambda: gate._gate is not None and gate._gate.waiting == 1)
        assert not second.done()
        gate.leave(first, Signal.SUCCESS)
        assert second.result(5) is not None


def test_a_thread_that_waited_too_long_is_told_and_leaves_no_gap() -> None:
    gate = BlockingGate(ONE)
    first = gate.enter(CREATE, PATIENCE)
    with pytest.raises(BackpressureError, match=r"no place for the call in 0\.0 s") as caught:
        gate.enter(CREATE, 0.01)
    assert (caught.value.attempts, caught.value.outcome, caught.value.retryable) == (0, "not_executed", True)
    gate.leave(first, Signal.SUCCESS)
    assert gate.enter(CREATE, PATIENCE) is not None


def test_a_full_queue_is_told_at_once() -> None:
    gate = BlockingGate(Resilience(initial_concurrency=1, max_queued_calls=0))
    gate.enter(CREATE, PATIENCE)
    with pytest.raises(BackpressureError, match=r"0 calls wait for a busy cluster already \(max_queued_calls\)"):
        gate.enter(CREATE, PATIENCE)


def test_an_interrupted_thread_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = BlockingGate(ONE)
    first = gate.enter(CREATE, PATIENCE)

    def interrupted(*_arguments: object) -> bool:
        gate.leave(first, Signal.SUCCESS)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(threading.Event, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            gate.enter(CREATE, PATIENCE)
    assert gate.enter(CREATE, PATIENCE) is not None


def test_an_interrupted_thread_that_had_no_place_only_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = BlockingGate(ONE)
    first = gate.enter(CREATE, PATIENCE)

    def interrupted(*_arguments: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(threading.Event, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            gate.enter(CREATE, PATIENCE)
    gate.leave(first, Signal.SUCCESS)
    assert gate.enter(CREATE, PATIENCE) is not None


def test_many_threads_share_few_places() -> None:
    gate = BlockingGate(Resilience(initial_concurrency=3, max_concurrency=3))
    lock, inside, most = threading.Lock(), [0], [0]

    def call(number: int) -> None:
        ticket = gate.enter(CREATE, PATIENCE)
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        with lock:
            inside[0] -= 1
        gate.leave(ticket, list(Signal)[number % 3] if number % 7 else Signal.OVERLOAD)

    with ThreadPoolExecutor(24) as threads:
        list(threads.map(call, range(3000)))
    assert most[0] <= 3
    assert gate._gate is not None
    assert (gate._gate.waiting, gate._gate.limiter.under_way) == (0, 0)


# ---- asyncio


async def test_without_a_limit_no_task_waits() -> None:
    gate = AioGate(Resilience(initial_concurrency=None))
    assert [await gate.enter(CREATE, PATIENCE) for _ in range(100)] == [None] * 100
    gate.leave(None, Signal.SUCCESS)
    gate.heard(Signal.OVERLOAD)


async def test_a_task_waits_for_its_turn() -> None:
    gate = AioGate(ONE)
    first = await gate.enter(CREATE, PATIENCE)
    tasks = [asyncio.ensure_future(gate.enter(CREATE, PATIENCE)) for _ in range(2)]
    await asyncio.sleep(0)
    gate.leave(first, Signal.SUCCESS)
    second = await tasks[0]
    assert not tasks[1].done()
    gate.leave(second, Signal.SUCCESS)
    assert await tasks[1] is not None


async def test_a_task_that_waited_too_long_is_told_and_leaves_no_gap() -> None:
    gate = AioGate(ONE)
    first = await gate.enter(CREATE, PATIENCE)
    with pytest.raises(BackpressureError, match="no place for the call"):
        await gate.enter(CREATE, 0.01)
    gate.leave(first, Signal.SUCCESS)
    assert await gate.enter(CREATE, PATIENCE) is not None


async def test_a_full_queue_is_told_a_task_at_once() -> None:
    gate = AioGate(Resilience(initial_concurrency=1, max_queued_calls=0))
    await gate.enter(CREATE, PATIENCE)
    with pytest.raises(BackpressureError, match="max_queued_calls"):
        await gate.enter(CREATE, PATIENCE)


async def test_a_cancelled_task_leaves_the_queue() -> None:
    gate = AioGate(ONE)
    first = await gate.enter(CREATE, PATIENCE)
    waiting = asyncio.ensure_future(gate.enter(CREATE, PATIENCE))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.leave(first, Signal.SUCCESS)
    assert await gate.enter(CREATE, PATIENCE) is not None


@pytest.mark.parametrize("cancel_first", [True, False])
async def test_a_task_cancelled_in_the_moment_of_its_turn_gives_it_on(cancel_first: bool) -> None:
    gate = AioGate(ONE)
    first = await gate.enter(CREATE, PATIENCE)
    chosen, next_one = (asyncio.ensure_future(gate.enter(CREATE, PATIENCE)) for _ in range(2))
    await asyncio.sleep(0)
    if cancel_first:
        chosen.cancel()
        gate.leave(first, Signal.SUCCESS)
    else:
        gate.leave(first, Signal.SUCCESS)
        chosen.cancel()
    with pytest.raises(asyncio.CancelledError):
        await chosen
    assert await asyncio.wait_for(next_one, 5) is not None


async def test_many_tasks_share_few_places_and_may_be_cancelled() -> None:
    gate = AioGate(Resilience(initial_concurrency=3, max_concurrency=3))
    inside, most = 0, 0

    async def call(number: int) -> None:
        nonlocal inside, most
        ticket = await gate.enter(CREATE, PATIENCE)
        inside += 1
        most = max(most, inside)
        try:
            await asyncio.sleep(0)
        finally:
            inside -= 1
            gate.leave(ticket, Signal.OVERLOAD if number % 5 == 0 else Signal.SUCCESS)

    tasks = [asyncio.ensure_future(call(number)) for number in range(500)]
    for number, task in enumerate(tasks):
        if number % 3 == 0:
            asyncio.get_running_loop().call_soon(task.cancel)
        if number % 50 == 0:
            await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert most <= 3
    assert gate._gate is not None
    assert (gate._gate.waiting, gate._gate.limiter.under_way) == (0, 0)


def test_both_gates_learn_from_calls_that_need_no_place() -> None:
    blocking, aio = BlockingGate(Resilience()), AioGate(Resilience())
    for gate in (blocking, aio):
        assert gate._gate is not None
        gate.heard(Signal.SUCCESS)
        assert gate._gate.limiter.limit == 64
        gate.heard(Signal.OVERLOAD)
        assert gate._gate.limiter.limit == 1


async def test_a_wait_that_ends_after_the_task_was_cancelled_does_no_harm() -> None:
    gate = AioGate(ONE)
    await gate.enter(CREATE, PATIENCE)
    waiting = asyncio.ensure_future(gate.enter(CREATE, 0.0))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert gate._gate is not None
    assert gate._gate.waiting == 0
