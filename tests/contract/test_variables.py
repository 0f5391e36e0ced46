"""Variables keep their values and types on their way through the engine, up to what a gateway takes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.bpmn import chain, service
from tests.contract.helpers import Name, start, take_one
from zeebe_grpc import MessageTooLargeError, ZeebeClient

pytestmark = pytest.mark.process

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    2**64 - 1,
    1.0,
    0.1,
    -2.5e-7,
    1e300,
    "",
    'text with "quotes", \\ and \n',
    "äöü € 日本 😀 \u0000",
    [],
    [1, [2.0, None], {"a": []}],
    {},
    {"z": {"y": 1, "x": [3, 2, {"b": 1, "a": 2}]}, "": 1, "a b": 2, "ключ": 3},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_went(client: ZeebeClient, name: Name, value: Any) -> None:
    p = name("p")
    client.deploy_resources([chain(p)])
    result = client.create_process_instance_with_result(p, variables={"v": value})
    assert result.variables == {"v": value}
    assert type(result.variables["v"]) is type(value)


def test_any_name_will_do(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    client.deploy_resources([chain(p)])
    document = {"order-id": 1, "a b": 2, "": 3, "ключ": 4, "x" * 500: 5}
    assert client.create_process_instance_with_result(p, variables=document).variables == document


def test_a_megabyte_goes_through(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p, large="x" * 1_000_000)
    job = take_one(client, t)
    assert len(job.variables["large"]) == 1_000_000
    client.complete_job(job)


@pytest.mark.wire
def test_five_megabytes_are_refused_on_the_way(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    client.deploy_resources([chain(p)])
    with pytest.raises(MessageTooLargeError) as refusal:
        client.create_process_instance(p, variables={"large": "x" * (5 << 20)})
    assert not refusal.value.retryable


@pytest.mark.wire
def test_three_megabytes_are_more_than_one_step_of_the_engine_holds(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t))])
    with pytest.raises(MessageTooLargeError) as refusal:
        client.create_process_instance(p, variables={"large": "x" * (3 << 20)})
    assert refusal.value.rejection_type == "EXCEEDED_BATCH_RECORD_SIZE"


@pytest.mark.wire
def test_jobs_that_do_not_fit_into_one_answer_come_in_several(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t))])
    for _ in range(6):
        client.create_process_instance(p, variables={"large": "x" * 1_000_000})
    keys: set[int] = set()
    while len(keys) < 6:
        jobs = client.activate_jobs(t, max_jobs_to_activate=6, request_timeout=5, job_timeout=60)
        assert jobs, f"only {len(keys)} of 6 came"
        keys |= {job.key for job in jobs}
