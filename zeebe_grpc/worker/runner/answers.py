"""What is said to the gateway about a job: answers, returns, extensions; each as one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from zeebe_grpc.commands import jobs as commands
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.worker import guard
from zeebe_grpc.worker.events import CANCELLED_HERE, ExtendJob, Problem, SendAnswer
from zeebe_grpc.worker.runner.port import Metadata, Port, problem_of
from zeebe_grpc.worker.settings import JobSettings

_RETURNS_AT_ONCE = 32


class Answers:
    """Sends answers over a port.

    Attributes:
        released: Whether the worker has let go; then a cancellation ends a call for good.
    """

    def __init__(self, settings: JobSettings, port: Port, metadata: Metadata, random: Callable[[], float]) -> None:
        self._settings = settings
        self._port = port
        self._metadata = metadata
        self._random = random
        self._returns = asyncio.Semaphore(_RETURNS_AT_ONCE)
        self.released = False

    def answer(self, effect: SendAnswer, job: ActivatedJob[Any]) -> Awaitable[Problem | None]:
        """Send the handler's answer, or the failure that takes its place."""
        command: Any = effect.verdict.command
        if effect.refused is not None:
            command = guard.refused(effect.refused, job, self._settings, self._random()).command
        return self._execute(command, effect.timeout)

    async def give_back(self, job: ActivatedJob[Any], timeout: float) -> Problem | None:
        """Give a job back unharmed; not too many at a time."""
        async with self._returns:
            return await self._execute(commands.hand_back_job(job), timeout)

    def extend(self, effect: ExtendJob, job: ActivatedJob[Any]) -> Awaitable[Problem | None]:
        """Ask for more time."""
        command = commands.update_job_timeout(job, job_timeout=timedelta(seconds=effect.timeout))
        return self._execute(command, effect.within)

    async def _execute(self, command: Any, timeout: float) -> Problem | None:
        try:
            await self._port.execute(command, timeout, self._metadata)
        except asyncio.CancelledError:
            if self.released:
                raise
            # A cancellation that was meant for the handler and came too late; the machine decides on another try.
            return CANCELLED_HERE
        except Exception as error:
            return problem_of(error)
        return None
