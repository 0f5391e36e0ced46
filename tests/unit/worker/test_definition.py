"""What registering refuses at once, so that no handler is lost in silence."""

from __future__ import annotations

from typing import Any

import pytest

from zeebe_grpc.worker import Worker


async def handler() -> None:
    """Do nothing."""


@pytest.mark.parametrize("job_type", [handler, "", "  ", None, 7], ids=lambda value: type(value).__name__)
def test_a_decorator_without_a_job_type_is_refused_before_it_loses_the_handler(job_type: Any) -> None:
    with pytest.raises(TypeError, match=r"write @worker\.job\('my-type'\)"):
        Worker().job(job_type)
