"""What the tests of the worker share: a gateway with a one-job process, a port with faults, and the journal."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.contract.recorded.models import process, service
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import GatewayError, StatusCode
from zeebe_grpc.failures import from_status
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.worker import RunningWorker, Worker
from zeebe_grpc.worker.runner.connect import Connections, connect
from zeebe_grpc.worker.runner.port import Metadata, Port

__all__ = ["FaultyPort", "Site", "eventually", "faulty", "process", "service", "serving"]


async def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that happens in other tasks or threads."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        await asyncio.sleep(0.005)


class Site:
    """A gateway, a blocking client for the test itself, and what became of the jobs."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.client = ZeebeClient(gateway.address)
        self.deployed: set[str] = set()

    def deploy(self, job_type: str, retries: str = "3") -> None:
        """A process named like the job type, with one job of it."""
        self.client.deploy_resources({f"{job_type}.bpmn": service(job_type, job_type, retries)})
        self.deployed.add(job_type)

    def create(self, job_type: str, count: int = 1, variables: Any = None, retries: str = "3") -> None:
        """Start instances of that process."""
        if job_type not in self.deployed:
            self.deploy(job_type, retries)
        for _ in range(count):
            self.client.create_process_instance(job_type, variables=variables)

    def intents(self, value_type: str = "JOB") -> Counter[str]:
        """How many records of each intent there are."""
        return Counter(record.intent for record in self.gateway.records if record.value_type == value_type)

    def completions(self) -> Counter[int]:
        """How often each job was completed."""
        return Counter(r.key for r in self.gateway.records if r.value_type == "JOB" and r.intent == "COMPLETED")

    def jobs(self, intent: str) -> list[dict[str, Any]]:
        """The values of the job records of an intent, and the job's `key`."""
        return [{"key": r.key, **r.value} for r in self.gateway.records if r.value_type == "JOB" and r.intent == intent]

    def incidents(self) -> list[dict[str, Any]]:
        """The incidents raised."""
        return [dict(r.value) for r in self.gateway.records if r.value_type == "INCIDENT" and r.intent == "CREATED"]

    def variables(self) -> dict[str, Any]:
        """The variables as they were last set."""
        found = [r.value for r in self.gateway.records if r.value_type == "VARIABLE"]
        return {value["name"]: value["value"] for value in found}

    async def completed(self, count: int, seconds: float = 20.0) -> None:
        """Wait until that many jobs are completed."""
        await eventually(lambda: self.intents()["COMPLETED"] >= count, seconds)


@contextlib.contextmanager
def serving(**options: Any) -> Iterator[Site]:
    """A site, as long as the block lasts; the options are those of its gateway."""
    with Gateway(**options) as gateway:
        site = Site(gateway)
        with site.client:
            yield site


class FaultyPort:
    """A port in front of the real one that fails as it is told.

    Attributes:
        refuse: Called with the name of each RPC before it is sent; a status fails it so, None lets it through.
        lose: The same after it was carried out: the reply is lost.
        calls: How many were made of each RPC.
    """

    def __init__(self, port: Port) -> None:
        self._port = port
        self.refuse: Callable[[str], StatusCode | None] = lambda _: None
        self.lose: Callable[[str], StatusCode | None] = lambda _: None
        self.calls: Counter[str] = Counter()

    async def execute(self, command: Any, timeout: float, metadata: Metadata) -> Any:
        name = command.rpc.name
        self.calls[name] += 1
        self._fail(name, self.refuse(name))
        reply = await self._port.execute(command, timeout, metadata)
        self._fail(name, self.lose(name))
        return reply

    def stream(self, command: Any, timeout: float, metadata: Metadata) -> Any:
        name = command.rpc.name
        self.calls[name] += 1
        self._fail(name, self.refuse(name))
        return self._port.stream(command, timeout, metadata)

    async def close(self) -> None:
        await self._port.close()

    def _fail(self, name: str, status: StatusCode | None) -> None:
        if status is not None:
            raise fault(name, status)


def fault(rpc: str, status: StatusCode) -> GatewayError:
    """The error that this status of that RPC would be."""
    return from_status(rpc, status, "a fault of the test", repeatable=True)


def faulty(worker: Worker, client: Any, *, grace: float = 5.0, **options: Any) -> tuple[RunningWorker, FaultyPort]:
    """A worker on a faulty port; not started yet."""
    real = connect(client)
    port = FaultyPort(real.unary)
    streams = FaultyPort(real.streams)
    connections = Connections(real.channel, real.calls, port, streams)
    running = RunningWorker(worker._settled(), client, grace=grace, connections=connections, **options)
    return running, port
