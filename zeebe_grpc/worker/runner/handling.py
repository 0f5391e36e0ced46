"""From a job to the outcome of its handler, middleware included; whatever happens there stays there."""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker import guard
from zeebe_grpc.worker.binding import UnfitVariablesError
from zeebe_grpc.worker.children import ChildDiedError
from zeebe_grpc.worker.job import Job, leash_of
from zeebe_grpc.worker.middleware import CallNext, compose
from zeebe_grpc.worker.outcomes import Failed, Lost, Outcome
from zeebe_grpc.worker.registration import JobType
from zeebe_grpc.worker.runner.cancelling import is_cancelled, let_pass, take_back
from zeebe_grpc.worker.runner.execution import Executor
from zeebe_grpc.worker.runner.leash import LaneLeash
from zeebe_grpc.worker.runner.log import WorkerLog


class Handling:
    """Runs the handler of one job type inside its middleware.

    Attributes:
        outcome: Runs everything for a job, and gives the outcome.
    """

    def __init__(self, job_type: JobType, executor: Executor, log: WorkerLog) -> None:
        self._settings = job_type.settings
        self._executor = executor
        self._log = log
        self._handle = compose(job_type.middleware, self._run_handler)
        self._in_middleware = bool(job_type.middleware)
        self.outcome: Final[CallNext] = self._run_middleware if self._in_middleware else self._run_handler

    def close(self) -> None:
        """Let go of threads and processes."""
        self._executor.close()

    async def _run_middleware(self, job: Job[Any]) -> Outcome:
        try:
            return await self._handle(job)
        except asyncio.CancelledError as error:
            return self._cancelled(error, job, cast("LaneLeash", leash_of(job)))
        except BaseException as error:
            self._log.handler_raised(error, job.activated)
            return guard.raised(error, job, self._settings)

    async def _run_handler(self, job: Job[Any]) -> Outcome:
        leash = cast("LaneLeash", leash_of(job))
        if (reason := leash.cancelled) is not None:
            return Lost(reason)
        try:
            outcome = guard.returned(await self._executor.run(job, leash), self._settings)
        except asyncio.CancelledError as error:
            if self._in_middleware and self._is_meant_for_middleware(leash):
                raise
            return self._cancelled(error, job, leash)
        except BaseException as error:
            outcome = self._raised(error, job, leash)
        if leash.cancelled is not None and is_cancelled(leash.task):
            await let_pass(leash.task)
        return outcome

    def _raised(self, error: BaseException, job: Job[Any], leash: LaneLeash) -> Outcome:
        if isinstance(error, ChildDiedError) and not (error.again and leash.cancelled is None):
            return self._died(error, job, leash)
        outcome = guard.raised(error, job, self._settings)
        if isinstance(outcome, Failed) and outcome.error is not None:
            self._log.handler_raised(error, job.activated)
        elif isinstance(error, (UnfitVariablesError, guard.UnfitAnswerError)):
            self._log.job_failed(str(error), job.activated)
        return outcome

    @staticmethod
    def _is_meant_for_middleware(leash: LaneLeash) -> bool:
        """Whether somebody else than the worker cancels: a middleware that sets a limit, or whoever ends the loop.

        In a task of a middleware only that can tell, so it is left to it.
        """
        if leash.cancelled is not None:
            return False
        return leash.task is not asyncio.current_task() or is_cancelled(leash.task)

    def _died(self, error: ChildDiedError, job: Job[Any], leash: LaneLeash) -> Outcome:
        """A child is ended where its handler does not obey; otherwise its death may be no fault of the job."""
        if leash.cancelled is not None:
            return Lost(leash.cancelled)
        self._log.child_died(str(error), job.activated)
        return Lost(ev.CancelReason.DIED)

    def _cancelled(self, error: asyncio.CancelledError, job: Job[Any], leash: LaneLeash) -> Outcome:
        """A cancellation that the worker wanted is an outcome; one that the handler brought upon itself, a failure."""
        if leash.cancelled is None and not is_cancelled(leash.task):
            self._log.handler_raised(error, job.activated)
            return guard.raised(error, job, self._settings)
        take_back(leash.task)
        return Lost(leash.cancelled or ev.CancelReason.STOPPING)
