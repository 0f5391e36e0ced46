"""Jobs of elements and listeners: made when the element needs work, cancelled when it goes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import JobDefinition, LinkedResource, Listener
from zeebe_grpc.engine.model.expression import Expression
from zeebe_grpc.engine.processing.expressions import Expressions
from zeebe_grpc.engine.processing.failure import EXTRACT_VALUE_ERROR, RESOURCE_NOT_FOUND, Failure
from zeebe_grpc.engine.processing.incidents import IncidentWriter
from zeebe_grpc.engine.processing.properties import PropertyReader
from zeebe_grpc.engine.records import Activatable
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.jobs import JobEntry

_LIST_PROPERTIES = ("candidateGroups", "candidateUsers")
_LINKED_RESOURCES = "linkedResources"
HEADER_PREFIX = "io.camunda.zeebe:"


class JobWriter:
    """Writes JOB records CREATED and CANCELED, and tells which jobs can be activated."""

    def __init__(self, log: Log, state: State, expressions: Expressions, incidents: IncidentWriter) -> None:
        self._log = log
        self._jobs = state.jobs
        self._resources = state.resources
        self._traits = state.traits
        self._expressions = expressions
        self._incidents = incidents
        self._properties = PropertyReader(expressions, state)

    def prepare(self, definition: JobDefinition, instance: ElementInstance, kind: str = "BPMN_ELEMENT") -> JobEntry:
        """Evaluate all that a job is made of. Nothing is written; the job has no key yet."""
        job_type = self._type(definition.type, instance.key)
        retries = self._expressions.number(definition.retries, instance.key)
        headers = {**definition.headers, **self._property_headers(definition.properties, instance.key)}
        form_key = self._properties.form(instance.element, instance)
        if form_key is not None:
            headers[HEADER_PREFIX + "formKey"] = str(form_key)
        if definition.linked_resources:
            headers[_LINKED_RESOURCES] = self._linked(definition.linked_resources, instance)
        priority = 0 if definition.priority is None else self._priority(definition.priority, instance.key)
        return JobEntry(
            -1,
            job_type,
            instance,
            retries,
            headers,
            kind,
            element_id=instance.element.id,
            priority=priority,
            business_id=self._traits.of(instance.process_instance_key).business_id,
        )

    def create(self, job: JobEntry) -> None:
        """Create a prepared job."""
        job.key = self._log.next_key()
        job.instance.job_key = job.key
        self._jobs.add(job)
        self._log.event("JOB", "CREATED", job.key, job.value())
        self.announce(job)

    def create_for(self, definition: JobDefinition, instance: ElementInstance, kind: str = "BPMN_ELEMENT") -> JobEntry:
        """Evaluate and create the job of an element."""
        job = self.prepare(definition, instance, kind)
        self.create(job)
        return job

    def create_for_listener(
        self,
        listener: Listener,
        instance: ElementInstance,
        kind: str = "EXECUTION_LISTENER",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Create the job of a listener."""
        job = self.prepare(listener.job, instance, kind)
        job.listener_event = listener.event.upper()
        job.headers = {**job.headers, **(headers or {})}
        self.create(job)

    def announce(self, job: JobEntry, push: bool = True) -> None:
        """Tell that a job can be activated now."""
        self._log.activatable(Activatable(job.key, job.type, job.instance.tenant_id, push, job.leases > 0))

    def cancel(self, instance: ElementInstance) -> None:
        """Cancel the job of an element instance, if it has one, and close the incident of that job."""
        job = self._jobs.get(instance.job_key)
        if job is None:
            return
        self._jobs.remove(job)
        instance.job_key = -1
        self._log.event("JOB", "CANCELED", job.key, job.value())
        self._incidents.resolve_of_job(job)

    def _linked(self, resources: Sequence[LinkedResource], instance: ElementInstance) -> str:
        """The header that tells a worker the keys of deployed resources."""
        found: list[dict[str, str | None]] = []
        for each in resources:
            definition = instance.definition
            resource = self._resources.find(
                each.resource_id, definition.tenant_id, each.binding, definition.deployment_key, each.version_tag
            )
            if resource is None:
                reason = (
                    f"Expected to find a resource with id '{each.resource_id}' (binding '{each.binding}'), "
                    "but none was deployed."
                )
                raise Failure(reason, RESOURCE_NOT_FOUND, instance.key)
            key = str(resource.key)
            found.append({"resourceKey": key, "resourceType": each.resource_type, "linkName": each.link_name})
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))

    def _type(self, expression: Expression, scope: int) -> str:
        job_type = self._expressions.text(expression, scope)
        if not job_type:
            message = (
                f"Expected result of the expression '{expression.text}' to be a not-empty string, "
                "but was an empty string."
            )
            raise Failure(message, EXTRACT_VALUE_ERROR, scope)
        return job_type

    def _priority(self, expression: Expression, scope: int) -> int:
        priority = self._expressions.number(expression, scope)
        if not -(2**31) <= priority < 2**31:
            message = f"Expected the priority of the job to be an integer of 32 bits, but was '{priority}'."
            raise Failure(message, EXTRACT_VALUE_ERROR, scope)
        return priority

    def _property_headers(self, properties: Mapping[str, Expression], scope: int) -> dict[str, str]:
        headers: dict[str, str] = {}
        for name, expression in properties.items():
            if name in _LIST_PROPERTIES:
                value = json.dumps(self._properties.texts(expression, scope), ensure_ascii=False, separators=(",", ":"))
            elif name in ("dueDate", "followUpDate"):
                value = self._properties.date(expression, scope)
            else:
                value = self._expressions.text(expression, scope)
            if value:
                headers[HEADER_PREFIX + name] = value
        return headers
