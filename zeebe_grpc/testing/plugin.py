"""The pytest plugin: the fixtures ``zeebe...``. Whoever does not ask for one pays for no import.

pytest loads this module at its start wherever the package is installed, so nothing stands here but the fixtures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from zeebe_grpc.async_client import AsyncZeebeClient
    from zeebe_grpc.client import ZeebeClient
    from zeebe_grpc.gateway import Gateway
    from zeebe_grpc.testing.clock import ZeebeClock
    from zeebe_grpc.testing.kit import Zeebe


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of the fixtures."""
    parser.addini("zeebe_version", "The Zeebe release that the gateway of the zeebe fixtures imitates", default="8.9")
    parser.addini("zeebe_within", "The longest wait of the zeebe fixtures for handlers, in seconds", default="5")


def pytest_configure(config: pytest.Config) -> None:
    """The marker of the fixtures."""
    text = (
        "zeebe_gateway(**arguments): arguments of the Gateway behind the zeebe fixtures: version, tenants, faults ..."
    )
    config.addinivalue_line("markers", text)


@pytest.fixture
def zeebe_gateway(request: pytest.FixtureRequest) -> Iterator[Gateway]:
    """A Zeebe gateway in this process whose clock stands; ``@pytest.mark.zeebe_gateway(version="8.6")`` changes it."""
    try:
        from zeebe_grpc.gateway import Gateway, HeldClock
    except ImportError as error:
        text = f"the zeebe fixtures need {error.name!r}: pip install 'zeebe-grpc-client[testing]'"
        pytest.fail(text, pytrace=False)

    arguments: dict[str, Any] = {"version": request.config.getini("zeebe_version"), "clock": HeldClock()}
    for marker in reversed(list(request.node.iter_markers("zeebe_gateway"))):
        if marker.args:
            pytest.fail('the marker zeebe_gateway takes keywords only, such as version="8.6"', pytrace=False)
        arguments.update(marker.kwargs)
    with Gateway(**arguments) as gateway:
        yield gateway


@pytest.fixture
def zeebe_client(zeebe_gateway: Gateway) -> Iterator[ZeebeClient]:
    """A blocking client of that gateway, which reads no environment."""
    from zeebe_grpc.client import ZeebeClient

    with ZeebeClient(zeebe_gateway.address, environment={}) as client:
        yield client


@pytest.fixture
def async_zeebe_client(zeebe_gateway: Gateway) -> Iterator[AsyncZeebeClient]:
    """An asyncio client of that gateway, which reads no environment, for tests in any one event loop."""
    from zeebe_grpc.async_client import AsyncZeebeClient
    from zeebe_grpc.testing.loops import close_without_loop

    client = AsyncZeebeClient(zeebe_gateway.address, environment={})
    yield client
    close_without_loop(client)


@pytest.fixture
def zeebe(request: pytest.FixtureRequest, zeebe_gateway: Gateway, zeebe_client: ZeebeClient) -> Iterator[Zeebe]:
    """The kit: gateway, client and clock, workers, mocks of jobs and expectations."""
    from zeebe_grpc.testing.kit import Zeebe

    text = request.config.getini("zeebe_within")
    try:
        within = float(text)
    except ValueError:
        pytest.fail(f"zeebe_within in pytest's settings: expected seconds, got {text!r}", pytrace=False)
    with Zeebe(zeebe_gateway, zeebe_client, within=within) as kit:
        yield kit


@pytest.fixture
def zeebe_clock(zeebe: Zeebe) -> ZeebeClock:
    """The clock of the kit, which only the test moves."""
    return zeebe.clock


@pytest.fixture
def zeebe_worker(zeebe: Zeebe) -> Callable[..., None]:
    """Runs workers for the rest of the test: ``zeebe_worker(worker)``."""
    return zeebe.run
