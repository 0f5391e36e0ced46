"""Physical tenants of 8.10: a gateway is one, and says so to whoever asks for another."""

from __future__ import annotations

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.wire.gateway.support import Client, refusal
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.auth import Basic
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import AuthenticationError, NotFoundError
from zeebe_grpc.gateway import Gateway, Security

_KEY = "camunda-physical-tenant"


@pytest.mark.parametrize("metadata", [(), ((_KEY, "default"),)])
def test_without_a_name_it_is_the_default_one(metadata: tuple[tuple[str, str], ...]) -> None:
    with Gateway(version="8.10") as gateway, Client.of(gateway) as client:
        assert client.stub.Topology(pb.TopologyRequest(), timeout=5, metadata=metadata).clusterSize == 1


@pytest.mark.parametrize("name", ["red", "Default", ""])
def test_another_one_is_not_found(name: str) -> None:
    """For each call alike, streams too; the status is plain, for an interceptor gives it."""
    with Gateway(version="8.10") as gateway, Client.of(gateway) as client:
        metadata = ((_KEY, name),)
        stream = pb.StreamActivatedJobsRequest(type="t", timeout=1000)
        for call in (
            lambda: client.stub.Topology(pb.TopologyRequest(), timeout=5, metadata=metadata),
            lambda: client.stub.StreamActivatedJobs(stream, timeout=5, metadata=metadata),
        ):
            code, text, trailer = refusal(call)
            assert (code, trailer) == (grpc.StatusCode.NOT_FOUND, None)
            assert f"physical tenant '{name}'" in text


def test_an_older_release_does_not_look() -> None:
    with Gateway(version="8.9") as gateway, Client.of(gateway) as client:
        client.stub.Topology(pb.TopologyRequest(), timeout=5, metadata=((_KEY, "red"),))


def test_who_one_is_comes_first() -> None:
    security = Security(users={"demo": "secret"})
    with (
        Gateway(version="8.10", security=security) as gateway,
        ZeebeClient(gateway.address, metadata={_KEY: "red"}) as nobody,
        ZeebeClient(gateway.address, metadata={_KEY: "red"}, auth=Basic("demo", "secret")) as demo,
    ):
        with pytest.raises(AuthenticationError):
            nobody.get_topology()
        with pytest.raises(NotFoundError, match="physical tenant 'red'"):
            demo.get_topology()


def test_health_answers_everybody() -> None:
    with Gateway(version="8.10") as gateway, Client.of(gateway) as client:
        stub = health_pb2_grpc.HealthStub(client.channel)
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=5, metadata=((_KEY, "red"),))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
