"""The cluster as the gateway sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class PartitionRole(Enum):
    """What a broker is for a partition."""

    LEADER = "LEADER"
    FOLLOWER = "FOLLOWER"
    INACTIVE = "INACTIVE"
    UNRECOGNIZED = "UNRECOGNIZED"
    """A role that a newer gateway knows."""


class PartitionHealth(Enum):
    """How a partition is on a broker."""

    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"
    DEAD = "DEAD"
    UNRECOGNIZED = "UNRECOGNIZED"
    """A health that a newer gateway knows."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition on a broker."""

    partition_id: int
    role: PartitionRole
    health: PartitionHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker and its partitions."""

    node_id: int
    host: str
    port: int
    version: str
    partitions: tuple[Partition, ...] = ()
    broker_id: str | None = None
    """What replaces `node_id` from 8.10 on."""
    zone: str | None = None
    """Where the broker runs (8.10)."""

    @property
    def address(self) -> str:
        """Host and port, for other brokers and gateways; clients talk to the gateway only."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """The cluster as the gateway's cache has it; a gateway that has just started may not know any broker yet."""

    brokers: tuple[Broker, ...] = ()
    cluster_size: int
    partitions_count: int
    replication_factor: int
    gateway_version: str
    cluster_id: str | None = None
    """From 8.9 on."""
