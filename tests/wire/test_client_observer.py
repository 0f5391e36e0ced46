"""What an observer of calls is told, in both clients, and that it cannot do harm."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.wire.callers import Caller
from tests.wire.fixtures import KEY, connect, gateway
from tests.wire.scripted import ScriptedGateway, hang, replies, reply, status
from zeebe_grpc import CallObserver, ObservedCall, ZeebeClient, commands, errors
from zeebe_grpc._proto import gateway_pb2 as pb

__all__ = ["connect", "gateway"]


class Recorder(CallObserver):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.calls: list[ObservedCall] = []

    def started(self, call: ObservedCall) -> None:
        self.calls.append(call)
        self.told.append(("started", call.rpc))
        call.metadata.append(("x-trace", "t1"))

    def attempted(self, call: ObservedCall, status: str) -> None:
        self.told.append((call.attempts, status))

    def ended(self, call: ObservedCall, error: BaseException | None) -> None:
        self.told.append(("ended", None if error is None else type(error).__name__))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def caller(connect: Callable[..., Caller], recorder: Recorder) -> Caller:
    return connect(observer=recorder)


def test_a_call_that_succeeds_at_once(caller: Caller, recorder: Recorder, gateway: ScriptedGateway) -> None:
    caller.run(lambda client: client.complete_job(KEY))
    assert recorder.told == [("started", "CompleteJob"), (1, "OK"), ("ended", None)]
    (call,) = recorder.calls
    assert call.address == f"grpc://{gateway.address}"
    assert 0 < call.attempt_duration <= call.duration < 5
    assert gateway.calls[0].metadata["x-trace"] == "t1"


def test_every_attempt_is_told(caller: Caller, recorder: Recorder, gateway: ScriptedGateway) -> None:
    gateway.script("CompleteJob", status("RESOURCE_EXHAUSTED"), status("INTERNAL"), reply(pb.CompleteJobResponse()))
    caller.run(lambda client: client.complete_job(KEY))
    assert recorder.told[1:] == [(1, "RESOURCE_EXHAUSTED"), (2, "INTERNAL"), (3, "OK"), ("ended", None)]
    assert [call.metadata["x-trace"] for call in gateway.calls] == ["t1"] * 3


def test_a_call_that_fails(caller: Caller, recorder: Recorder, gateway: ScriptedGateway) -> None:
    gateway.script("CompleteJob", status("NOT_FOUND"))
    with pytest.raises(errors.JobNotFoundError):
        caller.run(lambda client: client.complete_job(KEY))
    assert recorder.told[1:] == [(1, "NOT_FOUND"), ("ended", "JobNotFoundError")]


def test_a_poll(caller: Caller, recorder: Recorder, gateway: ScriptedGateway) -> None:
    jobs = pb.ActivateJobsResponse(jobs=[pb.ActivatedJob(key=KEY)])
    gateway.script("ActivateJobs", status("UNAVAILABLE", "partition 1"), replies(jobs))
    assert len(caller.run(lambda client: client.activate_jobs("t"))) == 1
    assert recorder.told == [("started", "ActivateJobs"), (1, "UNAVAILABLE"), (2, "OK"), ("ended", None)]


def test_a_stream_ends_when_it_ends(caller: Caller, recorder: Recorder, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(pb.ActivatedJob(key=KEY, retries=1)))
    caller.take(lambda client: client.stream(commands.stream_activated_jobs("t")), -1)
    assert recorder.told == [("started", "StreamActivatedJobs"), (1, "OK"), ("ended", None)]
    assert gateway.calls[0].metadata["x-trace"] == "t1"


def test_a_stream_that_is_left_has_ended(caller: Caller, recorder: Recorder, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(pb.ActivatedJob(key=KEY, retries=1), then=hang))
    caller.take(lambda client: client.stream(commands.stream_activated_jobs("t")), 1)
    assert recorder.told[-1] == ("ended", None)
    assert len(recorder.told) == 3


def test_a_stream_that_fails(caller: Caller, recorder: Recorder, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", status("UNAVAILABLE", "x"))
    with pytest.raises(errors.UnavailableError):
        caller.take(lambda client: client.stream(commands.stream_activated_jobs("t")), 1)
    assert recorder.told[1:] == [(1, "UNAVAILABLE"), ("ended", "UnavailableError")]


def test_calls_side_by_side_are_told_apart(gateway: ScriptedGateway, recorder: Recorder) -> None:
    with ZeebeClient(gateway.address, observer=recorder) as client, ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: client.get_topology(), range(200)))
    assert [call.attempts for call in recorder.calls] == [1] * 200


def test_an_observer_that_fails_is_logged_and_does_no_harm(
    connect: Callable[..., Caller], gateway: ScriptedGateway, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(CallObserver):
        def started(self, call: ObservedCall) -> None:
            raise ZeroDivisionError

        def ended(self, call: ObservedCall, error: BaseException | None) -> None:
            raise ZeroDivisionError

    connect(observer=Broken()).run(lambda client: client.get_topology())
    assert [record.message for record in caplog.records if record.name == "zeebe_grpc.calls"] == [
        "an observer of calls failed in started",
        "an observer of calls failed in ended",
    ]


def test_without_an_observer_nothing_of_this_is_loaded() -> None:
    program = (
        "import sys, zeebe_grpc; zeebe_grpc.ZeebeClient('127.0.0.1:1'); "
        "sys.exit('zeebe_grpc.transport.observed' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
