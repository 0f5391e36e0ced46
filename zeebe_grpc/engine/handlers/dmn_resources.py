"""DMN files in a deployment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from zeebe_grpc.engine.answers import DeployedDefinition
from zeebe_grpc.engine.commands import Resource
from zeebe_grpc.engine.dmn import DecisionRequirements, DmnError, parse_dmn
from zeebe_grpc.engine.handlers.decision_records import decision_record, requirements_record
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.document import Problem
from zeebe_grpc.engine.state.decisions import Decisions, DeployedDecision, DeployedRequirements


class DmnResources:
    """Reads ``.dmn`` resources."""

    suffixes: tuple[str, ...] = (".dmn",)

    def __init__(self, log: Log, decisions: Decisions) -> None:
        self._log = log
        self._decisions = decisions

    def read(self, resource: Resource, tenant_id: str) -> DmnResource:
        """Read a file."""
        return DmnResource(resource, tenant_id, self._log, self._decisions)


class DmnResource:
    """A DMN file that has been read."""

    def __init__(self, resource: Resource, tenant_id: str, log: Log, decisions: Decisions) -> None:
        self.resource = resource
        self._tenant_id = tenant_id
        self._log = log
        self._decisions = decisions
        self._digest = hashlib.sha256(resource.content).digest()
        self._model, self._problems = _parsed(resource)

    @property
    def problems(self) -> Sequence[Problem]:
        """Why it cannot be deployed."""
        return [Problem("", "", problem) for problem in self._problems]

    @property
    def ids(self) -> Sequence[tuple[str, str]]:
        """The requirements and the decisions."""
        if self._model is None:
            return []
        decisions = [("decision", decision_id) for decision_id in self._model.decisions]
        return [("decision requirements", self._model.id), *decisions]

    @property
    def is_duplicate(self) -> bool:
        """Whether the latest version came from this content under this name, and so did the latest of each decision."""
        latest = self._latest()
        if latest is None or (latest.resource_name, latest.content) != (self.resource.name, self._digest):
            return False
        newest = [self._decisions.decisions.latest(name, self._tenant_id) for name in latest.model.decisions]
        return all(entry is not None and entry.requirements is latest for entry in newest)

    def unchanged(self, deployment_key: int) -> list[DeployedDefinition]:
        """The latest version."""
        latest = self._latest()
        return [] if latest is None else _described(latest, list(self._decisions.of(latest).values()))

    def deploy(self, deployment_key: int) -> list[DeployedDefinition]:
        """Store a new version of the requirements and of each decision."""
        if self._model is None:
            return []
        requirements = DeployedRequirements(
            key=self._log.next_key(),
            id=self._model.id,
            version=self._decisions.requirements.next_version(self._model.id, self._tenant_id),
            resource_name=self.resource.name,
            content=self._digest,
            model=self._model,
            tenant_id=self._tenant_id,
        )
        self._decisions.requirements.add(requirements)
        self._log.event(
            "DECISION_REQUIREMENTS",
            "CREATED",
            requirements.key,
            requirements_record(requirements, self._model.namespace),
        )
        decisions = [self._deployed(requirements, name, deployment_key) for name in self._model.decisions]
        return _described(requirements, decisions)

    def activate(self, definitions: Sequence[DeployedDefinition]) -> None:
        """Decisions wait for nothing."""

    def _deployed(self, requirements: DeployedRequirements, decision_id: str, deployment_key: int) -> DeployedDecision:
        entry = DeployedDecision(
            key=self._log.next_key(),
            version=self._decisions.decisions.next_version(decision_id, self._tenant_id),
            decision=requirements.model.decisions[decision_id],
            requirements=requirements,
            deployment_key=deployment_key,
        )
        self._decisions.decisions.add(entry)
        self._log.event("DECISION", "CREATED", entry.key, decision_record(entry))
        return entry

    def _latest(self) -> DeployedRequirements | None:
        if self._model is None:
            return None
        return self._decisions.requirements.latest(self._model.id, self._tenant_id)


def _parsed(resource: Resource) -> tuple[DecisionRequirements | None, Sequence[str]]:
    try:
        return parse_dmn(resource.content, source_name=""), ()
    except DmnError as error:
        return None, error.problems


def _described(requirements: DeployedRequirements, decisions: Sequence[DeployedDecision]) -> list[DeployedDefinition]:
    brought = [
        DeployedDefinition(
            kind="decision",
            key=entry.key,
            id=entry.id,
            version=entry.version,
            resource_name=requirements.resource_name,
            tenant_id=entry.tenant_id,
            name=entry.decision.name,
            requirements_id=requirements.id,
            requirements_key=requirements.key,
        )
        for entry in decisions
    ]
    whole = DeployedDefinition(
        kind="decision_requirements",
        key=requirements.key,
        id=requirements.id,
        version=requirements.version,
        resource_name=requirements.resource_name,
        tenant_id=requirements.tenant_id,
        name=requirements.model.name,
    )
    return [*brought, whole]
