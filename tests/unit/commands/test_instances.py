"""Builders about what runs already."""

from __future__ import annotations

from typing import Any

import pytest

from zeebe_grpc import commands
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.models import (
    ActivateInstruction,
    MappingInstruction,
    MoveInstruction,
    TerminateInstruction,
    VariableInstruction,
    VariablesSet,
)

KEY: Any = 2251799813685249
Modify = pb.ModifyProcessInstanceRequest
Migrate = pb.MigrateProcessInstanceRequest


def test_cancel() -> None:
    made = commands.cancel_process_instance(KEY, operation_reference=9)
    assert made.request == pb.CancelProcessInstanceRequest(processInstanceKey=KEY, operationReference=9)
    assert made.read(pb.CancelProcessInstanceResponse()) is None  # type: ignore[func-returns-value]
    with pytest.raises(ValueError, match="process_instance_key"):
        commands.cancel_process_instance(0)


def test_set_variables() -> None:
    made = commands.set_variables(KEY, variables={"a": 1}, local=True, operation_reference=9)
    assert made.request == pb.SetVariablesRequest(
        elementInstanceKey=KEY, variables='{"a":1}', local=True, operationReference=9
    )
    assert made.read(pb.SetVariablesResponse(key=KEY + 1)) == VariablesSet(KEY + 1)
    with pytest.raises(ValueError, match="element_instance_key"):
        commands.set_variables(5, variables={})


def test_resolve_incident() -> None:
    made = commands.resolve_incident(KEY, operation_reference=9)
    assert made.request == pb.ResolveIncidentRequest(incidentKey=KEY, operationReference=9)
    with pytest.raises(ValueError, match="incident_key"):
        commands.resolve_incident("1")


# ---- modify


def test_modify_sends_what_it_is_told() -> None:
    variables = (VariableInstruction({"a": 1}), VariableInstruction({"b": 2}, "scope"))
    made = commands.modify_process_instance(
        KEY,
        activate=[
            ActivateInstruction(element_id="x", ancestor_element_instance_key=KEY + 1, variable_instructions=variables)
        ],
        terminate=[TerminateInstruction(element_instance_key=KEY + 2), TerminateInstruction(element_id="y")],
        move=[
            MoveInstruction(source_element_id="y", target_element_id="z"),
            MoveInstruction(
                source_element_instance_key=KEY + 3,
                target_element_id="z",
                use_source_parent_key_as_ancestor_scope_key=True,
            ),
        ],
        operation_reference=9,
    )
    assert made.request == Modify(
        processInstanceKey=KEY,
        activateInstructions=[
            Modify.ActivateInstruction(
                elementId="x",
                ancestorElementInstanceKey=KEY + 1,
                variableInstructions=[
                    Modify.VariableInstruction(variables='{"a":1}'),
                    Modify.VariableInstruction(variables='{"b":2}', scopeId="scope"),
                ],
            )
        ],
        terminateInstructions=[
            Modify.TerminateInstruction(elementInstanceKey=KEY + 2),
            Modify.TerminateInstruction(elementId="y"),
        ],
        moveInstructions=[
            Modify.MoveInstruction(sourceElementId="y", targetElementId="z", ancestorElementInstanceKey=-1),
            Modify.MoveInstruction(
                sourceElementInstanceKey=KEY + 3,
                targetElementId="z",
                ancestorElementInstanceKey=-1,
                useSourceParentKeyAsAncestorScopeKey=True,
            ),
        ],
        operationReference=9,
    )


def test_no_ancestor_is_said_explicitly() -> None:
    made = commands.modify_process_instance(KEY, activate=[ActivateInstruction(element_id="x")])
    assert made.request.activateInstructions[0].ancestorElementInstanceKey == -1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "there is no instruction; give activate, terminate or move"),
        ({"activate": [ActivateInstruction(element_id="")]}, "element_id: must not be blank"),
        ({"activate": [ActivateInstruction(element_id="x", ancestor_element_instance_key=0)]}, "ancestor_element_inst"),
        ({"terminate": [TerminateInstruction()]}, "give exactly one of element_instance_key and element_id"),
        ({"terminate": [TerminateInstruction(element_instance_key=KEY, element_id="x")]}, "give exactly one of"),
        ({"move": [MoveInstruction(target_element_id="x")]}, "give exactly one of source_element_instance_key"),
        ({"move": [MoveInstruction(source_element_id="x", target_element_id="")]}, "target_element_id: must not be"),
        (
            {
                "move": [
                    MoveInstruction(
                        source_element_id="x",
                        target_element_id="y",
                        ancestor_element_instance_key=KEY,
                        infer_ancestor_scope_from_source_hierarchy=True,
                    )
                ]
            },
            "at most one way to find the ancestor",
        ),
    ],
)
def test_modify_refuses_before_any_call(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        commands.modify_process_instance(KEY, **arguments)


# ---- migrate


@pytest.mark.parametrize(
    "mappings",
    [{"a": "b", "c": "d"}, [MappingInstruction("a", "b"), MappingInstruction("c", "d")]],
    ids=["ids", "list"],
)
def test_migrate_sends_what_it_is_told(mappings: Any) -> None:
    made = commands.migrate_process_instance(
        KEY, target_process_definition_key=KEY + 1, mapping_instructions=mappings, operation_reference=9
    )
    assert made.request == Migrate(
        processInstanceKey=KEY,
        migrationPlan=Migrate.MigrationPlan(
            targetProcessDefinitionKey=KEY + 1,
            mappingInstructions=[
                Migrate.MappingInstruction(sourceElementId="a", targetElementId="b"),
                Migrate.MappingInstruction(sourceElementId="c", targetElementId="d"),
            ],
        ),
        operationReference=9,
    )


@pytest.mark.parametrize(
    ("mappings", "problem"),
    [
        ([MappingInstruction("a", "b"), MappingInstruction("a", "c")], "each source element may be mapped only once"),
        ({"a": ""}, "target_element_id: must not be blank"),
        ({"": "a"}, "source_element_id: must not be blank"),
    ],
)
def test_migrate_refuses_before_any_call(mappings: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        commands.migrate_process_instance(KEY, target_process_definition_key=KEY, mapping_instructions=mappings)
