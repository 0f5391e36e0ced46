"""Where an ordeal takes place: a broker, the load on it, and its own account of what became of every job."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.contract.bpmn import chain, service
from tests.judges.broker import Broker
from zeebe_grpc import AsyncZeebeClient, GatewayError
from zeebe_grpc.worker import Job, Worker

IN_FLIGHT = 16
REGISTERED = 0.7
"""Seconds after which a gateway has told its broker of a new stream; nothing says so on the wire."""

WRITE_BUFFER = 32 * 1024
"""Bytes that the real gateway writes ahead into a stream; not ours to set."""

_CALM = 6.0
"""Seconds without progress after which what is left can only wait for its timeout."""

_PATIENCE = 30.0


@dataclass
class Outcome:
    """How an ordeal went: what was counted, and what should not have been."""

    name: str
    numbers: dict[str, object] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Note a fault if something does not hold."""
        if not holds:
            self.faults.append(otherwise)

    def __str__(self) -> str:
        lines = [self.name, *(f"    {name}: {number}" for name, number in self.numbers.items())]
        return "\n".join([*lines, *(f"    FAULT: {fault}" for fault in self.faults)])


def counting_worker(job_type: str, *, stream: bool, job_timeout: float) -> tuple[Worker, Counter[int]]:
    """A worker whose handler only counts, and how often it was begun for each job."""
    worker, runs = Worker(stream=stream, job_timeout=job_timeout), Counter[int]()

    @worker.job(job_type)
    async def work(job: Job) -> None:
        runs[job.key] += 1

    return worker, runs


class Account:
    """The broker's account of its jobs, from its records.

    Attributes:
        intents: How often each job met each intent of a job record, and `ACTIVATED`.
        held: The jobs that are activated now.
        incidents: How many incidents there were.
    """

    def __init__(self) -> None:
        self.intents: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.held: set[int] = set()
        self.incidents = 0
        self._position = -1

    def enter(self, records: list[dict[str, Any]]) -> None:
        """Take in more records; those that come again after a restart count once."""
        for record in records:
            if record["position"] <= self._position or record["recordType"] != "EVENT":
                continue
            self._position = record["position"]
            kind, intent = record["valueType"], record["intent"]
            if kind == "INCIDENT":
                self.incidents += intent == "CREATED"
            elif kind == "JOB":
                self._job(intent, record["key"])
            elif intent == "ACTIVATED":
                self._activated(record["value"]["jobKeys"])

    def of(self, intent: str) -> set[int]:
        """The jobs that met this intent."""
        return set(self.intents[intent])

    @property
    def unfinished(self) -> set[int]:
        """The jobs that are not completed."""
        return self.of("CREATED") - self.of("COMPLETED")

    def _job(self, intent: str, key: int) -> None:
        self.intents[intent][key] += 1
        if intent in ("COMPLETED", "FAILED", "TIMED_OUT", "YIELDED"):  # yielded: no stream took what was pushed
            self.held.discard(key)

    def _activated(self, keys: list[int]) -> None:
        self.intents["ACTIVATED"].update(keys)
        self.held.update(keys)


class Site:
    """A running broker, and what its records tell of one ordeal."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.address = broker.address
        self.account = Account()
        broker.records(("JOB",))  # what was before is none of ours

    async def look(self) -> Account:
        """Bring the account up to date."""
        await asyncio.to_thread(lambda: self.account.enter(self.broker.records(("JOB", "JOB_BATCH", "INCIDENT"))))
        return self.account

    async def settle(self, jobs: int, job_timeout: float, others: int = 0) -> Account:
        """Wait until so many jobs are created and all but `others` completed.

        If nothing happens any more before that, the clock is moved by one job timeout, once: what is locked then
        shows in the records as timed out.
        """
        moved, progress, since = False, -1, time.monotonic()
        while True:
            account = await self.look()
            created, left = account.of("CREATED"), account.unfinished
            if len(created) >= jobs and len(left) <= others:
                return account
            now = time.monotonic()
            if progress != len(created) - len(left):
                progress, since = len(created) - len(left), now
            elif not moved and now - since > _CALM:
                moved, since = True, now
                await asyncio.to_thread(self.broker.advance, timedelta(seconds=job_timeout))
            elif now - since > _PATIENCE:
                return account
            await asyncio.sleep(0.25)


_MANY = """<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>
<zeebe:loopCharacteristics inputCollection="=for number in 1..{} return number"/>
</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"""


async def deploy(client: AsyncZeebeClient, job_type: str, retries: str = "3", at_once: int = 1) -> None:
    """Deploy a process named like the type of its jobs: one, or so many at once."""
    element_id, xml = service("work", job_type, retries=retries)
    if at_once > 1:
        xml = xml.replace("</bpmn:serviceTask>", f"{_MANY.format(at_once)}</bpmn:serviceTask>")
    await client.deploy_resources([chain(job_type, (element_id, xml))])


async def create(
    client: AsyncZeebeClient,
    job_type: str,
    count: int,
    variables: Mapping[str, Any] | None = None,
    pause: float = 0.0,
) -> Counter[str]:
    """Start instances, a few at a time, through whatever happens; return how often they went `started` or `unsure`.

    What was surely not executed is tried again; what may have been executed is not.
    """
    ends: Counter[str] = Counter()
    waiting = iter(range(count))

    async def one_after_another() -> None:
        for _ in waiting:
            while (end := await _create_one(client, job_type, variables)) == "refused":
                await asyncio.sleep(0.2)
            ends[end] += 1
            await asyncio.sleep(pause)

    await asyncio.gather(*(one_after_another() for _ in range(IN_FLIGHT)))
    return ends


async def _create_one(client: AsyncZeebeClient, job_type: str, variables: Mapping[str, Any] | None) -> str:
    try:
        await client.create_process_instance(job_type, variables=variables)
    except GatewayError as error:
        return "refused" if error.outcome == "not_executed" else "unsure"
    return "started"


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait for something; return whether it came."""
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            return False
        await asyncio.sleep(0.01)
    return True


def check_all_done(outcome: Outcome, account: Account, runs: Counter[int]) -> None:
    """Note what was lost, completed twice, or run more often than the broker handed it out."""
    lost = len(account.unfinished)
    twice = sum(count > 1 for count in account.intents["COMPLETED"].values())
    again = {key for key, count in runs.items() if count > 1}
    unexplained = again - account.of("TIMED_OUT") - account.of("FAILED")
    outcome.numbers |= {
        "jobs": len(account.of("CREATED")),
        "completed": len(account.of("COMPLETED")),
        "lost": lost,
        "completed twice": twice,
        "handlers run a second time": len(again),
    }
    outcome.expect(not lost, f"{lost} jobs were never completed")
    outcome.expect(not twice, f"{twice} jobs were completed twice")
    outcome.expect(not unexplained, f"{len(unexplained)} handlers ran again though their job had not come back")
    outcome.expect(not account.incidents, f"{account.incidents} incidents")
