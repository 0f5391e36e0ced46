"""Questions about running instances: variables, incidents, modification, migration, cancellation."""

from __future__ import annotations

from typing import Any

from tests.contract.recorded.interview import UNKNOWN_KEY, Interview
from zeebe_grpc._proto import gateway_pb2 as pb

_Modify = pb.ModifyProcessInstanceRequest
_Migrate = pb.MigrateProcessInstanceRequest


def instances(interview: Interview, definition_key: int) -> None:
    """Do things to one instance of `p`; `definition_key` is that of its first version."""
    key = interview.create("p")
    _cancel(interview, "unknown", UNKNOWN_KEY)
    _variables(interview, key)
    resolution = pb.ResolveIncidentRequest(incidentKey=UNKNOWN_KEY)
    interview.ask("incident.unknown", interview.gateway.ResolveIncident, resolution)
    _modification(interview, key)
    _migration(interview, key, definition_key)
    _cancel(interview, "ok", key)
    _cancel(interview, "again", key)
    _set(interview, "after_cancel", key, '{"a":1}')


def _cancel(interview: Interview, name: str, key: int) -> None:
    request = pb.CancelProcessInstanceRequest(processInstanceKey=key)
    interview.ask(f"cancel.{name}", interview.gateway.CancelProcessInstance, request)


def _set(interview: Interview, name: str, key: int, variables: str, fact: Any = None) -> None:
    request = pb.SetVariablesRequest(elementInstanceKey=key, variables=variables)
    interview.ask(f"vars.{name}", interview.gateway.SetVariables, request, fact)


def _variables(interview: Interview, key: int) -> None:
    _set(interview, "unknown", UNKNOWN_KEY, "{}")
    _set(interview, "ok", key, '{"a":1}', lambda reply: reply.key > 0)
    _set(interview, "empty", key, "")
    _set(interview, "bad_json", key, "x")


def _modification(interview: Interview, key: int) -> None:
    def modify(name: str, request: pb.ModifyProcessInstanceRequest) -> None:
        interview.ask(f"modify.{name}", interview.gateway.ModifyProcessInstance, request)

    def activate(element_id: str, ancestor: int) -> pb.ModifyProcessInstanceRequest:
        instruction = _Modify.ActivateInstruction(elementId=element_id, ancestorElementInstanceKey=ancestor)
        return _Modify(processInstanceKey=key, activateInstructions=[instruction])

    modify("unknown", _Modify(processInstanceKey=UNKNOWN_KEY))
    modify("nothing", _Modify(processInstanceKey=key))
    modify("unknown_element", activate("zz", -1))
    modify("activate_ancestor_0", activate("t", 0))
    modify("activate_ancestor_-1", activate("t", -1))
    terminate = _Modify.TerminateInstruction(elementInstanceKey=UNKNOWN_KEY)
    modify("unknown_terminate", _Modify(processInstanceKey=key, terminateInstructions=[terminate]))


def _migration(interview: Interview, key: int, definition_key: int) -> None:
    def migrate(name: str, instance_key: int, target: int | None, source_element: str | None = "t") -> None:
        request = _Migrate(processInstanceKey=instance_key)
        if target is not None:
            request.migrationPlan.targetProcessDefinitionKey = target
        if target is not None and source_element is not None:
            mapping = _Migrate.MappingInstruction(sourceElementId=source_element, targetElementId="t")
            request.migrationPlan.mappingInstructions.append(mapping)
        interview.ask(f"migrate.{name}", interview.gateway.MigrateProcessInstance, request)

    migrate("unknown_instance", UNKNOWN_KEY, definition_key)
    migrate("unknown_target", key, UNKNOWN_KEY)
    migrate("no_mapping", key, definition_key, None)
    migrate("no_plan", key, None)
    migrate("unknown_source", key, definition_key, "zz")
    migrate("ok", key, definition_key)
