"""Waiting calls cost no threads: 200 parked polls and 200 streams leave a unary call quick."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.wire.gateway.support import Client, service, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import Gateway

_WAITING = 200
_ROUNDS = 9
_CALLS = 30
_SLOWEST = 2.0
"""How much longer a call may take beside waiting ones: the median of rounds that alternate with an idle gateway's."""


def _median_call(client: Client) -> float:
    spans = []
    for _ in range(_CALLS):
        started = time.perf_counter()
        client.create("pass_by")
        spans.append(time.perf_counter() - started)
    return statistics.median(spans)


def _ratio(crowded: Client, idle: Client) -> float:
    """How much longer a call takes at the crowded gateway; in turns, so that a busy machine hits both alike."""
    return statistics.median(_median_call(crowded) / _median_call(idle) for _ in range(_ROUNDS))


@pytest.fixture
def idle() -> Iterator[Client]:
    """A client of a gateway at which nobody else waits."""
    with Gateway() as gateway, Client.of(gateway) as client:
        client.deploy(service("pass_by", "pass_by"))
        yield client


def _gateway_threads(before: set[threading.Thread]) -> int:
    return sum(thread.name.startswith("zeebe-gateway") for thread in set(threading.enumerate()) - before)


def test_unary_call_beside_parked_polls_and_streams(idle: Client) -> None:
    before = set(threading.enumerate())
    with Gateway() as gateway, ExitStack() as stack:
        client = stack.enter_context(Client.of(gateway))
        client.deploy(service("pass_by", "pass_by"))
        crowd = [stack.enter_context(Client.of(gateway)) for _ in range(4)]
        calls = []
        for number in range(_WAITING):
            some = crowd[number % len(crowd)]
            calls.append(some.poll(f"t{number % 20}", requestTimeout=60_000))
            calls.append(some.stream(f"t{number % 20}"))
        until(lambda: gateway.parked_polls() == gateway.open_streams() == _WAITING, seconds=20)
        ratio = _ratio(client, idle)
        print(f"unary call beside {_WAITING} polls and {_WAITING} streams: {ratio:.2f} times its time without them")
        assert ratio < _SLOWEST
        until(lambda: _gateway_threads(before) <= 4, seconds=15)  # idle threads leave; waiting calls hold none
        assert gateway.parked_polls() == gateway.open_streams() == _WAITING
        for call in calls:
            call.cancel()
        until(lambda: gateway.parked_polls() == gateway.open_streams() == 0)


def test_each_stalled_stream_holds_only_its_own_writer(idle: Client) -> None:
    before = set(threading.enumerate())
    window = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 1024)]
    with Gateway() as gateway, ExitStack() as stack:
        client = stack.enter_context(Client.of(gateway))
        client.deploy(service("p", "p"), service("pass_by", "pass_by"))
        streams = [stack.enter_context(Client.of(gateway, window)).stream("p", worker=f"w{n}") for n in range(20)]
        until(lambda: gateway.open_streams("p") == len(streams))
        text = '{"a":"' + "x" * 300_000 + '"}'
        for _ in range(60):
            client.create("p", text)
        ratio = _ratio(client, idle)
        print(f"unary call beside {len(streams)} stalled streams: {ratio:.2f} times its time without them")
        assert ratio < _SLOWEST
        assert _gateway_threads(before) <= 60
        for stream in streams:
            stream.cancel()


def test_awaited_results_hold_no_thread() -> None:
    before = set(threading.enumerate())
    with Gateway() as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        request = pb.CreateProcessInstanceWithResultRequest(
            request=pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=-1), requestTimeout=60_000
        )
        awaited = [client.stub.CreateProcessInstanceWithResult.future(request, timeout=60) for _ in range(100)]
        jobs: list[pb.ActivatedJob] = []
        until(lambda: bool(jobs.extend(client.jobs("p", 100))) or len(jobs) == 100, seconds=20)
        until(lambda: _gateway_threads(before) <= 4, seconds=15)
        for number, job in enumerate(jobs):
            client.complete(job.key, f'{{"n":{number}}}')
        results = [call.result(timeout=20) for call in awaited]
        by_instance = {job.processInstanceKey: f'{{"n":{number}}}' for number, job in enumerate(jobs)}
        assert {result.processInstanceKey: result.variables for result in results} == by_instance
