"""Workers of a test: each in a thread of its own, watched, and stopped without the pause that a drain makes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final

from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.testing.idle import Idleness
from zeebe_grpc.worker import DrainReport, RunningWorker, ThreadedWorker, Worker
from zeebe_grpc.worker.settings import GRACE

_ASK_AGAIN: Final = 0.005
"""Seconds. A worker may begin one more poll, or stream, just before it hears that it is to stop."""


class AttachedWorker:
    """A worker that runs in a thread, while the kit knows which jobs it has."""

    def __init__(self, worker: Worker, client: ZeebeClient, gateway: Gateway, idleness: Idleness) -> None:
        self.job_types: Final = worker.job_types
        self._gateway = gateway
        self._idleness = idleness
        watched = Worker(max_total_jobs=worker.max_total_jobs)
        watched.include(worker)
        watched.listen(idleness.observe)
        self._thread: Final = ThreadedWorker(lambda: _without_jitter(watched, client), "zeebe-worker")

    def start(self) -> None:
        """Run it.

        Raises:
            ConfigurationError: The worker cannot run so.
        """
        self._thread.start()
        self._idleness.attach(self.job_types)

    def stop(self, grace: float) -> DrainReport:
        """Stop it; its handlers have `grace` seconds to end, and some five more to obey. Gives what became of its jobs.

        Raises:
            WorkerError: The worker could not go on before that.
        """
        with ThreadPoolExecutor(1, "zeebe-worker-stop") as executor:
            stopped = executor.submit(self._thread.stop, grace)
            while not wait([stopped], _ASK_AGAIN).done:
                for job_type in self.job_types:
                    self._gateway.let_go(job_type)
        self._idleness.detach(self.job_types)
        return stopped.result()


def _without_jitter(worker: Worker, client: ZeebeClient) -> RunningWorker:
    """A worker whose pauses are as long as they are said to be, so that a test ends the same way each time."""
    make = worker._make  # pyright: ignore[reportPrivateUsage] - users get no such worker
    return make(client, GRACE, elsewhere=True, random=lambda: 0.5)
