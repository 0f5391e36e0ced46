"""A broker that takes three commands at a time: what a client meets there, and that it gets through.

Only a real broker refuses like this, so these run with `--zeebe-target broker` alone, on a broker of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.bpmn import chain, service
from tests.contract.helpers import Name, take
from tests.judges.broker import Broker
from zeebe_grpc import BackpressureError, Resilience, ZeebeClient

pytestmark = pytest.mark.wire

LIMIT = {
    f"ZEEBE_BROKER_{group}_{name}": value
    for group in ("BACKPRESSURE", "FLOWCONTROL_REQUEST")
    for name, value in {"ENABLED": "true", "ALGORITHM": "fixed", "FIXED_LIMIT": "3"}.items()
}
INSTANCES = 300
THREADS = 24


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.config.getoption("--zeebe-target") != "broker":
        pytest.skip("only a real broker limits what is in flight: --zeebe-target broker")
    with Broker(environment=LIMIT) as broker:
        yield broker.address


def test_without_repetition_the_refusals_show(address: str, name: Name) -> None:
    p = name("p")
    with ZeebeClient(address, resilience=Resilience(max_attempts=1)) as client:
        client.deploy_resources([chain(p)])

        def create(_: int) -> BackpressureError | None:
            try:
                client.create_process_instance(p)
            except BackpressureError as refusal:
                return refusal
            return None

        with ThreadPoolExecutor(THREADS) as pool:
            refusals = [refusal for refusal in pool.map(create, range(INSTANCES)) if refusal]
    assert refusals
    assert all(refusal.retryable and refusal.outcome == "not_executed" for refusal in refusals)


def test_with_repetition_every_command_gets_through_once(address: str, name: Name) -> None:
    p, t = name("p"), name("t")
    with ZeebeClient(address) as client:
        client.deploy_resources([chain(p, service("work", t))])
        with ThreadPoolExecutor(THREADS) as pool:
            created = list(pool.map(lambda _: client.create_process_instance(p), range(INSTANCES)))
        instances = {instance.process_instance_key for instance in created}
        jobs = take(client, t, INSTANCES)
        assert {job.process_instance_key for job in jobs} == instances
        assert len(instances) == len(jobs) == INSTANCES
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(client.complete_job, jobs))
        assert not client.activate_jobs(t, request_timeout=1)
