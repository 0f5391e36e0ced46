"""Handlers tested without a gateway."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

import pytest

from zeebe_grpc.errors import BpmnError, JobFailure
from zeebe_grpc.testing import JobEnvironment, fake_job
from zeebe_grpc.worker import (
    CancelReason,
    Completed,
    ErrorThrown,
    Failed,
    Header,
    Job,
    JobCancelled,
    Lost,
    Worker,
)

worker = Worker()


@dataclass
class Reserved:
    bin: str


@worker.job("reserve-stock")
async def reserve(sku: str, quantity: int = 1, *, method: Annotated[str, Header()] = "fifo", job: Job) -> Reserved:
    job.log.info("reserving")
    await asyncio.sleep(0)
    if sku == "gone":
        raise BpmnError("OUT_OF_STOCK", f"no {sku}", variables={"sku": sku})
    return Reserved(bin=f"{sku}{quantity}{method}")


@worker.job("long", result_variable="pages")
def long(pages: int, job: Job) -> int:
    for page in range(pages):
        job.progress(page / pages, "drawing")
        if page == 2:
            job.extend(600)
    return pages


async def test_a_registered_handler_is_still_the_function() -> None:
    assert await reserve("A", job=fake_job()) == Reserved(bin="A1fifo")
    with pytest.raises(BpmnError, match="OUT_OF_STOCK"):
        await reserve("gone", job=fake_job())


def test_an_environment_binds_variables_and_headers() -> None:
    environment = JobEnvironment({"sku": "A", "quantity": 2}, custom_headers={"method": "lifo"})
    assert environment.run(reserve) == Completed(Reserved(bin="A2lifo"))


def test_what_a_handler_raises_is_an_outcome() -> None:
    thrown = ErrorThrown("OUT_OF_STOCK", variables={"sku": "gone"})
    assert JobEnvironment(variables={"sku": "gone"}).run(reserve) == thrown
    missing = JobEnvironment().run(reserve)
    assert missing == Failed("variable sku is missing, and the handler has no default for it", retries=0)

    def fails() -> None:
        raise JobFailure("bank down", backoff=60)

    def breaks() -> None:
        raise ValueError("first line\nsecond line")

    assert JobEnvironment().run(fails) == Failed("bank down", backoff=60)
    assert JobEnvironment().run(breaks) == Failed("ValueError: first line")


def test_an_environment_hears_of_progress_and_extensions() -> None:
    environment = JobEnvironment({"pages": 4}, result_variable="pages", job_timeout=10)
    assert environment.job.remaining() == 10
    assert environment.run(long) == Completed({"pages": 4})
    assert environment.progress[-1] == (0.75, "drawing")
    assert environment.extensions == [600]
    environment.advance(100)
    assert environment.job.remaining() == 500


def test_a_cancelled_handler_stops_at_its_next_progress() -> None:
    environment = JobEnvironment({"pages": 4}, result_variable="pages")
    environment.lose()
    assert environment.run(long) == Lost(CancelReason.LOST)


def test_a_shield_holds_a_cancellation_off() -> None:
    def careful(job: Job) -> dict[str, bool]:
        with job.shield():
            job.progress()
        return {"cancelled": job.cancelled, "stopping": job.worker_stopping}

    environment = JobEnvironment()
    environment.stop_worker()
    environment.cancel()
    assert environment.run(careful) == Completed({"cancelled": True, "stopping": True})
    with pytest.raises(JobCancelled):
        environment.job.progress()


async def test_an_environment_runs_inside_an_event_loop() -> None:
    assert await JobEnvironment({"sku": "A"}).run_async(reserve) == Completed(Reserved(bin="A1fifo"))
