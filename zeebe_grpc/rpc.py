"""The RPCs of the gateway as one table, and an RPC to be made as an immutable value.

Here live `RPCS` (path, messages, streaming, retry class, default timeout, first version), `Command[R]` and
`StreamCommand[R]`. A command says everything about a call except where it goes: which RPC, the request, how to read the
reply into `R`. Nothing here performs a call; a test holds the table equal to the compiled descriptor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Generic, TypeVar

import msgspec
from google.protobuf.message import Message

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.errors import GatewayError, StatusCode

R = TypeVar("R")

SERVICE: Final = "gateway_protocol.Gateway"

CALL_TIMEOUT: Final = 20.0
"""Seconds for a call, all attempts included: more than the gateway's own 15, so that its answer arrives."""

RESULT_TIMEOUT: Final = 30.0
"""Seconds to wait for the result of a process instance: below the 60 after which the SaaS ingress cuts."""

POLL_REQUEST_TIMEOUT: Final = 10.0
"""Seconds that the gateway may hold an ActivateJobs request open while there is nothing to give; its own default."""

STREAM_TIMEOUT: Final = 3_600.0
"""Seconds that a job stream lives: bounded, so that streams spread again over the gateways and outlive no proxy."""


class RetryClass(Enum):
    """What may be done when nobody knows whether a command was executed.

    A command that was provably not executed may be sent again in every class.
    """

    READ_ONLY = "read-only"
    """Send it again."""
    SELF_ABSORBING = "self-absorbing"
    """Send it again; NOT_FOUND after that means that it was done."""
    IDEMPOTENT = "idempotent by content"
    """Send it again; ALREADY_EXISTS after that means that it was done."""
    IDEMPOTENT_CREATION = "idempotent creation"
    """Send it again; ALREADY_EXISTS after that is ambiguous: it may be ours."""
    OVERWRITE = "overwrite"
    """Send it again."""
    DOUBLE_EFFECT = "double effect"
    """Do not: it could hit what came after it."""
    UNSAFE = "unsafe"
    """Do not: it could be done twice."""
    STREAM = "stream"
    """Make a new call; what was lost on the way comes back after its timeout."""

    @property
    def repeatable(self) -> bool:
        """Whether a command of this class may be sent again although it may have been executed."""
        return self not in (RetryClass.DOUBLE_EFFECT, RetryClass.UNSAFE)

    @property
    def done_after_repeat(self) -> StatusCode | None:
        """The status that, after a repetition, tells that an earlier attempt was executed."""
        return _DONE_AFTER_REPEAT.get(self)


_UNLIMITED: Final = frozenset(
    {
        # Exempt from the brokers' limit.
        "CompleteJob",
        "FailJob",
        "CancelProcessInstance",
        "DeployResource",
        "DeployProcess",
        # Answered by the gateway itself.
        "Topology",
        # Under way for as long as there is nothing to tell, which says nothing about the brokers.
        "ActivateJobs",
        "StreamActivatedJobs",
        "CreateProcessInstanceWithResult",
        # Late, it is useless: the job would be gone. Workers send few at a time.
        "UpdateJobTimeout",
    }
)

_DONE_AFTER_REPEAT: Final = {
    RetryClass.SELF_ABSORBING: StatusCode.NOT_FOUND,
    RetryClass.IDEMPOTENT: StatusCode.ALREADY_EXISTS,
}


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC of the gateway."""

    name: str
    request: type[Message]
    response: type[Message]
    retry: RetryClass
    since: str
    """The first version that has it; `"1.3"` for those that were always there."""
    server_streaming: bool = False
    deprecated: bool = False
    timeout: float = CALL_TIMEOUT
    """Seconds, unless the call or the client says otherwise."""

    limited: bool = field(init=False)
    """Whether a busy broker refuses it, so that the client limits how many are under way."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "limited", self.name not in _UNLIMITED)

    @property
    def path(self) -> str:
        """The HTTP/2 path of its calls."""
        return f"/{SERVICE}/{self.name}"

    def __repr__(self) -> str:
        return f"RPCS[{self.name!r}]"

    def __reduce__(self) -> tuple[Callable[[str], Rpc], tuple[str]]:
        return _rpc, (self.name,)


def _rpc(name: str) -> Rpc:
    return RPCS[name]


# Structs and not dataclasses: one is made for every call, and a frozen dataclass takes ten times as long to make.


class Command(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A call with one reply, ready to be executed by any client, any number of times.

    Pickles, if its reader does. `request` is exactly what is sent; do not change it.
    """

    rpc: Rpc
    request: Message
    read: Callable[[Any], R]
    """Reads the reply message."""
    retry: RetryClass
    timeout: float | None = None
    """Seconds for the call, all attempts included; None for the client's."""
    answers: Mapping[type[GatewayError], R] | None = None
    """Errors that the caller asked to get as a result."""

    def __repr__(self) -> str:
        # Without the request, which carries variables.
        return f"Command({self.rpc.name}, retry={self.retry.value!r}, timeout={self.timeout})"


class StreamCommand(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A call with any number of replies, each of which brings any number of `R`."""

    rpc: Rpc
    request: Message
    read: Callable[[Any], Iterable[R]]
    """Reads one reply message."""
    timeout: float
    """Seconds until the call is ended."""
    ends_at_deadline: bool = False
    """Whether reaching the timeout is the normal end, and no error."""

    def __repr__(self) -> str:
        return f"StreamCommand({self.rpc.name}, timeout={self.timeout})"


def command(
    name: str,
    request: Message,
    read: Callable[[Any], R],
    *,
    retry: RetryClass | None = None,
    timeout: float | None = None,
    answers: Mapping[type[GatewayError], R] | None = None,
) -> Command[R]:
    """A command for an RPC of the table, in its retry class unless told otherwise."""
    rpc = RPCS[name]
    return Command(rpc=rpc, request=request, read=read, retry=retry or rpc.retry, timeout=timeout, answers=answers)


def nothing(_reply: Message) -> None:
    """Reads a reply that has nothing in it."""


_ABSORBING: Final = RetryClass.SELF_ABSORBING
_UNSAFE: Final = RetryClass.UNSAFE
_STREAM: Final = RetryClass.STREAM

RPCS: Final[Mapping[str, Rpc]] = {
    rpc.name: rpc
    for rpc in (
        Rpc(
            "ActivateJobs",
            pb.ActivateJobsRequest,
            pb.ActivateJobsResponse,
            _STREAM,
            "1.3",
            server_streaming=True,
        ),
        Rpc(
            "StreamActivatedJobs",
            pb.StreamActivatedJobsRequest,
            pb.ActivatedJob,
            _STREAM,
            "8.3",
            server_streaming=True,
            timeout=STREAM_TIMEOUT,
        ),
        Rpc(
            "CancelProcessInstance",
            pb.CancelProcessInstanceRequest,
            pb.CancelProcessInstanceResponse,
            _ABSORBING,
            "1.3",
        ),
        Rpc("CompleteJob", pb.CompleteJobRequest, pb.CompleteJobResponse, _ABSORBING, "1.3"),
        Rpc("CreateProcessInstance", pb.CreateProcessInstanceRequest, pb.CreateProcessInstanceResponse, _UNSAFE, "1.3"),
        Rpc(
            "CreateProcessInstanceWithResult",
            pb.CreateProcessInstanceWithResultRequest,
            pb.CreateProcessInstanceWithResultResponse,
            _UNSAFE,
            "1.3",
            timeout=RESULT_TIMEOUT,
        ),
        Rpc("EvaluateDecision", pb.EvaluateDecisionRequest, pb.EvaluateDecisionResponse, _UNSAFE, "8.2"),
        Rpc(
            "DeployProcess",
            pb.DeployProcessRequest,  # pyright: ignore[reportDeprecated]  # gateways still serve it
            pb.DeployProcessResponse,  # pyright: ignore[reportDeprecated]
            _ABSORBING,
            "1.3",
            deprecated=True,
        ),
        Rpc("DeployResource", pb.DeployResourceRequest, pb.DeployResourceResponse, _ABSORBING, "8.0"),
        Rpc("FailJob", pb.FailJobRequest, pb.FailJobResponse, RetryClass.DOUBLE_EFFECT, "1.3"),
        Rpc("ThrowError", pb.ThrowErrorRequest, pb.ThrowErrorResponse, RetryClass.DOUBLE_EFFECT, "1.3"),
        Rpc("PublishMessage", pb.PublishMessageRequest, pb.PublishMessageResponse, _UNSAFE, "1.3"),
        Rpc("ResolveIncident", pb.ResolveIncidentRequest, pb.ResolveIncidentResponse, _ABSORBING, "1.3"),
        Rpc("SetVariables", pb.SetVariablesRequest, pb.SetVariablesResponse, RetryClass.OVERWRITE, "1.3"),
        Rpc("Topology", pb.TopologyRequest, pb.TopologyResponse, RetryClass.READ_ONLY, "1.3"),
        Rpc("UpdateJobRetries", pb.UpdateJobRetriesRequest, pb.UpdateJobRetriesResponse, _ABSORBING, "1.3"),
        Rpc("ModifyProcessInstance", pb.ModifyProcessInstanceRequest, pb.ModifyProcessInstanceResponse, _UNSAFE, "8.1"),
        Rpc(
            "MigrateProcessInstance",
            pb.MigrateProcessInstanceRequest,
            pb.MigrateProcessInstanceResponse,
            _UNSAFE,
            "8.4",
        ),
        Rpc("UpdateJobTimeout", pb.UpdateJobTimeoutRequest, pb.UpdateJobTimeoutResponse, _ABSORBING, "8.4"),
        Rpc("DeleteResource", pb.DeleteResourceRequest, pb.DeleteResourceResponse, _ABSORBING, "8.2"),
        Rpc("BroadcastSignal", pb.BroadcastSignalRequest, pb.BroadcastSignalResponse, _UNSAFE, "8.2"),
        Rpc("EvaluateConditional", pb.EvaluateConditionalRequest, pb.EvaluateConditionalResponse, _UNSAFE, "8.9"),
        Rpc("UpdateJobPriority", pb.UpdateJobPriorityRequest, pb.UpdateJobPriorityResponse, _ABSORBING, "8.10"),
    )
}
"""Every RPC by its name on the wire."""
