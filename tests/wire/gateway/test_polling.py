"""Long polling: what parks, what wakes, how it ends, and what is put back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from tests.wire.gateway.support import Client, service, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import Gateway

_BIG = json.dumps({"a": "x" * 1_500_000})


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    with Client.of(gateway) as client:
        client.deploy(service("p", "p"), service("q", "q"))
        yield client


def test_takes_what_is_there_without_waiting_for_more(client: Client) -> None:
    keys = [client.create("p") for _ in range(3)]
    started = time.monotonic()
    (response,) = client.poll("p", 10)
    assert time.monotonic() - started < 2
    assert [job.processInstanceKey for job in response.jobs] == keys


def test_takes_no_more_than_it_asks_for(client: Client) -> None:
    for _ in range(3):
        client.create("p")
    assert len(client.jobs("p", 2)) == 2
    assert len(client.jobs("p", 2)) == 1


def test_without_waiting_it_ends_at_once(client: Client) -> None:
    started = time.monotonic()
    assert client.jobs("p") == []
    assert time.monotonic() - started < 1


def test_empty_poll_ends_ok_after_its_request_timeout(client: Client, gateway: Gateway) -> None:
    started = time.monotonic()
    assert list(client.poll("p", requestTimeout=300)) == []
    assert 0.3 <= time.monotonic() - started < 3
    assert gateway.parked_polls() == 0


def test_poll_for_nothing_waits_without_being_checked(client: Client) -> None:
    """Less than one job wanted: the gateway asks no broker, so even an empty type passes."""
    started = time.monotonic()
    assert list(client.poll("", 0, timeout=0, requestTimeout=200)) == []
    assert time.monotonic() - started >= 0.2
    assert list(client.poll("p", -3, requestTimeout=-1)) == []


def test_parked_poll_wakes_on_a_new_job(client: Client, gateway: Gateway) -> None:
    poll = client.poll("p", 5)
    until(lambda: gateway.parked_polls("p") == 1)
    key = client.create("p", '{"b":1}')
    started = time.monotonic()
    (response,) = poll
    assert time.monotonic() - started < 2
    assert [(job.processInstanceKey, job.variables) for job in response.jobs] == [(key, '{"b":1}')]
    assert poll.code() is grpc.StatusCode.OK


def test_parked_polls_of_other_types_sleep_on(client: Client, gateway: Gateway) -> None:
    other = client.poll("q")
    until(lambda: gateway.parked_polls("q") == 1)
    client.create("p")
    assert gateway.parked_polls("q") == 1
    other.cancel()


def test_parked_polls_are_served_in_their_order(client: Client, gateway: Gateway) -> None:
    polls = []
    for number in range(3):
        polls.append(client.poll("p", worker=f"w{number}"))
        until(lambda: gateway.parked_polls("p") == len(polls))
    keys = [client.create("p") for _ in polls]
    served = [response.jobs[0].processInstanceKey for poll in polls for response in poll]
    assert served == keys


@pytest.mark.parametrize("backoff", [0, 200])
def test_parked_poll_wakes_on_a_failed_job(backoff: int, client: Client, gateway: Gateway) -> None:
    client.create("p")
    (job,) = client.jobs("p")
    poll = client.poll("p")
    until(lambda: gateway.parked_polls("p") == 1)
    started = time.monotonic()
    client.stub.FailJob(pb.FailJobRequest(jobKey=job.key, retries=2, retryBackOff=backoff))
    (response,) = poll
    assert [(again.key, again.retries) for again in response.jobs] == [(job.key, 2)]
    assert time.monotonic() - started >= backoff / 1000


def test_parked_poll_wakes_on_a_timed_out_job(client: Client, gateway: Gateway) -> None:
    client.create("p")
    (job,) = client.jobs("p", timeout=300)
    poll = client.poll("p")
    until(lambda: gateway.parked_polls("p") == 1)
    (response,) = poll
    assert [(again.key, again.retries) for again in response.jobs] == [(job.key, job.retries)]


def test_parked_poll_wakes_on_a_resolved_incident(client: Client, gateway: Gateway) -> None:
    client.create("p")
    (job,) = client.jobs("p")
    client.stub.FailJob(pb.FailJobRequest(jobKey=job.key, retries=0))
    (incident,) = [
        record.key for record in gateway.records if (record.value_type, record.intent) == ("INCIDENT", "CREATED")
    ]
    client.stub.UpdateJobRetries(pb.UpdateJobRetriesRequest(jobKey=job.key, retries=1))
    poll = client.poll("p")
    until(lambda: gateway.parked_polls("p") == 1)
    client.stub.ResolveIncident(pb.ResolveIncidentRequest(incidentKey=incident))
    (response,) = poll
    assert [again.key for again in response.jobs] == [job.key]


def test_cancelled_poll_takes_nothing(client: Client, gateway: Gateway) -> None:
    poll = client.poll("p")
    until(lambda: gateway.parked_polls() == 1)
    poll.cancel()
    until(lambda: gateway.parked_polls() == 0)
    client.create("p")
    assert len(client.jobs("p")) == 1


def test_poll_of_a_client_that_has_died_takes_nothing(client: Client, gateway: Gateway) -> None:
    with Client.of(gateway) as dying:
        poll = dying.poll("p")
        until(lambda: gateway.parked_polls() == 1)
    until(lambda: gateway.parked_polls() == 0)
    client.create("p")
    assert len(client.jobs("p")) == 1
    assert poll.code() is grpc.StatusCode.CANCELLED


def test_poll_past_its_deadline_takes_nothing(client: Client, gateway: Gateway) -> None:
    request = pb.ActivateJobsRequest(type="p", worker="w", timeout=60_000, maxJobsToActivate=1)
    with pytest.raises(grpc.RpcError) as refused:
        list(client.stub.ActivateJobs(request, timeout=0.2))
    assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    until(lambda: gateway.parked_polls() == 0)
    client.create("p")
    assert len(client.jobs("p")) == 1


def test_jobs_come_in_as_many_messages_as_their_size_needs(client: Client) -> None:
    for _ in range(5):
        client.create("p", _BIG)
    responses = list(client.poll("p", 10))
    assert [len(response.jobs) for response in responses] == [2, 2, 1]
    assert max(response.ByteSize() for response in responses) <= 4 << 20


def _something_is_due(gateway: Gateway) -> bool:
    with gateway.engine_access() as engine:
        return engine.next_due() is not None


def test_jobs_that_a_client_did_not_read_are_put_back(gateway: Gateway, client: Client) -> None:
    """A reader that stops and leaves: what was activated for it but could not be sent is at once there for others."""
    small_window = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 1024)]
    for _ in range(4):
        client.create("p", _BIG)
    with Client.of(gateway, small_window) as stopped:
        poll = stopped.poll("p", 4)
        until(lambda: _something_is_due(gateway))  # the jobs are activated
        time.sleep(1.5)  # long enough that the gateway knows that nobody reads
        poll.cancel()
    seen: list[pb.ActivatedJob] = []
    until(lambda: bool(seen.extend(client.jobs("p", 4))) or len(seen) == 4)
    assert {job.retries for job in seen} == {3}


def test_many_polls_and_many_jobs(client: Client, gateway: Gateway) -> None:
    """Every job goes to exactly one poll."""
    got: list[int] = []

    def work() -> None:
        with Client.of(gateway) as mine:
            while True:
                jobs = [job for response in mine.poll("p", 3, requestTimeout=700) for job in response.jobs]
                if not jobs:
                    return
                got.extend(job.processInstanceKey for job in jobs)

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    keys = [client.create("p") for _ in range(60)]
    for worker in workers:
        worker.join()
    assert sorted(got) == keys


def test_a_poll_that_is_let_go_ends_ok_and_empty(client: Client, gateway: Gateway) -> None:
    with ThreadPoolExecutor() as executor:
        mine = executor.submit(lambda: list(client.poll("p", requestTimeout=20_000)))
        other = executor.submit(lambda: list(client.poll("q", requestTimeout=20_000)))
        until(lambda: gateway.parked_polls() == 2)
        gateway.let_go("p")
        assert mine.result(10) == []
        assert gateway.parked_polls("q") == 1
        key = client.create("q")
        assert [job.processInstanceKey for response in other.result(10) for job in response.jobs] == [key]
