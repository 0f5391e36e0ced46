"""Back-pressure for real: a gateway that takes three commands at a time, and callers who want far more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from tests.wire.fixtures import KEY, gateway
from tests.wire.scripted import ScriptedGateway, after, reply, status
from zeebe_grpc import AsyncZeebeClient, BackpressureError, Resilience, ZeebeClient
from zeebe_grpc._proto import gateway_pb2 as pb

__all__ = ["gateway"]

CREATIONS = 600


class NarrowBroker:
    """Takes `capacity` creations at a time, each for a moment, and refuses the others."""

    def __init__(self, capacity: int) -> None:
        self._places = threading.Semaphore(capacity)
        self.created = 0
        self.refused = 0
        self._lock = threading.Lock()

    def create(self, _request: Any, context: grpc.ServicerContext) -> pb.CreateProcessInstanceResponse:
        if not self._places.acquire(blocking=False):
            with self._lock:
                self.refused += 1
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "Failed to write command: broker is overloaded")
        try:
            threading.Event().wait(0.004)
            with self._lock:
                self.created += 1
                return pb.CreateProcessInstanceResponse(processInstanceKey=KEY + self.created)
        finally:
            self._places.release()


@pytest.fixture
def narrow(gateway: ScriptedGateway) -> Iterator[NarrowBroker]:
    broker = NarrowBroker(3)
    gateway.script("CreateProcessInstance", broker.create)
    yield broker
    assert broker.created == CREATIONS
    assert broker.refused / CREATIONS <= 0.5


def test_threads_get_all_through_with_few_refusals(gateway: ScriptedGateway, narrow: NarrowBroker) -> None:
    with ZeebeClient(gateway.address, timeout=120) as client, ThreadPoolExecutor(100) as threads:
        keys = list(threads.map(lambda _: client.create_process_instance("p").process_instance_key, range(CREATIONS)))
    assert len(set(keys)) == CREATIONS


async def test_tasks_get_all_through_with_few_refusals(gateway: ScriptedGateway, narrow: NarrowBroker) -> None:
    async with AsyncZeebeClient(gateway.address, timeout=120) as client:
        made = await asyncio.gather(*(client.create_process_instance("p") for _ in range(CREATIONS)))
    assert len({instance.process_instance_key for instance in made}) == CREATIONS


async def test_commands_that_brokers_exempt_pass_the_queue(gateway: ScriptedGateway) -> None:
    gateway.script("CreateProcessInstance", after(0.5, reply(pb.CreateProcessInstanceResponse())))
    one = Resilience(initial_concurrency=1, max_concurrency=1)
    async with AsyncZeebeClient(gateway.address, resilience=one) as client:
        slow = [asyncio.ensure_future(client.create_process_instance("p")) for _ in range(3)]
        await asyncio.sleep(0.05)
        await asyncio.wait_for(client.complete_job(KEY), 0.4)
        await asyncio.wait_for(client.get_topology(), 0.4)
        await asyncio.gather(*slow)
    assert len(gateway.requests("CreateProcessInstance")) == 3


async def test_a_call_that_found_no_place_was_never_sent(gateway: ScriptedGateway) -> None:
    gateway.script("CreateProcessInstance", after(0.6, reply(pb.CreateProcessInstanceResponse())))
    one = Resilience(initial_concurrency=1, max_concurrency=1)
    async with AsyncZeebeClient(gateway.address, resilience=one) as client:
        first = asyncio.ensure_future(client.create_process_instance("p"))
        await asyncio.sleep(0.05)
        with pytest.raises(BackpressureError, match="no place for the call") as caught:
            await client.create_process_instance("p", timeout=0.2)
        await first
    assert (caught.value.attempts, caught.value.outcome) == (0, "not_executed")
    assert len(gateway.requests("CreateProcessInstance")) == 1


def test_a_gateway_that_is_down_is_not_beaten(gateway: ScriptedGateway) -> None:
    gateway.script("Topology", status("UNAVAILABLE", "partition 1 has no leader"))
    with (
        ZeebeClient(gateway.address, timeout=2, resilience=Resilience(retry_budget=20)) as client,
        ThreadPoolExecutor(20) as threads,
    ):
        failed = list(threads.map(lambda _: _error_of(client.get_topology), range(100)))
    assert None not in failed
    # Ten repetitions are paid for; after that each call is one attempt.
    assert len(gateway.calls) <= 100 + 10


def _error_of(call: Any) -> Exception | None:
    try:
        call()
    except Exception as error:
        return error
    return None
