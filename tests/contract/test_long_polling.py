"""ActivateJobs while there is nothing to give: it parks, wakes, and ends well when its time is over."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from tests.contract.bpmn import chain, service
from tests.contract.helpers import Name, park, start, take_one
from tests.contract.targets import Target
from zeebe_grpc import InvalidArgumentError, ZeebeClient

pytestmark = pytest.mark.wire


def test_an_empty_poll_ends_well_when_its_time_is_over(client: ZeebeClient, name: Name) -> None:
    begin = time.monotonic()
    jobs = client.activate_jobs(name("t"), request_timeout=1.2)
    assert (list(jobs), jobs.error) == ([], None)
    assert 1.1 < time.monotonic() - begin < 4


def test_a_poll_that_only_looks_ends_at_once(client: ZeebeClient, name: Name) -> None:
    begin = time.monotonic()
    assert not client.activate_jobs(name("t"), request_timeout=0)
    assert time.monotonic() - begin < 1


def test_a_parked_poll_wakes_when_a_job_is_made(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t))])
    parked = park(client, t)
    begin = time.monotonic()
    client.create_process_instance(p)
    (job,) = parked.result(20)
    assert time.monotonic() - begin < 3
    client.complete_job(job)


def test_a_parked_poll_wakes_when_a_job_is_failed(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    parked = park(client, t)
    client.fail_job(job)
    (again,) = parked.result(5)
    assert (again.key, again.retries) == (job.key, 2)


def test_a_parked_poll_wakes_when_a_job_times_out(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t, job_timeout=5)
    parked = park(client, t)
    target.advance(timedelta(seconds=7))
    (again,) = parked.result(15)
    assert again.key == job.key


def test_two_parked_polls_share_the_jobs(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t))])
    polls = [park(client, t, max_jobs_to_activate=1) for _ in range(2)]
    instances = {client.create_process_instance(p).process_instance_key for _ in range(2)}
    jobs = [job for poll in polls for job in poll.result(20)]
    assert {job.process_instance_key for job in jobs} == instances


def test_it_answers_with_what_there_is_and_does_not_wait_to_fill_up(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    begin = time.monotonic()
    jobs = client.activate_jobs(t, max_jobs_to_activate=10, request_timeout=20)
    assert len(jobs) == 1
    assert time.monotonic() - begin < 5


def test_a_poll_given_up_by_its_client_takes_no_job(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t))])
    with ZeebeClient(target.address) as other:
        parked = park(other, t)
    assert parked.exception(10) is not None
    client.create_process_instance(p)
    assert take_one(client, t).type == t


def test_a_tenant_is_refused_where_there_are_none(client: ZeebeClient, name: Name) -> None:
    with pytest.raises(InvalidArgumentError):
        client.activate_jobs(name("t"), tenant_ids=["red"], request_timeout=0)
