"""Handlers in the official SDK's form: a callback with one argument, the job, which carries a client."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from zeebe_grpc.worker.annotations import name_of
from zeebe_grpc.worker.binding import Binding, Provided, Strategy, strategy_for
from zeebe_grpc.worker.job import Job, leash_of

JobCallback: TypeAlias = Callable[[Any], Any]
"""Takes a `ConnectedJob` (in a child process a `Job`) and returns what any handler may return; plain or ``async``."""


class ConnectedJob(Job[dict[str, Any]]):
    """A job with a client: ``job.client`` is an `AsyncZeebeClient` in coroutines and a `ZeebeClient` in threads."""

    def __init__(self, job: Job[Any], client: Any) -> None:
        super().__init__(job.activated, leash_of(job))
        self.client = client


@dataclass(frozen=True)
class CallbackBinding(Binding):
    """Calls a callback with the job alone.

    Attributes:
        connected: The colour of ``job.client``; None for no client.
    """

    connected: Provided | None = None

    @property
    def client(self) -> Provided | None:
        """Which client the job carries."""
        return self.connected

    def arguments(self, job: Job[Any], client: Any = None) -> tuple[list[Any], dict[str, Any]]:
        """The job."""
        return [job if client is None else ConnectedJob(job, client)], {}


_CONNECTED: dict[Strategy, Provided | None] = {
    "async": Provided.ASYNC_CLIENT,
    "thread": Provided.BLOCKING_CLIENT,
    "process": None,
}


def bind_callback(callback: JobCallback, wanted: str) -> Binding:
    """A binding that gives the callback the job as its one argument.

    Args:
        callback: A function or coroutine function.
        wanted: The execution strategy, or ``"auto"``.

    Raises:
        TypeError: It can not be called so, or not with that strategy.
    """
    if not callable(callback):
        raise TypeError(f"callback is a function, not {type(callback).__name__}")
    try:
        inspect.signature(callback).bind(None)
    except TypeError as error:
        raise TypeError(f"{name_of(callback)} must take one argument, the job: {error}") from error
    strategy = strategy_for(callback, wanted)
    return CallbackBinding(
        handler=callback,
        strategy=strategy,
        document=None,
        headers={},
        provided={},
        job_variables=None,
        everything=None,
        positional={},
        fetch_variables=None,
        connected=_CONNECTED[strategy],
    )
