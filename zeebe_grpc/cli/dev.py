"""``zeebe-grpc dev``: the in-process gateway on a port, for any client, until interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from zeebe_grpc.cli.inputs import EXISTING_PATH
from zeebe_grpc.cli.plan import deploy
from zeebe_grpc.cli.screen import Screen
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.gateway import Gateway

_KEPT_RECORDS = 1000


@click.command(short_help="Serve a gateway that executes BPMN in memory.")
@click.option("--port", type=click.IntRange(0, 65535), default=26500, show_default=True, help="0 takes a free one.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines in: no authentication!"
)
@click.option("--quiet", is_flag=True, help="Do not print what the engine does.")
@click.argument("files", type=EXISTING_PATH, nargs=-1)
@click.pass_context
def dev(ctx: click.Context, port: int, host: str, quiet: bool, files: tuple[Path, ...]) -> None:
    """Serve a gateway that executes BPMN in memory, with FILES (or folders) deployed.

    Nothing is kept when it ends. Stop it with Ctrl-C.
    """
    screen = Screen(quiet=quiet)
    try:
        gateway = Gateway(host, port, record_limit=_KEPT_RECORDS)
        gateway.start()
    except OSError as error:
        raise click.UsageError(f"{error.strerror or error}. Choose another --port or --host.") from error
    with gateway, _interrupted() as stopped:
        gateway.add_step_listener(screen.show)
        if files:
            _deploy(gateway, files, screen)
        click.echo(f"Zeebe gateway at grpc://{gateway.address}")
        while not stopped.wait(timeout=1):  # a wait without end is not interruptible on Windows
            continue
    ctx.exit(0)


def _deploy(gateway: Gateway, files: tuple[Path, ...], screen: Screen) -> None:
    with ZeebeClient(f"grpc://{gateway.address}", environment={}) as client:
        deployment = deploy(client, files)
    for process in deployment.processes:
        screen.say(f"  deployed {process.bpmn_process_id}, version {process.version}")


@contextmanager
def _interrupted() -> Generator[threading.Event, None, None]:
    """An event that the first SIGINT or SIGTERM sets; the handlers before are put back."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
