"""Resources for workers (``.rpa``): kept with their versions, and linked to by the jobs of service tasks."""

from __future__ import annotations

import json

import pytest

from tests.unit.engine.engines import END, START, Lab, flows, process
from zeebe_grpc.engine.answers import Accepted, Deployed, RejectionType
from zeebe_grpc.engine.commands import DeleteResource, DeployResources, Resource

SCRIPT = b'{"id": "robot", "script": "go"}'
NEWER = b'{"id": "robot", "script": "stop", "versionTag": "v2"}'


def _linking(attributes: str = "") -> bytes:
    linked = f'<zeebe:linkedResource resourceId="robot" resourceType="RPA" linkName="main" {attributes}/>'
    task = (
        '<bpmn:serviceTask id="task"><bpmn:extensionElements><zeebe:taskDefinition type="work"/>'
        f"<zeebe:linkedResources>{linked}</zeebe:linkedResources></bpmn:extensionElements></bpmn:serviceTask>"
    )
    return process(START + task + END + flows("start>task", "task>end"))


def _deploy(lab: Lab, *resources: Resource) -> list[tuple[str, int, int]]:
    deployed = lab.do(DeployResources(resources), Deployed)
    return [(found.kind, found.version, found.key) for found in deployed.definitions]


def _linked(lab: Lab) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = [json.loads(job.custom_headers["linkedResources"])[0] for job in lab.jobs()]
    return found


def test_a_job_is_handed_the_key_of_the_newest_version() -> None:
    lab = Lab(_linking())
    _deploy(lab, Resource("robot.rpa", SCRIPT))
    ((kind, version, key),) = _deploy(lab, Resource("robot.rpa", NEWER))
    assert (kind, version) == ("resource", 2)
    lab.create()
    assert _linked(lab) == [{"resourceKey": str(key), "resourceType": "RPA", "linkName": "main"}]


@pytest.mark.parametrize(
    ("attributes", "version"),
    [('bindingType="deployment"', 1), ('bindingType="versionTag" versionTag="v2"', 2), ('bindingType="latest"', 3)],
)
def test_the_binding_says_which_version(attributes: str, version: int) -> None:
    lab = Lab()
    keys = [_deploy(lab, Resource("robot.rpa", SCRIPT), Resource("p.bpmn", _linking(attributes)))[0][2]]
    keys += [_deploy(lab, Resource("robot.rpa", content))[0][2] for content in (NEWER, SCRIPT)]
    lab.create()
    assert [linked["resourceKey"] for linked in _linked(lab)] == [str(keys[version - 1])]


@pytest.mark.parametrize("attributes", ["", 'bindingType="deployment"', 'bindingType="versionTag" versionTag="none"'])
def test_a_resource_that_is_not_there_is_an_incident(attributes: str) -> None:
    lab = Lab(_linking(attributes))
    if attributes:
        _deploy(lab, Resource("robot.rpa", SCRIPT))
    lab.create()
    (incident,) = lab.of("INCIDENT")
    assert incident.value["errorType"] == "RESOURCE_NOT_FOUND"
    assert "robot" in incident.value["errorMessage"]
    assert lab.jobs() == []


def test_the_same_again_keeps_its_version() -> None:
    lab = Lab()
    first = _deploy(lab, Resource("robot.rpa", SCRIPT))
    assert _deploy(lab, Resource("robot.rpa", SCRIPT)) == first
    assert [version for _, version, _ in _deploy(lab, Resource("other.rpa", SCRIPT))] == [2]


def test_a_deleted_resource_is_linked_to_no_more() -> None:
    lab = Lab(_linking())
    ((_, _, key),) = _deploy(lab, Resource("robot.rpa", SCRIPT))
    lab.do(DeleteResource(key), Accepted)
    assert lab.intents("RESOURCE") == ["CREATED", "DELETED"]
    lab.create()
    assert lab.intents("INCIDENT") == ["CREATED"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<no json>", "Failed to parse resource JSON"),
        (b"[]", "it is no object"),
        (b"{}", "Expected the resource id to be present"),
        (b'{"id": " "}', "Expected the resource id to be filled"),
    ],
)
def test_a_file_that_is_no_resource_is_refused(content: bytes, reason: str) -> None:
    refused = Lab().refused(DeployResources([Resource("bad.rpa", content)]))
    assert refused.type is RejectionType.INVALID_ARGUMENT
    assert "'bad.rpa': " in refused.reason
    assert reason in refused.reason


def test_two_files_with_one_id_are_refused() -> None:
    refused = Lab().refused(DeployResources([Resource("a.rpa", SCRIPT), Resource("b.rpa", NEWER)]))
    assert "Duplicated resource id in resources 'a.rpa' and 'b.rpa'" in refused.reason


def test_releases_before_8_7_do_not_know_them() -> None:
    refused = Lab(version="8.6").refused(DeployResources([Resource("robot.rpa", SCRIPT)]))
    assert "unknown resource type, expected a name that ends in one of .bpmn" in refused.reason
