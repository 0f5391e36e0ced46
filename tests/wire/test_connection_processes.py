"""Processes: one token request for several of them, and what becomes of a client across a fork."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from tests.wire.oauth_support import guarded, oauth, topology, variables
from tests.wire.token_endpoint import TokenEndpoint
from zeebe_grpc import AuthenticationError
from zeebe_grpc.gateway import Gateway

TEN_CALLS = """
import sys, threading
from zeebe_grpc import ZeebeClient
done = []
with ZeebeClient() as client:
    sys.stdin.readline()
    threads = [threading.Thread(target=lambda: done.append(client.get_topology(timeout=20))) for _ in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
print(len(done))
"""

FORK = """
import asyncio, os, sys
from zeebe_grpc import AsyncZeebeClient, ZeebeClient

address, parent = sys.argv[1:]
early, early_async = ZeebeClient(address), AsyncZeebeClient(address)
used = AsyncZeebeClient(address) if parent == "asyncio" else ZeebeClient(address)


async def ask(client):
    await client.get_topology(timeout=5)


async def ask_and_close():
    async with AsyncZeebeClient(address) as client:
        await client.get_topology(timeout=5)


def told(act):
    try:
        act()
        return "no error"
    except RuntimeError as error:
        return str(error)


if parent == "asyncio":
    loop = asyncio.new_event_loop()
    loop.run_until_complete(ask(used))
elif parent == "closed":
    asyncio.run(ask_and_close())
    with ZeebeClient(address) as setup:
        setup.get_topology()
elif parent == "blocking":
    used.get_topology()
child = os.fork()
if child == 0:
    print(told(lambda: asyncio.run(ask(used)) if parent == "asyncio" else used.get_topology(timeout=5)))
    for each in (early, ZeebeClient(address)):
        print(told(lambda: each.get_topology(timeout=5)))
    for each in (early_async, AsyncZeebeClient(address)):
        print(told(lambda: asyncio.run(ask(each))))
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
if parent == "asyncio":
    loop.run_until_complete(ask(used))
    loop.run_until_complete(used.close())
    loop.close()
else:
    used.get_topology()
    used.close()
"""
USED = "this client was used before the process forked; make a client in each process"
ASYNCIO = (
    "gRPC's asyncio was in use when the process forked (by an AsyncZeebeClient or a worker), and does not survive "
    "that: close it before, with grpcio 1.76 or later, or start the process with `spawn`"
)
OLD = tuple(int(part) for part in grpc.__version__.split(".")[:2]) < (1, 76)
SWITCHED_OFF = (
    "gRPC was used before the process forked, and GRPC_ENABLE_FORK_SUPPORT is off: unset it, or let the first call "
    "happen after the fork"
)


def start(code: str, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CAMUNDA_", "ZEEBE_", "GRPC_"))}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**clean, **(environment or {})},
        cwd=Path(__file__).parents[2],
    )


def test_twenty_first_calls_in_two_processes_ask_for_one_token(tmp_path: Path) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        endpoint.delay = 0.3
        environment = {
            "CAMUNDA_GRPC_ADDRESS": f"grpc://{gateway.address}",
            **variables(endpoint, CAMUNDA_TOKEN_CACHE_DIR=str(tmp_path / "tokens")),
        }
        processes = [start(TEN_CALLS, environment=environment) for _ in range(2)]
        answers = [process.communicate("go\n", timeout=60) for process in processes]
        assert [out.strip() for out, _ in answers] == ["10", "10"], answers
    assert endpoint.count == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "tokens"
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        topology("blocking", gateway.address, auth=oauth(endpoint, cache_dir=folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = sorted(folder.iterdir())
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    [tokens] = [each for each in files if each.suffix == ".json"]
    assert json.loads(tokens.read_text())["token"] == "token-1"
    assert endpoint.SECRET not in tokens.read_text() + tokens.name


def test_identities_do_not_share_a_file_and_a_new_client_finds_its_token(tmp_path: Path) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        for _ in range(2):
            for settings in ({}, {"audience": "a"}, {"audience": "b"}, {"scope": "a"}, {"resource": "a"}):
                topology("blocking", gateway.address, auth=oauth(endpoint, cache_dir=tmp_path, **settings))
        assert endpoint.count == 5
        with TokenEndpoint() as other, guarded(other) as elsewhere:
            topology("blocking", elsewhere.address, auth=oauth(other, cache_dir=tmp_path))
            assert other.count == 1


def test_a_refusal_holds_for_other_processes_too_but_not_for_another_secret(tmp_path: Path) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        for _ in range(3):
            with pytest.raises(AuthenticationError, match="HTTP 401"):
                topology("blocking", gateway.address, auth=oauth(endpoint, client_secret="x", cache_dir=tmp_path))
        assert endpoint.count == 1
        topology("blocking", gateway.address, auth=oauth(endpoint, cache_dir=tmp_path))
        assert endpoint.count == 2


def test_a_cache_that_cannot_be_used_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        auth = oauth(endpoint, cache_dir=blocked)
        assert topology("blocking", gateway.address, auth=auth).cluster_size == 1
    [record] = caplog.records
    assert record.name == "zeebe_grpc.auth"
    assert "cannot be used" in record.getMessage()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize(
    ("parent", "support", "told"),
    [
        ("unused", "", ["no error"] * 5),
        ("unused", "false", ["no error"] * 5),
        ("blocking", "", [USED, *["no error"] * 4]),
        ("blocking", "false", [USED, *[SWITCHED_OFF] * 4]),
        ("closed", "", [ASYNCIO if OLD else "no error"] * 5),
        ("closed", "false", [ASYNCIO if OLD else SWITCHED_OFF] * 5),
        ("asyncio", "", [USED, *[ASYNCIO] * 4]),
        ("asyncio", "false", [USED, *[ASYNCIO] * 4]),
    ],
)
def test_after_a_fork_a_client_works_or_raises_instead_of_hanging(parent: str, support: str, told: list[str]) -> None:
    """What the parent did before, and what the clients of the child say: the parent's, two older and two new ones."""
    with Gateway() as gateway:
        environment = {"GRPC_ENABLE_FORK_SUPPORT": support} if support else {}
        process = start(FORK, f"grpc://{gateway.address}", parent, environment=environment)
        out, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert out.splitlines() == told
