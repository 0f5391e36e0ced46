"""Every RPC of the gateway: from the request's command to the answer's reply.

The plain RPCs are rows of a table. ActivateJobs, StreamActivatedJobs, CreateProcessInstanceWithResult and Topology
have handlers of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.engine.answers import Answer, Rejection, RejectionType
from zeebe_grpc.engine.commands import EngineCommand
from zeebe_grpc.gateway import change_requests, requests
from zeebe_grpc.gateway.alarms import Alarms
from zeebe_grpc.gateway.backpressure import Admission
from zeebe_grpc.gateway.call import Call
from zeebe_grpc.gateway.decision_replies import evaluated
from zeebe_grpc.gateway.engine_room import EngineRoom
from zeebe_grpc.gateway.polling import DEFAULT_TIMEOUT_SECONDS, LongPolling, Poll
from zeebe_grpc.gateway.replies import ReplyMaker
from zeebe_grpc.gateway.requests import Rules
from zeebe_grpc.gateway.statuses import StatusError, from_rejection
from zeebe_grpc.gateway.streams import JobStreams

BROKER_TIMEOUT_SECONDS = 15.0
"""How long a gateway waits for its broker."""


@dataclass(frozen=True)
class PlainRpc:
    """A unary RPC that is one command of the engine."""

    read: Callable[[Any, Rules], EngineCommand]
    reply: Callable[[Any, ReplyMaker], Message]


def _empty(message: type[Message]) -> Callable[[Any, ReplyMaker], Message]:
    return lambda answer, replies: message()


PLAIN_RPCS = {
    "BroadcastSignal": PlainRpc(requests.broadcast_signal, lambda answer, replies: replies.broadcast(answer)),
    "CancelProcessInstance": PlainRpc(requests.cancel_process_instance, _empty(pb.CancelProcessInstanceResponse)),
    "CompleteJob": PlainRpc(requests.complete_job, _empty(pb.CompleteJobResponse)),
    "CreateProcessInstance": PlainRpc(
        requests.create_process_instance, lambda answer, replies: replies.created(answer)
    ),
    "DeleteResource": PlainRpc(requests.delete_resource, lambda answer, replies: replies.deleted(answer)),
    "DeployProcess": PlainRpc(requests.deploy_process, lambda answer, replies: replies.deployed_processes(answer)),
    "DeployResource": PlainRpc(requests.deploy_resource, lambda answer, replies: replies.deployed(answer)),
    "EvaluateConditional": PlainRpc(
        requests.evaluate_conditional, lambda answer, replies: replies.conditional_evaluated(answer)
    ),
    "EvaluateDecision": PlainRpc(
        requests.evaluate_decision, lambda answer, replies: evaluated(answer, replies.release)
    ),
    "FailJob": PlainRpc(requests.fail_job, _empty(pb.FailJobResponse)),
    "MigrateProcessInstance": PlainRpc(
        change_requests.migrate_process_instance, _empty(pb.MigrateProcessInstanceResponse)
    ),
    "ModifyProcessInstance": PlainRpc(
        change_requests.modify_process_instance, _empty(pb.ModifyProcessInstanceResponse)
    ),
    "PublishMessage": PlainRpc(requests.publish_message, lambda answer, replies: replies.published(answer)),
    "ResolveIncident": PlainRpc(requests.resolve_incident, _empty(pb.ResolveIncidentResponse)),
    "SetVariables": PlainRpc(requests.set_variables, lambda answer, replies: replies.variables_set(answer)),
    "ThrowError": PlainRpc(requests.throw_error, _empty(pb.ThrowErrorResponse)),
    "UpdateJobPriority": PlainRpc(requests.update_job_priority, _empty(pb.UpdateJobPriorityResponse)),
    "UpdateJobRetries": PlainRpc(requests.update_job_retries, _empty(pb.UpdateJobRetriesResponse)),
    "UpdateJobTimeout": PlainRpc(requests.update_job_timeout, _empty(pb.UpdateJobTimeoutResponse)),
}


class Servicer:
    """Serves calls. Handlers return at once; what waits holds no thread."""

    def __init__(
        self,
        room: EngineRoom,
        rules: Rules,
        replies: ReplyMaker,
        polling: LongPolling,
        streams: JobStreams,
        alarms: Alarms,
        admission: Admission,
        topology: Callable[[], pb.TopologyResponse],
    ) -> None:
        self._room = room
        self._rules = rules
        self._replies = replies
        self._polling = polling
        self._streams = streams
        self._alarms = alarms
        self._admission = admission
        self._topology = topology
        self._awaiting: set[Call] = set()
        self._special: dict[str, Callable[[Call], None]] = {
            "ActivateJobs": self._activate_jobs,
            "CreateProcessInstanceWithResult": self._create_with_result,
            "StreamActivatedJobs": self._stream_activated_jobs,
            "Topology": self._tell_topology,
        }

    def handle(self, call: Call) -> None:
        """Serve one call.

        Raises:
            StatusError: if the RPC is refused at once.
        """
        release = self._rules.release
        if not release.has_rpc(call.rpc):
            text = f"Method not found: gateway_protocol.Gateway/{call.rpc} (Zeebe {release.short} does not have it)"
            raise StatusError(grpc.StatusCode.UNIMPLEMENTED, text, plain=True)
        self._admission.admit(call, self._special.get(call.rpc, self._plain))

    def _plain(self, call: Call) -> None:
        rpc = PLAIN_RPCS[call.rpc]
        answer = self._room.execute(rpc.read(call.request, self._rules))
        if isinstance(answer, Rejection):
            raise _refusal(call.rpc, answer)
        call.reply(rpc.reply(answer, self._replies))
        call.end()

    def _tell_topology(self, call: Call) -> None:
        call.reply(self._topology())
        call.end()

    def _activate_jobs(self, call: Call) -> None:
        timeout = call.request.requestTimeout
        wait = None if timeout < 0 else timeout / 1000 or DEFAULT_TIMEOUT_SECONDS
        poll = Poll(call, requests.activate_jobs(call.request, self._rules), wait)
        with self._room.turn() as turn:
            self._polling.serve(turn, poll)

    def _stream_activated_jobs(self, call: Call) -> None:
        kind = requests.stream_activated_jobs(call.request, self._rules)
        with self._room.turn():
            self._streams.add(kind, call)

    def _create_with_result(self, call: Call) -> None:
        command = requests.create_process_instance_with_result(call.request, self._rules)
        timeout = call.request.requestTimeout
        seconds = timeout / 1000 if timeout > 0 else BROKER_TIMEOUT_SECONDS

        def on_answer(answer: Answer) -> None:
            alarm.cancel()
            self._awaiting.discard(call)
            self._send_result(call, answer)

        def forget() -> None:
            alarm.cancel()
            self._awaiting.discard(call)
            with self._room.turn() as turn:
                turn.forget(on_answer)

        def give_up() -> None:
            forget()
            call.end(_timed_out(call.rpc, seconds))

        alarm = self._alarms.after(seconds, give_up)
        self._awaiting.add(call)
        call.when_gone(forget)
        with self._room.turn() as turn:
            answer = turn.apply(command, on_answer)
        if answer is not None:
            on_answer(answer)

    def end_all(self) -> list[Call]:
        """Forget all calls that wait for a result, and return them."""
        calls = list(self._awaiting)
        self._awaiting.clear()
        return calls

    def _send_result(self, call: Call, answer: Any) -> None:
        if isinstance(answer, Rejection):
            call.end(_refusal(call.rpc, answer))
            return
        try:
            call.reply(self._replies.result(answer))
            call.end()
        except Exception as error:  # nobody above us could tell the client
            call.end(call.internal_error(error))


def _refusal(rpc: str, rejection: Rejection) -> StatusError:
    """The status of a refused command; what the engine cannot do is INVALID_ARGUMENT only where a file asked for it."""
    if rejection.type is not RejectionType.UNSUPPORTED:
        return from_rejection(rejection)
    if rpc in ("DeployResource", "DeployProcess"):
        return from_rejection(Rejection(rejection.intent, RejectionType.INVALID_ARGUMENT, rejection.reason))
    return _not_executed(rpc, rejection.reason)


def _not_executed(rpc: str, reason: str) -> StatusError:
    text = f"{rpc} is not supported by the in-process gateway: {reason}"
    return StatusError(grpc.StatusCode.UNIMPLEMENTED, text, plain=True)


def _timed_out(rpc: str, seconds: float) -> StatusError:
    text = f"Time out between gateway and broker: {rpc} had no answer within {seconds:g} s; the instance runs on"
    return StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, text)
