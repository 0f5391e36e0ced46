"""The types that users see, in both clients. Checked by mypy and pyright; never run."""

# pyright: strict

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypedDict

from google.protobuf.message import Message
from typing_extensions import assert_type

from zeebe_grpc import (
    ActivatedJob,
    ActivatedJobs,
    AsyncJobStream,
    AsyncStream,
    AsyncZeebeClient,
    Command,
    DecisionEvaluation,
    DeletedResource,
    Deployment,
    GatewayError,
    JobKey,
    JobStream,
    ProcessDefinitionKey,
    ProcessInstance,
    ProcessInstanceKey,
    ProcessInstanceResult,
    PublishedMessage,
    RawJson,
    SignalBroadcast,
    Stream,
    StreamCommand,
    Topology,
    VariablesSet,
    ZeebeClient,
    commands,
    errors,
    raw,
)

Plain = dict[str, Any]


@dataclass
class Order:
    """An order."""

    order_id: str


class Receipt(TypedDict):
    """A receipt."""

    paid: bool


def blocking(client: ZeebeClient, key: JobKey) -> None:
    """What the blocking client gives."""
    assert_type(client.get_topology(), Topology)
    assert_type(client.deploy_resources({"a.bpmn": b""}), Deployment)
    assert_type(client.deploy_resources_from_files(["processes/"]), Deployment)
    assert_type(client.delete_resource(key), DeletedResource)

    instance = client.create_process_instance("p", variables=Order("7"))
    assert_type(instance, ProcessInstance)
    assert_type(instance.process_instance_key, ProcessInstanceKey)
    assert_type(instance.process_definition_key, ProcessDefinitionKey)
    assert_type(client.create_process_instance(process_definition_key="2251799813685249"), ProcessInstance)

    assert_type(client.create_process_instance_with_result("p"), ProcessInstanceResult[Plain])
    done = client.create_process_instance_with_result("p", as_type=Receipt, timeout=timedelta(seconds=5))
    assert_type(done, ProcessInstanceResult[Receipt])
    assert_type(done.variables, Receipt)
    assert_type(client.create_process_instance_with_result("p", as_type=RawJson).variables, RawJson)
    assert_type(client.create_process_instance_with_result("p", as_type=dict[str, int]).variables, dict[str, int])

    assert_type(client.publish_message("m", correlation_key="7"), PublishedMessage)
    assert_type(client.broadcast_signal("s"), SignalBroadcast)
    assert_type(client.set_variables(instance.process_instance_key, variables={"a": 1}), VariablesSet)
    assert_type(client.evaluate_decision("d"), DecisionEvaluation[Any])
    assert_type(client.evaluate_decision("d", as_type=str).output, str | None)
    assert_type(client.execute_raw(raw.TopologyRequest()), Message)
    assert_type(client.with_options(timeout=5), ZeebeClient)
    with client as entered:
        assert_type(entered, ZeebeClient)


def blocking_jobs(client: ZeebeClient) -> None:
    """What the blocking client gives about jobs."""
    jobs = client.activate_jobs("t", as_type=Order)
    assert_type(jobs, ActivatedJobs[Order])
    assert_type(jobs[0], ActivatedJob[Order])
    assert_type(jobs[0].variables, Order)
    assert_type(jobs[1:], ActivatedJobs[Order])
    assert_type(jobs.error, GatewayError | None)
    every: Sequence[ActivatedJob[Order]] = jobs
    assert_type(client.activate_jobs("t")[0].variables, Plain)
    for job in every:
        client.complete_job(job, variables={"a": 1})
        client.fail_job(job.key, retries=2, backoff=5)
        client.throw_error(str(job.key), "E")

    with client.stream_activated_jobs("t", as_type=Order) as stream:
        assert_type(stream, JobStream[Order])
        for pushed in stream:
            assert_type(pushed, ActivatedJob[Order])


async def on_asyncio(client: AsyncZeebeClient) -> None:
    """What the asyncio client gives."""
    assert_type(await client.get_topology(), Topology)
    assert_type(await client.create_process_instance("p"), ProcessInstance)
    assert_type(await client.create_process_instance_with_result("p"), ProcessInstanceResult[Plain])
    assert_type(await client.create_process_instance_with_result("p", as_type=Receipt), ProcessInstanceResult[Receipt])
    jobs = await client.activate_jobs("t", as_type=Order)
    assert_type(jobs[0].variables, Order)
    assert_type((await client.evaluate_decision("d", as_type=str)).output, str | None)
    async with client.stream_activated_jobs("t", as_type=Order) as stream:
        assert_type(stream, AsyncJobStream[Order])
        async for job in stream:
            assert_type(job.variables, Order)
    async with client as entered:
        assert_type(entered, AsyncZeebeClient)


async def below(client: ZeebeClient, other: AsyncZeebeClient) -> None:
    """Commands carry what they give."""
    start = commands.create_process_instance("p")
    assert_type(start, Command[ProcessInstance])
    assert_type(client.execute(start), ProcessInstance)
    assert_type(await other.execute(start, timeout=5), ProcessInstance)

    poll = commands.activate_jobs("t", as_type=Order)
    assert_type(poll, StreamCommand[ActivatedJob[Order]])
    assert_type(client.stream(poll), Stream[ActivatedJob[Order]])
    assert_type(other.stream(poll), AsyncStream[ActivatedJob[Order]])


def failing(client: ZeebeClient) -> None:
    """Errors by what a caller can do about them."""
    try:
        client.get_topology()
    except errors.AmbiguousResultError as error:
        assert_type(error.rpc, str)
        assert_type(error.retryable, bool)
        assert_type(error.attempts, int)
        assert_type(error.rejection_type, str | None)


def wrong(client: ZeebeClient) -> None:
    """What mypy must refuse: there, an ignore that is not needed is an error."""
    client.create_process_instance("p", {"a": 1})  # type: ignore[call-arg, arg-type]
    client.complete_job(1.5)  # type: ignore[arg-type]
    client.publish_message("m")  # type: ignore[call-arg]
    client.fail_job(1, retry_back_off=5)  # type: ignore[arg-type]
