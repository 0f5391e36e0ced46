"""What registering refuses at once, so that no handler is lost in silence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from typing_extensions import TypedDict

from tests.unit.worker.jobs import job
from zeebe_grpc.worker import Header, Job, Variable, Worker


async def handler() -> None:
    """Do nothing."""


@pytest.mark.parametrize("job_type", [handler, "", "  ", None, 7], ids=lambda value: type(value).__name__)
def test_a_decorator_without_a_job_type_is_refused_before_it_loses_the_handler(job_type: Any) -> None:
    with pytest.raises(TypeError, match=r"write @worker\.job\('my-type'\)"):
        Worker().job(job_type)


def call(worker: Worker, variables: dict[str, Any]) -> Any:
    """What the only handler of a worker makes of a job with these variables."""
    (job_type,) = worker._settled()
    result = job_type.binding.call(job(variables, headers={"method": "lifo"}))
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


def test_types_of_the_function_that_registers_are_found_although_annotations_are_postponed() -> None:
    @dataclass
    class Line:
        sku: str

    class Address(TypedDict):
        city: str

    Method = Annotated[str, Header("method")]  # noqa: N806 - a type
    worker = Worker()

    @worker.job("work")
    async def work(lines: list[Line], to: Annotated[Address, Variable("address")], method: Method) -> Any:
        return lines, to, method

    assert call(worker, {"lines": [{"sku": "A"}], "address": {"city": "B"}}) == ([Line("A")], {"city": "B"}, "lifo")
    assert set(worker._settled()[0].settings.fetch_variables or ()) == {"lines", "address"}


def test_a_job_may_be_of_a_local_type() -> None:
    @dataclass
    class Order:
        sku: str
        quantity: int = 1

    worker = Worker()

    @worker.job("work")
    def work(job: Job[Order]) -> Any:
        return job.variables

    assert call(worker, {"sku": "A"}) == Order("A")
    assert set(worker._settled()[0].settings.fetch_variables or ()) == {"sku", "quantity"}


def test_a_local_type_of_elsewhere_is_named_when_the_handler_is_registered() -> None:
    def elsewhere() -> Any:
        @dataclass
        class Line:
            sku: str

        async def work(line: Line) -> None: ...

        return work

    with pytest.raises(TypeError, match=r"an annotation of .*work cannot be resolved: name 'Line' is not defined"):
        Worker().job("work")(elsewhere())
