"""The generated messages and stubs with whatever protobuf and grpcio are installed here.

This stands in for the version checks that build_protos.py leaves out: tox runs it with the lowest and the newest
supported versions. Warnings are errors, so a runtime that complains of the generated code fails it.
"""

from __future__ import annotations

import copy
import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc._proto import gateway_pb2_grpc

ROOT = Path(__file__).parents[2]
PURE = "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"
SAMPLES: dict[int, Any] = {
    FieldDescriptor.TYPE_BOOL: True,
    FieldDescriptor.TYPE_BYTES: b"\x00\xff",
    FieldDescriptor.TYPE_ENUM: 1,
    FieldDescriptor.TYPE_INT32: -(2**31),
    FieldDescriptor.TYPE_INT64: 2**63 - 1,
    FieldDescriptor.TYPE_STRING: 'ü "\U0001f600"',
    FieldDescriptor.TYPE_UINT64: 2**64 - 1,
}


def message_types(descriptors: Any, scope: Any) -> Iterator[type[Message]]:
    """Every message class of the module, nested ones too."""
    for name, descriptor in descriptors.items():
        message_type = getattr(scope, name)
        yield message_type
        yield from message_types(descriptor.nested_types_by_name, message_type)


MESSAGE_TYPES = list(message_types(pb.DESCRIPTOR.message_types_by_name, pb))
each_type = pytest.mark.parametrize(
    "message_type", MESSAGE_TYPES, ids=lambda t: t.DESCRIPTOR.full_name.partition(".")[2]
)


def fill(message: Message) -> Message:
    """Set every field; of a oneof the last member wins."""
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        repeated = hasattr(value, "append")
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            fill(value.add() if repeated else value).SetInParent()
        elif repeated:
            value.extend([SAMPLES[field.type]] * 2)
        else:
            setattr(message, field.name, SAMPLES[field.type])
    return message


def test_there_is_something_to_test() -> None:
    assert len(MESSAGE_TYPES) == 75
    assert set(SAMPLES) | {FieldDescriptor.TYPE_MESSAGE} == {
        field.type for message_type in MESSAGE_TYPES for field in message_type.DESCRIPTOR.fields
    }


@each_type
def test_survives_the_wire(message_type: type[Message]) -> None:
    message = fill(message_type())
    assert message_type.FromString(message.SerializeToString()) == message
    assert message_type.FromString(b"") == message_type()


@each_type
def test_survives_json(message_type: type[Message]) -> None:
    message = fill(message_type())
    assert json_format.Parse(json_format.MessageToJson(message), message_type()) == message


@each_type
def test_can_be_pickled_and_copied(message_type: type[Message]) -> None:
    message = fill(message_type())
    for twin in (
        *(pickle.loads(pickle.dumps(message, protocol)) for protocol in range(2, 6)),  # noqa: S301
        copy.copy(message),
        copy.deepcopy(message),
    ):
        assert type(twin) is message_type
        assert twin == message
        assert twin is not message


@each_type
def test_names_the_module_that_it_lives_in(message_type: type[Message]) -> None:
    assert message_type.__module__ == "zeebe_grpc._proto.gateway_pb2"


def test_presence_is_seen() -> None:
    request = pb.UpdateJobPriorityRequest(priority=0)
    assert request.HasField("priority")
    assert not request.HasField("jobLeaseToken")
    assert pb.Deployment(form=pb.FormMetadata()).WhichOneof("Metadata") == "form"


def test_unknown_enum_values_are_kept() -> None:
    job = pb.ActivatedJob.FromString(b"\x80\x01\x63")
    assert job.kind == 99
    assert job.SerializeToString() == b"\x80\x01\x63"


IMPORT = "import zeebe_grpc._proto.gateway_pb2, zeebe_grpc._proto.gateway_pb2_grpc"
ASK_DEFAULT_POOL = """
from google.protobuf import descriptor_pool
try:
    descriptor_pool.Default().FindMessageTypeByName("gateway_protocol.ActivatedJob")
except KeyError:
    print("not there")
"""


@pytest.mark.parametrize(("code", "output"), [("", ""), (ASK_DEFAULT_POOL, "not there\n")], ids=["import", "pool"])
@pytest.mark.parametrize("implementation", [None, "python"], ids=["default", "pure"])
def test_imports_without_a_warning_and_into_no_shared_pool(code: str, output: str, implementation: str | None) -> None:
    environment = {**os.environ, **({PURE: implementation} if implementation else {})}
    command = [sys.executable, "-W", "error", "-c", f"{IMPORT}\n{code}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, output, "")


@pytest.mark.skipif(os.environ.get(PURE) == "python", reason="this is the inner run")
def test_all_of_this_holds_in_pure_python() -> None:
    """Where protobuf has no compiled wheel, as on Alpine, it takes its slow form."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=ROOT, env={**os.environ, PURE: "python"}
    )
    assert done.returncode == 0, done.stdout


def test_a_second_import_finds_the_same_module() -> None:
    assert importlib.import_module("zeebe_grpc._proto.gateway_pb2") is pb


class Echo(gateway_pb2_grpc.GatewayServicer):
    """Answers two calls and leaves the rest unimplemented, as generated."""

    def Topology(self, request: pb.TopologyRequest, context: Any) -> pb.TopologyResponse:  # noqa: N802
        return pb.TopologyResponse(gatewayVersion="8.9.0", partitionsCount=3)

    def ActivateJobs(self, request: pb.ActivateJobsRequest, context: Any) -> Iterator[pb.ActivateJobsResponse]:  # noqa: N802
        for key in range(request.maxJobsToActivate):
            yield pb.ActivateJobsResponse(jobs=[pb.ActivatedJob(key=key, type=request.type)])


@pytest.fixture
def address() -> Iterator[str]:
    """A server of the generated servicer on a loopback port."""
    server = grpc.server(ThreadPoolExecutor(2))
    gateway_pb2_grpc.add_GatewayServicer_to_server(Echo(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


NO_PROXY = [("grpc.enable_http_proxy", 0)]


def test_calls_through_the_blocking_stub(address: str) -> None:
    with grpc.insecure_channel(address, options=NO_PROXY) as channel:
        stub = gateway_pb2_grpc.GatewayStub(channel)
        assert stub.Topology(pb.TopologyRequest(), timeout=10).gatewayVersion == "8.9.0"
        request = pb.ActivateJobsRequest(type="t", maxJobsToActivate=3)
        assert [answer.jobs[0].key for answer in stub.ActivateJobs(request, timeout=10)] == [0, 1, 2]
        with pytest.raises(grpc.RpcError) as caught:
            stub.CompleteJob(pb.CompleteJobRequest(), timeout=10)
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_calls_through_the_asyncio_stub(address: str) -> None:
    async with grpc.aio.insecure_channel(address, options=NO_PROXY) as channel:
        stub: Any = gateway_pb2_grpc.GatewayStub(channel)
        assert (await stub.Topology(pb.TopologyRequest(), timeout=10)).partitionsCount == 3
        answers: AsyncIterator[pb.ActivateJobsResponse] = stub.ActivateJobs(
            pb.ActivateJobsRequest(type="t", maxJobsToActivate=3), timeout=10
        )
        assert [answer.jobs[0].type async for answer in answers] == ["t", "t", "t"]


async def test_serves_from_an_asyncio_server() -> None:
    server = grpc.aio.server()
    gateway_pb2_grpc.add_GatewayServicer_to_server(Echo(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=NO_PROXY) as channel:
            stub: Any = gateway_pb2_grpc.GatewayStub(channel)
            assert (await stub.Topology(pb.TopologyRequest(), timeout=10)).partitionsCount == 3
    finally:
        await server.stop(None)
