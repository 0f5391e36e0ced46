"""Open incidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zeebe_grpc.engine.state.elements import ElementInstance


@dataclass(frozen=True, eq=False)
class Incident:
    """An open incident of an element instance; `job_key` is -1 if no job is concerned."""

    key: int
    error_type: str
    message: str
    instance: ElementInstance
    job_key: int
    variable_scope_key: int

    def value(self) -> dict[str, Any]:
        """The record of the incident."""
        return {
            "errorType": self.error_type,
            "errorMessage": self.message,
            "bpmnProcessId": self.instance.definition.id,
            "processDefinitionKey": self.instance.definition.key,
            "processInstanceKey": self.instance.process_instance_key,
            "elementId": self.instance.element.id,
            "elementInstanceKey": self.instance.key,
            "jobKey": self.job_key,
            "variableScopeKey": self.variable_scope_key,
            "tenantId": self.instance.tenant_id,
        }


class Incidents:
    """Incidents by key."""

    def __init__(self) -> None:
        self._incidents: dict[int, Incident] = {}
        self._by_element: dict[int, dict[int, Incident]] = {}

    def get(self, key: int) -> Incident | None:
        """The incident with this key."""
        return self._incidents.get(key)

    def add(self, incident: Incident) -> None:
        """Enter an incident."""
        self._incidents[incident.key] = incident
        self._by_element.setdefault(incident.instance.key, {})[incident.key] = incident

    def remove(self, incident: Incident) -> None:
        """Take an incident out."""
        self._incidents.pop(incident.key, None)
        of_element = self._by_element.get(incident.instance.key, {})
        of_element.pop(incident.key, None)
        if not of_element:
            self._by_element.pop(incident.instance.key, None)

    def of_element(self, element_instance_key: int) -> list[Incident]:
        """The incidents of an element instance that are not a job's."""
        found = self._by_element.get(element_instance_key, {})
        return [incident for incident in found.values() if incident.job_key < 0]

    def of_job(self, job_key: int, element_instance_key: int) -> list[Incident]:
        """The incidents of a job of an element instance."""
        found = self._by_element.get(element_instance_key, {})
        return [incident for incident in found.values() if incident.job_key == job_key]
