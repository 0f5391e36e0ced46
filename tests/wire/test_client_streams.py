"""Job streams of both clients over real gRPC: reading, ending, failing, and losing nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.callers import Caller
from tests.wire.fixtures import KEY, caller, connect, gateway
from tests.wire.scripted import ScriptedGateway, hang, replies, status
from zeebe_grpc import AsyncZeebeClient, ZeebeClient, commands, errors
from zeebe_grpc._proto import gateway_pb2 as pb

__all__ = ["caller", "connect", "gateway"]

JOBS = [pb.ActivatedJob(key=KEY + number, retries=number, variables=f'{{"n":{number}}}') for number in range(4)]


def opened(client: Any) -> Any:
    return client.stream_activated_jobs("t", as_type=dict[str, int])


def test_jobs_come_typed_and_in_order(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(*JOBS))
    jobs = caller.take(opened, -1)
    assert [(job.key, job.variables["n"]) for job in jobs] == [(KEY + number, number) for number in range(4)]


def test_a_stream_sends_what_it_is_told_and_has_a_deadline(
    connect: Callable[..., Caller], gateway: ScriptedGateway
) -> None:
    caller = connect(worker_name="w", tenant_id="red")
    caller.take(lambda client: client.stream_activated_jobs("t", job_timeout=5, timeout=60), -1)
    (call,) = gateway.calls
    assert call.request == pb.StreamActivatedJobsRequest(type="t", worker="w", timeout=5000, tenantIds=["red"])
    assert 50 < call.time_remaining < 61


def test_the_end_of_its_time_is_a_normal_end(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(*JOBS, then=hang))
    began = time.monotonic()
    jobs = caller.take(lambda client: client.stream_activated_jobs("t", timeout=0.4), -1)
    assert len(jobs) == 4
    assert 0.3 < time.monotonic() - began < 3


@pytest.mark.parametrize("code", ["UNAVAILABLE", "CANCELLED", "INVALID_ARGUMENT", "INTERNAL"])
def test_a_failure_ends_the_iteration_and_is_not_retried(caller: Caller, gateway: ScriptedGateway, code: str) -> None:
    gateway.script("StreamActivatedJobs", replies(JOBS[0], then=status(code, "x")))
    with pytest.raises(errors.GatewayError) as caught:
        caller.take(opened, -1)
    assert caught.value.code.name == code
    assert [call.rpc for call in gateway.calls] == ["StreamActivatedJobs"]


def test_leaving_a_stream_hands_back_what_nobody_took(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(*JOBS, then=hang))
    (taken,) = caller.take(opened, 1)
    assert taken.key == KEY
    handed = sorted((request.jobKey, request.retries) for request in gateway.requests("FailJob"))
    assert handed == [(KEY + 1, 1), (KEY + 2, 2), (KEY + 3, 3)]
    assert all(request.retryBackOff == 0 for request in gateway.requests("FailJob"))
    assert gateway.calls[0].cancelled.wait(5)


def test_a_job_without_retries_is_handed_back_without_an_incident(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(JOBS[1], JOBS[0], then=hang))
    caller.take(opened, 1)
    assert gateway.requests("UpdateJobTimeout") == [pb.UpdateJobTimeoutRequest(jobKey=KEY)]
    assert gateway.requests("FailJob") == []


def test_jobs_are_handed_back_after_the_stream_is_cancelled(caller: Caller, gateway: ScriptedGateway) -> None:
    ended: list[bool] = []
    gateway.script("StreamActivatedJobs", replies(*JOBS, then=hang))
    gateway.script(
        "FailJob",
        lambda _request, _context: (ended.append(gateway.calls[0].cancelled.wait(2)), pb.FailJobResponse())[1],
    )
    caller.take(opened, 3)
    assert ended == [True]


def test_a_job_that_cannot_be_handed_back_is_logged_and_left(
    caller: Caller, gateway: ScriptedGateway, caplog: Any
) -> None:
    gateway.script("StreamActivatedJobs", replies(*JOBS[:3], then=hang))
    gateway.script("FailJob", status("NOT_FOUND", "gone"))
    caller.take(opened, 1)
    messages = [record.getMessage() for record in caplog.records if record.name == "zeebe_grpc.client"]
    assert sorted(messages) == [
        f"job {KEY + number} could not be handed back: FailJob: NOT_FOUND: gone" for number in (1, 2)
    ]


def test_a_stream_that_failed_hands_back_nothing(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", status("UNAVAILABLE", "x"))
    with pytest.raises(errors.UnavailableError):
        caller.take(opened, 1)
    assert gateway.requests("FailJob") == []


def test_a_plain_stream_is_read_out_on_demand(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(*JOBS, then=hang))
    made = commands.stream_activated_jobs("t")

    async def read_out(client: AsyncZeebeClient) -> list[Any]:
        async with client.stream(made) as stream:
            await anext(stream)
            return await stream.read_out(0.3)

    def read_out_blocking(client: ZeebeClient) -> list[Any]:
        with client.stream(made) as stream:
            next(stream)
            return stream.read_out(0.3)

    unread = caller.run(read_out if caller.kind == "asyncio" else read_out_blocking)
    assert [job.key for job in unread] == [KEY + 1, KEY + 2, KEY + 3]
    assert gateway.requests("FailJob") == []


def test_a_response_with_several_jobs_is_given_one_by_one(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script(
        "ActivateJobs",
        replies(
            pb.ActivateJobsResponse(jobs=JOBS[:2]), pb.ActivateJobsResponse(), pb.ActivateJobsResponse(jobs=JOBS[2:])
        ),
    )
    jobs = caller.take(lambda client: client.stream(commands.activate_jobs("t")), -1)
    assert [job.key for job in jobs] == [KEY + number for number in range(4)]


def test_what_was_read_but_not_taken_is_read_out_too(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("ActivateJobs", replies(pb.ActivateJobsResponse(jobs=JOBS), then=hang))
    made = commands.activate_jobs("t")

    async def read_out(client: AsyncZeebeClient) -> list[Any]:
        stream = client.stream(made)
        await anext(stream)
        return await stream.read_out(0.2)

    def read_out_blocking(client: ZeebeClient) -> list[Any]:
        stream = client.stream(made)
        next(stream)
        return stream.read_out(0.2)

    unread = caller.run(read_out if caller.kind == "asyncio" else read_out_blocking)
    assert [job.key for job in unread] == [KEY + 1, KEY + 2, KEY + 3]


def test_a_reply_that_is_no_job_was_sent_all_the_same(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", lambda _request, _context: iter([b"\xff\xff"]))
    with pytest.raises(errors.MalformedResponseError):
        caller.take(opened, 1)


# ---- ending from elsewhere


def test_another_thread_may_cancel_a_stream(gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(JOBS[0], then=hang))
    with ZeebeClient(gateway.address) as client, client.stream_activated_jobs("t") as stream:
        next(stream)
        assert repr(stream) == "JobStream('t')"
        threading.Timer(0.1, stream.cancel).start()
        assert list(stream) == []
        assert gateway.calls[0].cancelled.wait(5)


async def test_another_task_may_cancel_a_stream(gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(JOBS[0], then=hang))
    async with AsyncZeebeClient(gateway.address) as client, client.stream_activated_jobs("t") as stream:
        await anext(stream)
        asyncio.get_running_loop().call_later(0.1, stream.cancel)
        assert [job async for job in stream] == []
        assert await asyncio.to_thread(gateway.calls[0].cancelled.wait, 5)


async def test_cancelling_the_task_that_reads_cancels_the_stream(gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", hang)
    async with AsyncZeebeClient(gateway.address) as client:
        stream = client.stream(commands.stream_activated_jobs("t"))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(stream), 0.2)
        assert await asyncio.to_thread(gateway.calls[0].cancelled.wait, 5)


def test_closing_the_client_ends_its_streams(gateway: ScriptedGateway) -> None:
    gateway.script("StreamActivatedJobs", replies(JOBS[0], then=hang))
    client = ZeebeClient(gateway.address)
    stream = client.stream(commands.stream_activated_jobs("t"))
    next(stream)
    client.close()
    with pytest.raises(errors.CallCancelledError):
        next(stream)
