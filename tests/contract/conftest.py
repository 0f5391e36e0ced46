"""Chooses what the contract tests talk to (`--zeebe-target`), and gives each test a client of it.

`wire` tests need a real gateway's validation and long polling, `process` tests only an engine that executes BPMN:
Zeebe's in-memory engine runs the second kind alone; a test marked both ways is of the first. A real one is started
once for the whole run, before the first test.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.differences import reason_for
from tests.contract.targets import Target, our_gateway, real_broker, real_engine
from tests.judges.missing import MissingError
from zeebe_grpc import AsyncZeebeClient, ZeebeClient

_HERE = Path(__file__).parent
_SHARED = pytest.StashKey[Target]()
_CLOSING = pytest.StashKey[contextlib.ExitStack]()
_JUDGES = {"broker": real_broker, "engine": real_engine}


def _kind(config: pytest.Config) -> str:
    return str(config.getoption("--zeebe-target")).partition(":")[0]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kind = _kind(config)
    here = [item for item in items if item.path.is_relative_to(_HERE)]
    for item in here:
        marks = {mark.name for mark in item.iter_markers()} & {"wire", "process"}
        if not marks and item.path.parent == _HERE:
            raise pytest.UsageError(f"{item.nodeid} is marked neither wire nor process")
        reason = reason_for(kind, f"{item.path.stem}::{item.name}")
        if reason:
            item.add_marker(pytest.mark.xfail(strict=True, reason=reason))
    if kind == "engine":
        left_out = [item for item in here if item.get_closest_marker("wire") or not item.get_closest_marker("process")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the real one, if one is asked for: before the tests, so that its start is on no test's time."""
    judge = _JUDGES.get(_kind(session.config))
    wanted = any(item.path.parent == _HERE for item in session.items)
    if judge is None or not wanted or session.config.getoption("--collect-only"):
        return
    closing = session.config.stash[_CLOSING] = contextlib.ExitStack()
    try:
        session.config.stash[_SHARED] = closing.enter_context(judge())
    except MissingError as error:
        pytest.exit(
            f"the real {_kind(session.config)} cannot run here: {error}", returncode=pytest.ExitCode.USAGE_ERROR
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    if _CLOSING in config.stash:
        config.stash[_CLOSING].close()


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """What this test talks to: a gateway of its own, or the real one that all share."""
    option = str(request.config.getoption("--zeebe-target"))
    kind, _, rest = option.partition(":")
    if kind == "in-process":
        with our_gateway(rest or "8.9") as ours:
            yield ours
    elif kind in _JUDGES:
        yield request.config.stash[_SHARED]
    else:
        yield Target(option, option)


@pytest.fixture
def client(target: Target) -> Iterator[ZeebeClient]:
    with ZeebeClient(target.address) as connected:
        yield connected


@pytest.fixture
async def async_client(target: Target) -> AsyncIterator[AsyncZeebeClient]:
    async with AsyncZeebeClient(target.address) as connected:
        yield connected


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Give names that no other test uses, for a real one keeps what every test did: `name("p")`."""
    test = "".join(letter if letter.isalnum() else "_" for letter in request.node.name)
    return lambda short: f"{short}_{test}"
