"""The command group that the console script runs; the commands themselves live in modules of their own."""

from __future__ import annotations

import click

from zeebe_grpc._version import __version__
from zeebe_grpc.cli.dev import dev
from zeebe_grpc.cli.dmn import dmn
from zeebe_grpc.cli.doctor import doctor
from zeebe_grpc.cli.feel import feel
from zeebe_grpc.cli.run import run
from zeebe_grpc.cli.status import status


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="zeebe-grpc")
def app() -> None:
    """Run, serve and try BPMN, FEEL and DMN with no cluster, or work on one over gRPC."""


for command in (run, dev, feel, dmn, doctor, status):
    app.add_command(command)
