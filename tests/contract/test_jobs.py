"""ActivateJobs, CompleteJob, FailJob, ThrowError, UpdateJobRetries, UpdateJobTimeout: the life of a job."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from tests.contract.bpmn import boundary_error, chain, service
from tests.contract.helpers import UNKNOWN_KEY, Awaited, Name, expect_nothing, start, take, take_one
from tests.contract.targets import Target, eventually
from zeebe_grpc import InvalidJobStateError, JobNotFoundError, ZeebeClient

pytestmark = pytest.mark.process

MINUTE = timedelta(minutes=1)
SWEEP = timedelta(seconds=2)
"""More than the time between two looks of a broker for what is due."""


def test_a_job_says_where_it_comes_from(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    (process,) = client.deploy_resources([chain(p, service("work", t, retries="5", headers={"h": "v"}))]).processes
    instance = client.create_process_instance(p, variables={"a": 1})
    job = take_one(client, t, worker_name="me", job_timeout=90)
    assert (job.type, job.element_id, job.worker, job.retries) == (t, "work", "me", 5)
    assert job.process_instance_key == instance.process_instance_key
    assert job.element_instance_key > instance.process_instance_key
    assert job.process_definition_key == process.process_definition_key
    assert (job.bpmn_process_id, job.process_definition_version) == (p, 1)
    assert (job.variables, job.custom_headers) == ({"a": 1}, {"h": "v"})
    assert timedelta(0) < job.deadline - datetime.now(timezone.utc)


def test_the_definition_of_a_job_may_be_computed(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", f'="{t}_" + kind', retries="=tries")), p, kind="x", tries=7)
    assert take_one(client, f"{t}_x").retries == 7


def test_a_job_is_held_by_one_worker(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    take_one(client, t)
    expect_nothing(client, t)


@pytest.mark.wire
def test_jobs_come_in_the_order_of_their_keys_and_no_more_than_asked_for(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t))])
    instances = [client.create_process_instance(p).process_instance_key for _ in range(5)]
    first, rest = take(client, t, 3), take(client, t, 2)
    assert [job.process_instance_key for job in [*first, *rest]] == instances


def test_only_the_variables_asked_for_are_fetched(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p, a=1, b=2)
    assert take_one(client, t, fetch_variables=["b", "missing"]).variables == {"b": 2}


def test_inputs_are_local_and_outputs_map_the_result(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources(
        [chain(p, service("work", t, inputs={"x": "=a + 1", "n.m": "=a"}, outputs={"total": "=result * 2"}))]
    )
    result = Awaited(client, p, variables={"a": 1})
    job = take_one(client, t)
    assert job.variables == {"a": 1, "x": 2, "n": {"m": 1}}
    client.complete_job(job, variables={"result": 5})
    assert result.variables() == {"a": 1, "total": 10}


def test_a_result_goes_to_the_scope_that_has_the_name(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t, inputs={"local": "=1"}))])
    result = Awaited(client, p, variables={"a": 1})
    client.complete_job(take_one(client, t), variables={"local": 2, "a": 3, "new": 4})
    assert result.variables() == {"a": 3, "new": 4}


def test_a_job_is_completed_once(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.complete_job(job)
    for answer in (client.complete_job, client.fail_job, lambda j: client.throw_error(j, "E")):
        with pytest.raises(JobNotFoundError):
            answer(job)


def test_an_unknown_job_is_not_found(client: ZeebeClient) -> None:
    with pytest.raises(JobNotFoundError):
        client.complete_job(UNKNOWN_KEY)
    with pytest.raises(JobNotFoundError):
        client.fail_job(UNKNOWN_KEY, retries=1)
    with pytest.raises(JobNotFoundError):
        client.throw_error(UNKNOWN_KEY, "E")
    with pytest.raises(JobNotFoundError):
        client.update_job_retries(UNKNOWN_KEY, retries=1)
    with pytest.raises(JobNotFoundError):
        client.update_job_timeout(UNKNOWN_KEY, job_timeout=1)


def test_a_failed_job_is_offered_again_with_what_was_said(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.fail_job(job, error_message="no luck")
    again = take_one(client, t)
    assert (again.key, again.retries) == (job.key, 2)


@pytest.mark.wire
def test_variables_of_a_failure_are_local_to_the_task(client: ZeebeClient, name: Name) -> None:
    p, first, second = name("p"), name("first"), name("second")
    start(client, chain(p, service("a", first), service("b", second)), p, a=1)
    client.fail_job(take_one(client, first), variables={"why": "x"})
    again = take_one(client, first)
    assert again.variables == {"a": 1, "why": "x"}
    client.complete_job(again)
    assert take_one(client, second).variables == {"a": 1}


def test_a_job_in_backoff_is_not_offered_and_takes_no_answer(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.fail_job(job, backoff=60)
    expect_nothing(client, t)
    for answer in (client.complete_job, client.fail_job, lambda j: client.throw_error(j, "E")):
        with pytest.raises(InvalidJobStateError):
            answer(job)
    target.advance(MINUTE + SWEEP)
    again = take_one(client, t)
    assert (again.key, again.retries) == (job.key, 2)


def test_a_job_without_retries_is_not_offered_and_takes_no_answer(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.fail_job(job, retries=0)
    expect_nothing(client, t)
    for answer in (client.complete_job, client.fail_job, lambda j: client.throw_error(j, "E")):
        with pytest.raises(InvalidJobStateError):
            answer(job)


def test_a_job_may_be_answered_without_having_been_taken(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    created = target.find("JOB", "CREATED", type=t)
    client.complete_job(created.key)
    with pytest.raises(JobNotFoundError):
        client.complete_job(created.key)


def test_a_job_of_no_retries_is_offered_all_the_same(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t, retries="0")), p)
    job = take_one(client, t)
    assert job.retries == 0
    client.complete_job(job)


def test_a_held_job_comes_back_after_its_timeout_with_the_same_retries(
    client: ZeebeClient, target: Target, name: Name
) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t, job_timeout=60)
    target.advance(MINUTE / 2)
    expect_nothing(client, t)
    target.advance(MINUTE)
    again = take_one(client, t)
    assert (again.key, again.retries) == (job.key, 3)


def test_the_old_worker_can_still_complete_after_the_timeout(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t, job_timeout=60)
    target.advance(MINUTE + SWEEP)
    target.find("JOB", "TIMED_OUT", type=t)
    client.complete_job(job)


def test_a_job_can_be_held_longer(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t, job_timeout=60)
    client.update_job_timeout(job, job_timeout=600)
    target.advance(5 * MINUTE)
    expect_nothing(client, t)
    target.advance(6 * MINUTE)
    assert take_one(client, t).key == job.key


def test_a_job_can_be_let_go_at_once(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t, job_timeout=600)
    client.update_job_timeout(job, job_timeout=0)
    if target.fresh:
        target.advance(SWEEP)
    assert take_one(client, t).key == job.key


def test_only_a_held_job_has_a_timeout(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.fail_job(job, retries=0)
    with pytest.raises(InvalidJobStateError):
        client.update_job_timeout(job, job_timeout=60)


def test_new_retries_are_seen_by_the_next_worker(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.update_job_retries(job, retries=9)
    client.fail_job(job, retries=9)
    assert take_one(client, t).retries == 9


def test_a_caught_error_takes_its_own_path(client: ZeebeClient, name: Name) -> None:
    p, t, rescue = name("p"), name("t"), name("rescue")
    beside = boundary_error("caught", "work", "error", leads_to="rescue") + service("rescue", rescue)[1]
    roots = '<bpmn:error id="error" errorCode="NO_STOCK"/>'
    start(client, chain(p, service("work", t), beside=beside, roots=roots), p, a=1)
    job = take_one(client, t)
    client.throw_error(job, "NO_STOCK", error_message="none left", variables={"b": 2})
    assert take_one(client, rescue).element_id == "rescue"
    with pytest.raises(JobNotFoundError):
        client.complete_job(job)


def test_an_error_that_nobody_catches_stops_the_job(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.throw_error(job, "NOBODY")
    for answer in (client.complete_job, lambda j: client.throw_error(j, "E")):
        with pytest.raises(InvalidJobStateError):
            answer(job)
    incident = target.find("INCIDENT", "CREATED", processInstanceKey=instance)
    assert incident.value["errorType"] == "UNHANDLED_ERROR_EVENT"


def test_one_worker_does_not_take_the_jobs_of_another_type(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, service("work", t)), p)
    expect_nothing(client, t + "_other")
    assert eventually(lambda: client.activate_jobs(t, request_timeout=1))[0].type == t
