"""Builders about resources."""

from __future__ import annotations

from typing import Any

import pytest

from zeebe_grpc import commands
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.models import (
    BatchOperation,
    BatchOperationType,
    DecisionMetadata,
    DecisionRequirementsMetadata,
    DeletedResource,
    Deployment,
    FormMetadata,
    ProcessMetadata,
    Resource,
)

KEY: Any = 2251799813685249
PROCESS = pb.ProcessMetadata(bpmnProcessId="p", version=2, processDefinitionKey=KEY, resourceName="p.bpmn")


@pytest.mark.parametrize(
    "resources",
    [{"a.bpmn": b"a", "b.dmn": b"b"}, [Resource("a.bpmn", b"a"), Resource("b.dmn", b"b")]],
    ids=["map", "list"],
)
def test_deploy_sends_what_it_is_told(resources: Any) -> None:
    sent = commands.deploy_resources(resources, tenant_id="red").request
    assert sent == pb.DeployResourceRequest(
        resources=[pb.Resource(name="a.bpmn", content=b"a"), pb.Resource(name="b.dmn", content=b"b")], tenantId="red"
    )


def test_deploy_process_sends_what_it_is_told() -> None:
    sent = commands.deploy_process({"a.bpmn": b"a"}).request
    assert sent == pb.DeployProcessRequest(processes=[pb.ProcessRequestObject(name="a.bpmn", definition=b"a")])


@pytest.mark.parametrize(
    ("resources", "problem"),
    [
        ([], "there is nothing to deploy"),
        ({}, "there is nothing to deploy"),
        ([Resource("a", b"1"), Resource("b", b"2"), Resource("a", b"3")], "two of one name: a; the name is what"),
        ({"": b"1"}, "resource name: must not be blank"),
        ({"a.bpmn": b""}, "resource 'a.bpmn': it is empty"),
    ],
)
def test_deploy_refuses_before_any_call(resources: Any, problem: str) -> None:
    for build in (commands.deploy_resources, commands.deploy_process):
        with pytest.raises(ValueError, match=problem):
            build(resources)


@pytest.mark.parametrize(
    ("resources", "problem"),
    [
        (Resource("a", b"1"), r"write \[resource\]"),
        ({"a.bpmn": "<xml/>"}, "resource 'a.bpmn': expected its content as bytes, got str"),
    ],
)
def test_deploy_refuses_other_types(resources: Any, problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        commands.deploy_resources(resources)


def test_a_resource_shows_its_name_only() -> None:
    assert repr(Resource("a.bpmn", b"secret")) == "Resource(name='a.bpmn')"


def test_what_a_deployment_tells() -> None:
    reply = pb.DeployResourceResponse(
        key=KEY + 9,
        tenantId="red",
        deployments=[
            pb.Deployment(process=PROCESS),
            pb.Deployment(
                decision=pb.DecisionMetadata(
                    dmnDecisionId="d",
                    dmnDecisionName="D",
                    version=1,
                    decisionKey=KEY + 1,
                    dmnDecisionRequirementsId="r",
                    decisionRequirementsKey=KEY + 2,
                    tenantId="red",
                )
            ),
            pb.Deployment(
                decisionRequirements=pb.DecisionRequirementsMetadata(
                    dmnDecisionRequirementsId="r",
                    dmnDecisionRequirementsName="R",
                    version=1,
                    decisionRequirementsKey=KEY + 2,
                    resourceName="r.dmn",
                )
            ),
            pb.Deployment(form=pb.FormMetadata(formId="f", version=3, formKey=KEY + 3, resourceName="f.form")),
            pb.Deployment(),
        ],
    )
    assert commands.deploy_resources({"a": b"a"}).read(reply) == Deployment(
        key=KEY + 9,
        processes=(
            ProcessMetadata(bpmn_process_id="p", version=2, process_definition_key=KEY, resource_name="p.bpmn"),
        ),
        decisions=(
            DecisionMetadata(
                dmn_decision_id="d",
                dmn_decision_name="D",
                version=1,
                decision_key=KEY + 1,
                dmn_decision_requirements_id="r",
                decision_requirements_key=KEY + 2,
                tenant_id="red",
            ),
        ),
        decision_requirements=(
            DecisionRequirementsMetadata(
                dmn_decision_requirements_id="r",
                dmn_decision_requirements_name="R",
                version=1,
                decision_requirements_key=KEY + 2,
                resource_name="r.dmn",
            ),
        ),
        forms=(FormMetadata(form_id="f", version=3, form_key=KEY + 3, resource_name="f.form"),),
        unrecognized=1,
        tenant_id="red",
    )


def test_what_an_old_deployment_tells() -> None:
    read = commands.deploy_process({"a": b"a"}).read(pb.DeployProcessResponse(key=KEY, processes=[PROCESS]))
    assert [process.bpmn_process_id for process in read.processes] == ["p"]
    assert (read.key, read.decisions, read.unrecognized) == (KEY, (), 0)


def test_delete() -> None:
    made = commands.delete_resource(KEY, delete_history=True, operation_reference=9)
    assert made.request == pb.DeleteResourceRequest(resourceKey=KEY, deleteHistory=True, operationReference=9)
    assert not commands.delete_resource(KEY).request.HasField("deleteHistory")
    with pytest.raises(ValueError, match="resource_key"):
        commands.delete_resource(0)


def test_what_a_deletion_tells() -> None:
    read = commands.delete_resource(KEY).read
    assert read(pb.DeleteResourceResponse()) == DeletedResource()
    batch = pb.BatchOperationCreatedResult(
        batchOperationKey=str(KEY + 1),
        batchOperationType=pb.BatchOperationCreatedResult.DELETE_PROCESS_INSTANCE,
    )
    assert read(pb.DeleteResourceResponse(resourceKey=str(KEY), batchOperation=batch)) == DeletedResource(
        KEY, BatchOperation(KEY + 1, BatchOperationType.DELETE_PROCESS_INSTANCE)
    )


def test_a_batch_operation_of_a_newer_gateway() -> None:
    read = commands.delete_resource(KEY).read
    batch = pb.BatchOperationCreatedResult.FromString(bytes([0x0A, 1, ord("5"), 0x10, 99]))
    operation = read(pb.DeleteResourceResponse(batchOperation=batch)).batch_operation
    assert operation is not None
    assert operation.type is BatchOperationType.UNRECOGNIZED
    empty = pb.DeleteResourceResponse(batchOperation=pb.BatchOperationCreatedResult())
    assert read(empty).batch_operation is None


def test_every_batch_operation_of_the_wire_has_a_name() -> None:
    wire = set(pb.BatchOperationCreatedResult.BatchOperationTypeEnum.keys())
    assert wire == set(BatchOperationType.__members__) - {"UNRECOGNIZED"}


def test_resources_are_not_paths() -> None:
    with pytest.raises(TypeError, match=r"expected Resource\(name, content\) .*, got str; deploy_resources_from_files"):
        commands.deploy_resources(["order.bpmn"])  # type: ignore[list-item]
