"""``zeebe-grpc doctor``: what is wrong with the connection, and which setting mends it."""

from __future__ import annotations

import click

from zeebe_grpc.cli.diagnosis import examine
from zeebe_grpc.cli.findings import Finding, as_json, healthy, show
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import ConfigurationError


@click.command(short_help="Find what is wrong with a connection.")
@click.option("--address", help="Where the gateway is; else the environment's.")
@click.option("--slow", is_flag=True, help="Also hold a silent job stream, to find a proxy that cuts it off.")
@click.option("--idle", type=click.FloatRange(1, 3600), default=300.0, show_default=True, help="Seconds for --slow.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def doctor(ctx: click.Context, address: str | None, slow: bool, idle: float, output: str) -> None:
    """Look at everything between here and a gateway: name, connection, TLS, token, topology, clock, streams.

    Settings come from the environment (CAMUNDA_*, ZEEBE_*), secrets too. Ends with 0 if nothing failed, 1 if
    something did, 2 if a setting cannot be used.
    """
    findings: list[Finding] = []
    status = 0
    try:
        with ZeebeClient(address) as client:
            for finding in examine(client, idle if slow else None):
                findings.append(finding)
                if output == "text":
                    show(finding)
    except ConfigurationError as error:
        status = 2
        findings.append(Finding("settings", "failed", str(error)))
        if output == "text":
            show(findings[-1])
    if output == "json":
        click.echo(as_json(findings))
    ctx.exit(status or int(not healthy(findings)))
