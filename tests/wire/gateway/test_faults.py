"""Every fault of the script, as a client meets it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import grpc
import pytest

from tests.wire.gateway.support import Client, refusal, service, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import FaultScript, Gateway
from zeebe_grpc.gateway.faults import (
    BlackHole,
    CancelAfterSilence,
    CleanEnd,
    CutConnection,
    Delay,
    DropReply,
    HalfOpen,
    Refuse,
    SlowDrip,
    TruncateActivation,
)

StatusCode = grpc.StatusCode


@pytest.fixture
def gateway(script: FaultScript) -> Iterator[Gateway]:
    with Gateway(faults=script) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    with Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        yield client


def _create(client: Client, timeout: float = 5) -> grpc.StatusCode:
    request = pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=-1)
    try:
        client.stub.CreateProcessInstance(request, timeout=timeout)
    except grpc.RpcError as error:
        return error.code()
    return StatusCode.OK


def _instances(gateway: Gateway) -> int:
    wanted = ("PROCESS_INSTANCE_CREATION", "CREATED")
    return sum((record.value_type, record.intent) == wanted for record in gateway.records)


def test_without_orders_all_goes_well(client: Client, gateway: Gateway) -> None:
    assert _create(client) is StatusCode.OK
    assert _instances(gateway) == 1


@pytest.mark.parametrize("after_effect", [False, True])
def test_status(after_effect: bool, client: Client, gateway: Gateway, script: FaultScript) -> None:
    script.on("CreateProcessInstance", Refuse(StatusCode.UNAVAILABLE, "gone", after_effect=after_effect))
    assert _create(client) is StatusCode.UNAVAILABLE
    assert _instances(gateway) == after_effect
    assert _create(client) is StatusCode.OK


def test_order_can_skip_repeat_and_choose(client: Client, script: FaultScript) -> None:
    refuse = Refuse(StatusCode.ABORTED)
    script.on("CreateProcessInstance", refuse, skip=1, times=2)
    assert [_create(client) for _ in range(4)] == [StatusCode.OK, StatusCode.ABORTED, StatusCode.ABORTED, StatusCode.OK]
    script.on("*", refuse, times=None, matches=lambda request: getattr(request, "bpmnProcessId", "") == "p")
    assert [_create(client) for _ in range(3)] == [StatusCode.ABORTED] * 3
    assert client.stub.Topology(pb.TopologyRequest(), timeout=5).partitionsCount == 1
    assert list(script) == [refuse]
    script.clear()
    assert _create(client) is StatusCode.OK
    assert script.played == (("CreateProcessInstance", refuse),) * 5


def test_dropped_reply(client: Client, gateway: Gateway, script: FaultScript) -> None:
    script.on("CreateProcessInstance", DropReply())
    assert _create(client, timeout=0.2) is StatusCode.DEADLINE_EXCEEDED
    assert _instances(gateway) == 1


def test_black_hole(client: Client, gateway: Gateway, script: FaultScript) -> None:
    script.on("CreateProcessInstance", BlackHole())
    assert _create(client, timeout=0.2) is StatusCode.DEADLINE_EXCEEDED
    assert _instances(gateway) == 0


def test_delay(client: Client, gateway: Gateway, script: FaultScript) -> None:
    script.on("CreateProcessInstance", Delay(0.3))
    started = time.monotonic()
    assert _create(client) is StatusCode.OK
    assert time.monotonic() - started >= 0.3
    assert _instances(gateway) == 1


def test_many_delayed_calls_hold_no_threads(client: Client, gateway: Gateway, script: FaultScript) -> None:
    script.on("CreateProcessInstance", Delay(0.5), times=100)
    request = pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=-1)
    started = time.monotonic()
    calls = [client.stub.CreateProcessInstance.future(request, timeout=10) for _ in range(100)]
    assert client.stub.Topology(pb.TopologyRequest(), timeout=5).partitionsCount == 1
    keys = {call.result().processInstanceKey for call in calls}
    assert len(keys) == 100
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("after_effect", [False, True])
def test_cut_connection(after_effect: bool, client: Client, gateway: Gateway, script: FaultScript) -> None:
    poll = client.poll("other")
    until(lambda: gateway.parked_polls() == 1)
    script.on("CreateProcessInstance", CutConnection(after_effect=after_effect))
    assert _create(client) is StatusCode.UNAVAILABLE
    assert poll.code() is StatusCode.UNAVAILABLE  # on the same connection
    until(lambda: _instances(gateway) == after_effect)
    until(lambda: gateway.parked_polls() == 0)
    until(lambda: _create(client) is StatusCode.OK)


@pytest.mark.parametrize("after_effect", [False, True])
def test_half_open_connection(after_effect: bool, client: Client, gateway: Gateway, script: FaultScript) -> None:
    script.on("CreateProcessInstance", HalfOpen(after_effect=after_effect))
    assert _create(client, timeout=0.2) is StatusCode.DEADLINE_EXCEEDED
    assert _instances(gateway) == after_effect
    assert refusal(lambda: client.stub.Topology(pb.TopologyRequest(), timeout=0.2))[0] is StatusCode.DEADLINE_EXCEEDED
    with Client.of(gateway) as other:
        assert _create(other) is StatusCode.OK


def test_slow_drip(client: Client, script: FaultScript, gateway: Gateway) -> None:
    script.on("StreamActivatedJobs", SlowDrip(0.1))
    stream = client.stream("p")
    until(lambda: gateway.open_streams() == 1)
    for _ in range(3):
        assert _create(client) is StatusCode.OK
    arrivals = []
    for _ in range(3):
        next(stream)
        arrivals.append(time.monotonic())
    assert arrivals[2] - arrivals[0] >= 0.19
    stream.cancel()


@pytest.mark.parametrize("code", [StatusCode.UNAVAILABLE, StatusCode.OK])
def test_truncated_activation(code: grpc.StatusCode, client: Client, script: FaultScript, gateway: Gateway) -> None:
    for _ in range(3):
        client.create("p")
    script.on("ActivateJobs", TruncateActivation(2, code))
    poll = client.poll("p", 3)
    assert len(next(poll).jobs) == 2
    with pytest.raises(StopIteration if code is StatusCode.OK else grpc.RpcError):
        next(poll)
    assert poll.code() is code
    assert client.jobs("p", 3) == []
    gateway.advance_clock(60)
    assert len(client.jobs("p", 3)) == 3


@pytest.mark.parametrize("after", [0, 2])
def test_stream_ends_well(after: int, client: Client, gateway: Gateway, script: FaultScript) -> None:
    script.on("StreamActivatedJobs", CleanEnd(after))
    stream = client.stream("p")
    for _ in range(after):
        until(lambda: gateway.open_streams() == 1)
        client.create("p")
    assert len(list(stream)) == after
    assert stream.code() is StatusCode.OK
    assert gateway.open_streams() == 0
    client.create("p")
    assert len(client.jobs("p", 5)) == 1


def test_cancelled_after_silence(client: Client, gateway: Gateway, script: FaultScript) -> None:
    script.on("StreamActivatedJobs", CancelAfterSilence(0.2))
    stream = client.stream("p")
    client.create("p")
    started = time.monotonic()
    code, _, trailer = refusal(lambda: stream)
    assert (code, trailer) == (StatusCode.CANCELLED, None)
    assert time.monotonic() - started < 2
    assert len(client.jobs("p")) == 1


def test_large_messages_pass_the_relay(client: Client) -> None:
    text = '{"a":"' + "x" * 2_000_000 + '"}'
    client.create("p", text)
    (job,) = client.jobs("p")
    assert job.variables == text


def test_gateway_with_faults_leaves_no_thread(client: Client, gateway: Gateway, script: FaultScript) -> None:
    import threading

    script.on("CreateProcessInstance", HalfOpen())
    assert _create(client, timeout=0.1) is StatusCode.DEADLINE_EXCEEDED
    gateway.stop()
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("zeebe-gateway")])


def test_a_stream_is_refused_after_its_first_job_and_swallows_no_other(
    client: Client, gateway: Gateway, script: FaultScript
) -> None:
    script.on("StreamActivatedJobs", Refuse(StatusCode.INTERNAL, after_effect=True))
    stream = client.stream("p")
    until(lambda: gateway.open_streams() == 1)
    client.create("p")
    with pytest.raises(grpc.RpcError):
        next(stream)
    assert stream.code() is StatusCode.INTERNAL
    assert gateway.open_streams() == 0
    client.create("p")
    assert len(client.jobs("p", 5)) == 1
