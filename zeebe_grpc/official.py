"""What the clients know of workers in the form of Camunda's own Python SDK: shapes only.

The workers themselves stand above the clients, in `zeebe_grpc.worker`; a client reaches for them by name when it is
asked to, so that neither the import of a client nor its types depend on them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeAlias

ExecutionStrategy: TypeAlias = Literal["auto", "async", "thread", "process"]
"""How a callback runs: in the event loop, in a thread, in a child process; `"auto"` decides by `async def`."""

JobCallback: TypeAlias = Callable[[Any], Any]
"""A function of the job, plain or `async def`; what it returns becomes the variables of the completed job."""


class WorkerConfigLike(Protocol):
    """A `WorkerConfig`: the job type, and how it is worked."""

    job_type: str


class JobWorkerLike(Protocol):
    """A worker of one job type, made by `create_job_worker`."""

    def start(self) -> None:
        """Begin to work."""

    def stop(self) -> None:
        """Take no more jobs, and finish those at hand."""

    async def aclose(self) -> None:
        """Stop, and wait until that is done."""


def official_workers() -> Any:
    """The module that makes such workers."""
    return importlib.import_module("zeebe_grpc.worker.runner.official")
