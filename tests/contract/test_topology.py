"""GetTopology."""

from __future__ import annotations

import pytest

from tests.contract.targets import Target
from zeebe_grpc import PartitionHealth, PartitionRole, ZeebeClient

pytestmark = pytest.mark.process


def test_one_broker_leads_one_healthy_partition(client: ZeebeClient, target: Target) -> None:
    topology = client.get_topology()
    assert (topology.cluster_size, topology.partitions_count, topology.replication_factor) == (1, 1, 1)
    (broker,) = topology.brokers
    (partition,) = broker.partitions
    assert partition.partition_id == 1
    assert partition.role is PartitionRole.LEADER
    if target.fresh:  # a real broker whose clock was moved takes itself for ill
        assert partition.health is PartitionHealth.HEALTHY


def test_it_names_its_version(client: ZeebeClient, target: Target) -> None:
    version = client.get_topology().gateway_version
    assert version.split(".")[:2] == [str(part) for part in target.version or (8, version.split(".")[1])]
