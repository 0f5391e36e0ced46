"""What 8.10 brings, through both clients and an in-process gateway that answers as 8.10: leases and priorities."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.wire.callers import Caller
from tests.wire.gateway.support import service, until
from zeebe_grpc import Resource, ZeebeClient
from zeebe_grpc.errors import InvalidJobStateError, JobNotFoundError
from zeebe_grpc.gateway import Gateway, HeldClock

_ENDINGS: dict[str, Callable[[Any, Any], Any]] = {
    "complete": lambda client, job: client.complete_job(job),
    "fail": lambda client, job: client.fail_job(job, retries=1),
    "throw": lambda client, job: client.throw_error(job, "E"),
}
_UPDATES: dict[str, Callable[[Any, Any], Any]] = {
    "retries": lambda client, job: client.update_job_retries(job, retries=2),
    "timeout": lambda client, job: client.update_job_timeout(job, job_timeout=60),
    "priority": lambda client, job: client.update_job_priority(job, priority=2),
}


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(version="8.10", clock=HeldClock()) as gateway:
        yield gateway


@pytest.fixture(params=["blocking", "asyncio"])
def caller(request: pytest.FixtureRequest, gateway: Gateway) -> Iterator[Caller]:
    caller = Caller(request.param, gateway.address)
    caller.run(lambda client: client.deploy_resources([Resource("p.bpmn", service("p", "work"))]))
    yield caller
    caller.close()


def _create(caller: Caller) -> None:
    caller.run(lambda client: client.create_process_instance("p"))


def _poll(caller: Caller, **asked: Any) -> list[Any]:
    return list(caller.run(lambda client: client.activate_jobs("work", job_timeout=60, request_timeout=0, **asked)))


@pytest.mark.parametrize("ending", _ENDINGS)
def test_a_job_carries_its_token_to_its_end(caller: Caller, ending: str) -> None:
    _create(caller)
    (held,) = _poll(caller, with_lease=True)
    assert held.lease_token
    with pytest.raises(InvalidJobStateError):
        caller.run(lambda client: _ENDINGS[ending](client, held.key))
    caller.run(lambda client: _ENDINGS[ending](client, held))


@pytest.mark.parametrize("command", [*_ENDINGS, *_UPDATES])
def test_who_was_too_slow_is_told(gateway: Gateway, caller: Caller, command: str) -> None:
    act = {**_ENDINGS, **_UPDATES}[command]
    _create(caller)
    (late,) = _poll(caller, with_lease=True)
    gateway.advance_clock(60)
    (held,) = _poll(caller, with_lease=True)
    assert (held.key, held.lease_token != late.lease_token) == (late.key, True)
    with pytest.raises(InvalidJobStateError) as lost:
        caller.run(lambda client: act(client, late))
    assert lost.value.outcome == "not_executed"
    caller.run(lambda client: act(client, held))


def test_after_a_failure_the_old_token_is_stale(caller: Caller) -> None:
    _create(caller)
    (first,) = _poll(caller, with_lease=True)
    caller.run(lambda client: client.fail_job(first, retries=2))
    assert _poll(caller) == []
    (second,) = _poll(caller, with_lease=True)
    with pytest.raises(InvalidJobStateError):
        caller.run(lambda client: client.complete_job(first))
    caller.run(lambda client: client.complete_job(second))


@pytest.mark.parametrize("command", _UPDATES)
def test_an_update_by_key_needs_no_token(caller: Caller, command: str) -> None:
    _create(caller)
    (held,) = _poll(caller, with_lease=True)
    caller.run(lambda client: _UPDATES[command](client, held.key))


def test_tokens_come_over_streams_too(gateway: Gateway, caller: Caller) -> None:
    def create_when_open() -> None:
        until(lambda: gateway.open_streams("work") == 1)
        with ZeebeClient(gateway.address) as other:
            other.create_process_instance("p")

    creator = threading.Thread(target=create_when_open)
    creator.start()
    (pushed,) = caller.take(lambda client: client.stream_activated_jobs("work", with_lease=True, timeout=20), 1)
    creator.join()
    with pytest.raises(InvalidJobStateError):
        caller.run(lambda client: client.complete_job(pushed.key))
    caller.run(lambda client: client.complete_job(pushed))


def test_the_most_urgent_job_is_polled_first(caller: Caller) -> None:
    for _ in range(3):
        _create(caller)
    jobs = _poll(caller)
    assert [job.priority for job in jobs] == [0, 0, 0]
    caller.run(lambda client: client.update_job_priority(jobs[2], priority=5))
    caller.run(lambda client: client.update_job_priority(jobs[0], priority=-5))
    for job in jobs:
        caller.run(lambda client, job=job: client.fail_job(job, retries=1))
    again = _poll(caller)
    assert [(job.key, job.priority) for job in again] == [(jobs[2].key, 5), (jobs[1].key, 0), (jobs[0].key, -5)]


def test_the_priority_of_a_job_that_is_done_is_not_found(caller: Caller) -> None:
    _create(caller)
    (job,) = _poll(caller)
    caller.run(lambda client: client.complete_job(job))
    with pytest.raises(JobNotFoundError):
        caller.run(lambda client: client.update_job_priority(job, priority=1))
