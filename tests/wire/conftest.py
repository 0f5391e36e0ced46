"""What most tests of workers need; a module whose gateway is another one has a `site` of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wire.worker_support import Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found
