"""The life of both clients: when they connect, to whom they belong, how they end."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import grpc
import pytest

from tests.wire.callers import Caller
from tests.wire.fixtures import KEY, caller, connect, gateway
from tests.wire.scripted import METHODS, ScriptedGateway, hang, replies, reply
from tests.wire.test_client_calls import STREAMING, UNARY
from tests.wire.worker_support import eventually
from zeebe_grpc import AsyncZeebeClient, ConfigurationError, ZeebeClient, commands, errors
from zeebe_grpc._proto import gateway_pb2 as pb

__all__ = ["caller", "connect", "gateway"]

NOWHERE = "127.0.0.1:1"
KINDS: list[Any] = [ZeebeClient, AsyncZeebeClient]


# ---- making


@pytest.mark.parametrize("kind", KINDS)
def test_making_a_client_does_nothing(kind: Any) -> None:
    before = set(threading.enumerate())
    client = kind(NOWHERE)
    assert repr(client) == f"{kind.__name__}('grpc://127.0.0.1:1')"
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("kind", KINDS)
def test_the_address_may_come_from_the_environment(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEEBE_ADDRESS", "zeebe.corp:443")
    assert str(kind().channel_settings.address) == "grpcs://zeebe.corp:443"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"address": "nonsense"}, "the port is missing"),
        ({"metadata": {":path": "x"}}, "metadata"),
        ({"max_send_message_size": 0}, "max_send_message_size"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_setting_that_cannot_be_used_is_refused_at_once(kind: Any, settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        kind(**settings)


@pytest.mark.parametrize("kind", KINDS)
def test_spans_and_tenants_are_checked_at_once(kind: Any) -> None:
    with pytest.raises(ValueError, match="milliseconds"):
        kind(NOWHERE, timeout=60_000)
    with pytest.raises(ValueError, match="tenant_id"):
        kind(NOWHERE, tenant_id="no no")


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_refuses_pickling(kind: Any) -> None:
    with pytest.raises(TypeError, match=rf"{kind.__name__} cannot be pickled: it holds a connection"):
        pickle.dumps(kind(NOWHERE))


# ---- ending


def test_a_closed_client_says_so(caller: Caller) -> None:
    caller.run(lambda client: client.get_topology())
    caller.run(lambda client: client.close())
    caller.run(lambda client: client.close())
    with pytest.raises(RuntimeError, match="this client is closed"):
        caller.run(lambda client: client.get_topology())


def test_a_client_closed_before_its_first_call_says_so_too(caller: Caller) -> None:
    caller.run(lambda client: client.close())
    with pytest.raises(RuntimeError, match="this client is closed"):
        caller.run(lambda client: client.get_topology())


def test_a_blocking_client_left_open_warns(gateway: ScriptedGateway) -> None:
    left = [ZeebeClient(gateway.address)]
    left[0].get_topology()
    with pytest.warns(ResourceWarning, match="was not closed; use `with`, or call close"):
        left.clear()


def test_an_asyncio_client_left_open_warns(gateway: ScriptedGateway) -> None:
    async def leave() -> None:
        left = [AsyncZeebeClient(gateway.address)]
        await left[0].get_topology()
        channel = left[0]._transport._channel
        assert channel is not None
        with pytest.warns(ResourceWarning, match="was not closed; use `async with`, or await close"):
            left.clear()
        await channel.close(None)

    asyncio.run(leave())


def test_a_client_never_used_or_closed_does_not_warn(gateway: ScriptedGateway) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        unused = ZeebeClient(gateway.address)
        with ZeebeClient(gateway.address) as used:
            used.get_topology()
        del unused, used
        gc.collect()


def test_closing_ends_calls_under_way(gateway: ScriptedGateway) -> None:
    gateway.script("SetVariables", hang)
    client = ZeebeClient(gateway.address)
    threading.Timer(0.2, client.close).start()
    began = time.monotonic()
    with pytest.raises((errors.CallCancelledError, RuntimeError)):
        client.set_variables(KEY, variables={})
    assert time.monotonic() - began < 5


# ---- no gateway there


def test_a_gateway_that_is_not_there_was_provably_not_asked(connect: Callable[..., Caller]) -> None:
    caller = connect(address=NOWHERE)
    began = time.monotonic()
    with pytest.raises(errors.UnavailableError) as caught:
        caller.run(lambda client: client.create_process_instance("p", timeout=0.5))
    assert time.monotonic() - began < 2
    assert (type(caught.value), caught.value.outcome, caught.value.retryable) == (
        errors.UnavailableError,
        "not_executed",
        True,
    )
    assert caught.value.attempts > 1


def test_a_gateway_that_comes_back_is_found_again(connect: Callable[..., Caller], gateway: ScriptedGateway) -> None:
    caller = connect()
    caller.run(lambda client: client.get_topology())
    port = gateway.port
    gateway.stop()
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_insecure_port(f"127.0.0.1:{port}")
    threading.Timer(0.3, server.start).start()
    try:
        with pytest.raises(errors.UnimplementedError):
            caller.run(lambda client: client.get_topology(timeout=10))
    finally:
        server.stop(0).wait()


def test_proxies_of_the_environment_are_not_asked_about_loopback(gateway: ScriptedGateway) -> None:
    program = (
        "import asyncio\n"
        "from zeebe_grpc import AsyncZeebeClient, ZeebeClient\n"
        f"with ZeebeClient('{gateway.address}') as client: client.get_topology(timeout=5)\n"
        "async def main():\n"
        f"    async with AsyncZeebeClient('{gateway.address}') as client: await client.get_topology(timeout=5)\n"
        "asyncio.run(main())\n"
    )
    dead = "http://127.0.0.1:1"
    environment = {**os.environ, "http_proxy": dead, "grpc_proxy": dead, "https_proxy": dead, "all_proxy": dead}
    environment.pop("no_proxy", None)
    environment.pop("NO_PROXY", None)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(gateway.calls) == 2


# ---- to whom it belongs


def test_a_blocking_client_serves_many_threads(gateway: ScriptedGateway) -> None:
    gateway.script("SetVariables", lambda request, _context: pb.SetVariablesResponse(key=request.elementInstanceKey))
    keys = range(KEY, KEY + 600)
    with ZeebeClient(gateway.address) as client, ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda key: client.set_variables(key, variables={}).key, keys))
    assert answers == list(keys)
    assert len({call.peer for call in gateway.calls}) == 1


def test_an_asyncio_client_belongs_to_its_first_loop(gateway: ScriptedGateway) -> None:
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    client = AsyncZeebeClient(gateway.address)
    try:
        first.run_until_complete(client.get_topology())
        with pytest.raises(RuntimeError, match="belongs to another event loop; make an AsyncZeebeClient for each loop"):
            second.run_until_complete(client.get_topology())
        with pytest.raises(RuntimeError, match="belongs to another event loop"):
            second.run_until_complete(client.activate_jobs("t"))
        first.run_until_complete(client.get_topology())
    finally:
        first.run_until_complete(client.close())
        first.close()
        second.close()


FORKED = """
import asyncio, os, sys
from zeebe_grpc import AsyncZeebeClient, ZeebeClient
def child(use):
    pid = os.fork()
    if pid == 0:
        try:
            use()
        except RuntimeError as error:
            os._exit(0 if "before the process forked" in str(error) else 3)
        os._exit(4)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
client = ZeebeClient(sys.argv[1])
client.get_topology()
code = child(client.get_topology)
client.close()
async def main():
    async with AsyncZeebeClient(sys.argv[1]) as client:
        await client.get_topology()
        def use():
            client.get_topology().send(None)
        return child(use)
sys.exit(code or asyncio.run(main()))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_client_used_on_both_sides_of_a_fork_says_so(gateway: ScriptedGateway) -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED, gateway.address], timeout=60)
    assert done.returncode == 0


# ---- cancelling


@pytest.mark.parametrize("rpc", [*UNARY, *STREAMING])
async def test_cancelling_an_await_cancels_the_call(gateway: ScriptedGateway, rpc: str) -> None:
    gateway.script(rpc, hang)
    async with AsyncZeebeClient(gateway.address) as client:
        call = asyncio.ensure_future({**UNARY, **STREAMING}[rpc](client))
        while not gateway.calls:
            await asyncio.sleep(0.005)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await asyncio.to_thread(gateway.calls[0].cancelled.wait, 5)
        await eventually(lambda: asyncio.all_tasks() == {asyncio.current_task()})


# ---- views


def test_a_view_changes_calls_and_shares_the_connection(
    connect: Callable[..., Caller], gateway: ScriptedGateway
) -> None:
    caller = connect(metadata={"X-A": "1", "x-b": "1"}, tenant_id="red", worker_name="w", timeout=9)
    caller.run(lambda client: client.create_process_instance("p"))
    caller.run(
        lambda client: client.with_options(
            metadata={"x-b": "2"}, tenant_id="blue", timeout=timedelta(seconds=3), worker_name="v"
        ).create_process_instance("p")
    )
    plain, changed = gateway.calls
    assert (plain.metadata["x-a"], plain.metadata["x-b"]) == ("1", "1")
    assert (changed.metadata["x-a"], changed.metadata["x-b"]) == ("1", "2")
    assert (plain.request.tenantId, changed.request.tenantId) == ("red", "blue")
    assert 7 < plain.time_remaining < 10
    assert 1 < changed.time_remaining < 4
    assert plain.peer == changed.peer


def test_a_view_activates_under_its_own_name(connect: Callable[..., Caller], gateway: ScriptedGateway) -> None:
    caller = connect(tenant_id="red")
    caller.run(lambda client: client.with_options(worker_name="v").activate_jobs("t"))
    caller.run(lambda client: client.activate_jobs("t", worker_name="w", tenant_ids=["blue", "green"]))
    first, second = gateway.requests("ActivateJobs")
    assert (first.worker, list(first.tenantIds)) == ("v", ["red"])
    assert (second.worker, list(second.tenantIds)) == ("w", ["blue", "green"])


def test_jobs_are_activated_under_the_hosts_name(caller: Caller, gateway: ScriptedGateway) -> None:
    import socket

    caller.run(lambda client: client.activate_jobs("t"))
    assert gateway.requests("ActivateJobs")[0].worker == socket.gethostname()


def test_the_clients_timeout_is_also_the_results(connect: Callable[..., Caller], gateway: ScriptedGateway) -> None:
    caller = connect(timeout=8)
    caller.run(lambda client: client.create_process_instance_with_result("p"))
    caller.run(lambda client: client.create_process_instance_with_result("p", timeout=4))
    assert [request.requestTimeout for request in gateway.requests("CreateProcessInstanceWithResult")] == [7200, 3600]


def test_closing_a_view_closes_the_client(caller: Caller) -> None:
    caller.run(lambda client: client.with_options(timeout=1).close())
    with pytest.raises(RuntimeError, match="this client is closed"):
        caller.run(lambda client: client.get_topology())


def test_an_own_channel_is_a_connection_of_its_own(caller: Caller, gateway: ScriptedGateway) -> None:
    other = Caller.__new__(Caller)
    other.__dict__.update(caller.__dict__)
    other.client = caller.client.with_own_channel([("grpc.http2.lookahead_bytes", 1024)])
    caller.run(lambda client: client.get_topology())
    other.run(lambda client: client.get_topology())
    other.run(lambda client: client.close())
    caller.run(lambda client: client.get_topology())
    peers = [call.peer for call in gateway.calls]
    assert peers[0] == peers[2] != peers[1]


# ---- what the caller adds


def test_requests_may_be_compressed(connect: Callable[..., Caller], gateway: ScriptedGateway) -> None:
    for compression in ("gzip", "deflate", None):
        connect(compression=compression).run(lambda client: client.set_variables(KEY, variables={"a": "x" * 1000}))
    assert gateway.requests("SetVariables") == [commands.set_variables(KEY, variables={"a": "x" * 1000}).request] * 3


class Named(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):  # type: ignore[misc]
    """Adds a name to the metadata of every call."""

    def _named(self, details: Any) -> Any:
        return details._replace(metadata=(*(details.metadata or ()), ("x-name", "me")))

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(self._named(details), request)

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(self._named(details), request)


class AsyncNamed(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[misc]
    """Adds a name to the metadata of every call with one reply."""

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        details.metadata.add("x-name", "me")
        return await continuation(details, request)


def test_interceptors_of_the_caller_see_every_call(
    connect: Callable[..., Caller], gateway: ScriptedGateway, request: Any
) -> None:
    blocking = "blocking" in request.node.name
    caller = connect(interceptors=[Named()] if blocking else [AsyncNamed()], metadata={"x-a": "1"})
    caller.run(lambda client: client.get_topology())
    caller.run(lambda client: client.activate_jobs("t"))
    assert gateway.calls[0].metadata["x-name"] == "me"
    assert gateway.calls[0].metadata["x-a"] == "1"


def test_channel_options_of_the_caller_win(connect: Callable[..., Caller], gateway: ScriptedGateway) -> None:
    caller = connect(channel_options=[("grpc.primary_user_agent", "mine/1")])
    caller.run(lambda client: client.get_topology())
    connect().run(lambda client: client.get_topology())
    agents = [str(call.metadata["user-agent"]) for call in gateway.calls]
    assert agents[0].startswith("mine/1 ")
    assert agents[1].startswith("zeebe-grpc-client-python/")


def test_the_context_manager_closes(gateway: ScriptedGateway) -> None:
    gateway.script("ActivateJobs", replies())
    gateway.script("Topology", reply(pb.TopologyResponse(gatewayVersion="8.9.0")))
    with ZeebeClient(gateway.address) as client:
        assert client.get_topology().gateway_version == "8.9.0"
    with pytest.raises(RuntimeError):
        client.get_topology()
    assert set(METHODS) >= {call.rpc for call in gateway.calls}
