"""Many creations against a cluster that takes few at a time: our clients, beside a loop that sleeps and tries again.

    python benchmarks/backpressure.py [creations] [address]

Without an address, an in-process gateway is asked that takes three commands at a time; with one, whatever listens there
(a real broker with its limit fixed at 3, say), after a small process was deployed to it. Printed are creations per
second and refused calls per creation.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import grpc.aio

from zeebe_grpc import AsyncZeebeClient, CallObserver, ObservedCall, Resource, ZeebeClient, raw
from zeebe_grpc.gateway import BackpressureLimit, Gateway

PROCESS = b"""<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="benchmark">
  <process id="pass" isExecutable="true">
    <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="e"/><endEvent id="e"/>
  </process>
</definitions>"""

IN_FLIGHT = 100
PAUSE = 0.05


class Refusals(CallObserver):
    """Counts refused attempts."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def attempted(self, call: ObservedCall, status: str) -> None:
        """One more, if it was refused."""
        if status == "RESOURCE_EXHAUSTED":
            with self._lock:
                self.count += 1


def with_threads(address: str, creations: int) -> int:
    """Refusals met by a blocking client under 100 threads."""
    refusals = Refusals()
    with ZeebeClient(address, timeout=120, observer=refusals) as client, ThreadPoolExecutor(IN_FLIGHT) as threads:
        list(threads.map(lambda _: client.create_process_instance("pass"), range(creations)))
    return refusals.count


async def with_gather(address: str, creations: int) -> int:
    """Refusals met by an asyncio client that was given everything at once."""
    refusals = Refusals()
    async with AsyncZeebeClient(address, timeout=120, observer=refusals) as client:
        await asyncio.gather(*(client.create_process_instance("pass") for _ in range(creations)))
    return refusals.count


async def with_a_plain_loop(address: str, creations: int) -> int:
    """Refusals met by the raw stub with 100 in flight, each sleeping a fixed time between its tries."""
    refused = 0
    places = asyncio.Semaphore(IN_FLIGHT)
    async with grpc.aio.insecure_channel(address) as channel:
        create = raw.GatewayStub(channel).CreateProcessInstance

        async def one() -> None:
            nonlocal refused
            async with places:
                while True:
                    try:
                        await create(raw.CreateProcessInstanceRequest(bpmnProcessId="pass", version=-1), timeout=20)
                    except grpc.aio.AioRpcError as error:
                        if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                            raise
                        refused += 1
                        await asyncio.sleep(PAUSE)
                    else:
                        return

        await asyncio.gather(*(one() for _ in range(creations)))
    return refused


@contextmanager
def cluster() -> Iterator[str]:
    """Where the creations go."""
    if len(sys.argv) > 2:
        yield sys.argv[2]
        return
    with Gateway(backpressure=BackpressureLimit(3)) as gateway:
        yield gateway.address


def main() -> None:
    """Run all three, twice, in turns."""
    creations = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with cluster() as address:
        with ZeebeClient(address) as client:
            client.deploy_resources([Resource("pass.bpmn", PROCESS)])
        for _ in range(2):
            for name, run in (
                ("plain loop", lambda: asyncio.run(with_a_plain_loop(address, creations))),
                ("AsyncZeebeClient", lambda: asyncio.run(with_gather(address, creations))),
                ("ZeebeClient", lambda: with_threads(address, creations)),
            ):
                began = time.monotonic()
                refused = run()
                took = time.monotonic() - began
                print(f"{name:18} {creations / took:8.0f} creations/s {refused / creations:8.2f} refusals per creation")


if __name__ == "__main__":
    main()
