"""Asks questions one after the other and notes the answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import grpc

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc._proto.gateway_pb2_grpc import GatewayStub

UNKNOWN_KEY = (1 << 51) + 10**9 + 1
"""A key of partition 1 that no engine has given out so soon."""

_OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", 32 << 20),
    ("grpc.max_send_message_length", 64 << 20),
]


@dataclass(frozen=True)
class Told:
    """What the gateway said to one question."""

    status: str
    reply: Any
    message: str


class Interview:
    """A conversation with one gateway over a channel of its own."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address, options=_OPTIONS)
        self.gateway = GatewayStub(self._channel)
        self.told: dict[str, Told] = {}

    def close(self) -> None:
        """End the conversation."""
        self._channel.close()

    def ask(self, case: str, rpc: Callable[..., Any], request: Any, fact: Callable[[Any], Any] | None = None) -> Any:
        """Ask, note status and reply fact, and return the reply; None if it was refused. Streams are read out."""
        try:
            reply = rpc(request, timeout=20)
            if isinstance(reply, grpc.Call) and hasattr(reply, "__next__"):
                reply = list(reply)
        except grpc.RpcError as error:
            self.note(case, error.code().name, None, error.details())
            return None
        self.note(case, "OK", None if fact is None else fact(reply))
        return reply

    def note(self, case: str, status: str, reply: Any, message: str = "") -> None:
        """Note an answer that was got in another way."""
        assert case not in self.told
        self.told[case] = Told(status, reply, message)

    def deploy(self, name: str, content: bytes) -> pb.DeployResourceResponse:
        """Deploy a file without asking anything."""
        return self.gateway.DeployResource(
            pb.DeployResourceRequest(resources=[pb.Resource(name=name, content=content)]), timeout=20
        )

    def create(self, process_id: str, variables: str = "") -> int:
        """Start an instance of the latest version and return its key."""
        request = pb.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1, variables=variables)
        return self.gateway.CreateProcessInstance(request, timeout=20).processInstanceKey

    def jobs(self, job_type: str, count: int, timeout: int = 60_000) -> list[pb.ActivatedJob]:
        """Activate up to `count` jobs, waiting some seconds for them."""
        found: list[pb.ActivatedJob] = []
        give_up = time.monotonic() + 5
        while len(found) < count and time.monotonic() < give_up:
            request = pb.ActivateJobsRequest(
                type=job_type,
                worker="probe",
                timeout=timeout,
                maxJobsToActivate=count - len(found),
                requestTimeout=2000,
            )
            for response in self.gateway.ActivateJobs(request, timeout=20):
                found.extend(response.jobs)
        return found

    def listen(
        self,
        case: str,
        request: pb.StreamActivatedJobsRequest,
        act: Callable[[], object] | None = None,
        wait: float = 3,
    ) -> list[pb.ActivatedJob]:
        """Open a stream, act, and note how many jobs came until the first one did or the time was over."""
        call = self.gateway.StreamActivatedJobs(request, timeout=wait)
        got: list[pb.ActivatedJob] = []
        try:
            if act is not None:
                time.sleep(0.7)  # nothing tells when a stream is open
                act()
            got.extend(_first(call))
        except grpc.RpcError as error:
            self.note(case, error.code().name, len(got), error.details())
        else:
            self.note(case, "OK", len(got))
        return got


def _first(call: Iterable[pb.ActivatedJob]) -> list[pb.ActivatedJob]:
    for job in call:
        call.cancel()
        return [job]
    return []
