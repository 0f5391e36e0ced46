"""The methods of `ZeebeClient` about what runs already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zeebe_grpc.client.base import BlockingBase
from zeebe_grpc.commands import instances
from zeebe_grpc.keys import KeyLike
from zeebe_grpc.models.processes import (
    ActivateInstruction,
    MappingInstruction,
    MoveInstruction,
    TerminateInstruction,
    VariablesSet,
)
from zeebe_grpc.spans import Span
from zeebe_grpc.variables import Variables


class InstanceMethods(BlockingBase):
    """Cancel, set variables, resolve incidents, modify, migrate."""

    def cancel_process_instance(
        self, process_instance_key: KeyLike, *, operation_reference: int | None = None, timeout: Span | None = None
    ) -> None:
        """Terminate a process instance; the reply means that this has begun (RPC CancelProcessInstance).

        Args:
            process_instance_key: A root process instance; one that was called by another goes with it.
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            ProcessInstanceNotFoundError: No such instance is active.
            InvalidProcessInstanceStateError: Another instance called it; the text names the root.
            GatewayError: The call failed otherwise.
        """
        command = instances.cancel_process_instance(process_instance_key, operation_reference=operation_reference)
        return self.execute(command, timeout=timeout)

    def set_variables(
        self,
        element_instance_key: KeyLike,
        *,
        variables: Variables,
        local: bool = False,
        operation_reference: int | None = None,
        timeout: Span | None = None,
    ) -> VariablesSet:
        """Set variables of a process instance or of an element in it (RPC SetVariables).

        Args:
            element_instance_key: The key of a process instance, or of an element instance (a job has it).
            variables: What to set; others stay.
            local: Set them in this scope itself. Otherwise each goes up to the nearest scope that has one of its name,
                or to the process instance.
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            ElementInstanceNotFoundError: Nothing with this key is active.
            VariablesError: The variables have no JSON form.
            GatewayError: The call failed otherwise.
        """
        command = instances.set_variables(
            element_instance_key, variables=variables, local=local, operation_reference=operation_reference
        )
        return self.execute(command, timeout=timeout)

    def resolve_incident(
        self, incident_key: KeyLike, *, operation_reference: int | None = None, timeout: Span | None = None
    ) -> None:
        """Try again what raised an incident; if it fails again, there is a new one (RPC ResolveIncident).

        Args:
            incident_key: The incident. One of a job without retries needs `update_job_retries` first.
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            IncidentNotFoundError: No such incident, or it is resolved; from old engines also if the job has no retries.
            InvalidStateError: The job has no retries.
            GatewayError: The call failed otherwise.
        """
        command = instances.resolve_incident(incident_key, operation_reference=operation_reference)
        return self.execute(command, timeout=timeout)

    def modify_process_instance(
        self,
        process_instance_key: KeyLike,
        *,
        activate: Iterable[ActivateInstruction] = (),
        terminate: Iterable[TerminateInstruction] = (),
        move: Iterable[MoveInstruction] = (),
        operation_reference: int | None = None,
        timeout: Span | None = None,
    ) -> None:
        """Activate, terminate and move elements of a running instance, all or nothing (RPC ModifyProcessInstance, 8.1).

        Args:
            process_instance_key: The process instance.
            activate: Elements to activate, with variables.
            terminate: Element instances to terminate; all instances of an element from 8.9 on.
            move: Elements to terminate and others to activate in their place (8.9).
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            ProcessInstanceNotFoundError: No such instance is active.
            InvalidArgumentError: An element, key or scope is unknown, or the ancestor is not clear.
            AmbiguousResultError: Nobody knows whether it was done.
            GatewayError: The call failed otherwise.
        """
        command = instances.modify_process_instance(
            process_instance_key,
            activate=activate,
            terminate=terminate,
            move=move,
            operation_reference=operation_reference,
        )
        return self.execute(command, timeout=timeout)

    def migrate_process_instance(
        self,
        process_instance_key: KeyLike,
        *,
        target_process_definition_key: KeyLike,
        mapping_instructions: Mapping[str, str] | Iterable[MappingInstruction],
        operation_reference: int | None = None,
        timeout: Span | None = None,
    ) -> None:
        """Let a running instance go on in another process definition (RPC MigrateProcessInstance, 8.4).

        Args:
            process_instance_key: The process instance.
            target_process_definition_key: The process definition in which it goes on.
            mapping_instructions: For each active element the element that continues it, as a mapping of ids.
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            NotFoundError: No such instance is active, or no such process definition is deployed.
            InvalidArgumentError: A mapping names an unknown element, or one twice.
            InvalidProcessInstanceStateError: An active element is not mapped, or cannot be migrated like this.
            AmbiguousResultError: Nobody knows whether it was done.
            GatewayError: The call failed otherwise.
        """
        command = instances.migrate_process_instance(
            process_instance_key,
            target_process_definition_key=target_process_definition_key,
            mapping_instructions=mapping_instructions,
            operation_reference=operation_reference,
        )
        return self.execute(command, timeout=timeout)
