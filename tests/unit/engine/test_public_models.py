"""Models that others wrote: each deploys or is refused by name, and none crashes, hangs or runs as something else."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.unit.engine.engines import Lab
from zeebe_grpc.engine.answers import Deployed, InstanceCreated, Rejection, RejectionType
from zeebe_grpc.engine.commands import CompleteJob, CompleteUserTask, CreateInstance, DeployResources, Resource

FOLDERS = ("camunda__camunda-8-js-sdk", "quarkiverse__quarkus-camunda", "camunda__zeebe-process-test")
OTHERS = ("camunda__c8ctl", "camunda__zeebe-bpmn-moddle", "camunda-community-hub__pyzeebe")
_NAMED = re.compile(
    r"^'(?P<file>.+?)': (- Element: (?P<element>.+?) \((?P<kind>\w+)\)\n    - ERROR: )?(?P<reason>.+)$", re.M
)
_STEPS = 50


def _models() -> Path:
    named = os.environ.get("ZEEBE_GRPC_SHARED")
    return (Path(named) if named else Path(__file__).resolve().parents[4] / "shared") / "models"


@pytest.mark.parametrize("folder", [*FOLDERS, *OTHERS])
def test_every_model_deploys_or_is_refused_by_name(folder: str) -> None:
    path = _models() / folder
    if not path.is_dir():
        pytest.skip("no public models beside the repository (../shared or ZEEBE_GRPC_SHARED)")
    deployed, refused = [], []
    for file in sorted(path.glob("*.bpmn")):
        lab = Lab()
        answer = lab.ask(DeployResources([Resource(file.name, file.read_bytes())]))
        if isinstance(answer, Deployed):
            deployed.append(f"{file.name}: {', '.join(_run(lab, answer))}")
        else:
            assert isinstance(answer, Rejection)
            refused.append(f"{file.name}: {_reasons(answer, file.name)}")
    print("\n".join(["deployed:", *deployed, "", "refused:", *refused]))
    assert len(deployed) + len(refused) == len(list(path.glob("*.bpmn")))


def _run(lab: Lab, deployed: Deployed) -> list[str]:
    """Start each process and do all its work; what became of it."""
    outcomes = []
    for definition in deployed.definitions:
        answer = lab.ask(CreateInstance(bpmn_process_id=definition.id))
        assert isinstance(answer, InstanceCreated | Rejection)
        if isinstance(answer, InstanceCreated):
            _work(lab)
            last = [record.intent for record in lab.of("PROCESS_INSTANCE") if record.key == answer.process_instance_key]
            outcomes.append(f"{definition.id} {last[-1]}")
        else:
            assert answer.type is RejectionType.INVALID_STATE
            outcomes.append(f"{definition.id} starts by an event only")
    assert lab.of("ERROR") == []
    return outcomes


def _work(lab: Lab) -> None:
    for _ in range(_STEPS):
        types = {record.value["type"] for record in lab.of("JOB") if record.intent == "CREATED"}
        found = [job for job_type in sorted(types) for job in lab.jobs(job_type, timeout=10**9)]
        for job in found:
            lab.ask(CompleteJob(job.key))
        tasks = [record.key for record in lab.of("USER_TASK") if record.intent == "CREATED"]
        ended = {record.key for record in lab.of("USER_TASK") if record.intent in ("COMPLETED", "CANCELED")}
        for key in tasks:
            if key not in ended:
                lab.ask(CompleteUserTask(key))
        if not found and not set(tasks) - ended:
            return


def _reasons(rejection: Rejection, name: str) -> str:
    assert rejection.type is RejectionType.INVALID_ARGUMENT
    problems = rejection.reason.split("errors:\n", 1)[1]
    found = list(_NAMED.finditer(problems))
    assert found
    assert {each["file"] for each in found} == {name}
    return "; ".join(f"{each['element'] or 'the file'}: {each['reason']}"[:120] for each in found)
