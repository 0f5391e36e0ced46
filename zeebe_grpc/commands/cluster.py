"""Commands about the cluster itself."""

from __future__ import annotations

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.models.cluster import Broker, Partition, PartitionHealth, PartitionRole, Topology
from zeebe_grpc.rpc import Command, command

_ROLES = {number: PartitionRole[name] for name, number in pb.Partition.PartitionBrokerRole.items()}
_HEALTHS = {number: PartitionHealth[name] for name, number in pb.Partition.PartitionBrokerHealth.items()}


def get_topology() -> Command[Topology]:
    """Build Topology: see `ZeebeClient.get_topology`."""
    return command("Topology", pb.TopologyRequest(), _read_topology)


def _read_topology(reply: pb.TopologyResponse) -> Topology:
    return Topology(
        brokers=tuple(_read_broker(broker) for broker in reply.brokers),
        cluster_size=reply.clusterSize,
        partitions_count=reply.partitionsCount,
        replication_factor=reply.replicationFactor,
        gateway_version=reply.gatewayVersion,
        cluster_id=reply.clusterId or None,
    )


def _read_broker(broker: pb.BrokerInfo) -> Broker:
    return Broker(
        node_id=broker.nodeId,
        host=broker.host,
        port=broker.port,
        version=broker.version,
        partitions=tuple(_read_partition(partition) for partition in broker.partitions),
        broker_id=broker.brokerId or None,
        zone=broker.zone or None,
    )


def _read_partition(partition: pb.Partition) -> Partition:
    return Partition(
        partition_id=partition.partitionId,
        role=_ROLES.get(partition.role, PartitionRole.UNRECOGNIZED),
        health=_HEALTHS.get(partition.health, PartitionHealth.UNRECOGNIZED),
    )
