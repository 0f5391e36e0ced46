"""StreamActivatedJobs: what is pushed, what is not, and what becomes of jobs that nobody reads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests.contract.bpmn import chain, service
from tests.contract.helpers import Job, Name, expect_nothing, take, take_one
from tests.contract.targets import Target, eventually
from zeebe_grpc import ZeebeClient, commands

pytestmark = pytest.mark.wire

REGISTERED = 0.7
"""Seconds after which a gateway has told its brokers of a new stream; nothing says so on the wire."""


class Reader:
    """Reads a stream in a thread, until it is closed."""

    def __init__(self, client: ZeebeClient, job_type: str, pool: ThreadPoolExecutor) -> None:
        self.jobs: list[Job] = []
        self._stream = client.stream(commands.stream_activated_jobs(job_type, job_timeout=60), timeout=60)
        self._done = pool.submit(self._read)
        time.sleep(REGISTERED)

    def _read(self) -> None:
        with self._stream as stream:
            for job in stream:
                self.jobs.append(job)

    def one(self) -> Job:
        """Wait for the next job, and take it."""
        eventually(lambda: self.jobs)
        return self.jobs.pop(0)

    def close(self) -> None:
        self._stream.cancel()
        self._done.result(10)


@contextmanager
def reading(client: ZeebeClient, job_type: str) -> Iterator[Reader]:
    with ThreadPoolExecutor(1) as pool:
        reader = Reader(client, job_type, pool)
        try:
            yield reader
        finally:
            reader.close()


def deploy(client: ZeebeClient, process_id: str, job_type: str) -> None:
    client.deploy_resources([chain(process_id, service("work", job_type))])


def test_a_new_job_is_pushed(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with reading(client, t) as reader:
        instance = client.create_process_instance(p, variables={"a": 1})
        job = reader.one()
    assert (job.process_instance_key, job.variables) == (instance.process_instance_key, {"a": 1})
    client.complete_job(job)


def test_a_job_that_was_there_before_is_not_pushed(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    old = client.create_process_instance(p).process_instance_key
    with reading(client, t) as reader:
        new = client.create_process_instance(p).process_instance_key
        assert reader.one().process_instance_key == new
        assert not reader.jobs
    assert take_one(client, t).process_instance_key == old


def test_a_failed_job_is_pushed_again(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with reading(client, t) as reader:
        client.create_process_instance(p)
        job = reader.one()
        client.fail_job(job)
        again = reader.one()
        assert (again.key, again.retries) == (job.key, 2)
        client.complete_job(again)


def test_a_job_is_pushed_again_after_its_backoff(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with reading(client, t) as reader:
        client.create_process_instance(p)
        job = reader.one()
        client.fail_job(job, backoff=30)
        expect_nothing(client, t)
        assert not reader.jobs
        target.advance(timedelta(seconds=32))
        assert reader.one().key == job.key


def test_a_job_that_timed_out_is_pushed_again(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with reading(client, t) as reader:
        client.create_process_instance(p)
        job = reader.one()
        target.advance(timedelta(seconds=62))
        again = reader.one()
        assert (again.key, again.retries) == (job.key, 3)


def test_a_resolved_job_is_pushed_again(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with reading(client, t) as reader:
        instance = client.create_process_instance(p).process_instance_key
        job = reader.one()
        client.fail_job(job, retries=0)
        incident = target.find("INCIDENT", "CREATED", processInstanceKey=instance)
        client.update_job_retries(job.key, retries=1)
        client.resolve_incident(incident.key)
        assert reader.one().key == job.key


def test_each_job_goes_to_one_of_two_streams(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with ZeebeClient(target.address) as other, reading(client, t) as one, reading(other, t) as two:
        instances = {client.create_process_instance(p).process_instance_key for _ in range(20)}
        eventually(lambda: len(one.jobs) + len(two.jobs) >= 20)
        pushed = [job.process_instance_key for job in [*one.jobs, *two.jobs]]
    assert sorted(pushed) == sorted(instances)


def test_pushed_jobs_are_held(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with reading(client, t) as reader:
        client.create_process_instance(p)
        reader.one()
        expect_nothing(client, t)


def test_what_a_stopped_reader_left_unread_comes_back_after_the_job_timeout(
    client: ZeebeClient, target: Target, name: Name
) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with ZeebeClient(target.address) as stopped:
        call = stopped.stream(commands.stream_activated_jobs(t, job_timeout=60), timeout=60)
        with call as stream:
            iter(stream)
            time.sleep(REGISTERED)
            instances = [client.create_process_instance(p).process_instance_key for _ in range(3)]
            time.sleep(REGISTERED)
            call.cancel()
    expect_nothing(client, t)
    target.advance(timedelta(seconds=62))
    assert sorted(job.process_instance_key for job in take(client, t, 3)) == instances


def test_a_closed_job_stream_hands_back_what_was_not_taken(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with client.stream_activated_jobs(t, job_timeout=60) as stream:
        jobs = iter(stream)
        time.sleep(REGISTERED)
        instances = [client.create_process_instance(p).process_instance_key for _ in range(3)]
        client.complete_job(next(jobs))
        time.sleep(REGISTERED)
    back = take(client, t, 2)
    assert sorted(job.process_instance_key for job in back) == instances[1:]
    assert [job.retries for job in back] == [3, 3]


def test_a_closed_stream_takes_no_more(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    deploy(client, p, t)
    with reading(client, t):
        pass
    time.sleep(REGISTERED)
    client.create_process_instance(p)
    assert take_one(client, t).type == t
