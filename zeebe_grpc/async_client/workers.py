"""The methods of `AsyncZeebeClient` that make workers, in the form of Camunda's own Python SDK."""

from __future__ import annotations

from typing import cast

from zeebe_grpc.async_client.base import AsyncBase
from zeebe_grpc.official import (
    ExecutionStrategy,
    JobCallback,
    JobWorkerLike,
    WorkerConfigLike,
    official_workers,
)


class WorkerMethods(AsyncBase):
    """Make workers and run them; `zeebe_grpc.Worker` is the other, richer form."""

    def create_job_worker(
        self,
        config: WorkerConfigLike,
        callback: JobCallback,
        auto_start: bool = True,
        *,
        execution_strategy: ExecutionStrategy = "auto",
        startup_jitter_max_seconds: float | None = None,
    ) -> JobWorkerLike:
        """Make a worker of one job type, as with Camunda's own Python SDK.

        Args:
            config: A `WorkerConfig`: the job type, and how it is worked.
            callback: Called with each job; what it returns completes the job, an exception fails it.
            auto_start: Whether it starts to work at once.
            execution_strategy: How the callback runs; `"auto"` decides by `async def`.
            startup_jitter_max_seconds: Start after a random part of so many seconds; None for
                CAMUNDA_WORKER_STARTUP_JITTER_MAX_SECONDS of the environment, else at once.

        Returns:
            The worker, to be stopped by itself or by `run_workers`.
        """
        made = official_workers().create_job_worker(
            self,
            config,
            callback,
            auto_start,
            execution_strategy=execution_strategy,
            startup_jitter_max_seconds=startup_jitter_max_seconds,
        )
        return cast("JobWorkerLike", made)

    async def run_workers(self) -> None:
        """Wait for the workers made by `create_job_worker`, until interrupted; then stop them.

        Raises:
            WorkerError: A worker cannot go on.
        """
        await official_workers().run_workers(self)
