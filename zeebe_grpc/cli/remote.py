"""One run on a cluster: only the given worker acts, and only its jobs and the result are shown."""

from __future__ import annotations

from datetime import timedelta

from zeebe_grpc.cli.plan import Plan
from zeebe_grpc.cli.screen import Screen
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import DeadlineError
from zeebe_grpc.worker import CallNext, Job, Outcome, Worker


def run_remotely(plan: Plan, worker: Worker, address: str, screen: Screen) -> int:
    """Run the plan on the cluster at `address` and return the exit status."""
    observed = Worker()
    observed.include(worker)

    @observed.middleware
    async def show(job: Job, call_next: CallNext) -> Outcome:
        outcome = await call_next(job)
        screen.say(f"  job {job.type} at {job.element_id}: {type(outcome).__name__}")
        return outcome

    span = None if plan.timeout is None else timedelta(seconds=plan.timeout)
    with ZeebeClient(address, timeout=span) as client:
        return _create_and_wait(plan, observed, client, screen)


def _create_and_wait(plan: Plan, worker: Worker, client: ZeebeClient, screen: Screen) -> int:
    process_id = plan.deploy(client)
    timeout = 30.0 if plan.timeout is None else plan.timeout
    span = timedelta(seconds=timeout)  # a long one too: the unit is said in the help
    with worker.running_in_thread(client):
        try:
            done = client.create_process_instance_with_result(process_id, variables=plan.variables, timeout=span)
        except DeadlineError:
            screen.fail(f"no result within {timeout:g} s; the instance may still be running, look at it in Operate")
            return 1
    screen.result(done.variables)
    return 0
