"""Deploying: versions, duplicates, and refusals that name every element at once."""

from __future__ import annotations

import pytest

from tests.unit.engine.engines import END, ONE_JOB, START, Lab, flows, job, process
from zeebe_grpc.engine.answers import Accepted, Deployed, InstanceCreated, RejectionType
from zeebe_grpc.engine.commands import CreateInstance, DeleteResource, DeployResources, Resource

OTHER = process(ONE_JOB.replace("work", "other"))


def _versions(lab: Lab, *resources: Resource) -> list[int]:
    return [found.version for found in lab.do(DeployResources(resources), Deployed).definitions]


def test_the_same_again_keeps_its_version_but_only_against_the_latest() -> None:
    lab = Lab()
    first, second = Resource("p.bpmn", process(ONE_JOB)), Resource("p.bpmn", OTHER)
    assert _versions(lab, first) == [1]
    assert _versions(lab, first) == [1]
    assert _versions(lab, second) == [2]
    assert _versions(lab, first) == [3]
    assert _versions(lab, Resource("another.bpmn", process(ONE_JOB))) == [4]


def test_one_new_resource_makes_all_new() -> None:
    lab = Lab()
    first, other = Resource("p.bpmn", process(ONE_JOB)), Resource("q.bpmn", process(ONE_JOB, "q"))
    assert _versions(lab, first) == [1]
    assert _versions(lab, first, other) == [2, 1]
    assert _versions(lab, first, other) == [2, 1]


def test_one_bad_resource_refuses_all() -> None:
    lab = Lab()
    resources = [Resource("good.bpmn", process(ONE_JOB)), Resource("bad.bpmn", process(START))]
    bad = Resource("worse.bpmn", b"<no")
    rejection = lab.refused(DeployResources([*resources, bad]))
    assert rejection.type is RejectionType.INVALID_ARGUMENT
    assert "worse.bpmn" in rejection.reason
    assert lab.of("PROCESS") == []


@pytest.mark.parametrize("name", ["bad.bpmn", "bad.dmn"])
def test_a_file_that_is_no_xml_is_named_once_with_the_place(name: str) -> None:
    reason = Lab().refused(DeployResources([Resource(name, b"<a>\n  <b></a>")])).reason
    assert f"'{name}': line 2, column 10: " in reason
    assert reason.count(name) == 1


def test_every_problem_is_told_with_file_element_type_and_reason() -> None:
    body = (
        START
        + '<bpmn:serviceTask id="nothing"/>'
        + '<bpmn:complexGateway id="odd"/>'
        + '<bpmn:sendTask id="nowhere"/>'
        + END
        + flows("start>nothing", "nothing>odd", "odd>nowhere", "nowhere>end")
    )
    reason = Lab().refused(DeployResources([Resource("many.bpmn", process(body))])).reason
    for element, kind in (("nothing", "serviceTask"), ("odd", "complexGateway"), ("nowhere", "sendTask")):
        assert f"'many.bpmn': - Element: {element} ({kind})\n    - ERROR: " in reason
    assert "zeebe:taskDefinition" in reason


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "bad.bpmn"),
        (b"plain text", "bad.bpmn"),
        (b"<a/>", "definitions"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "bad.bpmn"),
        (process(START + END + flows("start>end") + START), "start"),
        (process(ONE_JOB).replace(b' targetNamespace="http://example.org"', b""), "targetNamespace"),
    ],
)
def test_files_that_are_no_processes(content: bytes, said: str) -> None:
    rejection = Lab().refused(DeployResources([Resource("bad.bpmn", content)]))
    assert rejection.type is RejectionType.INVALID_ARGUMENT
    assert said in rejection.reason


def test_an_unknown_kind_of_file() -> None:
    reason = Lab().refused(DeployResources([Resource("notes.txt", b"")])).reason
    assert "'notes.txt'" in reason
    assert ".bpmn" in reason


def test_nothing_to_deploy() -> None:
    assert Lab().refused(DeployResources([])).type is RejectionType.INVALID_ARGUMENT


def test_the_same_id_in_two_files() -> None:
    resources = [Resource("a.bpmn", process(ONE_JOB)), Resource("b.bpmn", OTHER)]
    reason = Lab().refused(DeployResources(resources)).reason
    assert "'a.bpmn' and 'b.bpmn'" in reason


def test_only_executable_processes_count() -> None:
    content = process(ONE_JOB).replace(
        b"</bpmn:definitions>", b'<bpmn:process id="notes"><bpmn:task id="x"/></bpmn:process></bpmn:definitions>'
    )
    assert [found.id for found in Lab().do(DeployResources([Resource("p.bpmn", content)]), Deployed).definitions] == [
        "p"
    ]


def test_a_deleted_version_is_not_the_latest_and_not_given_again() -> None:
    lab = Lab(process(ONE_JOB), OTHER)
    latest = lab.of("PROCESS")[-1].key
    lab.do(DeleteResource(latest), Accepted)
    assert lab.intents("PROCESS")[-2:] == ["DELETING", "DELETED"]
    assert lab.do(CreateInstance(bpmn_process_id="p"), InstanceCreated).version == 1
    assert _versions(lab, Resource("p.bpmn", OTHER)) == [3]


def test_what_runs_cannot_be_deleted() -> None:
    lab = Lab(process(ONE_JOB))
    lab.create()
    rejection = lab.refused(DeleteResource(lab.of("PROCESS")[0].key))
    assert rejection.type is RejectionType.INVALID_STATE


def test_a_deleted_version_hands_its_timer_back() -> None:
    timer = (
        '<bpmn:startEvent id="start"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT{}S</bpmn:timeCycle>'
        "</bpmn:timerEventDefinition></bpmn:startEvent>"
    )
    rest = job("task") + END + flows("start>task", "task>end")
    lab = Lab(process(timer.format(10) + rest), process(timer.format(20) + rest))
    lab.do(DeleteResource(lab.of("PROCESS")[-1].key), Accepted)
    assert lab.intents("TIMER") == ["CREATED", "CANCELED", "CREATED", "CANCELED", "CREATED"]
    lab.wait(10_000)
    assert [found.process_definition_version for found in lab.jobs()] == [1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "none given"),
        (b'{"id": " "}', "blank"),
        (b"[]", "no object"),
        (b"{", "parse"),
        (b"[" * 100_000, "parse"),
    ],
)
def test_bad_forms(content: bytes, said: str) -> None:
    assert said in Lab().refused(DeployResources([Resource("f.form", content)])).reason


def test_forms_have_versions() -> None:
    lab = Lab()
    assert _versions(lab, Resource("f.form", b'{"id": "f"}')) == [1]
    assert _versions(lab, Resource("f.form", b'{"id": "f"}')) == [1]
    assert _versions(lab, Resource("f.form", b'{"id": "f", "components": []}')) == [2]
