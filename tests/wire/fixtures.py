"""Fixtures of the client's wire tests; each test module takes what it needs by import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.wire.callers import Caller
from tests.wire.scripted import ScriptedGateway

KEY = 2251799813685249


@pytest.fixture
def gateway() -> Iterator[ScriptedGateway]:
    with ScriptedGateway() as serving:
        yield serving


@pytest.fixture(params=["blocking", "asyncio"])
def connect(request: pytest.FixtureRequest, gateway: ScriptedGateway) -> Iterator[Callable[..., Caller]]:
    made: list[Caller] = []

    def make(**settings: Any) -> Caller:
        made.append(Caller(request.param, settings.pop("address", gateway.address), **settings))
        return made[-1]

    yield make
    for caller in made:
        caller.close()


@pytest.fixture
def caller(connect: Callable[..., Caller]) -> Caller:
    return connect()
