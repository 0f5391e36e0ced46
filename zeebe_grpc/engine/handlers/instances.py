"""Creating and cancelling process instances, and setting variables in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zeebe_grpc.engine.answers import Accepted, Answer, InstanceCreated, InstanceResult, RejectionType, VariablesSet
from zeebe_grpc.engine.commands import CancelInstance, CreateInstance, SetVariables
from zeebe_grpc.engine.followups import ElementCommand, ElementIntent
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.handlers.start_events import StartEvents
from zeebe_grpc.engine.handlers.start_instructions import check_last_elements, start_elements
from zeebe_grpc.engine.model.elements import ElementType, FlowNode
from zeebe_grpc.engine.processing.direct import Placed
from zeebe_grpc.engine.processing.failure import Failure
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.elements import TERMINABLE, ElementInstance
from zeebe_grpc.engine.state.traits import InstanceTraits
from zeebe_grpc.engine.state.user_tasks import DocumentUpdate, TaskPhase, UserTaskEntry


class InstanceHandler:
    """Handles `CreateInstance`, `CancelInstance` and `SetVariables`."""

    def __init__(self, services: Services, starts: StartEvents) -> None:
        self._services = services
        self._starts = starts
        self._log = services.log
        self._state = services.state
        self._waiting: dict[int, tuple[int, InstanceCreated, frozenset[str]]] = {}

    def create(self, command: CreateInstance, request: int) -> Answer | None:
        """Start an instance; with a result, the answer comes when it has completed."""
        definition = self._find(command)
        chosen = start_elements(command, definition.process)
        if definition.process.none_start_event is None and not chosen:
            raise self._not_created(
                RejectionType.INVALID_STATE,
                "Expected to create instance of process with none start event, but there is no such event",
            )
        check_last_elements(command, definition.process)
        key = self._log.next_key()
        instance = ElementInstance(key, definition, definition.process, key, root_process_instance_key=key)
        traits = InstanceTraits(tuple(command.tags), command.business_id, frozenset(command.terminate_after))
        self._state.traits.add(key, traits)
        self._services.variables.merge_local(key, instance, command.variables)
        placed = self._begin_at(chosen, instance)
        self._log.event("PROCESS_INSTANCE_CREATION", "CREATED", self._log.next_key(), self._record(command, instance))
        for one in placed:
            self._services.direct.activate(one)
        if not chosen:
            self._log.command(ElementCommand(ElementIntent.ACTIVATE, instance))
        created = InstanceCreated(
            definition.key,
            definition.id,
            definition.version,
            key,
            definition.tenant_id,
            tuple(command.tags),
            command.business_id,
        )
        if not command.with_result:
            return created
        self._waiting[key] = (request, created, frozenset(command.fetch_variables))
        return None

    def _begin_at(self, chosen: Sequence[FlowNode], instance: ElementInstance) -> list[Placed]:
        """Begin an instance with the scopes of the elements at which it starts."""
        direct = self._services.direct
        if not chosen:
            return []
        try:
            direct.begin(instance)
            return [direct.place(direct.locate(element, instance), instance) for element in chosen]
        except Failure as failure:  # what a scope waits for could not be evaluated
            self._services.removal.remove(instance)
            self._state.traits.remove(instance.key)
            raise self._not_created(RejectionType.INVALID_STATE, failure.message) from None

    def completing(self, instance: ElementInstance) -> None:
        """A process instance is about to complete: answer whoever waits for its result."""
        waiting = self._waiting.pop(instance.key, None)
        if waiting is None:
            return
        request, created, wanted = waiting
        document = self._state.variables.local_document(instance.key)
        chosen = {name: value for name, value in document.items() if not wanted or name in wanted}
        self._log.answer(request, InstanceResult(created, chosen))

    def ended(self, instance: ElementInstance) -> None:
        """A process instance has ended: a kept message may start the next one."""
        self._waiting.pop(instance.key, None)
        self._state.traits.remove(instance.key)
        self._starts.start_next(instance, self._starts.release(instance))

    def cancel(self, command: CancelInstance, request: int) -> Answer:
        """Let a root instance terminate."""
        key = command.process_instance_key
        instance = self._state.elements.get(key)
        expected = f"Expected to cancel a process instance with key '{key}', but "
        if instance is None or instance.type is not ElementType.PROCESS or instance.phase not in TERMINABLE:
            raise RejectedError(
                "PROCESS_INSTANCE", "CANCEL", RejectionType.NOT_FOUND, expected + "no such process was found", key
            )
        if instance.parent_process_instance_key > 0:
            root = instance.root_process_instance_key
            reason = f"it is created by a parent process instance. Cancel the root process instance '{root}' instead."
            raise RejectedError("PROCESS_INSTANCE", "CANCEL", RejectionType.INVALID_STATE, expected + reason, key)
        self._log.command(ElementCommand(ElementIntent.TERMINATE, instance))
        return Accepted(key)

    def set_variables(self, command: SetVariables, request: int) -> Answer | None:
        """Set variables in a scope, or merge them upward from it."""
        scope = command.element_instance_key
        instance = self._state.elements.get(scope)
        if instance is None or instance.is_terminating:
            reason = f"Expected to update variables for element with key '{scope}', but no such element was found"
            raise RejectedError("VARIABLE_DOCUMENT", "UPDATE", RejectionType.NOT_FOUND, reason)
        record = {
            "scopeKey": scope,
            "updateSemantics": "LOCAL" if command.local else "PROPAGATE",
            "variables": dict(command.variables),
            "tenantId": instance.tenant_id,
        }
        task = self._state.user_tasks.get(instance.user_task_key)
        if task is not None:
            self._update_task(task, DocumentUpdate(-1, command.variables, command.local, record), request)
            return None
        merge = self._services.variables.merge_local if command.local else self._services.variables.merge
        merge(scope, instance, command.variables)
        key = self._log.next_key()
        self._log.event("VARIABLE_DOCUMENT", "UPDATED", key, record)
        return VariablesSet(key)

    def _update_task(self, task: UserTaskEntry, update: DocumentUpdate, request: int) -> None:
        """The listeners of a user task may refuse; the answer comes when they have agreed."""
        if task.phase is not TaskPhase.CREATED:
            reason = (
                f"Expected to trigger update transition for user task with key '{task.key}', "
                f"but it is in state '{task.phase.name}'"
            )
            raise RejectedError("VARIABLE_DOCUMENT", "UPDATE", RejectionType.INVALID_STATE, reason)
        self._services.user_tasks.update_variables(task, replace(update, key=self._log.next_key()), request)

    def _find(self, command: CreateInstance) -> ProcessDefinition:
        definitions = self._state.definitions
        process_id, tenant = command.bpmn_process_id, command.tenant_id
        found = "Expected to find process definition with "
        if not process_id:
            definition = definitions.by_key(command.process_definition_key)
            reason = f"key '{command.process_definition_key}'"
            if definition is not None and definition.tenant_id != tenant:
                definition = None
        elif command.version < 0:
            definition, reason = definitions.latest(process_id, tenant), f"process ID '{process_id}'"
        else:
            definition = definitions.version(process_id, command.version, tenant)
            reason = f"process ID '{process_id}' and version '{command.version}'"
        if definition is None:
            raise self._not_created(RejectionType.NOT_FOUND, f"{found}{reason}, but none found")
        return definition

    @staticmethod
    def _not_created(rejection: RejectionType, reason: str) -> RejectedError:
        return RejectedError("PROCESS_INSTANCE_CREATION", "CREATE", rejection, reason)

    @staticmethod
    def _record(command: CreateInstance, instance: ElementInstance) -> dict[str, object]:
        definition = instance.definition
        return {
            "bpmnProcessId": definition.id,
            "version": definition.version,
            "processDefinitionKey": definition.key,
            "processInstanceKey": instance.key,
            "variables": dict(command.variables),
            "fetchVariables": list(command.fetch_variables),
            "startInstructions": [{"elementId": element_id} for element_id in command.start_elements],
            "runtimeInstructions": [{"afterElementId": element_id} for element_id in command.terminate_after],
            "tags": list(command.tags),
            "tenantId": definition.tenant_id,
        }
