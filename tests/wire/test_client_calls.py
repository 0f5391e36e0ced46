"""Calls of both clients over real gRPC: what is sent, what comes back, what failures become."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as PackedAny
from google.rpc.status_pb2 import Status

from tests.wire.callers import Caller
from tests.wire.fixtures import KEY, caller, connect, gateway
from tests.wire.scripted import METHODS, ScriptedGateway, after, hang, replies, reply, status
from zeebe_grpc import Resilience, Resource, TerminateInstruction, commands, errors, raw
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.failures import error_class
from zeebe_grpc.rpc import RPCS

__all__ = ["caller", "connect", "gateway"]

UNARY: dict[str, Callable[[Any], Any]] = {
    "CancelProcessInstance": lambda client: client.cancel_process_instance(KEY),
    "CompleteJob": lambda client: client.complete_job(KEY),
    "CreateProcessInstance": lambda client: client.create_process_instance("p"),
    "CreateProcessInstanceWithResult": lambda client: client.create_process_instance_with_result("p"),
    "EvaluateDecision": lambda client: client.evaluate_decision("d"),
    "DeployResource": lambda client: client.deploy_resources([Resource("a.bpmn", b"a")]),
    "FailJob": lambda client: client.fail_job(KEY, retries=1),
    "ThrowError": lambda client: client.throw_error(KEY, "E"),
    "PublishMessage": lambda client: client.publish_message("m", correlation_key="k"),
    "ResolveIncident": lambda client: client.resolve_incident(KEY),
    "SetVariables": lambda client: client.set_variables(KEY, variables={"a": 1}),
    "Topology": lambda client: client.get_topology(),
    "UpdateJobRetries": lambda client: client.update_job_retries(KEY, retries=1),
    "ModifyProcessInstance": lambda client: client.modify_process_instance(
        KEY, terminate=[TerminateInstruction(element_id="x")]
    ),
    "MigrateProcessInstance": lambda client: client.migrate_process_instance(
        KEY, target_process_definition_key=KEY, mapping_instructions={"a": "b"}
    ),
    "UpdateJobTimeout": lambda client: client.update_job_timeout(KEY, job_timeout=5),
    "DeleteResource": lambda client: client.delete_resource(KEY),
    "BroadcastSignal": lambda client: client.broadcast_signal("s"),
    "EvaluateConditional": lambda client: client.evaluate_conditional(variables={}),
    "UpdateJobPriority": lambda client: client.update_job_priority(KEY, priority=1),
}
STREAMING: dict[str, Callable[[Any], Any]] = {
    "ActivateJobs": lambda client: client.activate_jobs("t"),
}


UNSAFE = [name for name in UNARY if not RPCS[name].retry.repeatable]
REPEATABLE = [name for name in UNARY if RPCS[name].retry.repeatable]


def test_every_rpc_is_called_here() -> None:
    assert {*UNARY, *STREAMING, "StreamActivatedJobs", "DeployProcess"} == set(METHODS)


@pytest.mark.parametrize("rpc", [*UNARY, *STREAMING])
def test_every_call_has_a_deadline(caller: Caller, gateway: ScriptedGateway, rpc: str) -> None:
    caller.run({**UNARY, **STREAMING}[rpc])
    (call,) = gateway.calls
    assert call.rpc == rpc
    # grpc writes the deadline with few digits, rounded up.
    assert RPCS[rpc].timeout - 2 < call.time_remaining < RPCS[rpc].timeout + 1


@pytest.mark.parametrize("rpc", UNARY)
def test_every_call_takes_a_timeout_of_its_own(
    connect: Callable[..., Caller], gateway: ScriptedGateway, rpc: str
) -> None:
    gateway.script(rpc, hang)
    hurried = connect(timeout=0.2)
    began = time.monotonic()
    with pytest.raises(errors.DeadlineError):
        hurried.run(UNARY[rpc])
    assert time.monotonic() - began < 2


def test_the_deprecated_rpc_warns_and_works(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("DeployProcess", reply(pb.DeployProcessResponse(key=KEY)))
    with pytest.deprecated_call(match="use deploy_resources"):
        deployment = caller.run(lambda client: client.deploy_process({"a.bpmn": b"a"}))
    assert deployment.key == KEY


@pytest.mark.parametrize("rpc", [*UNARY, *STREAMING])
@pytest.mark.parametrize(
    "code",
    [
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "PERMISSION_DENIED",
        "UNAUTHENTICATED",
        "UNIMPLEMENTED",
        "OUT_OF_RANGE",
    ],
)
def test_a_refusal_is_raised_at_once_as_the_class_of_its_rpc(
    caller: Caller, gateway: ScriptedGateway, rpc: str, code: str
) -> None:
    gateway.script(rpc, status(code, "Command 'X' rejected with code 'Y': because"))
    with pytest.raises(errors.GatewayError) as caught:
        caller.run({**UNARY, **STREAMING}[rpc])
    error = caught.value
    assert type(error) is error_class(rpc, grpc.StatusCode[code])
    assert (error.rpc, error.code.name, error.outcome, error.attempts) == (rpc, code, "not_executed", 1)
    assert (error.rejection_type, error.reason) == ("Y", "because")
    assert isinstance(error.__cause__, grpc.RpcError)
    assert len(gateway.calls) == 1


def test_an_old_gateway_is_told_by_version(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("EvaluateConditional", status("UNIMPLEMENTED", "Method not found"))
    with pytest.raises(errors.UnimplementedError, match=r"needs a gateway of version 8\.9 or later"):
        caller.run(UNARY["EvaluateConditional"])


# ---- sent again, or not


@pytest.mark.parametrize("rpc", UNARY)
@pytest.mark.parametrize(
    ("code", "details"), [("RESOURCE_EXHAUSTED", "busy"), ("UNAVAILABLE", "partition 1 has no leader")]
)
def test_a_refused_command_is_sent_again_whatever_it_is(
    caller: Caller, gateway: ScriptedGateway, rpc: str, code: str, details: str
) -> None:
    empty = getattr(pb, METHODS[rpc].output_type.name)()
    gateway.script(rpc, status(code, details), status(code, details), reply(empty))
    caller.run(UNARY[rpc])
    first, *others = gateway.requests(rpc)
    assert others == [first, first]


@pytest.mark.parametrize("rpc", UNSAFE)
@pytest.mark.parametrize("code", ["INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED", "UNKNOWN"])
def test_an_unsafe_command_in_doubt_is_sent_once(caller: Caller, gateway: ScriptedGateway, rpc: str, code: str) -> None:
    gateway.script(rpc, status(code, "connection lost"))
    with pytest.raises(errors.AmbiguousResultError) as caught:
        caller.run(UNARY[rpc])
    assert (caught.value.outcome, caught.value.retryable) == ("unknown", False)
    assert isinstance(caught.value, error_class(rpc, grpc.StatusCode[code]))
    assert len(gateway.calls) == 1


@pytest.mark.parametrize("rpc", REPEATABLE)
@pytest.mark.parametrize("code", ["INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED", "UNKNOWN"])
def test_a_repeatable_command_in_doubt_is_sent_again(
    caller: Caller, gateway: ScriptedGateway, rpc: str, code: str
) -> None:
    empty = getattr(pb, METHODS[rpc].output_type.name)()
    gateway.script(rpc, status(code, "connection lost"), reply(empty))
    caller.run(UNARY[rpc])
    assert len(gateway.calls) == 2


def test_not_found_after_doubt_means_done(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("CompleteJob", status("INTERNAL"), status("NOT_FOUND"))
    assert caller.run(UNARY["CompleteJob"]) is None


def test_not_found_after_a_mere_refusal_is_not_found(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("CompleteJob", status("RESOURCE_EXHAUSTED"), status("NOT_FOUND"))
    with pytest.raises(errors.JobNotFoundError) as caught:
        caller.run(UNARY["CompleteJob"])
    assert (caught.value.attempts, caught.value.outcome) == (2, "not_executed")


def test_a_message_that_can_be_recognized_is_repeated(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("PublishMessage", status("UNAVAILABLE", "Socket closed"), status("ALREADY_EXISTS"))
    sent = caller.run(lambda client: client.publish_message("m", correlation_key="k", message_id="1"))
    assert (sent.message_key, sent.duplicate) == (None, False)


def test_a_duplicate_is_an_error_or_a_result(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("PublishMessage", status("ALREADY_EXISTS"))
    with pytest.raises(errors.DuplicateMessageError):
        caller.run(lambda client: client.publish_message("m", correlation_key="k", message_id="1"))
    sent = caller.run(
        lambda client: client.publish_message("m", correlation_key="k", message_id="1", on_duplicate="ignore")
    )
    assert sent.duplicate


def test_a_repeated_message_that_was_ours_is_no_duplicate(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("PublishMessage", status("INTERNAL"), status("ALREADY_EXISTS"))
    sent = caller.run(
        lambda client: client.publish_message("m", correlation_key="k", message_id="1", on_duplicate="ignore")
    )
    assert not sent.duplicate


def test_a_creation_with_a_unique_business_id_is_repeated_and_told(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("CreateProcessInstance", status("ABORTED"), status("ALREADY_EXISTS", "in use"))
    with pytest.raises(errors.AmbiguousAlreadyExistsError) as caught:
        caller.run(lambda client: client.create_process_instance("p", business_id="b", business_id_is_unique=True))
    assert caught.value.attempts == 2


def test_back_pressure_ends_with_the_timeout_and_says_how_often(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("CreateProcessInstance", status("RESOURCE_EXHAUSTED", "busy"))
    began = time.monotonic()
    with pytest.raises(errors.BackpressureError) as caught:
        caller.run(lambda client: client.create_process_instance("p", timeout=0.5))
    assert time.monotonic() - began < 1.5
    assert caught.value.attempts == len(gateway.calls) > 1
    assert (caught.value.outcome, caught.value.retryable) == ("not_executed", True)


def test_each_attempt_gets_what_is_left_of_the_timeout(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("Topology", after(0.4, status("RESOURCE_EXHAUSTED")), reply(pb.TopologyResponse()))
    caller.run(lambda client: client.get_topology(timeout=5))
    first, second = (call.time_remaining for call in gateway.calls)
    assert second < first - 0.2


# ---- rich details, sizes, malformed replies


def test_what_each_partition_said_is_read(connect: Callable[..., Caller], gateway: ScriptedGateway) -> None:
    nested = [Status(code=8, message="partition 1 is busy"), Status(code=14, message="partition 2 has no leader")]
    packed = [PackedAny() for _ in nested]
    for box, content in zip(packed, nested, strict=True):
        box.Pack(content)
    rich = Status(code=8, message="all tried", details=packed)
    gateway.script(
        "CreateProcessInstance",
        status("RESOURCE_EXHAUSTED", "all tried", grpc_status_details_bin=rich.SerializeToString()),
    )
    with pytest.raises(errors.BackpressureError) as caught:
        connect(resilience=Resilience(max_attempts=1)).run(UNARY["CreateProcessInstance"])
    assert [(said.code.name, said.message) for said in caught.value.partitions] == [
        ("RESOURCE_EXHAUSTED", "partition 1 is busy"),
        ("UNAVAILABLE", "partition 2 has no leader"),
    ]


@pytest.mark.parametrize("rich", [b"garbage", Status(code=5, message="other").SerializeToString()])
def test_rich_details_that_make_no_sense_are_left_out(
    connect: Callable[..., Caller], gateway: ScriptedGateway, rich: bytes
) -> None:
    gateway.script("CreateProcessInstance", status("RESOURCE_EXHAUSTED", "busy", grpc_status_details_bin=rich))
    with pytest.raises(errors.BackpressureError) as caught:
        connect(resilience=Resilience(max_attempts=1)).run(UNARY["CreateProcessInstance"])
    assert caught.value.partitions == ()


def test_a_reply_too_large_for_us_was_executed_and_is_not_repeated(
    connect: Callable[..., Caller], gateway: ScriptedGateway
) -> None:
    gateway.script("CreateProcessInstance", reply(pb.CreateProcessInstanceResponse(processInstanceKey=KEY)))
    narrow = connect(max_receive_message_size=1)
    with pytest.raises(errors.MessageTooLargeError) as caught:
        narrow.run(UNARY["CreateProcessInstance"])
    assert (caught.value.outcome, caught.value.retryable) == ("executed", False)
    assert len(gateway.calls) == 1


def test_a_request_too_large_for_us_is_not_sent(connect: Callable[..., Caller], gateway: ScriptedGateway) -> None:
    narrow = connect(max_send_message_size=10)
    with pytest.raises(errors.MessageTooLargeError, match="max_send_message_size is 10") as caught:
        narrow.run(UNARY["SetVariables"])
    assert (caught.value.outcome, caught.value.attempts) == ("not_executed", 0)
    assert gateway.calls == []


def test_a_request_too_large_for_the_server_was_not_executed() -> None:
    with ScriptedGateway((("grpc.max_receive_message_length", 10),)) as gateway:
        for kind in ("blocking", "asyncio"):
            caller = Caller(kind, gateway.address)
            with pytest.raises(errors.MessageTooLargeError) as caught:
                caller.run(lambda client: client.set_variables(KEY, variables={"a": "x" * 100}))
            assert caught.value.outcome == "not_executed"
            caller.close()
        assert gateway.calls == []


def test_a_reply_of_five_mebibytes_is_received(caller: Caller, gateway: ScriptedGateway) -> None:
    text = '{"a":"' + "x" * (5 * 1024 * 1024 - 100) + '"}'
    gateway.script("CreateProcessInstanceWithResult", reply(pb.CreateProcessInstanceWithResultResponse(variables=text)))
    done = caller.run(lambda client: client.create_process_instance_with_result("p", as_type=dict))
    assert len(done.variables_json) == len(text)


def test_a_reply_that_is_no_message_was_executed(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("Topology", reply(b"\xff\xff\xff"))
    with pytest.raises(errors.MalformedResponseError) as caught:
        caller.run(UNARY["Topology"])
    assert (caught.value.rpc, caught.value.raw) == ("Topology", b"\xff\xff\xff")


def test_a_result_that_does_not_fit_is_not_lost(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script(
        "CreateProcessInstanceWithResult",
        reply(pb.CreateProcessInstanceWithResultResponse(processInstanceKey=KEY, variables='{"a":"x"}')),
    )
    with pytest.raises(errors.MalformedResponseError) as caught:
        caller.run(lambda client: client.create_process_instance_with_result("p", as_type=dict[str, int]))
    assert caught.value.raw.process_instance_key == KEY  # type: ignore[attr-defined]
    assert len(gateway.calls) == 1


# ---- the way down


def test_a_raw_message_goes_and_comes_as_it_is(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("Topology", reply(pb.TopologyResponse(gatewayVersion="8.9.0")))
    answer = caller.run(lambda client: client.execute_raw(raw.TopologyRequest()))
    assert answer == pb.TopologyResponse(gatewayVersion="8.9.0")


def test_a_raw_message_that_is_no_request_is_refused(caller: Caller) -> None:
    with pytest.raises(TypeError, match="no RPC of the gateway takes a TopologyResponse"):
        caller.run(lambda client: client.execute_raw(raw.TopologyResponse()))
    with pytest.raises(TypeError, match=r"ActivateJobs sends a stream of replies; use stream\(command\)"):
        caller.run(lambda client: client.execute_raw(raw.ActivateJobsRequest()))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (5, "expected a Command of zeebe_grpc.commands, got int"),
        (None, "got NoneType"),
        (pb.TopologyRequest(), r"got TopologyRequest; send generated messages with execute_raw\(message\)"),
        (commands.activate_jobs("t"), r"ActivateJobs sends a stream of replies; use stream\(command\)"),
    ],
)
def test_what_is_no_command_is_refused(caller: Caller, gateway: ScriptedGateway, given: Any, problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        caller.run(lambda client: client.execute(given))
    assert gateway.calls == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (5, "expected a StreamCommand of zeebe_grpc.commands, got int"),
        (commands.get_topology(), r"Topology sends one reply; use execute\(command\)"),
    ],
)
def test_what_is_no_stream_is_refused(caller: Caller, gateway: ScriptedGateway, given: Any, problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        caller.take(lambda client: client.stream(given), 1)
    assert gateway.calls == []


def test_a_command_can_be_executed_any_number_of_times(caller: Caller, gateway: ScriptedGateway) -> None:
    made = commands.complete_job(KEY, variables={"a": 1})
    for _ in range(3):
        caller.run(lambda client: client.execute(made, timeout=5))
    assert gateway.requests("CompleteJob") == [made.request] * 3


# ---- activate_jobs


def test_jobs_that_came_before_a_failure_are_kept(caller: Caller, gateway: ScriptedGateway) -> None:
    response = pb.ActivateJobsResponse(jobs=[pb.ActivatedJob(key=KEY)])
    gateway.script("ActivateJobs", replies(response, response, then=status("UNAVAILABLE", "gone")))
    jobs = caller.run(STREAMING["ActivateJobs"])
    assert [job.key for job in jobs] == [KEY, KEY]
    assert isinstance(jobs.error, errors.UnavailableError)
    assert len(gateway.calls) == 1


def test_a_poll_that_failed_with_nothing_is_made_again(caller: Caller, gateway: ScriptedGateway) -> None:
    response = pb.ActivateJobsResponse(jobs=[pb.ActivatedJob(key=KEY)])
    gateway.script("ActivateJobs", status("RESOURCE_EXHAUSTED", "busy"), status("UNAVAILABLE"), replies(response))
    jobs = caller.run(STREAMING["ActivateJobs"])
    assert (len(jobs), jobs.error, len(gateway.calls)) == (1, None, 3)


def test_a_poll_that_finds_nothing_is_empty(caller: Caller) -> None:
    jobs = caller.run(STREAMING["ActivateJobs"])
    assert (len(jobs), jobs.error) == (0, None)


def test_a_gateway_that_never_answers_a_poll_is_given_up(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("ActivateJobs", hang)
    with pytest.raises(errors.DeadlineError):
        caller.run(lambda client: client.activate_jobs("t", timeout=0.3))


def test_a_poll_with_nothing_but_refusals_ends_with_its_timeout(caller: Caller, gateway: ScriptedGateway) -> None:
    gateway.script("ActivateJobs", status("RESOURCE_EXHAUSTED", "busy"))
    with pytest.raises(errors.BackpressureError) as caught:
        caller.run(lambda client: client.activate_jobs("t", timeout=1))
    assert caught.value.attempts == len(gateway.calls) > 1


# ---- files


def test_files_are_deployed_under_their_names(caller: Caller, gateway: ScriptedGateway, tmp_path: Any) -> None:
    (tmp_path / "a.bpmn").write_bytes(b"<a/>")
    caller.run(lambda client: client.deploy_resources_from_files(tmp_path, tenant_id="red"))
    assert gateway.requests("DeployResource") == [
        pb.DeployResourceRequest(resources=[pb.Resource(name="a.bpmn", content=b"<a/>")], tenantId="red")
    ]
