"""Incidents: raised when an element or a job fails, closed when they are resolved or their element goes."""

from __future__ import annotations

from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.processing.failure import UNHANDLED_ERROR_EVENT, Failure
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.incidents import Incident, Incidents
from zeebe_grpc.engine.state.jobs import JobEntry

_NO_RETRIES = {
    "BPMN_ELEMENT": "JOB_NO_RETRIES",
    "EXECUTION_LISTENER": "EXECUTION_LISTENER_NO_RETRIES",
    "TASK_LISTENER": "TASK_LISTENER_NO_RETRIES",
    "AD_HOC_SUB_PROCESS": "AD_HOC_SUB_PROCESS_NO_RETRIES",
}


class IncidentWriter:
    """Writes INCIDENT records."""

    def __init__(self, log: Log, incidents: Incidents) -> None:
        self._log = log
        self._incidents = incidents

    def raise_failure(self, failure: Failure, instance: ElementInstance) -> None:
        """An element failed."""
        scope = failure.scope_key if failure.scope_key > 0 else instance.key
        self._create(failure.error_type, failure.message, instance, -1, scope)

    def raise_no_retries(self, job: JobEntry) -> None:
        """A job failed for the last time."""
        message = job.error_message or "No more retries left."
        self._create(_NO_RETRIES[job.kind], message, job.instance, job.key, job.instance.key)

    def raise_unhandled_error(self, job: JobEntry, message: str) -> None:
        """Nobody catches the error that a job threw."""
        self._create(UNHANDLED_ERROR_EVENT, message, job.instance, job.key, job.instance.key)

    def raise_for_job(self, job: JobEntry, error_type: str, message: str) -> None:
        """A job cannot be handed out."""
        self._create(error_type, message, job.instance, job.key, job.instance.key)

    def resolve(self, incident: Incident) -> None:
        """An incident is over."""
        self._incidents.remove(incident)
        self._log.event("INCIDENT", "RESOLVED", incident.key, incident.value())

    def resolve_of_element(self, instance: ElementInstance) -> None:
        """The element goes, and with it its incidents."""
        for incident in self._incidents.of_element(instance.key):
            self.resolve(incident)

    def resolve_of_job(self, job: JobEntry) -> None:
        """The job goes, and with it its incident."""
        for incident in self._incidents.of_job(job.key, job.instance.key):
            self.resolve(incident)

    def _create(self, error_type: str, message: str, instance: ElementInstance, job_key: int, scope: int) -> None:
        incident = Incident(self._log.next_key(), error_type, message, instance, job_key, scope)
        self._incidents.add(incident)
        self._log.event("INCIDENT", "CREATED", incident.key, incident.value())
