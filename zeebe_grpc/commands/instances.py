"""Commands about what runs already: cancel, set variables, resolve incidents, modify, migrate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.commands import checks
from zeebe_grpc.keys import KeyLike, SetVariablesKey, read_key
from zeebe_grpc.models.processes import (
    ActivateInstruction,
    MappingInstruction,
    MoveInstruction,
    TerminateInstruction,
    VariableInstruction,
    VariablesSet,
)
from zeebe_grpc.rpc import Command, command, nothing
from zeebe_grpc.variables import Variables, encode, encode_text

NO_ANCESTOR: Final = -1
"""What the wire calls "no ancestor chosen"; its own default of 0 counts as a chosen one."""


def cancel_process_instance(process_instance_key: KeyLike, *, operation_reference: int | None = None) -> Command[None]:
    """Build CancelProcessInstance: see `ZeebeClient.cancel_process_instance` for what the arguments mean."""
    request = pb.CancelProcessInstanceRequest(
        processInstanceKey=read_key(process_instance_key, "process_instance_key"),
        operationReference=checks.operation_reference(operation_reference),
    )
    return command("CancelProcessInstance", request, nothing)


def set_variables(
    element_instance_key: KeyLike,
    *,
    variables: Variables,
    local: bool = False,
    operation_reference: int | None = None,
) -> Command[VariablesSet]:
    """Build SetVariables: see `ZeebeClient.set_variables` for what the arguments mean."""
    request = pb.SetVariablesRequest(
        elementInstanceKey=read_key(element_instance_key, "element_instance_key"),
        variables=encode(variables),
        local=checks.flag(local, "local"),
        operationReference=checks.operation_reference(operation_reference),
    )
    return command("SetVariables", request, _read_set)


def resolve_incident(incident_key: KeyLike, *, operation_reference: int | None = None) -> Command[None]:
    """Build ResolveIncident: see `ZeebeClient.resolve_incident` for what the arguments mean."""
    request = pb.ResolveIncidentRequest(
        incidentKey=read_key(incident_key, "incident_key"),
        operationReference=checks.operation_reference(operation_reference),
    )
    return command("ResolveIncident", request, nothing)


def modify_process_instance(
    process_instance_key: KeyLike,
    *,
    activate: Iterable[ActivateInstruction] = (),
    terminate: Iterable[TerminateInstruction] = (),
    move: Iterable[MoveInstruction] = (),
    operation_reference: int | None = None,
) -> Command[None]:
    """Build ModifyProcessInstance: see `ZeebeClient.modify_process_instance` for what the arguments mean."""
    request = pb.ModifyProcessInstanceRequest(
        processInstanceKey=read_key(process_instance_key, "process_instance_key"),
        activateInstructions=[_activate(instruction) for instruction in activate],
        terminateInstructions=[_terminate(instruction) for instruction in terminate],
        moveInstructions=[_move(instruction) for instruction in move],
        operationReference=checks.operation_reference(operation_reference),
    )
    if not (request.activateInstructions or request.terminateInstructions or request.moveInstructions):
        raise ValueError("modify_process_instance: there is no instruction; give activate, terminate or move")
    return command("ModifyProcessInstance", request, nothing)


def migrate_process_instance(
    process_instance_key: KeyLike,
    *,
    target_process_definition_key: KeyLike,
    mapping_instructions: Mapping[str, str] | Iterable[MappingInstruction],
    operation_reference: int | None = None,
) -> Command[None]:
    """Build MigrateProcessInstance: see `ZeebeClient.migrate_process_instance` for what the arguments mean."""
    target = read_key(target_process_definition_key, "target_process_definition_key")
    plan = pb.MigrateProcessInstanceRequest.MigrationPlan(
        targetProcessDefinitionKey=target,
        mappingInstructions=[
            pb.MigrateProcessInstanceRequest.MappingInstruction(
                sourceElementId=checks.text(mapping.source_element_id, "source_element_id"),
                targetElementId=checks.text(mapping.target_element_id, "target_element_id"),
            )
            for mapping in _mappings(mapping_instructions)
        ],
    )
    request = pb.MigrateProcessInstanceRequest(
        processInstanceKey=read_key(process_instance_key, "process_instance_key"),
        migrationPlan=plan,
        operationReference=checks.operation_reference(operation_reference),
    )
    return command("MigrateProcessInstance", request, nothing)


def _mappings(given: Mapping[str, str] | Iterable[MappingInstruction]) -> Sequence[MappingInstruction]:
    if isinstance(given, Mapping):
        pairs = cast("Mapping[str, str]", given)
        return [MappingInstruction(source, target) for source, target in pairs.items()]
    listed = list(given)
    if len({mapping.source_element_id for mapping in listed}) < len(listed):
        raise ValueError("mapping_instructions: each source element may be mapped only once")
    return listed


def _activate(instruction: ActivateInstruction) -> pb.ModifyProcessInstanceRequest.ActivateInstruction:
    return pb.ModifyProcessInstanceRequest.ActivateInstruction(
        elementId=checks.text(instruction.element_id, "element_id"),
        ancestorElementInstanceKey=_ancestor(instruction.ancestor_element_instance_key),
        variableInstructions=_variable_instructions(instruction.variable_instructions),
    )


def _terminate(instruction: TerminateInstruction) -> pb.ModifyProcessInstanceRequest.TerminateInstruction:
    key, element_id = instruction.element_instance_key, instruction.element_id
    checks.exactly_one(element_instance_key=key, element_id=element_id)
    return pb.ModifyProcessInstanceRequest.TerminateInstruction(
        elementInstanceKey=0 if key is None else read_key(key, "element_instance_key"),
        elementId="" if element_id is None else checks.text(element_id, "element_id"),
    )


def _move(instruction: MoveInstruction) -> pb.ModifyProcessInstanceRequest.MoveInstruction:
    key, element_id = instruction.source_element_instance_key, instruction.source_element_id
    checks.exactly_one(source_element_instance_key=key, source_element_id=element_id)
    infer = instruction.infer_ancestor_scope_from_source_hierarchy
    parent = instruction.use_source_parent_key_as_ancestor_scope_key
    if sum((infer, parent, instruction.ancestor_element_instance_key is not None)) > 1:
        raise ValueError("move: give at most one way to find the ancestor")
    return pb.ModifyProcessInstanceRequest.MoveInstruction(
        sourceElementInstanceKey=0 if key is None else read_key(key, "source_element_instance_key"),
        sourceElementId="" if element_id is None else checks.text(element_id, "source_element_id"),
        targetElementId=checks.text(instruction.target_element_id, "target_element_id"),
        ancestorElementInstanceKey=_ancestor(instruction.ancestor_element_instance_key),
        inferAncestorScopeFromSourceHierarchy=infer,
        useSourceParentKeyAsAncestorScopeKey=parent,
        variableInstructions=_variable_instructions(instruction.variable_instructions),
    )


def _ancestor(key: KeyLike | None) -> int:
    return NO_ANCESTOR if key is None else read_key(key, "ancestor_element_instance_key")


def _variable_instructions(
    instructions: Sequence[VariableInstruction],
) -> list[pb.ModifyProcessInstanceRequest.VariableInstruction]:
    return [
        pb.ModifyProcessInstanceRequest.VariableInstruction(
            variables=encode_text(instruction.variables), scopeId=instruction.scope_id
        )
        for instruction in instructions
    ]


def _read_set(reply: pb.SetVariablesResponse) -> VariablesSet:
    return VariablesSet(SetVariablesKey(reply.key))
