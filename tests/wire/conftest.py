"""What several modules need: faults to order, a site for workers. One with another gateway has a `site` of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wire.worker_support import Site, serving
from zeebe_grpc.gateway import FaultScript


@pytest.fixture
def script() -> FaultScript:
    return FaultScript()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found
