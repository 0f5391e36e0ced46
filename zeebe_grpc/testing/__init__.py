"""Tests of handlers and of processes.

Handlers need no gateway: `fake_job` to call them with, `JobEnvironment` to run them as a worker does. Processes run in
`Zeebe`, which pytest users get as the fixture ``zeebe``. Nothing is imported before it is asked for: pytest itself
loads this package wherever it is installed.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zeebe_grpc.testing.clock import ZeebeClock
    from zeebe_grpc.testing.expectations import InstanceExpectation, InstanceLike
    from zeebe_grpc.testing.handlers import JobEnvironment, TestLeash, fake_job
    from zeebe_grpc.testing.idle import NotIdleError
    from zeebe_grpc.testing.kit import Zeebe
    from zeebe_grpc.testing.mocks import JobMock

__all__ = [
    "InstanceExpectation",
    "InstanceLike",
    "JobEnvironment",
    "JobMock",
    "NotIdleError",
    "TestLeash",
    "Zeebe",
    "ZeebeClock",
    "fake_job",
]

_HOMES = {
    "InstanceExpectation": "expectations",
    "InstanceLike": "expectations",
    "JobEnvironment": "handlers",
    "JobMock": "mocks",
    "NotIdleError": "idle",
    "TestLeash": "handlers",
    "Zeebe": "kit",
    "ZeebeClock": "clock",
    "fake_job": "handlers",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
