"""Builders about messages, signals and the cluster."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from zeebe_grpc import commands
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.errors import DuplicateMessageError
from zeebe_grpc.models import (
    Broker,
    Partition,
    PartitionHealth,
    PartitionRole,
    PublishedMessage,
    SignalBroadcast,
    Topology,
)
from zeebe_grpc.rpc import RetryClass

KEY: Any = 2251799813685249


def test_publish_sends_what_it_is_told() -> None:
    made = commands.publish_message(
        "m",
        correlation_key="k",
        variables={"a": 1},
        time_to_live=timedelta(days=2),
        message_id="id",
        tenant_id="red",
        business_id="b",
    )
    assert made.request == pb.PublishMessageRequest(
        name="m",
        correlationKey="k",
        timeToLive=172_800_000,
        messageId="id",
        variables='{"a":1}',
        tenantId="red",
        businessId="b",
    )


def test_a_message_lives_an_hour_by_default_and_not_the_wires_zero() -> None:
    made = commands.publish_message("m", correlation_key="")
    assert made.request == pb.PublishMessageRequest(name="m", timeToLive=3_600_000)
    assert not made.request.HasField("businessId")


@pytest.mark.parametrize(
    ("arguments", "retry"),
    [
        ({"message_id": "id"}, RetryClass.IDEMPOTENT),
        ({"message_id": "id", "time_to_live": 0}, RetryClass.UNSAFE),
        ({}, RetryClass.UNSAFE),
    ],
)
def test_only_a_message_that_the_gateway_can_recognize_may_be_repeated(arguments: Any, retry: RetryClass) -> None:
    assert commands.publish_message("m", correlation_key="k", **arguments).retry is retry


def test_a_duplicate_may_be_a_result() -> None:
    made = commands.publish_message("m", correlation_key="k", on_duplicate="ignore", tenant_id="red")
    assert made.answers == {DuplicateMessageError: PublishedMessage(message_key=None, duplicate=True, tenant_id="red")}
    assert commands.publish_message("m", correlation_key="k").answers is None


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"name": ""}, "name: must not be blank"),
        ({"message_id": ""}, "message_id: must not be blank"),
        ({"time_to_live": -1}, "time_to_live: expected 0 seconds"),
        ({"on_duplicate": "skip"}, 'on_duplicate: expected "raise" or "ignore"'),
        ({"business_id": ""}, "business_id: must not be blank"),
    ],
)
def test_publish_refuses_before_any_call(arguments: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        commands.publish_message(**{"name": "m", "correlation_key": "k", **arguments})


def test_what_publishing_tells() -> None:
    read = commands.publish_message("m", correlation_key="k", tenant_id="red").read
    assert read(pb.PublishMessageResponse(key=KEY, tenantId="blue")) == PublishedMessage(
        message_key=KEY, tenant_id="blue"
    )
    assert read(pb.PublishMessageResponse(key=KEY)).tenant_id == "red"


def test_a_message_that_an_earlier_attempt_published_has_no_key() -> None:
    read = commands.publish_message("m", correlation_key="k").read
    assert read(pb.PublishMessageResponse()) == PublishedMessage(message_key=None)


def test_broadcast_signal() -> None:
    made = commands.broadcast_signal("s", variables={"a": 1}, tenant_id="red")
    assert made.request == pb.BroadcastSignalRequest(signalName="s", variables='{"a":1}', tenantId="red")
    assert made.read(pb.BroadcastSignalResponse(key=KEY)) == SignalBroadcast(signal_key=KEY)
    with pytest.raises(ValueError, match="signal_name"):
        commands.broadcast_signal(" ")


def test_topology() -> None:
    reply = pb.TopologyResponse(
        brokers=[
            pb.BrokerInfo(
                nodeId=0,
                host="b",
                port=26501,
                version="8.9.0",
                partitions=[
                    pb.Partition(partitionId=1, role=pb.Partition.LEADER, health=pb.Partition.UNHEALTHY),
                    pb.Partition.FromString(bytes([0x08, 2, 0x10, 9, 0x18, 9])),
                ],
                brokerId="zone-0",
                zone="zone",
            ),
            pb.BrokerInfo(nodeId=1, host="c", port=26501),
        ],
        clusterSize=2,
        partitionsCount=2,
        replicationFactor=1,
        gatewayVersion="8.9.0",
        clusterId="id",
    )
    made = commands.get_topology()
    assert made.request == pb.TopologyRequest()
    read = made.read(reply)
    assert read == Topology(
        brokers=(
            Broker(
                node_id=0,
                host="b",
                port=26501,
                version="8.9.0",
                partitions=(
                    Partition(1, PartitionRole.LEADER, PartitionHealth.UNHEALTHY),
                    Partition(2, PartitionRole.UNRECOGNIZED, PartitionHealth.UNRECOGNIZED),
                ),
                broker_id="zone-0",
                zone="zone",
            ),
            Broker(node_id=1, host="c", port=26501, version=""),
        ),
        cluster_size=2,
        partitions_count=2,
        replication_factor=1,
        gateway_version="8.9.0",
        cluster_id="id",
    )
    assert read.brokers[0].address == "b:26501"
    assert made.read(pb.TopologyResponse()).brokers == ()
