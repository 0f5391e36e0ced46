"""A partition that takes only so many commands at a time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.rpc.status_pb2 import Status

from tests.wire.gateway.support import UNKNOWN_KEY, Client, refusal, service, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import BackpressureLimit, Gateway

_EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(backpressure=BackpressureLimit(in_flight=1, command_seconds=0.4)) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    with Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        yield client


@pytest.fixture
def busy(client: Client) -> Iterator[None]:
    """A command that keeps the partition busy meanwhile."""
    request = pb.PublishMessageRequest(name="m", correlationKey="k")
    calls = [client.stub.PublishMessage.future(request, timeout=10) for _ in range(2)]
    until(lambda: any(call.done() for call in calls))  # one is refused, for the other one is in the works
    yield
    assert {call.code() for call in calls} == {grpc.StatusCode.OK, _EXHAUSTED}


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("rpc", "request_"),
    [
        ("PublishMessage", pb.PublishMessageRequest(name="m")),
        ("SetVariables", pb.SetVariablesRequest(elementInstanceKey=UNKNOWN_KEY, variables="{}")),
        ("ThrowError", pb.ThrowErrorRequest(jobKey=UNKNOWN_KEY)),
        ("UpdateJobRetries", pb.UpdateJobRetriesRequest(jobKey=UNKNOWN_KEY, retries=1)),
        ("UpdateJobTimeout", pb.UpdateJobTimeoutRequest(jobKey=UNKNOWN_KEY)),
        ("ResolveIncident", pb.ResolveIncidentRequest(incidentKey=UNKNOWN_KEY)),
        ("BroadcastSignal", pb.BroadcastSignalRequest(signalName="s")),
        ("ActivateJobs", pb.ActivateJobsRequest(type="p", timeout=1, maxJobsToActivate=1)),
    ],
)
def test_refused(rpc: str, request_: object, client: Client) -> None:
    code, text, trailer = refusal(lambda: getattr(client.stub, rpc)(request_, timeout=5))
    assert code is _EXHAUSTED, text
    assert trailer is not None
    assert not trailer.details


@pytest.mark.usefixtures("busy")
def test_exhausted_create_names_its_partitions(client: Client) -> None:
    code, _, trailer = refusal(lambda: client.create("p"))
    assert code is _EXHAUSTED
    assert trailer is not None
    (packed,) = trailer.details
    inner = Status()
    assert packed.Unpack(inner)
    assert inner.code == 8
    assert "partition 1" in inner.message


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("rpc", "request_"),
    [
        ("CompleteJob", pb.CompleteJobRequest(jobKey=UNKNOWN_KEY)),
        ("FailJob", pb.FailJobRequest(jobKey=UNKNOWN_KEY, retries=1)),
        ("CancelProcessInstance", pb.CancelProcessInstanceRequest(processInstanceKey=UNKNOWN_KEY)),
    ],
)
def test_exempt_commands_reach_the_engine(rpc: str, request_: object, client: Client) -> None:
    code, _, _ = refusal(lambda: getattr(client.stub, rpc)(request_, timeout=5))
    assert code is grpc.StatusCode.NOT_FOUND


@pytest.mark.usefixtures("busy")
def test_topology_and_deployments_pass(client: Client) -> None:
    assert client.stub.Topology(pb.TopologyRequest(), timeout=5).partitionsCount == 1
    client.deploy(service("q", "q"))


def test_who_keeps_trying_gets_through_once_each() -> None:
    """200 instances from 20 threads against a limit of 3: all there in the end, none twice."""
    limit = BackpressureLimit(in_flight=3, command_seconds=0.001)
    refused: Counter[grpc.StatusCode] = Counter()
    with Gateway(backpressure=limit) as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        pause = threading.Event()

        def create(_: int) -> int:
            while True:
                try:
                    return client.create("p")
                except grpc.RpcError as error:
                    refused[error.code()] += 1
                    pause.wait(0.01)

        with ThreadPoolExecutor(20) as pool:
            keys = list(pool.map(create, range(200)))
        assert sorted(keys) == sorted(job.processInstanceKey for job in client.jobs("p", 1000))
    assert len(set(keys)) == 200
    assert set(refused) == {_EXHAUSTED}


@pytest.mark.parametrize("limit", [{"in_flight": 0}, {"in_flight": 1, "command_seconds": -1}])
def test_limit_that_lets_nothing_through(limit: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="lets nothing through"):
        BackpressureLimit(**limit)
