"""DeployResource, DeployProcess, DeleteResource: versions, keys, all or nothing, refusals."""

from __future__ import annotations

import warnings

import pytest

from tests.contract.bpmn import chain, flow, resource, service
from tests.contract.helpers import UNKNOWN_KEY, Name
from zeebe_grpc import (
    DeploymentRejectedError,
    InvalidArgumentError,
    MessageTooLargeError,
    ProcessDefinitionNotFoundError,
    Resource,
    ResourceNotFoundError,
    ZeebeClient,
    partition_of,
)

pytestmark = pytest.mark.process

DMN = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="rules_%(id)s" name="Rules" namespace="n">
<decision id="%(id)s" name="Size"><variable id="v_%(id)s" name="size"/>
<literalExpression id="e_%(id)s"><text>1 + 1</text></literalExpression></decision></definitions>"""
START = '<bpmn:startEvent id="s"/>'


def renamed(model: Resource, file: str) -> Resource:
    return Resource(file, model.content)


def test_a_first_deployment_is_version_one(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    deployment = client.deploy_resources([chain(p)])
    (process,) = deployment.processes
    assert (process.bpmn_process_id, process.version, process.resource_name) == (p, 1, f"{p}.bpmn")
    assert partition_of(deployment.key) == partition_of(process.process_definition_key) == 1
    assert int(deployment.key) != int(process.process_definition_key)


def test_the_same_again_is_the_same_version_in_another_deployment(client: ZeebeClient, name: Name) -> None:
    model = chain(name("p"))
    first, again = client.deploy_resources([model]), client.deploy_resources([model])
    assert again.processes == first.processes
    assert again.key != first.key


def test_the_same_content_under_another_file_name_is_a_new_version(client: ZeebeClient, name: Name) -> None:
    model = chain(name("p"))
    client.deploy_resources([model])
    (process,) = client.deploy_resources([renamed(model, "other.bpmn")]).processes
    assert process.version == 2


def test_going_back_to_an_older_content_is_a_third_version(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    models = [chain(p), chain(p, service("work", name("t"))), chain(p)]
    assert [client.deploy_resources([model]).processes[0].version for model in models] == [1, 2, 3]


def test_several_files_are_answered_in_their_order(client: ZeebeClient, name: Name) -> None:
    ids = [name("b"), name("a"), name("c")]
    deployment = client.deploy_resources([chain(each) for each in ids])
    assert [process.bpmn_process_id for process in deployment.processes] == ids


def test_one_bad_file_refuses_them_all(client: ZeebeClient, name: Name) -> None:
    good = name("good")
    with pytest.raises(DeploymentRejectedError) as refusal:
        client.deploy_resources([chain(good), Resource("bad.bpmn", b"no model")])
    assert "bad.bpmn" in refusal.value.details
    with pytest.raises(ProcessDefinitionNotFoundError):
        client.create_process_instance(good)


@pytest.mark.parametrize(
    ("body", "element"),
    [
        (f'{START}{flow("s", "g")}<bpmn:complexGateway id="g"/>', "g"),
        (
            f'{START}{flow("s", "sub")}<bpmn:transaction id="sub"><bpmn:startEvent id="inner"/></bpmn:transaction>',
            "sub",
        ),
        (f'{START}{flow("s", "task")}<bpmn:serviceTask id="task"/>', "task"),
        (
            f'{START}{flow("s", "task")}<bpmn:serviceTask id="task"><bpmn:extensionElements>'
            '<zeebe:taskDefinition type="=1 +"/></bpmn:extensionElements></bpmn:serviceTask>',
            "task",
        ),
        ('<bpmn:endEvent id="alone"/>', "p_refused"),
    ],
    ids=["complex gateway", "transaction", "no job definition", "bad expression", "no start event"],
)
def test_a_refusal_names_file_and_element(client: ZeebeClient, body: str, element: str) -> None:
    with pytest.raises(DeploymentRejectedError) as refusal:
        client.deploy_resources([resource("p_refused", body, file="refused.bpmn")])
    assert "refused.bpmn" in refusal.value.details
    assert element in refusal.value.details


@pytest.mark.parametrize(
    ("file", "content"),
    [("a.bpmn", b"<bpmn"), ("a.dmn", b"<x/>"), ("a.form", b"[]"), ("a.form", b"{}")],
    ids=["cut off", "no dmn", "no form", "a form without id"],
)
def test_what_cannot_be_read_is_refused(client: ZeebeClient, file: str, content: bytes) -> None:
    with pytest.raises(InvalidArgumentError):
        client.deploy_resources([Resource(file, content)])


def test_two_processes_of_one_id_are_refused(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    with pytest.raises(DeploymentRejectedError):
        client.deploy_resources([chain(p), renamed(chain(p, service("work", "t")), "other.bpmn")])


def test_decisions_and_forms_are_deployed_too(client: ZeebeClient, name: Name) -> None:
    d, f = name("d"), name("f")
    deployment = client.deploy_resources(
        [
            Resource(f"{d}.dmn", DMN % {b"id": d.encode()}),
            Resource(f"{f}.form", b'{"components": [], "type": "default", "id": "%s"}' % f.encode()),
        ]
    )
    (decision,), (requirements,), (form,) = deployment.decisions, deployment.decision_requirements, deployment.forms
    assert (decision.dmn_decision_id, decision.dmn_decision_name, decision.version) == (d, "Size", 1)
    assert decision.decision_requirements_key == requirements.decision_requirements_key
    assert (requirements.dmn_decision_requirements_id, requirements.version) == (f"rules_{d}", 1)
    assert (form.form_id, form.version) == (f, 1)


def test_the_old_rpc_deploys_as_well(client: ZeebeClient, name: Name) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        deployment = client.deploy_process([chain(name("p"))])
    assert [process.version for process in deployment.processes] == [1]


@pytest.mark.wire
def test_a_deleted_definition_starts_nothing_more(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    (process,) = client.deploy_resources([chain(p)]).processes
    client.delete_resource(process.process_definition_key)
    with pytest.raises(ProcessDefinitionNotFoundError):
        client.create_process_instance(p)
    with pytest.raises(ResourceNotFoundError):
        client.delete_resource(process.process_definition_key)


@pytest.mark.wire
def test_deleting_the_latest_version_brings_the_one_before_back(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    client.deploy_resources([chain(p)])
    (second,) = client.deploy_resources([chain(p, service("work", name("t")))]).processes
    client.delete_resource(second.process_definition_key)
    assert client.create_process_instance(p).version == 1


def test_an_unknown_resource_cannot_be_deleted(client: ZeebeClient) -> None:
    with pytest.raises(ResourceNotFoundError):
        client.delete_resource(UNKNOWN_KEY)


@pytest.mark.wire
def test_more_than_four_megabytes_are_refused(client: ZeebeClient, name: Name) -> None:
    model = chain(name("p"))
    large = Resource(model.name, model.content + b"<!--" + b"x" * (5 << 20) + b"-->")
    with pytest.raises(MessageTooLargeError) as refusal:
        client.deploy_resources([large])
    assert not refusal.value.retryable
