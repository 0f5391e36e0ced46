"""One run on a cluster: only the given worker acts, and only its jobs and the result are shown."""

from __future__ import annotations

from zeebe_grpc.cli.plan import Plan
from zeebe_grpc.cli.screen import Screen
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import DeadlineError, GatewayError
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

    try:
        with ZeebeClient(address, timeout=plan.timeout) as client:
            return _create_and_wait(plan, observed, client, screen)
    except GatewayError as error:
        screen.fail(str(error))
        return 1


def _create_and_wait(plan: Plan, worker: Worker, client: ZeebeClient, screen: Screen) -> int:
    process_id = plan.deploy(client)
    timeout = 30.0 if plan.timeout is None else plan.timeout
    with worker.running_in_thread(client):
        try:
            done = client.create_process_instance_with_result(process_id, variables=plan.variables, timeout=timeout)
        except DeadlineError:
            screen.fail(f"no result within {timeout:g} s; the instance may still be running, look at it in Operate")
            return 1
    screen.result(done.variables)
    return 0
