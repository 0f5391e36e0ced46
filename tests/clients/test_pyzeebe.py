"""pyzeebe through deploy, create, work and complete: where it is installed, as in the tox environment `pyzeebe`."""

# No annotations as text here: pyzeebe reads a handler's parameter types themselves.
import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import MODEL

pyzeebe = pytest.importorskip("pyzeebe", reason="pyzeebe is not installed here: tox -e pyzeebe has it")


async def test_deploy_create_work_complete(address: str) -> None:
    channel = pyzeebe.create_insecure_channel(grpc_address=address)
    client = pyzeebe.ZeebeClient(channel)
    worker = pyzeebe.ZeebeWorker(channel)
    seen: list[Any] = []

    @worker.task(task_type="charge-card", timeout_ms=60_000, max_jobs_to_activate=4)  # type: ignore[untyped-decorator]
    async def charge(job: pyzeebe.Job, amount: int) -> dict[str, int]:
        seen.append((job.custom_headers, job.retries, job.element_id))
        return {"total": amount * 2}

    deployed = await client.deploy_resource(str(MODEL))
    assert deployed.deployments[0].bpmn_process_id == "charge-order"
    working = asyncio.create_task(worker.work())
    try:
        result = await client.run_process_with_result("charge-order", {"amount": 21}, timeout=20_000)
    finally:
        await worker.stop()
        await asyncio.wait_for(working, 30)
    assert result.variables == {"amount": 21, "total": 42}
    assert seen == [({"method": "card"}, 3, "charge")]
    await channel.close()


async def test_refusals_arrive_as_its_own_errors(address: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.bpmn"
    broken.write_text("this is no model")
    channel = pyzeebe.create_insecure_channel(grpc_address=address)
    client = pyzeebe.ZeebeClient(channel)
    with pytest.raises(pyzeebe.errors.ProcessDefinitionNotFoundError):
        await client.run_process("no-such-process")
    with pytest.raises(pyzeebe.errors.ProcessInvalidError):
        await client.deploy_resource(str(broken))
    await channel.close()
