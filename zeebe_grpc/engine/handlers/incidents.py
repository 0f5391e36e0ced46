"""Resolving incidents."""

from __future__ import annotations

from zeebe_grpc.engine.answers import Accepted, Answer, RejectionType
from zeebe_grpc.engine.commands import ResolveIncident
from zeebe_grpc.engine.elements.processor import ElementProcessor
from zeebe_grpc.engine.handlers.jobs import JobHandler
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.processing.services import Services


class IncidentHandler:
    """Handles `ResolveIncident`."""

    def __init__(self, services: Services, jobs: JobHandler, elements: ElementProcessor) -> None:
        self._services = services
        self._jobs = jobs
        self._elements = elements

    def resolve(self, command: ResolveIncident, request: int) -> Answer:
        """Close the incident and try again; a new one follows if the cause remains."""
        incident = self._services.state.incidents.get(command.incident_key)
        expected = f"Expected to resolve incident with key '{command.incident_key}', but "
        if incident is None:
            reason = expected + "no such incident was found"
            raise RejectedError("INCIDENT", "RESOLVE", RejectionType.NOT_FOUND, reason, command.incident_key)
        job = self._services.state.jobs.get(incident.job_key)
        if job is not None and job.retries <= 0:
            reason = (
                f"{expected}job with key '{job.key}' has no retries left. "
                "Please update the job retries and retry resolving the incident"
            )
            raise RejectedError("INCIDENT", "RESOLVE", RejectionType.INVALID_STATE, reason, command.incident_key)
        self._services.incidents.resolve(incident)
        if job is not None:
            self._jobs.make_activatable(job)
        else:
            self._elements.retry(incident.instance)
        return Accepted(incident.key)
