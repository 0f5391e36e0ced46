"""Every fault on every RPC, through both clients, against a gateway with a real engine.

What is wanted once is never done twice, what an error says of the outcome is true, and no call lasts longer than its
timeout. Each fault gets a connection and a subject of its own.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.recorded.models import DECISION, service, straight
from tests.wire.callers import Caller
from tests.wire.scripted import METHODS
from tests.wire.test_client_faults import FAULTS, log
from zeebe_grpc import ActivateInstruction, Resource, ZeebeClient, errors
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.gateway.faults import FaultScript

_TIMEOUT = 0.3
_MARGIN = 1.0
"""What a busy machine may add to a timeout, in seconds."""


class World:
    """A gateway with something deployed, and the well-behaved client that makes subjects for commands."""

    def __init__(self, gateway: Gateway, client: ZeebeClient) -> None:
        self.gateway = gateway
        self.client = client
        self._numbers = itertools.count(1)
        client.deploy_resources([Resource("p.bpmn", service("p", "work"))])
        client.deploy_resources([Resource("straight.bpmn", straight("straight"))])
        client.deploy_resources([Resource("d.dmn", DECISION)])
        self.target = self.deployed()

    def instance(self) -> int:
        """A process instance whose service task waits."""
        return self.client.create_process_instance("p").process_instance_key

    def job(self) -> Any:
        """An activated job."""
        instance = self.instance()
        jobs = self.client.activate_jobs("work", request_timeout=0)
        return next(job for job in jobs if job.process_instance_key == instance)

    def incident(self) -> int:
        """An incident that can be resolved."""
        job = self.job()
        self.client.fail_job(job, retries=0)
        self.client.update_job_retries(job, retries=1)
        return log(self.gateway, "INCIDENT", "CREATED")[-1].key

    def model(self) -> Resource:
        """A process that nobody has deployed."""
        return Resource("n.bpmn", service(f"n{next(self._numbers)}", "other"))

    def deployed(self) -> int:
        """A process that has been deployed and never started."""
        return self.client.deploy_resources([self.model()]).processes[0].process_definition_key

    def nothing(self) -> World:
        """For commands about nothing that has to be there."""
        return self


@dataclass(frozen=True)
class Case:
    """One RPC. `effect`: the record that it writes, if it does; `once`: whether a second one would do harm."""

    subject: Callable[[World], Any]
    use: Callable[[Any, Any], Any]
    effect: tuple[str, str] | None
    once: bool = True


CASES: dict[str, Case] = {
    "BroadcastSignal": Case(World.nothing, lambda c, _: c.broadcast_signal("s"), ("SIGNAL", "BROADCASTED")),
    "CancelProcessInstance": Case(World.instance, lambda c, key: c.cancel_process_instance(key), ("JOB", "CANCELED")),
    "CompleteJob": Case(World.job, lambda c, job: c.complete_job(job), ("JOB", "COMPLETED")),
    "CreateProcessInstance": Case(
        World.nothing, lambda c, _: c.create_process_instance("p"), ("PROCESS_INSTANCE_CREATION", "CREATED")
    ),
    "CreateProcessInstanceWithResult": Case(
        World.nothing,
        lambda c, _: c.create_process_instance_with_result("straight"),
        ("PROCESS_INSTANCE_CREATION", "CREATED"),
    ),
    "DeleteResource": Case(World.deployed, lambda c, key: c.delete_resource(key), ("RESOURCE_DELETION", "DELETED")),
    "DeployProcess": Case(World.model, lambda c, file: c.deploy_process([file]), ("PROCESS", "CREATED")),
    "DeployResource": Case(World.model, lambda c, file: c.deploy_resources([file]), ("PROCESS", "CREATED")),
    "EvaluateDecision": Case(
        World.nothing, lambda c, _: c.evaluate_decision("dec", variables={"x": 1}), ("DECISION_EVALUATION", "EVALUATED")
    ),
    "FailJob": Case(World.job, lambda c, job: c.fail_job(job, retries=2), ("JOB", "FAILED")),
    "MigrateProcessInstance": Case(
        lambda world: (world.instance(), world.target),
        lambda c, keys: c.migrate_process_instance(
            keys[0], target_process_definition_key=keys[1], mapping_instructions={"t": "t"}
        ),
        ("PROCESS_INSTANCE_MIGRATION", "MIGRATED"),
    ),
    "ModifyProcessInstance": Case(
        World.instance,
        lambda c, key: c.modify_process_instance(key, activate=[ActivateInstruction(element_id="t")]),
        ("PROCESS_INSTANCE_MODIFICATION", "MODIFIED"),
    ),
    "PublishMessage": Case(
        World.nothing, lambda c, _: c.publish_message("m", correlation_key="k"), ("MESSAGE", "PUBLISHED")
    ),
    "ResolveIncident": Case(World.incident, lambda c, key: c.resolve_incident(key), ("INCIDENT", "RESOLVED")),
    "SetVariables": Case(
        World.instance, lambda c, key: c.set_variables(key, variables={"a": 1}), ("VARIABLE", "CREATED")
    ),
    "ThrowError": Case(World.job, lambda c, job: c.throw_error(job, "E"), ("JOB", "ERROR_THROWN")),
    "Topology": Case(World.nothing, lambda c, _: c.get_topology(), None),
    "UpdateJobPriority": Case(
        World.job, lambda c, job: c.update_job_priority(job, priority=3), ("JOB", "PRIORITY_UPDATED"), once=False
    ),
    "UpdateJobRetries": Case(
        World.job, lambda c, job: c.update_job_retries(job, retries=9), ("JOB", "RETRIES_UPDATED"), once=False
    ),
    "UpdateJobTimeout": Case(
        World.job, lambda c, job: c.update_job_timeout(job, job_timeout=60), ("JOB", "TIMEOUT_UPDATED"), once=False
    ),
}


def test_every_rpc_with_one_reply_is_here() -> None:
    elsewhere = {"ActivateJobs", "StreamActivatedJobs"}  # below
    not_executed = {"EvaluateConditional"}  # refused by name
    assert set(CASES) == set(METHODS) - elsewhere - not_executed


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
@pytest.mark.parametrize("rpc", CASES)
@pytest.mark.filterwarnings("ignore:use deploy_resources:DeprecationWarning")
def test_no_command_is_done_twice_and_no_outcome_is_a_lie(rpc: str, kind: str) -> None:
    case = CASES[rpc]
    script = FaultScript()
    with Gateway(version="8.10", faults=script) as gateway, _untouched(gateway) as client:
        world = World(gateway, client)
        for name, fault in FAULTS.items():
            subject = case.subject(world)
            before = 0 if case.effect is None else len(log(gateway, *case.effect))
            script.on(rpc, fault)
            outcome, told = _told(kind, gateway, lambda c, of=subject: case.use(c, of))
            script.clear()
            done = 0 if case.effect is None else len(log(gateway, *case.effect)) - before
            assert done <= 1 or not case.once, (name, outcome, done)
            if case.effect is not None:
                assert {"executed": done > 0, "not_executed": done == 0, "unknown": True}[outcome], (name, told)
            if outcome == "not_executed":
                assert not isinstance(told, errors.AmbiguousResultError), name


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_a_poll_gives_each_job_once_and_in_time(kind: str) -> None:
    """A poll in doubt is made anew; the job of a lost answer is locked, not lost: it comes back after its timeout."""
    script = FaultScript()
    with Gateway(faults=script) as gateway, _untouched(gateway) as client:
        world = World(gateway, client)
        for name, fault in FAULTS.items():
            instance = world.instance()
            script.on("ActivateJobs", fault)
            outcome, told = _told(kind, gateway, _poll)
            script.clear()
            found = [job.process_instance_key for job in told] if outcome == "executed" else []
            gateway.advance_clock(600)
            back = [job.process_instance_key for job in client.activate_jobs("work", request_timeout=0)]
            assert found in ([], [instance]), name
            assert back == [instance], name
            client.cancel_process_instance(instance)


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_a_stream_gives_its_job_or_says_that_it_broke(kind: str) -> None:
    script = FaultScript()
    with Gateway(faults=script) as gateway, _untouched(gateway) as client:
        world = World(gateway, client)
        for name, fault in FAULTS.items():
            script.on("StreamActivatedJobs", fault)
            caller = Caller(kind, gateway.address)
            began = time.monotonic()
            with contextlib.suppress(errors.GatewayError):
                assert caller.take(lambda c: c.stream_activated_jobs("work", timeout=_TIMEOUT), -1) == [], name
            assert time.monotonic() - began < _TIMEOUT + _MARGIN, name
            script.clear()
            caller.close()
        assert world.instance()  # the gateway is none the worse for it


def _poll(client: Any) -> Any:
    return client.activate_jobs("work", request_timeout=0, job_timeout=600, timeout=_TIMEOUT)


def _untouched(gateway: Gateway) -> ZeebeClient:
    """A client whose connection the faults do not meet: clients with equal settings share one."""
    return ZeebeClient(gateway.address, channel_options=[("grpc.use_local_subchannel_pool", 1)])


def _told(kind: str, gateway: Gateway, use: Callable[[Any], Any]) -> tuple[str, Any]:
    """What a client of its own is told became of a command: the word, and the result or error; within its time."""
    caller = Caller(kind, gateway.address, timeout=_TIMEOUT)
    began = time.monotonic()
    try:
        told: tuple[str, Any] = ("executed", caller.run(use))
    except errors.GatewayError as error:
        told = (error.outcome, error)
    took = time.monotonic() - began
    caller.close()
    assert took < _TIMEOUT + _MARGIN
    return told
