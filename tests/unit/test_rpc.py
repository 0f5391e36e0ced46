"""The RPC table against the compiled descriptor and the retry rules; commands as values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import MethodDescriptorProto

from tests.unit.travel import travel
from zeebe_grpc import commands
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.errors import StatusCode
from zeebe_grpc.rpc import RPCS, SERVICE, RetryClass

METHODS = {method.name: method for method in pb.DESCRIPTOR.services_by_name["Gateway"].methods}
WIRE = json.loads((Path(__file__).parents[1] / "data" / "gateway-wire.json").read_text(encoding="utf-8"))
KEY = 2251799813685249


def test_the_table_has_every_rpc_of_the_descriptor_and_no_other() -> None:
    assert set(RPCS) == set(METHODS)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_row_says_what_the_descriptor_says(name: str) -> None:
    rpc, method = RPCS[name], METHODS[name]
    assert rpc.name == name
    assert rpc.path == f"/{method.containing_service.full_name}/{name}"
    assert rpc.request.DESCRIPTOR is method.input_type
    assert rpc.response.DESCRIPTOR is method.output_type
    written = MethodDescriptorProto()
    method.CopyToProto(written)  # descriptors of older releases of protobuf do not tell by themselves who streams
    assert rpc.server_streaming is written.server_streaming
    assert rpc.deprecated is method.GetOptions().deprecated
    assert rpc.request is getattr(pb, method.input_type.name)


def test_the_service_is_the_descriptors() -> None:
    assert pb.DESCRIPTOR.services_by_name["Gateway"].full_name == SERVICE


@pytest.mark.parametrize("recorded", WIRE["rpcs"], ids=lambda recorded: str(recorded["name"]))
def test_the_first_version_is_the_recorded_one(recorded: dict[str, str]) -> None:
    assert RPCS[recorded["name"]].since == recorded["since"].removeprefix("<=")


RETRY_CLASSES = {
    RetryClass.READ_ONLY: {"Topology"},
    RetryClass.SELF_ABSORBING: {
        "CompleteJob",
        "CancelProcessInstance",
        "ResolveIncident",
        "DeleteResource",
        "UpdateJobRetries",
        "UpdateJobTimeout",
        "UpdateJobPriority",
        "DeployResource",
        "DeployProcess",
    },
    RetryClass.OVERWRITE: {"SetVariables"},
    RetryClass.DOUBLE_EFFECT: {"FailJob", "ThrowError"},
    RetryClass.UNSAFE: {
        "CreateProcessInstance",
        "CreateProcessInstanceWithResult",
        "PublishMessage",
        "BroadcastSignal",
        "EvaluateConditional",
        "EvaluateDecision",
        "ModifyProcessInstance",
        "MigrateProcessInstance",
    },
    RetryClass.STREAM: {"ActivateJobs", "StreamActivatedJobs"},
}


def test_every_rpc_is_in_its_retry_class() -> None:
    assert {kind: {rpc.name for rpc in RPCS.values() if rpc.retry is kind} for kind in RETRY_CLASSES} == RETRY_CLASSES


def test_what_may_be_repeated_in_doubt() -> None:
    assert {kind for kind in RetryClass if not kind.repeatable} == {RetryClass.DOUBLE_EFFECT, RetryClass.UNSAFE}
    assert RetryClass.SELF_ABSORBING.done_after_repeat is StatusCode.NOT_FOUND
    assert RetryClass.IDEMPOTENT.done_after_repeat is StatusCode.ALREADY_EXISTS
    assert RetryClass.OVERWRITE.done_after_repeat is None


def test_a_command_is_a_value() -> None:
    made = commands.complete_job(KEY, variables={"a": 1})
    assert made == commands.complete_job(KEY, variables={"a": 1})
    with pytest.raises(AttributeError, match="immutable"):
        made.timeout = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    "made",
    [
        commands.complete_job(KEY, variables={"a": 1}),
        commands.publish_message("m", correlation_key="k", message_id="1", on_duplicate="ignore"),
        commands.create_process_instance_with_result("p", as_type=dict[str, int]),
        commands.activate_jobs("t", as_type=dict[str, int]),
        commands.stream_activated_jobs("t"),
    ],
    ids=lambda made: str(made.rpc.name),
)
def test_a_command_travels(made: object) -> None:
    travelled = travel(made)
    assert repr(travelled) == repr(made)
    assert travelled.request == made.request  # type: ignore[attr-defined]
    assert travelled.rpc is made.rpc  # type: ignore[attr-defined]


def test_a_command_does_not_show_its_request() -> None:
    shown = repr(commands.complete_job(KEY, variables={"a": "secret"}))
    assert shown == "Command(CompleteJob, retry='self-absorbing', timeout=None)"
    assert repr(commands.stream_activated_jobs("secret")) == "StreamCommand(StreamActivatedJobs, timeout=3600.0)"
