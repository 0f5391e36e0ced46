"""Requests that change a running process instance, as commands of the engine."""

from __future__ import annotations

from collections.abc import Iterable

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.engine import commands
from zeebe_grpc.gateway.documents import read_document
from zeebe_grpc.gateway.requests import Rules
from zeebe_grpc.gateway.validation import routed


def modify_process_instance(request: pb.ModifyProcessInstanceRequest, rules: Rules) -> commands.ModifyInstance:
    """ModifyProcessInstance; elements by id and moves came with 8.9."""
    by_id = rules.release.has_moves
    return commands.ModifyInstance(
        process_instance_key=routed(request.processInstanceKey),
        activate=[
            commands.ActivateElement(
                each.elementId, each.ancestorElementInstanceKey, _variables(each.variableInstructions)
            )
            for each in request.activateInstructions
        ],
        terminate=[
            commands.TerminateElement(each.elementInstanceKey, each.elementId if by_id else "")
            for each in request.terminateInstructions
        ],
        move=[_move(each) for each in request.moveInstructions] if by_id else (),
        operation_reference=request.operationReference,
    )


def migrate_process_instance(request: pb.MigrateProcessInstanceRequest, rules: Rules) -> commands.MigrateInstance:
    """MigrateProcessInstance."""
    plan = request.migrationPlan
    return commands.MigrateInstance(
        process_instance_key=routed(request.processInstanceKey),
        target_definition_key=plan.targetProcessDefinitionKey,
        mapping=[(each.sourceElementId, each.targetElementId) for each in plan.mappingInstructions],
        operation_reference=request.operationReference,
    )


def _move(instruction: pb.ModifyProcessInstanceRequest.MoveInstruction) -> commands.MoveElement:
    return commands.MoveElement(
        target_id=instruction.targetElementId,
        source_key=instruction.sourceElementInstanceKey,
        source_id=instruction.sourceElementId,
        ancestor_key=instruction.ancestorElementInstanceKey,
        infer_ancestor=instruction.inferAncestorScopeFromSourceHierarchy,
        use_source_parent=instruction.useSourceParentKeyAsAncestorScopeKey,
        variables=_variables(instruction.variableInstructions),
    )


def _variables(
    instructions: Iterable[pb.ModifyProcessInstanceRequest.VariableInstruction],
) -> list[commands.ScopeVariables]:
    return [commands.ScopeVariables(read_document(each.variables), each.scopeId) for each in instructions]
