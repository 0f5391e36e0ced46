"""Migrating process instances to another definition: which element becomes which, and what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from zeebe_grpc.engine.answers import Accepted, Answer, RejectionType
from zeebe_grpc.engine.commands import MigrateInstance
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.model.elements import AdHocSubProcess, ElementType, FlowNode, MultiInstanceBody, UserTask
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.elements import ElementInstance

_INNER = (ElementType.MULTI_INSTANCE_BODY, ElementType.AD_HOC_SUB_PROCESS)


class MigrationHandler:
    """Handles `MigrateInstance`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._log = services.log
        self._elements = services.state.elements

    def migrate(self, command: MigrateInstance, request: int) -> Answer:
        """Check all, then migrate the instance and each of its active elements, the outer ones first."""
        root = self._root(command.process_instance_key)
        target = self._target(command, root)
        mapping = self._mapping(command, root, target)
        targets: dict[int, FlowNode] = {root.key: target.process}
        inside = self._inside(root)
        for instance in inside:
            targets[instance.key] = self._counterpart(instance, root, target, mapping, targets)
        for instance in [root, *inside]:
            self._services.migration.move(instance, targets[instance.key], target, mapping)
        record = {
            "processInstanceKey": root.key,
            "targetProcessDefinitionKey": target.key,
            "mappingInstructions": [
                {"sourceElementId": source, "targetElementId": becomes} for source, becomes in command.mapping
            ],
            "tenantId": root.tenant_id,
        }
        self._log.event("PROCESS_INSTANCE_MIGRATION", "MIGRATED", self._log.next_key(), record)
        return Accepted(root.key)

    def _root(self, key: int) -> ElementInstance:
        root = self._elements.get(key)
        if root is None or root.type is not ElementType.PROCESS or root.is_terminating:
            reason = f"Expected to migrate process instance but no process instance found with key '{key}'"
            raise _rejected(key, RejectionType.NOT_FOUND, reason)
        if root.parent_process_instance_key > 0:
            raise _refused(root, "it is a child process instance, and these cannot be migrated")
        return root

    def _target(self, command: MigrateInstance, root: ElementInstance) -> ProcessDefinition:
        key = command.target_definition_key
        target = self._services.state.definitions.by_key(key)
        if target is None or target.tenant_id != root.tenant_id:
            reason = (
                "Expected to migrate process instance to process definition but no process definition found with key"
            )
            raise _rejected(root.key, RejectionType.NOT_FOUND, f"{reason} '{key}'")
        return target

    @staticmethod
    def _mapping(command: MigrateInstance, root: ElementInstance, target: ProcessDefinition) -> dict[str, str]:
        twice = [source for source, count in Counter(source for source, _ in command.mapping).items() if count > 1]
        if twice:
            raise _refused(root, f"the source element ids {twice} are mapped twice", RejectionType.INVALID_ARGUMENT)
        for source, becomes in command.mapping:
            for element_id, where, process in (
                (source, "source", root.definition.process),
                (becomes, "target", target.process),
            ):
                if element_id not in process.elements:
                    reason = f"mapping instructions contain a non-existing {where} element id '{element_id}'"
                    raise _refused(root, reason, RejectionType.INVALID_ARGUMENT)
        return dict(command.mapping)

    def _inside(self, root: ElementInstance) -> list[ElementInstance]:
        """All element instances inside, scopes before what they hold."""
        found: list[ElementInstance] = []
        pending = self._elements.children(root.key)
        while pending:
            instance = pending.pop(0)
            found.append(instance)
            pending += self._elements.children(instance.key)
        return found

    def _counterpart(
        self,
        instance: ElementInstance,
        root: ElementInstance,
        target: ProcessDefinition,
        mapping: Mapping[str, str],
        targets: Mapping[int, FlowNode],
    ) -> FlowNode:
        scope = self._elements[instance.scope_key]
        around = targets[scope.key]
        if scope.type in _INNER and (instance.element.id == scope.element.id or instance.element.id not in mapping):
            inner = _inner(around)
            if inner is not None:
                return inner
        active = f"active element with id '{instance.element.id}'"
        if instance.element.id not in mapping:
            raise _refused(root, f"no mapping instruction defined for {active}")
        found = target.process.elements[mapping[instance.element.id]]
        if found.type is not instance.type or found.event_type is not instance.element.event_type:
            reason = f"{active} and type '{instance.type.value}' is mapped to '{found.id}' of type '{found.type.value}'"
            raise _refused(root, reason)
        if found.scope is not around:
            where = found.scope.id if found.scope is not None else ""
            raise _refused(root, f"the flow scope of {active} would change from '{around.id}' to '{where}'")
        if _is_native(found) != _is_native(instance.element):
            raise _refused(root, f"{active} is a user task of another implementation than '{found.id}'")
        return found


def _inner(scope: FlowNode) -> FlowNode | None:
    if isinstance(scope, MultiInstanceBody):
        return scope.inner
    return scope.inner if isinstance(scope, AdHocSubProcess) else None


def _is_native(element: FlowNode) -> bool:
    return isinstance(element, UserTask) and element.native


def _refused(
    root: ElementInstance, reason: str, rejection: RejectionType = RejectionType.INVALID_STATE
) -> RejectedError:
    return _rejected(root.key, rejection, f"Expected to migrate process instance '{root.key}' but {reason}")


def _rejected(key: int, rejection: RejectionType, reason: str) -> RejectedError:
    return RejectedError("PROCESS_INSTANCE_MIGRATION", "MIGRATE", rejection, reason, key)
