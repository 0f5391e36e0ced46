"""``zeebe-grpc run``: deploy a process, start it, work it, print what became of it.

Here are the command and its options; `zeebe_grpc.cli.local` runs it in the in-process gateway,
`zeebe_grpc.cli.remote` on a cluster.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from zeebe_grpc.cli.inputs import DOCUMENT, EXISTING_FILE, WORKER
from zeebe_grpc.cli.local import run_locally
from zeebe_grpc.cli.plan import Plan
from zeebe_grpc.cli.remote import run_remotely
from zeebe_grpc.cli.screen import Screen
from zeebe_grpc.errors import ConfigurationError, GatewayError, VariablesError
from zeebe_grpc.spans import LONGEST_SPAN
from zeebe_grpc.worker import Worker


@click.command(short_help="Run a process from start to end.")
@click.argument("file", type=EXISTING_FILE)
@click.argument("also", type=EXISTING_FILE, nargs=-1)
@click.option("--variables", type=DOCUMENT, default="{}", help="Variables to start with: a JSON object, or @FILE.")
@click.option("--worker", type=WORKER, help="The worker that does the jobs. Without it every job is completed at once.")
@click.option("--process", "process_id", help="Which process to start, if FILE has several.")
@click.option("--address", help="Run on this cluster instead, such as grpc://localhost:26500. Needs --worker.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.001, LONGEST_SPAN.total_seconds()),
    help="Seconds to wait for the result. With --address 30.",
)
@click.option("--quiet", is_flag=True, help="Print the result only.")
@click.pass_context
def run(
    ctx: click.Context,
    file: Path,
    also: tuple[Path, ...],
    variables: dict[str, Any],
    worker: Worker | None,
    process_id: str | None,
    address: str | None,
    timeout: float | None,
    quiet: bool,
) -> None:
    """Run the process in FILE from start to end; ALSO are files deployed with it.

    Prints the path taken on standard error and the final variables as JSON on standard output.

    Exit status: 0 the process completed; 1 an incident, nobody to act, or no result in time; 2 bad input.
    """
    plan = Plan((file, *also), variables, process_id, timeout)
    screen = Screen(quiet=quiet)
    try:
        ctx.exit(_carry_out(plan, worker, address, screen))
    except GatewayError as error:
        screen.fail(str(error))
        ctx.exit(1)
    except (ConfigurationError, VariablesError) as error:
        raise click.UsageError(str(error)) from error


def _carry_out(plan: Plan, worker: Worker | None, address: str | None, screen: Screen) -> int:
    if address is None:
        return run_locally(plan, worker, screen)
    if worker is None:
        raise click.UsageError("--address needs --worker: nothing completes jobs on a cluster by itself.")
    return run_remotely(plan, worker, address, screen)
