"""``zeebe-grpc status``: the topology of a cluster as a table."""

from __future__ import annotations

import dataclasses
import json
from enum import Enum
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import ConfigurationError, GatewayError
from zeebe_grpc.models import Broker, Topology


@click.command(short_help="Print the brokers of a cluster.")
@click.option("--address", help="Where the gateway is; else the environment's.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def status(ctx: click.Context, address: str | None, output: str) -> None:
    """Print the brokers of a cluster and their partitions, as its gateway sees them.

    Settings come from the environment (CAMUNDA_*, ZEEBE_*), secrets too.

    Exit status: 0 the gateway answered; 1 it did not; 2 a setting cannot be used.
    """
    try:
        with ZeebeClient(address) as client:
            topology = client.get_topology()
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    except GatewayError as error:
        click.echo(f"zeebe-grpc: {error}", err=True)
        ctx.exit(1)
    if output == "json":
        click.echo(json.dumps(dataclasses.asdict(topology), default=_plain, indent=2))
    else:
        _show(topology)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else str(value)


def _show(topology: Topology) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"gateway {topology.gateway_version}, cluster size {topology.cluster_size}, "
        f"{topology.partitions_count} partitions, replication factor {topology.replication_factor}"
        + (f", cluster {topology.cluster_id}" if topology.cluster_id else "")
    )
    table = Table("broker", "address", "version", "partition", "role", "health")
    for broker in topology.brokers:
        _add(table, broker)
    console.print(table)


def _add(table: Table, broker: Broker) -> None:
    name = broker.broker_id or str(broker.node_id)
    head = (name, broker.address, broker.version)
    for partition in broker.partitions:
        table.add_row(*head, str(partition.partition_id), partition.role.value.lower(), partition.health.value.lower())
        head = ("", "", "")
    if not broker.partitions:
        table.add_row(*head, "-", "", "")
