"""Start and stop: addresses, ports, threads, health, and what calls in flight are told."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.wire.gateway.support import Client, refusal, service, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import Gateway

_SERVING = health_pb2.HealthCheckResponse.SERVING


def test_nothing_starts_before_start() -> None:
    threads = threading.active_count()
    gateway = Gateway()
    assert threading.active_count() == threads
    assert not gateway.running
    with pytest.raises(RuntimeError, match="before it is started"):
        gateway.address  # noqa: B018


def test_two_gateways_have_ports_and_engines_of_their_own() -> None:
    with Gateway() as one, Gateway() as two:
        assert one.address != two.address
        with Client.of(one) as first, Client.of(two) as second:
            first.deploy(service("p", "p"))
            assert refusal(lambda: second.create("p"))[0] is grpc.StatusCode.NOT_FOUND


def test_port_that_is_taken() -> None:
    with Gateway() as gateway:
        port = int(gateway.address.rpartition(":")[2])
        other = Gateway(port=port)
        with pytest.raises(OSError, match=rf"cannot listen on 127\.0\.0\.1:{port}"):
            other.start()
        assert not other.running


def test_host_that_is_not_ours() -> None:
    with pytest.raises(OSError, match=r"cannot listen on 192\.0\.2\.1:0"):
        Gateway(host="192.0.2.1").start()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_hosts(host: str) -> None:
    try:
        gateway = Gateway(host=host).start()
    except OSError:
        pytest.skip(f"this machine does not have {host}")
    with gateway, Client.of(gateway) as client:
        assert client.stub.Topology(pb.TopologyRequest(), timeout=5).partitionsCount == 1


def test_start_twice_is_refused_and_stop_twice_is_not() -> None:
    gateway = Gateway().start()
    with pytest.raises(RuntimeError, match="serving already"):
        gateway.start()
    gateway.stop()
    gateway.stop()


def test_with_statement_takes_a_started_gateway() -> None:
    with Gateway().start() as gateway:
        assert gateway.running
    assert not gateway.running


def test_stop_leaves_no_thread_and_no_port() -> None:
    before = set(threading.enumerate())
    gateway = Gateway().start()
    with Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        polls = [client.poll("p") for _ in range(5)]
        streams = [client.stream("p") for _ in range(5)]
        until(lambda: gateway.parked_polls() == gateway.open_streams() == 5)
        gateway.stop()
        del polls, streams
    until(lambda: not {thread for thread in threading.enumerate() if "gateway" in thread.name} - before)
    host, _, port = gateway.address.rpartition(":")
    with socket.create_server((host, int(port))):
        pass


def test_engine_survives_a_restart_on_the_same_port() -> None:
    gateway = Gateway().start()
    address = gateway.address
    with Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        key = client.create("p")
    gateway.stop()
    with gateway.start(), Client.of(gateway) as client:
        assert gateway.address == address
        assert [job.processInstanceKey for job in client.jobs("p")] == [key]
        poll = client.poll("p", timeout=100)
        until(lambda: gateway.parked_polls() == 1)
        new = client.create("p")
        assert [job.processInstanceKey for response in poll for job in response.jobs] == [new]


def _waiting_calls(client: Client, gateway: Gateway) -> list[grpc.Call]:
    client.deploy(service("p", "p"), service("q", "q"))
    awaited = pb.CreateProcessInstanceWithResultRequest(
        request=pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=-1)
    )
    calls = [
        client.poll("q"),
        client.stream("q"),
        client.stub.CreateProcessInstanceWithResult.future(awaited, timeout=10),
    ]
    until(lambda: gateway.parked_polls() == gateway.open_streams() == 1)
    until(lambda: len(client.jobs("p")) == 1)
    return calls


def test_stop_ends_waiting_calls_with_cancelled() -> None:
    with Gateway() as gateway, Client.of(gateway) as client:
        calls = _waiting_calls(client, gateway)
        started = time.monotonic()
        gateway.stop()
        assert time.monotonic() - started < 1
        assert [call.code() for call in calls] == [grpc.StatusCode.CANCELLED] * 3
        assert calls[0].details() == "the gateway was shut down"


def _refuses_newcomers(gateway: Gateway) -> bool:
    with Client.of(gateway) as late:
        try:
            late.stub.Topology(pb.TopologyRequest(), timeout=5)
        except grpc.RpcError as error:
            return error.code() is grpc.StatusCode.UNAVAILABLE
    return False


def test_grace_keeps_waiting_calls_silent_and_refuses_new_ones() -> None:
    with Gateway() as gateway, Client.of(gateway) as client:
        calls = _waiting_calls(client, gateway)
        started = time.monotonic()
        stopping = threading.Thread(target=gateway.stop, args=(1.5,))
        stopping.start()
        until(lambda: _refuses_newcomers(gateway))
        assert not any(call.done() for call in calls[1:])
        stopping.join()
        assert time.monotonic() - started >= 1.5
        assert {call.code() for call in calls} == {grpc.StatusCode.CANCELLED}


def test_kill_cuts_calls_off() -> None:
    with Gateway() as gateway, Client.of(gateway) as client:
        calls = _waiting_calls(client, gateway)
        gateway.kill()
        assert {call.code() for call in calls} == {grpc.StatusCode.UNAVAILABLE}


@pytest.mark.parametrize("name", ["", "gateway_protocol.Gateway"])
def test_health(name: str) -> None:
    with Gateway() as gateway, Client.of(gateway) as client:
        stub = health_pb2_grpc.HealthStub(client.channel)
        assert stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=5).status == _SERVING
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=name), timeout=10)
        assert next(watch).status == _SERVING
        gateway.stop()
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING


def test_forgotten_gateway_does_not_keep_the_interpreter_alive() -> None:
    """Not stopped, and with a stream whose reader has stopped reading."""
    code = """
import grpc
from tests.wire.gateway.support import Client, service, until
from zeebe_grpc.gateway import Gateway
gateway = Gateway().start()
client = Client(gateway.address, [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 1024)])
client.deploy(service("p", "p"))
stream = client.stream("p")
until(lambda: gateway.open_streams() == 1)
for _ in range(3):
    client.create("p", '{"a":"' + "x" * 500_000 + '"}')
until(lambda: True)
print("end of the program", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "end of the program\n"
    assert done.returncode == 0, done.stderr
