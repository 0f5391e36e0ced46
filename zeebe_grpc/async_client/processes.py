"""The methods of `AsyncZeebeClient` that start process instances."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from zeebe_grpc.async_client.base import AsyncBase
from zeebe_grpc.commands import processes
from zeebe_grpc.keys import KeyLike
from zeebe_grpc.models.processes import ConditionalEvaluation, ProcessInstance, ProcessInstanceResult
from zeebe_grpc.spans import Span
from zeebe_grpc.variables import V, Variables


class ProcessMethods(AsyncBase):
    """Create process instances, with or without waiting for the result, and by a condition."""

    async def create_process_instance(
        self,
        bpmn_process_id: str | None = None,
        *,
        process_definition_key: KeyLike | None = None,
        version: int | None = None,
        variables: Variables = None,
        start_before_elements: Iterable[str] | None = None,
        terminate_after_elements: Iterable[str] | None = None,
        tags: Collection[str] | None = None,
        business_id: str | None = None,
        business_id_is_unique: bool = False,
        tenant_id: str | None = None,
        operation_reference: int | None = None,
        timeout: Span | None = None,
    ) -> ProcessInstance:
        """Start a process instance and return when it is created (RPC CreateProcessInstance).

        Never two instances: it is sent again only if it was provably not executed, unless `business_id_is_unique`.

        Args:
            bpmn_process_id: The process' id in its model. Give this or `process_definition_key`.
            process_definition_key: Names one version of a process.
            version: At least 1; None for the latest. Only with `bpmn_process_id`.
            variables: The first variables of the instance.
            start_before_elements: Ids of elements to start at, instead of the start event (8.1).
            terminate_after_elements: Ids of elements after which the instance is terminated (8.8).
            tags: Up to 10, each 1 to 100 characters, beginning with a letter (8.8).
            business_id: Your own name for the instance, at most 256 characters (8.9).
            business_id_is_unique: Say True only if the cluster is set to keep business ids unique: then the call may
                be repeated when nobody knows whether it was executed.
            tenant_id: Whose process it is; None for the client's tenant, or the default one.
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            ProcessDefinitionNotFoundError: No such process, or not in that version.
            InvalidArgumentError: The gateway refuses an argument, such as an unknown element to start at.
            InvalidStateError: The process has no start event that could be used.
            ProcessInstanceAlreadyExistsError: An active instance has this business id (8.9).
            VariablesError: The variables have no JSON form.
            AmbiguousResultError: Nobody knows whether an instance was created.
            GatewayError: The call failed otherwise.
        """
        command = processes.create_process_instance(
            bpmn_process_id,
            process_definition_key=process_definition_key,
            version=version,
            variables=variables,
            start_before_elements=start_before_elements,
            terminate_after_elements=terminate_after_elements,
            tags=tags,
            business_id=business_id,
            business_id_is_unique=business_id_is_unique,
            tenant_id=self._tenant(tenant_id),
            operation_reference=operation_reference,
        )
        return await self.execute(command, timeout=timeout)

    async def create_process_instance_with_result(
        self,
        bpmn_process_id: str | None = None,
        *,
        process_definition_key: KeyLike | None = None,
        version: int | None = None,
        variables: Variables = None,
        fetch_variables: Iterable[str] | None = None,
        as_type: type[V] | None = None,
        start_before_elements: Iterable[str] | None = None,
        terminate_after_elements: Iterable[str] | None = None,
        tags: Collection[str] | None = None,
        business_id: str | None = None,
        business_id_is_unique: bool = False,
        tenant_id: str | None = None,
        operation_reference: int | None = None,
        timeout: Span | None = None,
    ) -> ProcessInstanceResult[V]:
        """Start a process instance and wait until it has completed (RPC CreateProcessInstanceWithResult).

        If it does not complete in time, it runs on and its result is lost to this call; for processes that take longer
        than seconds, let the process tell its result itself.

        Args:
            bpmn_process_id: The process' id in its model. Give this or `process_definition_key`.
            process_definition_key: Names one version of a process.
            version: At least 1; None for the latest. Only with `bpmn_process_id`.
            variables: The first variables of the instance.
            fetch_variables: The names of the variables to get back; None for all of the root scope.
            as_type: What the resulting variables are decoded into; None for plain dict.
            start_before_elements: Ids of elements to start at, instead of the start event (8.1).
            terminate_after_elements: Ids of elements after which the instance is terminated (8.8).
            tags: Up to 10, each 1 to 100 characters, beginning with a letter (8.8).
            business_id: Your own name for the instance, at most 256 characters (8.9).
            business_id_is_unique: As in `create_process_instance`.
            tenant_id: Whose process it is; None for the client's tenant, or the default one.
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span to wait for the result, all attempts included; None for the client's (30 seconds). The
                gateway gives up a little earlier.

        Raises:
            ProcessDefinitionNotFoundError: No such process, or not in that version.
            InvalidArgumentError: The gateway refuses an argument, such as an unknown element to start at.
            ProcessInstanceAlreadyExistsError: An active instance has this business id (8.9).
            AmbiguousDeadlineError: No result in time; the instance probably runs on.
            AmbiguousResultError: Nobody knows whether an instance was created.
            MalformedResponseError: The result does not fit `as_type`; `.raw` has it undecoded.
            GatewayError: The call failed otherwise.
        """
        command = processes.create_process_instance_with_result(
            bpmn_process_id,
            process_definition_key=process_definition_key,
            version=version,
            variables=variables,
            fetch_variables=fetch_variables,
            as_type=as_type,
            start_before_elements=start_before_elements,
            terminate_after_elements=terminate_after_elements,
            tags=tags,
            business_id=business_id,
            business_id_is_unique=business_id_is_unique,
            tenant_id=self._tenant(tenant_id),
            operation_reference=operation_reference,
            timeout=self._result_timeout(timeout),
        )
        return await self.execute(command)

    async def evaluate_conditional(
        self,
        *,
        variables: Variables,
        process_definition_key: KeyLike | None = None,
        tenant_id: str | None = None,
        timeout: Span | None = None,
    ) -> ConditionalEvaluation:
        """Start an instance for every conditional start event whose condition holds (RPC EvaluateConditional, 8.9).

        Args:
            variables: What the conditions are evaluated with; each started instance gets them.
            process_definition_key: Look at one process definition only; None for all of the tenant.
            tenant_id: Whose process definitions; None for the client's tenant, or the default one.
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Returns:
            Which instances were started, possibly none.

        Raises:
            ProcessDefinitionNotFoundError: No process definition has this key.
            PermissionDeniedError: For one of the process definitions the caller may not start instances; none was
                started.
            AmbiguousResultError: Nobody knows whether instances were started.
            UnimplementedError: The gateway is older than 8.9.
            GatewayError: The call failed otherwise.
        """
        command = processes.evaluate_conditional(
            variables=variables, process_definition_key=process_definition_key, tenant_id=self._tenant(tenant_id)
        )
        return await self.execute(command, timeout=timeout)
