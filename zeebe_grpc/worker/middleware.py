"""Middleware around handlers: coroutines that see a job go in and an outcome come out. Pure composition."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from zeebe_grpc.worker.job import Job
from zeebe_grpc.worker.outcomes import Outcome

CallNext: TypeAlias = Callable[[Job[Any]], Awaitable[Outcome]]
"""Runs what comes next, at last the handler, and gives its outcome; it never raises for what a handler did."""

Middleware: TypeAlias = Callable[[Job[Any], CallNext], Awaitable[Outcome]]
"""``async def tracing(job, call_next) -> Outcome``: may look, change, time, stop or replace."""


def compose(middleware: Sequence[Middleware], handler: CallNext) -> CallNext:
    """The handler inside of all middleware, the first outermost; the handler itself if there is none."""
    for layer in reversed(middleware):
        handler = _wrap(layer, handler)
    return handler


def _wrap(layer: Middleware, inner: CallNext) -> CallNext:
    async def call(job: Job[Any]) -> Outcome:
        return await layer(job, inner)

    return call


def needed_variables(middleware: Sequence[Middleware]) -> tuple[str, ...]:
    """The variables that middleware reads, beyond what the handler asks for: its attribute ``fetch_variables``."""
    return tuple(name for layer in middleware for name in getattr(layer, "fetch_variables", ()))
