"""Job streams: what is pushed, to whom, and what becomes of it when the reader stops or leaves."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import grpc
import pytest

from tests.wire.gateway.support import Client, service, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import Gateway

_SMALL_WINDOW = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 1024)]
_SOME_KILOBYTES = json.dumps({"a": "x" * 20_000})


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(seed=1) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    with Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        yield client


def test_pushes_new_jobs_and_not_the_backlog(client: Client, gateway: Gateway) -> None:
    old = client.create("p")
    stream = client.stream("p", worker="s", timeout=30_000)
    until(lambda: gateway.open_streams("p") == 1)
    new = client.create("p", '{"b":1}')
    before = gateway.now()
    job = next(stream)
    assert (job.processInstanceKey, job.worker, job.variables) == (new, "s", '{"b":1}')
    assert before - 5000 < job.deadline - 30_000 <= gateway.now()
    assert [polled.processInstanceKey for polled in client.jobs("p", 5)] == [old]
    stream.cancel()


def test_pushes_only_the_variables_asked_for(client: Client, gateway: Gateway) -> None:
    stream = client.stream("p", fetchVariable=["b", "zz"])
    until(lambda: gateway.open_streams("p") == 1)
    client.create("p", '{"a":1,"b":2}')
    assert next(stream).variables == '{"b":2}'
    stream.cancel()


@pytest.mark.parametrize("backoff", [0, 150])
def test_pushes_a_failed_job_again(backoff: int, client: Client, gateway: Gateway) -> None:
    stream = client.stream("p")
    until(lambda: gateway.open_streams("p") == 1)
    client.create("p")
    first = next(stream)
    client.stub.FailJob(pb.FailJobRequest(jobKey=first.key, retries=2, retryBackOff=backoff))
    again = next(stream)
    assert (again.key, again.retries) == (first.key, 2)
    stream.cancel()


def test_pushes_a_timed_out_job_again(client: Client, gateway: Gateway) -> None:
    stream = client.stream("p", timeout=200)
    until(lambda: gateway.open_streams("p") == 1)
    client.create("p")
    first = next(stream)
    assert next(stream).key == first.key
    stream.cancel()


def test_stream_comes_before_parked_polls(client: Client, gateway: Gateway) -> None:
    poll, stream = client.poll("p"), client.stream("p")
    until(lambda: gateway.open_streams() == gateway.parked_polls() == 1)
    key = client.create("p")
    assert next(stream).processInstanceKey == key
    assert gateway.parked_polls() == 1
    poll.cancel()
    stream.cancel()


def _read_out(stream: grpc.Call) -> list[pb.ActivatedJob]:
    """What a stream is sent until its deadline."""
    jobs: list[pb.ActivatedJob] = []
    try:
        jobs.extend(stream)
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED  # noqa: PT017
    return jobs


@pytest.mark.parametrize("workers", [["s", "s", "s"], ["a", "b"]])
def test_streams_share_the_jobs(workers: list[str], client: Client, gateway: Gateway) -> None:
    """Equal or not: every job goes to one stream, and every stream gets some."""
    kinds = [pb.StreamActivatedJobsRequest(type="p", worker=worker, timeout=60_000) for worker in workers]
    streams = [client.stub.StreamActivatedJobs(kind, timeout=1.5) for kind in kinds]
    until(lambda: gateway.open_streams("p") == len(workers))
    keys = [client.create("p") for _ in range(30)]
    with ThreadPoolExecutor(len(streams)) as readers:
        got = list(readers.map(_read_out, streams))
    assert sorted(job.processInstanceKey for jobs in got for job in jobs) == keys
    assert all(got)
    assert [{job.worker for job in jobs} for jobs in got] == [{worker} for worker in workers]


def test_stopped_reader_holds_few_jobs_and_others_get_the_rest(client: Client, gateway: Gateway) -> None:
    with Client.of(gateway, _SMALL_WINDOW) as stopped:
        stream = stopped.stream("p")
        until(lambda: gateway.open_streams("p") == 1)
        keys = {client.create("p", _SOME_KILOBYTES) for _ in range(50)}
        polled: set[int] = set()

        def poll() -> bool:
            polled.update(job.processInstanceKey for job in client.jobs("p", 50))
            return len(polled) >= 40

        until(poll)
        held = {job.processInstanceKey for job in islice(stream, 50 - len(polled))}
        assert len(held) <= 10
        assert held | polled == keys
        assert not held & polled
        stream.cancel()


def test_parked_poll_gets_what_a_stopped_reader_does_not_take(client: Client, gateway: Gateway) -> None:
    with Client.of(gateway, _SMALL_WINDOW) as stopped:
        stream = stopped.stream("p")
        poll = client.poll("p", 20, requestTimeout=10_000)
        until(lambda: gateway.open_streams("p") == gateway.parked_polls("p") == 1)
        for _ in range(20):
            client.create("p", _SOME_KILOBYTES)
        started = time.monotonic()
        jobs = [job for response in poll for job in response.jobs]
        assert jobs
        assert time.monotonic() - started < 5
        stream.cancel()


def test_stopped_reader_that_leaves_gives_back_what_was_not_sent(client: Client, gateway: Gateway) -> None:
    with Client.of(gateway, _SMALL_WINDOW) as stopped:
        stream = stopped.stream("p")
        until(lambda: gateway.open_streams("p") == 1)
        for _ in range(5):
            client.create("p", json.dumps({"a": "x" * 500_000}))
        time.sleep(1.5)  # long enough that the gateway knows that nobody reads
        stream.cancel()
    until(lambda: gateway.open_streams() == 0)
    jobs: list[pb.ActivatedJob] = []
    until(lambda: bool(jobs.extend(client.jobs("p", 5))) or len(jobs) == 5)
    assert {job.retries for job in jobs} == {3}


def test_stalled_stream_holds_up_nobody(client: Client, gateway: Gateway) -> None:
    with Client.of(gateway, _SMALL_WINDOW) as stopped:
        stalled = stopped.stream("p", worker="stalled")
        until(lambda: gateway.open_streams("p") == 1)
        for _ in range(5):
            client.create("p", json.dumps({"a": "x" * 500_000}))
        reader = client.stream("p", worker="reader")
        until(lambda: gateway.open_streams("p") == 2)
        client.create("p")
        started = time.monotonic()
        client.create("p")
        assert time.monotonic() - started < 1
        stalled.cancel()
        reader.cancel()


def test_cancelled_stream_gets_nothing(client: Client, gateway: Gateway) -> None:
    stream = client.stream("p")
    until(lambda: gateway.open_streams("p") == 1)
    stream.cancel()
    until(lambda: gateway.open_streams("p") == 0)
    client.create("p")
    assert len(client.jobs("p")) == 1


def test_stream_ends_with_its_deadline(client: Client, gateway: Gateway) -> None:
    call = client.stub.StreamActivatedJobs(pb.StreamActivatedJobsRequest(type="p", timeout=1000), timeout=0.2)
    with pytest.raises(grpc.RpcError) as refused:
        next(call)
    assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    until(lambda: gateway.open_streams() == 0)


def test_many_jobs_at_once_all_reach_a_reader(client: Client, gateway: Gateway) -> None:
    stream = client.stream("p")
    until(lambda: gateway.open_streams("p") == 1)
    keys = [client.create("p") for _ in range(200)]
    got = [job.processInstanceKey for job in islice(stream, 200)]
    assert got == keys
    stream.cancel()


def test_a_stream_that_is_let_go_ends_ok_after_what_was_pushed(client: Client, gateway: Gateway) -> None:
    stream = client.stream("p", worker="s", timeout=30_000)
    until(lambda: gateway.open_streams("p") == 1)
    key = client.create("p")
    gateway.let_go("p")
    assert [job.processInstanceKey for job in stream] == [key]
    assert stream.code() is grpc.StatusCode.OK
    assert gateway.open_streams() == 0
