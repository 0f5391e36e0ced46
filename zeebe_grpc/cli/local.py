"""One run in the in-process gateway: real gRPC on loopback, no cluster.

The main thread reads the engine's steps and decides from the `Situation` whether to go on, to let time pass, or to
stop. Time is the gateway's own clock: what would only be a wait is skipped.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from queue import Empty, SimpleQueue

from zeebe_grpc.cli.plan import Plan
from zeebe_grpc.cli.screen import Screen
from zeebe_grpc.cli.situation import Abandoned, Asleep, Finished, Situation, Stopped, Working
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.engine.commands import CompleteUserTask
from zeebe_grpc.engine.records import Record
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.worker import Worker

_AUTOMATIC = "zeebe-grpc run"


def run_locally(plan: Plan, worker: Worker | None, screen: Screen) -> int:
    """Run the plan in a gateway of its own and return the exit status."""
    with Gateway() as gateway, ZeebeClient(f"grpc://{gateway.address}", environment={}) as client:
        run = _LocalRun(gateway, client, plan, worker, screen)
        return run.carry_out()


class _LocalRun:
    def __init__(
        self, gateway: Gateway, client: ZeebeClient, plan: Plan, worker: Worker | None, screen: Screen
    ) -> None:
        self._gateway = gateway
        self._client = client
        self._plan = plan
        self._worker = worker
        self._screen = screen
        self._situation = Situation()
        self._steps: SimpleQueue[Sequence[Record]] = SimpleQueue()
        self._give_up_at = None if plan.timeout is None else time.monotonic() + plan.timeout

    def carry_out(self) -> int:
        self._gateway.add_step_listener(self._steps.put)
        process_id = self._plan.deploy(self._client)
        with self._working():
            self._client.create_process_instance(process_id, variables=self._plan.variables)
            return self._follow()

    @contextlib.contextmanager
    def _working(self) -> Generator[None, None, None]:
        if self._worker is None:
            yield
            return
        with self._worker.running_in_thread(self._client):
            yield

    def _follow(self) -> int:
        while True:
            try:
                records = self._steps.get(timeout=self._time_left())
            except Empty:
                self._screen.fail(f"no result within {self._plan.timeout:g} s")
                return 1
            self._screen.show(records)
            for record in records:
                self._situation.observe(record)
            status = self._act() if self._steps.empty() and self._situation.root is not None else None
            if status is not None:
                return status

    def _time_left(self) -> float | None:
        return None if self._give_up_at is None else max(0.0, self._give_up_at - time.monotonic())

    def _act(self) -> int | None:
        """Do what the situation asks for; an exit status ends the run."""
        verdict = self._situation.verdict(None if self._worker is None else self._worker.job_types)
        if isinstance(verdict, Finished):
            return self._finish(verdict)
        if isinstance(verdict, Stopped):
            self._screen.fail(f"incident at {verdict.element_id}: {verdict.error_type}: {verdict.message}")
            return 1
        if isinstance(verdict, Asleep):
            self._skip_to(verdict.due)
        elif isinstance(verdict, Abandoned):
            return self._leave_to_people(verdict)
        elif isinstance(verdict, Working) and self._worker is None:
            self._complete_jobs()
        return None

    def _finish(self, verdict: Finished) -> int:
        if not verdict.completed:
            self._screen.fail("the instance was terminated")
            return 1
        self._screen.result(self._situation.variables)
        return 0

    def _leave_to_people(self, verdict: Abandoned) -> int | None:
        """Without a worker native user tasks are completed as jobs are; no RPC does that. Else nobody acts."""
        if self._worker is None and self._situation.user_tasks:
            for user_task_key in tuple(self._situation.user_tasks):
                self._gateway.execute(CompleteUserTask(user_task_key))
            return None
        types = f" (no handler for job type {', '.join(verdict.job_types)})" if verdict.job_types else ""
        self._screen.fail(f"waiting at {', '.join(verdict.element_ids)}, and nobody is there to act{types}")
        return 1

    def _skip_to(self, due: int) -> None:
        span = max(0, due - self._gateway.now())
        self._screen.say(f"  {span / 1000:g} s pass")
        self._gateway.advance_clock(span / 1000)

    def _complete_jobs(self) -> None:
        for job_type in {job.type: None for job in self._situation.jobs.values() if job.due is None}:
            for job in self._client.activate_jobs(
                job_type, max_jobs_to_activate=1000, worker_name=_AUTOMATIC, request_timeout=0
            ):
                self._client.complete_job(job)
