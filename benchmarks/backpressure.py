"""Many creations against a cluster that takes few at a time: our clients, beside a loop that sleeps and tries again.

    python benchmarks/backpressure.py [creations] [--broker | --address HOST:PORT]

Asked is an in-process gateway that takes three commands at a time; with `--broker` a real broker with its limit fixed
at 3, which needs a JDK of 21 or later and Maven; with `--address` whatever listens there. All take turns. Printed are
creations a second as a multiple of the plain loop's, and refused calls per creation. Every creation makes a job; after
each turn all jobs are taken, so that it shows if an instance is missing or there twice.
The exit status is 1 if it does, or if our clients meet more than 0.5 refused calls per creation or are slower than the
plain loop, in the median of their turns.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import grpc
import grpc.aio

from zeebe_grpc import AsyncZeebeClient, CallObserver, ObservedCall, Resource, ZeebeClient, raw
from zeebe_grpc.gateway import BackpressureLimit, Gateway

PROCESS = b"""<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  targetNamespace="benchmark">
  <process id="one-job" isExecutable="true">
    <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>
    <serviceTask id="t"><extensionElements><zeebe:taskDefinition type="count"/></extensionElements></serviceTask>
  </process>
</definitions>"""

IN_FLIGHT = 100
PAUSE = 0.05
TURNS = 3
MOST_REFUSALS = 0.5

Keys = list[int]
Way = Callable[[str, int], tuple[Keys, int]]
"""Creates so many instances at an address; returns their keys and how many calls were refused."""


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


def with_threads(address: str, creations: int) -> tuple[Keys, int]:
    """A blocking client under 100 threads."""
    refusals = Refusals()
    with ZeebeClient(address, timeout=120, observer=refusals) as client, ThreadPoolExecutor(IN_FLIGHT) as threads:
        created = list(threads.map(lambda _: client.create_process_instance("one-job"), range(creations)))
    return [instance.process_instance_key for instance in created], refusals.count


async def _gather(address: str, creations: int) -> tuple[Keys, int]:
    refusals = Refusals()
    async with AsyncZeebeClient(address, timeout=120, observer=refusals) as client:
        created = await asyncio.gather(*(client.create_process_instance("one-job") for _ in range(creations)))
    return [instance.process_instance_key for instance in created], refusals.count


def with_gather(address: str, creations: int) -> tuple[Keys, int]:
    """An asyncio client that is given everything at once."""
    return asyncio.run(_gather(address, creations))


async def _plain(address: str, creations: int) -> tuple[Keys, int]:
    refused = 0
    places = asyncio.Semaphore(IN_FLIGHT)
    request = raw.CreateProcessInstanceRequest(bpmnProcessId="one-job", version=-1)
    async with grpc.aio.insecure_channel(address) as channel:
        create = raw.GatewayStub(channel).CreateProcessInstance

        async def one() -> int:
            nonlocal refused
            async with places:
                while True:
                    try:
                        return int((await create(request, timeout=20)).processInstanceKey)
                    except grpc.aio.AioRpcError as error:
                        if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                            raise
                        refused += 1
                        await asyncio.sleep(PAUSE)

        keys = await asyncio.gather(*(one() for _ in range(creations)))
    return list(keys), refused


def with_a_plain_loop(address: str, creations: int) -> tuple[Keys, int]:
    """The raw stub with 100 in flight, each sleeping a fixed time between its tries."""
    return asyncio.run(_plain(address, creations))


WAYS: dict[str, Way] = {
    "plain loop": with_a_plain_loop,
    "asyncio.gather": with_gather,
    "100 threads": with_threads,
}


def instances_with_a_job(client: ZeebeClient) -> Keys:
    """Take and complete all jobs that there are; return the keys of their instances."""
    keys: Keys = []
    while found := client.activate_jobs("count", max_jobs_to_activate=500, request_timeout=2, job_timeout=600):
        keys += [job.process_instance_key for job in found]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(client.complete_job, found))
    return keys


def take_turns(address: str, creations: int) -> bool:
    """Let every way create, in turns; print what it took, and return whether our aims are met."""
    rates: dict[str, list[float]] = {name: [] for name in WAYS}
    refusals: dict[str, list[float]] = {name: [] for name in WAYS}
    exact = True
    with ZeebeClient(address, timeout=120) as client:
        client.deploy_resources([Resource("one-job.bpmn", PROCESS)])
        with_a_plain_loop(address, creations // 2)  # a broker that was just started becomes faster for a while
        instances_with_a_job(client)
        for turn in range(TURNS):
            for name in list(WAYS)[:: 1 if turn % 2 else -1]:
                began = time.perf_counter()
                keys, refused = WAYS[name](address, creations)
                rates[name].append(creations / (time.perf_counter() - began))
                refusals[name].append(refused / creations)
                there = instances_with_a_job(client)
                exact = _told_exact(name, keys, there, creations) and exact
    return tell(rates, refusals) and exact


def _told_exact(name: str, keys: Keys, there: Keys, creations: int) -> bool:
    if len(set(keys)) == len(keys) == creations and sorted(keys) == sorted(there):
        return True
    print(f"{name}: {creations} wanted, {len(set(keys))} keys, {len(there)} jobs of {len(set(there))} instances")
    return False


def tell(rates: dict[str, list[float]], refusals: dict[str, list[float]]) -> bool:
    """Print the medians of the turns; return whether our clients are as good as they should be."""
    good = True
    for name in WAYS:
        ratio = statistics.median(ours / plain for ours, plain in zip(rates[name], rates["plain loop"], strict=True))
        refused = statistics.median(refusals[name])
        good = good and (name == "plain loop" or (ratio >= 1 and refused <= MOST_REFUSALS))
        print(
            f"{name:15} {ratio:5.2f} of the plain loop's creations a second, {refused:5.2f} refused calls per creation",
            flush=True,
        )
    return good


@contextmanager
def cluster(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """What it is, and where."""
    if options.address:
        yield options.address, options.address
    elif options.broker:
        from tests.judges.broker import Broker
        from tests.ordeals.refusals import LIMIT

        with Broker(environment=LIMIT) as broker:
            yield f"Zeebe {broker.version} with a fixed limit of 3", broker.address
    else:
        with Gateway(backpressure=BackpressureLimit(3)) as gateway:
            yield "in-process gateway with a limit of 3", gateway.address


def main() -> int:
    """Take turns at the chosen cluster; return 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("creations", type=int, nargs="?", default=2000)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--broker", action="store_true")
    where.add_argument("--address")
    options = parser.parse_args()
    with cluster(options) as (name, address):
        print(f"{name}, Python {platform.python_version()}, grpcio {grpc.__version__};", end=" ")
        print(f"{options.creations} creations, medians of {TURNS} turns")
        return 0 if take_turns(address, options.creations) else 1


if __name__ == "__main__":
    sys.exit(main())
