"""Models of other projects: each deploys or is refused by name, and none upsets the engine. Prints both groups."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.traces.cases import shared_folder
from zeebe_grpc import DeploymentRejectedError, ProcessDefinitionNotFoundError, ZeebeClient
from zeebe_grpc.errors import InvalidArgumentError, InvalidStateError
from zeebe_grpc.gateway import Gateway

OWNERS = ["camunda__camunda-8-js-sdk", "quarkiverse__quarkus-camunda", "camunda__zeebe-process-test"]
NO_START = (InvalidArgumentError, InvalidStateError, ProcessDefinitionNotFoundError)
"""How a gateway refuses to start a process that has no none start event."""


@pytest.fixture
def client() -> Iterator[ZeebeClient]:
    with Gateway() as gateway, ZeebeClient(gateway.address, environment={}) as client:
        yield client


def models(owner: str) -> list[Path]:
    shared = shared_folder()
    found = sorted((shared / "models" / owner).rglob("*.bpmn")) if shared else []
    if not found:
        pytest.skip(f"no models of {owner}: there is no shared folder")
    return found


@pytest.mark.parametrize("owner", OWNERS)
def test_a_model_deploys_or_is_refused_by_name(
    owner: str, client: ZeebeClient, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed, refused = [], {}
    for model in models(owner):
        try:
            deployment = client.deploy_resources_from_files([model])
        except DeploymentRejectedError as error:
            refused[model.name] = error.details.partition("\n")[2]
            continue
        deployed.append(model.name)
        for process in deployment.processes:
            start(client, process.bpmn_process_id)
    with capsys.disabled():
        print(table(owner, deployed, refused))
    assert deployed
    assert [name for name, reason in refused.items() if name not in reason] == []
    assert client.get_topology().brokers


def start(client: ZeebeClient, process_id: str) -> None:
    """Start an instance and leave it alone; what waits is no matter, an internal error would be raised."""
    with contextlib.suppress(*NO_START):
        client.create_process_instance(process_id, timeout=10)


def table(owner: str, deployed: list[str], refused: dict[str, str]) -> str:
    lines = [f"\n{owner}: {len(deployed)} deploy, {len(refused)} are refused"]
    lines += [f"  deploys  {name}" for name in deployed]
    lines += [f"  refused  {name}: {' '.join(reason.split())[:200]}" for name, reason in refused.items()]
    return "\n".join(lines)
