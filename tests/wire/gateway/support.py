"""What the tests of the in-process gateway share: raw stubs, and waiting for what happens in other threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import grpc
from google.rpc.status_pb2 import Status

from tests.contract.recorded.models import process, service, straight
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc._proto.gateway_pb2_grpc import GatewayStub
from zeebe_grpc.gateway import Gateway

__all__ = ["Client", "process", "service", "straight", "until"]

UNKNOWN_KEY = (1 << 51) + 10**9
_OPTIONS = [
    ("grpc.enable_http_proxy", 0),  # gRPC asks a proxy of the environment even for loopback
    ("grpc.use_local_subchannel_pool", 1),  # else equal channels share one connection
    ("grpc.max_receive_message_length", 32 << 20),
    ("grpc.max_send_message_length", 32 << 20),
]


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something that another thread does."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.002)


class Client:
    """A connection of its own to a gateway: the raw stub, and the few calls that every test needs."""

    def __init__(self, address: str, options: Sequence[tuple[str, Any]] = ()) -> None:
        self.channel = grpc.insecure_channel(address, options=[*_OPTIONS, *options])
        self.stub = GatewayStub(self.channel)

    @classmethod
    @contextmanager
    def of(cls, gateway: Gateway, options: Sequence[tuple[str, Any]] = ()) -> Iterator[Client]:
        """A client that is closed at the end."""
        client = cls(gateway.address, options)
        try:
            yield client
        finally:
            client.channel.close()

    def deploy(self, *models: bytes) -> pb.DeployResourceResponse:
        """Deploy BPMN models."""
        files = [pb.Resource(name=f"m{number}.bpmn", content=model) for number, model in enumerate(models)]
        return self.stub.DeployResource(pb.DeployResourceRequest(resources=files), timeout=10)

    def create(self, process_id: str, variables: str = "", **fields: Any) -> int:
        """Start an instance and return its key."""
        request = pb.CreateProcessInstanceRequest(
            **{"bpmnProcessId": process_id, "version": -1, "variables": variables, **fields}
        )
        return self.stub.CreateProcessInstance(request, timeout=10).processInstanceKey

    def poll(self, job_type: str, count: int = 1, **fields: Any) -> Any:
        """An ActivateJobs call, as gRPC gives it."""
        usual = {"worker": "w", "timeout": 60_000, "requestTimeout": 5_000}
        request = pb.ActivateJobsRequest(**{"type": job_type, "maxJobsToActivate": count, **usual, **fields})
        return self.stub.ActivateJobs(request, timeout=20)

    def jobs(self, job_type: str, count: int = 1, **fields: Any) -> list[pb.ActivatedJob]:
        """The jobs of one ActivateJobs call that does not wait."""
        answers = self.poll(job_type, count, **{"requestTimeout": -1, **fields})
        return [job for answer in answers for job in answer.jobs]

    def stream(self, job_type: str, **fields: Any) -> Any:
        """A StreamActivatedJobs call, as gRPC gives it."""
        usual = {"worker": "w", "timeout": 60_000}
        request = pb.StreamActivatedJobsRequest(**{"type": job_type, **usual, **fields})
        return self.stub.StreamActivatedJobs(request, timeout=20)

    def complete(self, key: int, variables: str = "") -> None:
        """Complete a job."""
        self.stub.CompleteJob(pb.CompleteJobRequest(jobKey=key, variables=variables), timeout=10)


def refusal(call: Callable[[], Any]) -> tuple[grpc.StatusCode, str, Status | None]:
    """Status, text and ``google.rpc.Status`` trailer of a call that must fail; streams are read out."""
    try:
        reply = call()
        if isinstance(reply, grpc.Call) and hasattr(reply, "__next__"):
            list(reply)
    except grpc.RpcError as error:
        trailers = dict(error.trailing_metadata() or ())
        encoded = trailers.get("grpc-status-details-bin")
        return error.code(), error.details(), None if encoded is None else Status.FromString(encoded)
    raise AssertionError("the call was not refused")
