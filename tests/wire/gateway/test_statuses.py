"""Every RPC and every condition under which the gateway refuses it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from tests.wire.gateway.support import UNKNOWN_KEY, Client, refusal, service, straight, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import Gateway, HeldClock
from zeebe_grpc.gateway.servicer import PLAIN_RPCS

StatusCode = grpc.StatusCode
_FOREIGN_KEY = (77 << 51) + 5
_TWO_MEBI = json.dumps({"a": "x" * (2 << 20)})


@dataclass(frozen=True)
class World:
    """Keys of what is there when the questions are asked."""

    client: Client
    instance: int
    job: int
    failed_job: int
    pass_key: int


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Gateway(clock=HeldClock()) as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"), straight("pass"))
        instance, _ = client.create("p"), client.create("p")
        job, failed = client.jobs("p", 2)
        client.stub.FailJob(pb.FailJobRequest(jobKey=failed.key, retries=0))
        deployment = client.deploy(straight("pass"))
        yield World(client, instance, job.key, failed.key, deployment.deployments[0].process.processDefinitionKey)


@pytest.fixture(scope="module")
def preview() -> Iterator[World]:
    """The same of 8.10; the failed job is one whose error nobody caught."""
    with Gateway(version="8.10", clock=HeldClock()) as gateway, Client.of(gateway) as client:
        deployment = client.deploy(service("p", "p"))
        instance, _ = client.create("p"), client.create("p")
        job, thrown = client.jobs("p", 2, withLease=True)
        client.stub.ThrowError(
            pb.ThrowErrorRequest(jobKey=thrown.key, errorCode="E", jobLeaseToken=thrown.jobLeaseToken)
        )
        yield World(client, instance, job.key, thrown.key, deployment.deployments[0].process.processDefinitionKey)


@dataclass(frozen=True)
class Row:
    """One refusal: what is asked, and what the answer must be. `text`: what the message must contain."""

    rpc: str
    condition: str
    request: Callable[[World], Any]
    status: StatusCode
    text: str
    trailer: bool = True

    def __str__(self) -> str:
        return f"{self.rpc}: {self.condition}"


def _keyed(rpc: str, make: Callable[[int], Any]) -> list[Row]:
    """A command for a key is routed by the key's partition, before anybody looks for the key."""
    wrong = {"0": 0, "negative": -5, "of another partition": _FOREIGN_KEY}
    return [
        Row(rpc, f"key {name}", lambda world, key=key: make(key), StatusCode.UNAVAILABLE, f"partition {key >> 51}")
        for name, key in wrong.items()
    ] + [Row(rpc, "key unknown", lambda world: make(UNKNOWN_KEY), StatusCode.NOT_FOUND, "'NOT_FOUND'")]


def _documents(rpc: str, intent: str, make: Callable[[World, str], Any]) -> list[Row]:
    """Every RPC with variables refuses the same documents."""
    invalid = {
        "no JSON": "{a",
        "an array": "[1]",
        "NaN": '{"a":NaN}',
        "an integer of 2^64": '{"a":18446744073709551616}',
    }
    rows = [
        Row(
            rpc,
            f"variables are {name}",
            lambda world, text=text: make(world, text),
            StatusCode.INVALID_ARGUMENT,
            "JSON",
        )
        for name, text in invalid.items()
    ]
    rejected = f"Command '{intent}' rejected with code 'EXCEEDED_BATCH_RECORD_SIZE'"
    rows.append(
        Row(rpc, "variables of 2 MiB", lambda world: make(world, _TWO_MEBI), StatusCode.UNKNOWN, rejected),
    )
    too_large = json.dumps({"a": "x" * (4 << 20)})
    rows.append(
        Row(
            rpc,
            "request above 4 MiB",
            lambda world: make(world, too_large),
            StatusCode.RESOURCE_EXHAUSTED,
            "gRPC message exceeds maximum size 4194304",
            trailer=False,
        )
    )
    return rows


def _tenants(rpc: str, make: Callable[[str], Any]) -> Row:
    text = "multi-tenancy is disabled"
    return Row(rpc, "a tenant, though tenancy is off", lambda world: make("red"), StatusCode.INVALID_ARGUMENT, text)


def _activation(**fields: Any) -> pb.ActivateJobsRequest:
    usual = {"type": "t", "worker": "w", "timeout": 1000, "maxJobsToActivate": 1, "requestTimeout": -1}
    return pb.ActivateJobsRequest(**{**usual, **fields})


def _creation(**fields: Any) -> pb.CreateProcessInstanceRequest:
    return pb.CreateProcessInstanceRequest(**{"bpmnProcessId": "p", "version": -1, **fields})


def _awaited(**fields: Any) -> pb.CreateProcessInstanceWithResultRequest:
    return pb.CreateProcessInstanceWithResultRequest(request=_creation(**fields), requestTimeout=1000)


def _state(rpc: str, intent: str, request: Callable[[World], Any]) -> Row:
    text = f"Command '{intent}' rejected with code 'INVALID_STATE'"
    return Row(rpc, "job has failed", request, StatusCode.FAILED_PRECONDITION, text)


_INVALID = StatusCode.INVALID_ARGUMENT
_JOB_ROWS = [
    Row("ActivateJobs", "no type", lambda world: _activation(type=""), _INVALID, "'ACTIVATE'"),
    Row("ActivateJobs", "timeout 0", lambda world: _activation(timeout=0), _INVALID, "greater than zero"),
    Row("ActivateJobs", "unknown filter", lambda world: _activation(tenantFilter=9), _INVALID, "tenant filter 9"),
    _tenants("ActivateJobs", lambda tenant: _activation(tenantIds=[tenant])),
    Row(
        "StreamActivatedJobs",
        "blank type",
        lambda world: pb.StreamActivatedJobsRequest(type="  ", worker="w", timeout=1),
        _INVALID,
        "type",
        trailer=False,
    ),
    Row(
        "StreamActivatedJobs",
        "timeout 0",
        lambda world: pb.StreamActivatedJobsRequest(type="t", worker="w"),
        _INVALID,
        "timeout",
        trailer=False,
    ),
    _tenants(
        "StreamActivatedJobs", lambda tenant: pb.StreamActivatedJobsRequest(type="t", timeout=1, tenantIds=[tenant])
    ),
    *_keyed("CompleteJob", lambda key: pb.CompleteJobRequest(jobKey=key)),
    *_documents("CompleteJob", "COMPLETE", lambda world, text: pb.CompleteJobRequest(jobKey=world.job, variables=text)),
    _state("CompleteJob", "COMPLETE", lambda world: pb.CompleteJobRequest(jobKey=world.failed_job)),
    Row(
        "CompleteJob",
        "denied and corrected at once",
        lambda world: pb.CompleteJobRequest(
            jobKey=world.job,
            result=pb.JobResult(denied=True, corrections=pb.JobResultCorrections(assignee="me")),
        ),
        _INVALID,
        "denies",
    ),
    *_keyed("FailJob", lambda key: pb.FailJobRequest(jobKey=key, retries=1)),
    *_documents("FailJob", "FAIL", lambda world, text: pb.FailJobRequest(jobKey=world.job, retries=1, variables=text)),
    _state("FailJob", "FAIL", lambda world: pb.FailJobRequest(jobKey=world.failed_job, retries=1)),
    *_keyed("ThrowError", lambda key: pb.ThrowErrorRequest(jobKey=key, errorCode="E")),
    *_documents(
        "ThrowError", "THROW_ERROR", lambda world, text: pb.ThrowErrorRequest(jobKey=world.job, variables=text)
    ),
    _state("ThrowError", "THROW_ERROR", lambda world: pb.ThrowErrorRequest(jobKey=world.failed_job, errorCode="E")),
    *_keyed("UpdateJobRetries", lambda key: pb.UpdateJobRetriesRequest(jobKey=key, retries=1)),
    Row(
        "UpdateJobRetries",
        "retries 0",
        lambda world: pb.UpdateJobRetriesRequest(jobKey=world.job),
        _INVALID,
        "positive",
    ),
    *_keyed("UpdateJobTimeout", lambda key: pb.UpdateJobTimeoutRequest(jobKey=key, timeout=1)),
    _state("UpdateJobTimeout", "UPDATE_TIMEOUT", lambda world: pb.UpdateJobTimeoutRequest(jobKey=world.failed_job)),
]
_PROCESS_ROWS = [
    *_keyed("CancelProcessInstance", lambda key: pb.CancelProcessInstanceRequest(processInstanceKey=key)),
    *_keyed("ResolveIncident", lambda key: pb.ResolveIncidentRequest(incidentKey=key)),
    *_keyed("ModifyProcessInstance", lambda key: pb.ModifyProcessInstanceRequest(processInstanceKey=key)),
    *_keyed("MigrateProcessInstance", lambda key: pb.MigrateProcessInstanceRequest(processInstanceKey=key)),
    *_keyed("SetVariables", lambda key: pb.SetVariablesRequest(elementInstanceKey=key, variables="{}")),
    *_documents(
        "SetVariables",
        "UPDATE",
        lambda world, text: pb.SetVariablesRequest(elementInstanceKey=world.instance, variables=text),
    ),
    *_documents("CreateProcessInstance", "CREATE", lambda world, text: _creation(variables=text)),
    *_documents(
        "CreateProcessInstanceWithResult",
        "CREATE_WITH_AWAITING_RESULT",
        lambda world, text: _awaited(variables=text),
    ),
    _tenants("CreateProcessInstance", lambda tenant: _creation(tenantId=tenant)),
    _tenants("CreateProcessInstanceWithResult", lambda tenant: _awaited(tenantId=tenant)),
    _tenants("DeployResource", lambda tenant: pb.DeployResourceRequest(tenantId=tenant)),
    Row("DeployResource", "no file", lambda world: pb.DeployResourceRequest(), _INVALID, "'INVALID_ARGUMENT'"),
    Row(
        "CreateProcessInstance",
        "id unknown",
        lambda world: _creation(bpmnProcessId="nope"),
        StatusCode.NOT_FOUND,
        "Command 'CREATE' rejected with code 'NOT_FOUND'",
    ),
    Row(
        "CreateProcessInstance",
        "version unset",
        lambda world: _creation(version=0),
        StatusCode.NOT_FOUND,
        "'NOT_FOUND'",
    ),
    Row(
        "CreateProcessInstance",
        "key of another partition is only unknown",
        lambda world: pb.CreateProcessInstanceRequest(processDefinitionKey=_FOREIGN_KEY),
        StatusCode.NOT_FOUND,
        "'NOT_FOUND'",
    ),
    Row("CreateProcessInstance", "bad tag", lambda world: _creation(tags=["1st"]), _INVALID, "tag '1st'"),
    Row(
        "CreateProcessInstance",
        "eleven tags",
        lambda world: _creation(tags=[f"t{number}" for number in range(11)]),
        _INVALID,
        "11 tags",
    ),
    Row("CreateProcessInstance", "long business id", lambda world: _creation(businessId="b" * 257), _INVALID, "257"),
    Row(
        "CreateProcessInstanceWithResult",
        "no result in time",
        lambda world: pb.CreateProcessInstanceWithResultRequest(request=_creation(), requestTimeout=50),
        StatusCode.DEADLINE_EXCEEDED,
        "within 0.05 s",
    ),
]
_PUBLICATION_ROWS = [
    Row("PublishMessage", "blank name", lambda world: pb.PublishMessageRequest(name=" "), _INVALID, "message name"),
    _tenants("PublishMessage", lambda tenant: pb.PublishMessageRequest(name="m", tenantId=tenant)),
    *_documents("PublishMessage", "PUBLISH", lambda world, text: pb.PublishMessageRequest(name="m", variables=text)),
    _tenants("BroadcastSignal", lambda tenant: pb.BroadcastSignalRequest(signalName="s", tenantId=tenant)),
    *_documents(
        "BroadcastSignal", "BROADCAST", lambda world, text: pb.BroadcastSignalRequest(signalName="s", variables=text)
    ),
    _tenants("EvaluateConditional", lambda tenant: pb.EvaluateConditionalRequest(tenantId=tenant)),
    *_documents("EvaluateConditional", "EVALUATE", lambda world, text: pb.EvaluateConditionalRequest(variables=text)),
    Row(
        "EvaluateConditional",
        "key unknown",
        lambda world: pb.EvaluateConditionalRequest(processDefinitionKey=UNKNOWN_KEY),
        StatusCode.NOT_FOUND,
        "Command 'EVALUATE' rejected with code 'NOT_FOUND'",
    ),
    _tenants("EvaluateDecision", lambda tenant: pb.EvaluateDecisionRequest(decisionId="d", tenantId=tenant)),
    *_documents(
        "EvaluateDecision", "EVALUATE", lambda world, text: pb.EvaluateDecisionRequest(decisionId="d", variables=text)
    ),
    *[
        row
        for row in _keyed("DeleteResource", lambda key: pb.DeleteResourceRequest(resourceKey=key))
        if row.status is StatusCode.UNAVAILABLE
    ],
]

_PREVIEW_ROWS = [
    *_keyed("UpdateJobPriority", lambda key: pb.UpdateJobPriorityRequest(jobKey=key, priority=1)),
    Row(
        "UpdateJobPriority",
        "no priority",
        lambda world: pb.UpdateJobPriorityRequest(jobKey=world.job),
        _INVALID,
        "has no priority",
    ),
    Row(
        "UpdateJobPriority",
        "job in a final state",
        lambda world: pb.UpdateJobPriorityRequest(jobKey=world.failed_job, priority=1),
        StatusCode.FAILED_PRECONDITION,
        "Command 'UPDATE_PRIORITY' rejected with code 'INVALID_STATE'",
    ),
    *[
        Row(rpc, f"{what} lease token", request, StatusCode.FAILED_PRECONDITION, "'INVALID_STATE'")
        for rpc, what, request in (
            ("CompleteJob", "no", lambda world: pb.CompleteJobRequest(jobKey=world.job)),
            ("CompleteJob", "wrong", lambda world: pb.CompleteJobRequest(jobKey=world.job, jobLeaseToken="x")),
            ("FailJob", "no", lambda world: pb.FailJobRequest(jobKey=world.job, retries=1)),
            ("FailJob", "wrong", lambda world: pb.FailJobRequest(jobKey=world.job, retries=1, jobLeaseToken="x")),
            ("ThrowError", "no", lambda world: pb.ThrowErrorRequest(jobKey=world.job, errorCode="E")),
            ("ThrowError", "wrong", lambda world: pb.ThrowErrorRequest(jobKey=world.job, jobLeaseToken="x")),
            (
                "UpdateJobRetries",
                "wrong",
                lambda world: pb.UpdateJobRetriesRequest(jobKey=world.job, retries=1, jobLeaseToken="x"),
            ),
            (
                "UpdateJobTimeout",
                "wrong",
                lambda world: pb.UpdateJobTimeoutRequest(jobKey=world.job, timeout=1, jobLeaseToken="x"),
            ),
            (
                "UpdateJobPriority",
                "wrong",
                lambda world: pb.UpdateJobPriorityRequest(jobKey=world.job, priority=1, jobLeaseToken="x"),
            ),
        )
    ],
]


@pytest.mark.parametrize("row", _PREVIEW_ROWS, ids=str)
def test_refusal_of_the_preview(row: Row, preview: World) -> None:
    test_refusal(row, preview)


@pytest.mark.parametrize("row", [*_JOB_ROWS, *_PROCESS_ROWS, *_PUBLICATION_ROWS], ids=str)
def test_refusal(row: Row, world: World) -> None:
    rpc = getattr(world.client.stub, row.rpc)
    code, text, trailer = refusal(lambda: rpc(row.request(world), timeout=10))
    assert code is row.status, text
    assert row.text in text
    assert (trailer is not None) == row.trailer
    if trailer is not None:
        assert (trailer.code, trailer.message) == (row.status.value[0], text)
        assert not trailer.details


def test_every_rpc_has_a_row_or_is_answered_elsewhere() -> None:
    rows = {row.rpc for row in (*_JOB_ROWS, *_PROCESS_ROWS, *_PUBLICATION_ROWS, *_PREVIEW_ROWS)}
    without = {method.name for method in pb.DESCRIPTOR.services_by_name["Gateway"].methods} - rows
    assert without == {"Topology", "DeployProcess"}


def test_every_rpc_is_served() -> None:
    methods = {method.name for method in pb.DESCRIPTOR.services_by_name["Gateway"].methods}
    special = {"ActivateJobs", "CreateProcessInstanceWithResult", "StreamActivatedJobs", "Topology"}
    assert methods == {*PLAIN_RPCS, *special}


def test_rpc_that_the_release_does_not_have(world: World) -> None:
    code, text, _ = refusal(lambda: world.client.stub.UpdateJobPriority(pb.UpdateJobPriorityRequest(), timeout=10))
    assert code is StatusCode.UNIMPLEMENTED
    assert "UpdateJobPriority" in text
    assert "8.9" in text


def test_unknown_method_and_unreadable_request(world: World) -> None:
    def call(method: str, data: bytes) -> Callable[[], Any]:
        return lambda: world.client.channel.unary_unary(f"/gateway_protocol.Gateway/{method}")(data, timeout=10)

    assert refusal(call("Nope", b""))[:2] == (
        StatusCode.UNIMPLEMENTED,
        "Method not found: gateway_protocol.Gateway/Nope",
    )
    code, text, trailer = refusal(call("CompleteJob", b"\xff\xff"))
    assert (code, trailer) == (StatusCode.UNKNOWN, None)
    assert "CompleteJobRequest" in text


def test_long_refusal_stays_readable(world: World) -> None:
    """A client reads at most 8 KiB of trailers: the text is cut before that, and the trailer left out."""
    name = "ö" * 100_000
    code, text, trailer = refusal(lambda: world.client.create(name))
    assert code is StatusCode.NOT_FOUND
    assert text.endswith("more characters)")
    assert trailer is None


def test_refused_document_is_not_quoted(world: World) -> None:
    """Variables never stand in an error."""
    _, text, _ = refusal(lambda: world.client.create("p", '{"card": "4711" x}'))
    assert "4711" not in text


def test_defect_of_our_own_is_internal_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Gateway() as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        stream = client.stream("p")
        until(lambda: gateway.open_streams() == 1)

        def fail(*_: object, **__: object) -> None:
            raise LookupError("a scope was lost")

        with gateway.engine_access() as engine:
            monkeypatch.setattr(engine, "apply", fail)
        for call in (
            lambda: client.create("p"),
            lambda: client.poll("p"),
            lambda: client.stub.CreateProcessInstanceWithResult(
                pb.CreateProcessInstanceWithResultRequest(request=_creation()), timeout=5
            ),
        ):
            code, text, _ = refusal(call)
            assert code is StatusCode.INTERNAL
            assert "LookupError: a scope was lost" in text
        monkeypatch.undo()
        client.create("p")  # the lock is free, and the gateway serves on
        assert next(stream).type == "p"
        stream.cancel()
    assert "a scope was lost" in caplog.text
