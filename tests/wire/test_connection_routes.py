"""Which way calls go: several gateways in turn, proxies, connections of one's own, and what travels with calls."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.wire.callers import Caller
from tests.wire.name_server import NameServer
from tests.wire.relays import Relay
from tests.wire.worker_support import eventually
from zeebe_grpc import UnavailableError
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.worker import Worker

pytestmark = pytest.mark.parametrize("colour", ["blocking", "asyncio"])


def get_topology(client: Any) -> Any:
    return client.get_topology()


def test_calls_go_to_several_gateways_in_turn(colour: str) -> None:
    with Gateway() as one, Gateway() as two:
        caller = Caller(colour, f"ipv4:{one.address},{two.address}", environment={}, timeout=5)
        try:
            seen = {caller.run(get_topology).brokers[0].port for _ in range(20)}
        finally:
            caller.close()
        assert seen == {int(each.address.rpartition(":")[2]) for each in (one, two)}


def test_all_gateways_behind_a_name(colour: str) -> None:
    with Gateway() as gateway:
        port = gateway.address.rpartition(":")[2]
        for address in (f"dns:///localhost:{port}", f"grpc://dns:///localhost:{port}", f"dns:localhost:{port}"):
            caller = Caller(colour, address, environment={}, timeout=5)
            try:
                assert caller.run(get_topology).cluster_size == 1
            finally:
                caller.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a second loopback address, 127.0.0.2")
def test_a_gateway_that_moved_is_found_by_its_name_again(colour: str) -> None:
    with Gateway() as here, NameServer("127.0.0.1") as names:
        port = int(here.address.rpartition(":")[2])
        with Gateway("127.0.0.2", port):
            caller = Caller(colour, f"dns://{names.address}/gateway.test:{port}", environment={}, timeout=60)
            try:
                at_first = caller.run(get_topology).brokers[0].host
                names.addresses = ("127.0.0.2",)
                here.kill()
                at_last = caller.run(get_topology).brokers[0].host
            finally:
                caller.close()
            assert (at_first, at_last) == ("127.0.0.1", "127.0.0.2")
    assert names.asked >= 2


def test_when_one_of_several_gateways_is_gone_the_others_serve(colour: str) -> None:
    with Gateway() as one, Gateway() as two:
        caller = Caller(colour, f"ipv4:{one.address},{two.address}", environment={}, timeout=5)
        try:
            caller.run(get_topology)
            one.stop()
            ports = {caller.run(get_topology).brokers[0].port for _ in range(5)}
        finally:
            caller.close()
        assert ports == {int(two.address.rpartition(":")[2])}


def test_a_gateway_that_comes_back_is_found_again(colour: str) -> None:
    with Gateway() as gateway:
        caller = Caller(colour, f"grpc://{gateway.address}", environment={}, timeout=10)
        try:
            caller.run(get_topology)
            gateway.stop()
            gateway.start()
            assert caller.run(get_topology).cluster_size == 1
        finally:
            caller.close()


def test_a_proxy(colour: str) -> None:
    with Gateway() as gateway, Relay(None) as tunnel:
        address = f"grpc://{gateway.address}"
        caller = Caller(colour, address, environment={}, timeout=5, proxy=f"http://{tunnel.address}")
        try:
            assert caller.run(get_topology).cluster_size == 1
        finally:
            caller.close()
        assert tunnel.asked == [gateway.address]


def test_this_machine_is_reached_without_the_proxy_of_the_environment(
    colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("grpc_proxy", "http://127.0.0.1:9")
    with Gateway() as gateway:
        caller = Caller(colour, f"grpc://{gateway.address}", environment={}, timeout=5)
        try:
            assert caller.run(get_topology).cluster_size == 1
        finally:
            caller.close()


def test_ipv6(colour: str) -> None:
    try:
        gateway = Gateway(host="::1")
        gateway.start()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with gateway:
        caller = Caller(colour, f"grpc://{gateway.address}", environment={}, timeout=5)
        try:
            assert gateway.address.startswith("[::1]:")
            assert caller.run(get_topology).cluster_size == 1
        finally:
            caller.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no unix sockets for grpc")
def test_a_unix_socket(colour: str, tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []
    with Gateway() as gateway, listening(gateway.address, seen, f"unix:{tmp_path}/z.sock") as address:
        caller = Caller(colour, address, environment={}, timeout=5)
        try:
            assert caller.run(get_topology).cluster_size == 1
        finally:
            caller.close()


def test_physical_tenant_and_user_agent_travel_with_each_call(colour: str) -> None:
    with Gateway() as gateway:
        seen: list[dict[str, Any]] = []
        environment = {"CAMUNDA_PHYSICAL_TENANT_ID": "red", "CAMUNDA_CUSTOM_USER_AGENT_STRING": "orders/2"}
        with listening(gateway.address, seen) as relay:
            caller = Caller(colour, relay, environment=environment, timeout=5)
            try:
                caller.run(get_topology)
            finally:
                caller.close()
    [metadata] = seen
    assert metadata["camunda-physical-tenant"] == "red"
    assert metadata["user-agent"].startswith("zeebe-grpc-client-python/")
    assert " orders/2 " in metadata["user-agent"]


class listening:  # noqa: N801 - reads as a function
    """A server that hands Topology on and notes what came with it."""

    def __init__(self, target: str, seen: list[dict[str, Any]], at: str = "127.0.0.1:0") -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._channel = grpc.insecure_channel(target, options=[("grpc.enable_http_proxy", 0)])
        ask = self._channel.unary_unary("/gateway_protocol.Gateway/Topology", _bytes, _bytes)

        def serve(request: bytes, context: grpc.ServicerContext) -> bytes:
            seen.append(dict(context.invocation_metadata()))
            return bytes(ask(request, timeout=5))

        handler = grpc.unary_unary_rpc_method_handler(serve, _bytes, _bytes)
        self._server = grpc.server(ThreadPoolExecutor(1))
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("gateway_protocol.Gateway", {"Topology": handler}),)
        )
        port = self._server.add_insecure_port(at)
        self._address = at if at.startswith("unix:") else f"grpc://127.0.0.1:{port}"

    def __enter__(self) -> str:
        self._server.start()
        return self._address

    def __exit__(self, *_exception: object) -> None:
        self._server.stop(None).wait()
        self._channel.close()


def _bytes(data: bytes) -> bytes:
    return data


def test_a_channel_of_its_own_is_a_connection_of_its_own(colour: str) -> None:
    with Gateway() as gateway, Relay(gateway.address) as relay:
        caller = Caller(colour, f"grpc://{relay.address}", environment={}, timeout=5)
        own = caller.client.with_own_channel([("grpc.http2.lookahead_bytes", 1024)])
        try:
            caller.run(get_topology)
            caller.run(lambda client: client.with_options(timeout=4).get_topology())
            assert len(relay.asked) == 1
            caller.run(lambda _: own.get_topology())
            assert len(relay.asked) == 2
        finally:
            caller.run(lambda _: own.close())
            caller.close()


def test_a_worker_has_two_connections_of_its_own_one_of_them_for_streams(colour: str) -> None:
    worker = Worker(stream=True)

    @worker.job("one")
    async def one() -> None: ...

    @worker.job("two")
    async def two() -> None: ...

    async def work(client: Any) -> None:
        async with worker.running(client):
            await eventually(lambda: gateway.open_streams() == gateway.parked_polls() == 2)

    with Gateway() as gateway, Relay(gateway.address) as relay:
        caller = Caller(colour, f"grpc://{relay.address}", environment={}, timeout=5)
        try:
            caller.run(get_topology)
            assert len(relay.asked) == 1
            if colour == "asyncio":
                caller.run(work)
            else:
                asyncio.run(work(caller.client))
            caller.run(get_topology)
            assert len(relay.asked) == 3
        finally:
            caller.close()


def test_a_silent_stream_on_a_connection_that_has_died_is_noticed(colour: str) -> None:
    with Gateway() as gateway, Relay(gateway.address) as relay:
        often = [("grpc.keepalive_time_ms", 400)]
        environment = {"GRPC_KEEPALIVE_TIMEOUT_MS": "200"}
        caller = Caller(colour, f"grpc://{relay.address}", environment=environment, timeout=5, channel_options=often)
        try:
            caller.run(get_topology)
            relay.dead.set()
            began = time.monotonic()
            with pytest.raises(UnavailableError, match="ping timeout"):
                caller.take(lambda client: client.stream_activated_jobs("none", timeout=60), 1)
            assert time.monotonic() - began < 20
        finally:
            caller.close()
