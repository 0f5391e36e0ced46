"""Job leases of 8.10 over the wire: tokens, refusals, and who is served what."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import grpc
import pytest

from tests.wire.gateway.support import Client, refusal, service, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import Gateway, HeldClock

_ENDINGS = ["CompleteJob", "FailJob", "ThrowError"]
_UPDATES = ["UpdateJobRetries", "UpdateJobTimeout", "UpdateJobPriority"]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(version="8.10", clock=HeldClock()) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    with Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        yield client


def _commands(client: Client, key: int, token: str | None) -> dict[str, tuple[object, object]]:
    stub = client.stub
    return {
        "CompleteJob": (stub.CompleteJob, pb.CompleteJobRequest(jobKey=key, jobLeaseToken=token)),
        "FailJob": (stub.FailJob, pb.FailJobRequest(jobKey=key, retries=1, jobLeaseToken=token)),
        "ThrowError": (stub.ThrowError, pb.ThrowErrorRequest(jobKey=key, errorCode="E", jobLeaseToken=token)),
        "UpdateJobRetries": (
            stub.UpdateJobRetries,
            pb.UpdateJobRetriesRequest(jobKey=key, retries=2, jobLeaseToken=token),
        ),
        "UpdateJobTimeout": (
            stub.UpdateJobTimeout,
            pb.UpdateJobTimeoutRequest(jobKey=key, timeout=60_000, jobLeaseToken=token),
        ),
        "UpdateJobPriority": (
            stub.UpdateJobPriority,
            pb.UpdateJobPriorityRequest(jobKey=key, priority=1, jobLeaseToken=token),
        ),
    }


@pytest.mark.parametrize("rpc", [*_ENDINGS, *_UPDATES])
def test_the_token_of_an_activation_that_timed_out_is_refused(gateway: Gateway, client: Client, rpc: str) -> None:
    client.create("p")
    (late,) = client.jobs("p", withLease=True, timeout=1000)
    gateway.advance_clock(1)
    (held,) = client.jobs("p", withLease=True)
    assert held.key == late.key
    call, request = _commands(client, held.key, late.jobLeaseToken)[rpc]
    code, text, trailer = refusal(lambda: call(request, timeout=5))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert "lease token" in text
    assert trailer is not None
    call, request = _commands(client, held.key, held.jobLeaseToken)[rpc]
    call(request, timeout=5)


@pytest.mark.parametrize("rpc", _ENDINGS)
def test_without_a_token_a_leased_job_is_not_ended(client: Client, rpc: str) -> None:
    client.create("p")
    (held,) = client.jobs("p", withLease=True)
    call, request = _commands(client, held.key, None)[rpc]
    assert refusal(lambda: call(request, timeout=5))[0] is grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize("rpc", _UPDATES)
def test_updates_do_without_a_token(client: Client, rpc: str) -> None:
    client.create("p")
    (held,) = client.jobs("p", withLease=True)
    call, request = _commands(client, held.key, None)[rpc]
    call(request, timeout=5)


def test_the_half_of_a_fleet_that_does_not_lease_starves(gateway: Gateway, client: Client) -> None:
    """A parked poll and an open stream without lease are passed over, even where nobody else is there."""
    client.create("p")
    (held,) = client.jobs("p", withLease=True)
    plain_poll = client.poll("p", requestTimeout=20_000)
    plain_stream = client.stream("p")
    until(lambda: gateway.parked_polls("p") == 1 and gateway.open_streams("p") == 1)
    client.stub.FailJob(pb.FailJobRequest(jobKey=held.key, retries=3, jobLeaseToken=held.jobLeaseToken), timeout=5)
    assert client.jobs("p") == []
    (again,) = client.jobs("p", withLease=True)
    assert again.key == held.key
    leasing = client.stream("p", withLease=True)
    until(lambda: gateway.open_streams("p") == 2)
    client.stub.FailJob(pb.FailJobRequest(jobKey=held.key, retries=3, jobLeaseToken=again.jobLeaseToken), timeout=5)
    pushed = next(leasing)
    assert (pushed.key, pushed.HasField("jobLeaseToken")) == (held.key, True)
    assert pushed.jobLeaseToken not in (held.jobLeaseToken, again.jobLeaseToken)
    assert gateway.parked_polls("p") == 1
    plain_stream.cancel()
    until(lambda: gateway.open_streams("p") == 1)
    client.create("p")  # a job that nobody leased is for everybody: here the leasing stream is first
    fresh = next(leasing)
    assert (fresh.key != held.key, fresh.HasField("jobLeaseToken")) == (True, True)
    for call in (plain_poll, leasing):
        call.cancel()


def test_a_leased_batch_that_could_not_be_delivered_comes_back(gateway: Gateway, client: Client) -> None:
    """The gateway fails it with the token that it was about to send: nobody has to wait for its timeout."""
    small_window = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 1024)]
    for _ in range(4):
        client.create("p", json.dumps({"a": "x" * 1_500_000}))
    with Client.of(gateway, small_window) as stopped:
        poll = stopped.poll("p", 4, withLease=True)
        until(lambda: _jobs_are_held(gateway))
        time.sleep(1.5)  # long enough that the gateway knows that nobody reads
        poll.cancel()
    seen: list[pb.ActivatedJob] = []
    until(lambda: bool(seen.extend(client.jobs("p", 4, withLease=True))) or len(seen) == 4, seconds=20)
    assert {job.retries for job in seen} == {3}


def _jobs_are_held(gateway: Gateway) -> bool:
    with gateway.engine_access() as engine:
        return engine.next_due() is not None


@pytest.mark.parametrize("version", ["8.9", "8.6"])
def test_an_older_release_does_not_see_the_fields(version: str) -> None:
    with Gateway(version=version) as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        client.create("p")
        (held,) = client.jobs("p", withLease=True)
        assert not held.HasField("jobLeaseToken")
        client.stub.CompleteJob(pb.CompleteJobRequest(jobKey=held.key, jobLeaseToken="anything"), timeout=5)
