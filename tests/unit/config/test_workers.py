"""What variables say about workers reaches the workers, from whatever place they were said in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zeebe_grpc import ZeebeClient
from zeebe_grpc.models.jobs import TenantFilter
from zeebe_grpc.worker import Worker
from zeebe_grpc.worker.runner.connect import said_about_jobs


def settled(worker: Worker, client: ZeebeClient | None) -> Any:
    [job_type] = worker._settled(said=said_about_jobs(client))
    return job_type.settings


def made(**options: Any) -> Worker:
    worker = Worker()

    @worker.job("x", **options)
    def handle() -> None: ...

    return worker


def test_from_configuration_environment_and_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CAMUNDA_WORKER_TIMEOUT=60000\nCAMUNDA_WORKER_NAME=file\n")
    environment = {
        "CAMUNDA_LOAD_ENVFILE": str(tmp_path),
        "CAMUNDA_WORKER_NAME": "environment",
        "CAMUNDA_WORKER_MAX_CONCURRENT_JOBS": "5",
        "CAMUNDA_TENANT_IDS": "a,b",
    }
    configuration = {
        "CAMUNDA_WORKER_MAX_CONCURRENT_JOBS": 3,
        "CAMUNDA_DEFAULT_JOB_WORKER_TENANT_FILTER_MODE": "ASSIGNED",
    }
    with ZeebeClient(configuration=configuration, environment=environment) as client:
        found = settled(made(), client)
        assert settled(made(max_concurrent_jobs=7), client).max_concurrent_jobs == 7, "the decorator wins"
    assert (found.max_concurrent_jobs, found.job_timeout, found.worker_name) == (3, 60.0, "environment")
    assert (found.tenant_ids, found.tenant_filter) == (("a", "b"), TenantFilter.ASSIGNED)


def test_without_a_client_the_environment_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMUNDA_WORKER_MAX_CONCURRENT_JOBS", "5")
    assert settled(made(), None).max_concurrent_jobs == 5
    with ZeebeClient(environment={}) as client:
        assert settled(made(), client).max_concurrent_jobs == 32
