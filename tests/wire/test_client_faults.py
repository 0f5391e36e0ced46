"""Both clients against a gateway with a real engine, while everything goes wrong that can.

What counts is the engine's log: no command is executed twice that was wanted once, no error lies about what became of
it, and no call lasts longer than its timeout.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from tests.contract.recorded.models import service
from tests.wire.callers import Caller
from zeebe_grpc import Resource, errors
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.gateway.faults import (
    BlackHole,
    CancelAfterSilence,
    CutConnection,
    Delay,
    DropReply,
    Fault,
    FaultScript,
    HalfOpen,
    Refuse,
    TruncateActivation,
)

MODEL = Resource("p.bpmn", service("p", "work"))
TIMEOUT = 0.7

FAULTS: dict[str, Fault] = {
    "refused": Refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "the broker is overloaded"),
    "no leader": Refuse(grpc.StatusCode.UNAVAILABLE, "partition 1 has no leader"),
    "internal, done": Refuse(grpc.StatusCode.INTERNAL, "boom", after_effect=True),
    "internal, not done": Refuse(grpc.StatusCode.INTERNAL, "boom"),
    "aborted, done": Refuse(grpc.StatusCode.ABORTED, "connection to the broker lost", after_effect=True),
    "broker timeout, done": Refuse(grpc.StatusCode.DEADLINE_EXCEEDED, "no answer", after_effect=True),
    "unavailable, done": Refuse(grpc.StatusCode.UNAVAILABLE, "Stream removed", after_effect=True),
    "unavailable, not done": Refuse(grpc.StatusCode.UNAVAILABLE, "Socket closed"),
    "reply dropped": DropReply(),
    "black hole": BlackHole(),
    "late": Delay(0.2),
    "connection cut": CutConnection(),
    "connection cut, done": CutConnection(after_effect=True),
    "half open": HalfOpen(),
    "half open, done": HalfOpen(after_effect=True),
    "cancelled after silence": CancelAfterSilence(0.1),
}


@pytest.fixture
def gateway(script: FaultScript) -> Iterator[Gateway]:
    with Gateway(faults=script) as serving:
        yield serving


@pytest.fixture(params=["blocking", "asyncio"])
def caller(request: pytest.FixtureRequest, gateway: Gateway) -> Iterator[Caller]:
    made = Caller(request.param, gateway.address, timeout=10)
    made.run(lambda client: client.deploy_resources([MODEL]))
    yield made
    made.close()


def log(gateway: Gateway, value_type: str, intent: str) -> list[Any]:
    """The records of one kind."""
    return [r for r in gateway.records if (r.value_type, r.intent, r.rejection) == (value_type, intent, None)]


def outcome_of(caller: Caller, use: Callable[[Any], Any]) -> tuple[str, Any]:
    """What the caller is told became of a command: the word, and the result or error; within its time."""
    began = time.monotonic()
    try:
        result = caller.run(use)
    except errors.GatewayError as error:
        told: tuple[str, Any] = (error.outcome, error)
    else:
        told = ("executed", result)
    assert time.monotonic() - began < TIMEOUT + 1.0
    return told


UNSAFE: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "CreateProcessInstance": (
        lambda client: client.create_process_instance("p", timeout=TIMEOUT),
        "PROCESS_INSTANCE_CREATION",
        "CREATED",
    ),
    "PublishMessage": (
        lambda client: client.publish_message("m", correlation_key="k", timeout=TIMEOUT),
        "MESSAGE",
        "PUBLISHED",
    ),
    "BroadcastSignal": (lambda client: client.broadcast_signal("s", timeout=TIMEOUT), "SIGNAL", "BROADCASTED"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("rpc", UNSAFE)
def test_nothing_is_done_twice_and_no_outcome_is_a_lie(
    caller: Caller, gateway: Gateway, script: FaultScript, rpc: str, fault: str
) -> None:
    use, value_type, intent = UNSAFE[rpc]
    script.on(rpc, FAULTS[fault])
    outcome, told = outcome_of(caller, use)
    done = len(log(gateway, value_type, intent))
    assert {"executed": done == 1, "not_executed": done == 0, "unknown": done <= 1}[outcome], (outcome, done)
    if outcome == "unknown":
        assert isinstance(told, errors.AmbiguousResultError)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_job_is_completed_once_and_its_worker_hears_so(
    caller: Caller, gateway: Gateway, script: FaultScript, fault: str
) -> None:
    caller.run(lambda client: client.create_process_instance("p"))
    (job,) = caller.run(lambda client: client.activate_jobs("work"))
    script.on("CompleteJob", FAULTS[fault])
    outcome, told = outcome_of(caller, lambda client: client.complete_job(job, timeout=TIMEOUT))
    done = len(log(gateway, "JOB", "COMPLETED"))
    assert done <= 1
    if outcome == "executed":
        assert done == 1
    else:
        # Only where the gateway never says a word is there nothing to be known.
        assert isinstance(told, errors.DeadlineError)
        assert outcome == "unknown"
        assert fault in ("reply dropped", "black hole", "half open", "half open, done")


@pytest.mark.parametrize(
    "fault", [name for name in FAULTS if "half open" not in name and "drop" not in name and "hole" not in name]
)
def test_a_message_that_can_be_recognized_is_published_once_whatever_happens(
    caller: Caller, gateway: Gateway, script: FaultScript, fault: str
) -> None:
    script.on("PublishMessage", FAULTS[fault])
    sent = caller.run(lambda client: client.publish_message("m", correlation_key="k", message_id="1", timeout=5))
    assert not sent.duplicate
    assert len(log(gateway, "MESSAGE", "PUBLISHED")) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failed_job_is_failed_once(caller: Caller, gateway: Gateway, script: FaultScript, fault: str) -> None:
    caller.run(lambda client: client.create_process_instance("p"))
    (job,) = caller.run(lambda client: client.activate_jobs("work"))
    script.on("FailJob", FAULTS[fault])
    outcome, _ = outcome_of(caller, lambda client: client.fail_job(job, timeout=TIMEOUT))
    done = len(log(gateway, "JOB", "FAILED"))
    assert {"executed": done == 1, "not_executed": done == 0, "unknown": done <= 1}[outcome], (outcome, done)


def test_a_reply_too_large_leaves_exactly_one_instance_and_says_so(gateway: Gateway) -> None:
    for number, kind in enumerate(("blocking", "asyncio"), 1):
        narrow = Caller(kind, gateway.address, max_receive_message_size=1)
        wide = Caller(kind, gateway.address)
        wide.run(lambda client: client.deploy_resources([MODEL]))
        with pytest.raises(errors.MessageTooLargeError, match="the command was executed"):
            narrow.run(lambda client: client.create_process_instance("p"))
        assert len(log(gateway, "PROCESS_INSTANCE_CREATION", "CREATED")) == number
        narrow.close()
        wide.close()


def test_jobs_that_arrived_before_a_cut_are_kept(caller: Caller, gateway: Gateway, script: FaultScript) -> None:
    for _ in range(5):
        caller.run(lambda client: client.create_process_instance("p"))
    script.on("ActivateJobs", TruncateActivation(2))
    jobs = caller.run(lambda client: client.activate_jobs("work"))
    assert len(jobs) == 2
    assert isinstance(jobs.error, errors.UnavailableError)


def test_a_result_that_never_comes_leaves_one_instance(caller: Caller, gateway: Gateway, script: FaultScript) -> None:
    with pytest.raises(errors.AmbiguousDeadlineError):
        caller.run(lambda client: client.create_process_instance_with_result("p", timeout=0.5))
    assert len(log(gateway, "PROCESS_INSTANCE_CREATION", "CREATED")) == 1


def test_a_gateway_that_dies_and_comes_back_is_worked_with_again(caller: Caller, gateway: Gateway) -> None:
    gateway.kill()
    gateway.start()
    instance = caller.run(lambda client: client.create_process_instance("p"))
    assert [record.key for record in log(gateway, "PROCESS_INSTANCE_CREATION", "CREATED")]
    assert instance.bpmn_process_id == "p"
