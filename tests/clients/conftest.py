"""A gateway for each test of a foreign client: ours, or the real broker with `--zeebe-target broker`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.judges.broker import Broker

MODEL = Path(__file__).with_name("charge.bpmn")


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a gateway listens."""
    target = str(request.config.getoption("--zeebe-target"))
    if target == "broker":
        with Broker() as broker:
            yield broker.address
    elif target == "in-process":
        from zeebe_grpc.gateway import Gateway  # a real one is tried without loading ours

        with Gateway() as gateway:
            yield gateway.address
    else:
        pytest.skip(f"foreign clients are not tried against {target}")
