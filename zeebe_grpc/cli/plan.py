"""What one run is about, whoever carries it out: files, variables, which process, how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import GatewayError, InvalidArgumentError
from zeebe_grpc.models.resources import Deployment


@dataclass(frozen=True)
class Plan:
    """One run. `timeout` is in seconds, None waits for ever (or the default of a cluster call)."""

    files: tuple[Path, ...]
    variables: dict[str, Any]
    process_id: str | None = None
    timeout: float | None = None

    def deploy(self, client: ZeebeClient) -> str:
        """Deploy the files and return the id of the process to start.

        Raises:
            click.UsageError: a file was refused, or it does not say which process to start.
        """
        deployment = deploy(client, self.files)
        first = [process for process in deployment.processes if process.resource_name == self.files[0].name]
        return self._choose([process.bpmn_process_id for process in first or deployment.processes])

    def _choose(self, process_ids: list[str]) -> str:
        if self.process_id is not None:
            if self.process_id not in process_ids:
                raise click.UsageError(
                    f"no process {self.process_id!r} in {self.files[0]}: it has {_listed(process_ids)}."
                )
            return self.process_id
        if len(process_ids) != 1:
            raise click.UsageError(f"{self.files[0]} has {_listed(process_ids)}: choose one with --process.")
        return process_ids[0]


def deploy(client: ZeebeClient, files: Sequence[Path]) -> Deployment:
    """Deploy files and folders.

    Raises:
        click.UsageError: one was refused, by the gateway or before it was sent: empty, unreadable, a name twice.
    """
    try:
        return client.deploy_resources_from_files(list(files))
    except InvalidArgumentError as error:
        raise click.UsageError(f"cannot deploy {files[0]}: {error.details}") from error
    except GatewayError:
        raise  # a deadline is an OSError too
    except (OSError, ValueError) as error:
        raise click.UsageError(f"cannot deploy: {error}") from error


def _listed(process_ids: list[str]) -> str:
    return ", ".join(process_ids) if process_ids else "no executable process"
