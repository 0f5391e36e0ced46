"""Deployed decisions with their versions, and the requirements they came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from zeebe_grpc.engine.dmn import Decision, DecisionRequirements


@dataclass(frozen=True, eq=False)
class DeployedRequirements:
    """One version of decision requirements. `content` identifies the file that it came from."""

    key: int
    id: str
    version: int
    resource_name: str
    content: bytes
    model: DecisionRequirements
    tenant_id: str


@dataclass(frozen=True, eq=False)
class DeployedDecision:
    """One version of a decision."""

    key: int
    version: int
    decision: Decision
    requirements: DeployedRequirements
    deployment_key: int

    @property
    def id(self) -> str:
        """The decision's id."""
        return self.decision.id

    @property
    def tenant_id(self) -> str:
        """The tenant it belongs to."""
        return self.requirements.tenant_id


_Entry = TypeVar("_Entry", DeployedRequirements, DeployedDecision)


class VersionTable(Generic[_Entry]):
    """Entries by key, and by id with their versions. The number of a deleted latest version is given again."""

    def __init__(self) -> None:
        self._by_key: dict[int, _Entry] = {}
        self._versions: dict[tuple[str, str], dict[int, _Entry]] = {}

    def add(self, entry: _Entry) -> None:
        """Store a new version."""
        self._by_key[entry.key] = entry
        self._versions.setdefault((entry.tenant_id, entry.id), {})[entry.version] = entry

    def remove(self, entry: _Entry) -> None:
        """Forget a version."""
        del self._by_key[entry.key]
        del self._versions[entry.tenant_id, entry.id][entry.version]

    def by_key(self, key: int) -> _Entry | None:
        """The entry with this key."""
        return self._by_key.get(key)

    def versions(self, entry_id: str, tenant_id: str) -> list[_Entry]:
        """The versions that are still there, the oldest first."""
        return [entry for _, entry in sorted(self._versions.get((tenant_id, entry_id), {}).items())]

    def latest(self, entry_id: str, tenant_id: str) -> _Entry | None:
        """The highest version that is still there."""
        return next(reversed(self.versions(entry_id, tenant_id)), None)

    def next_version(self, entry_id: str, tenant_id: str) -> int:
        """The number of the next version."""
        latest = self.latest(entry_id, tenant_id)
        return 1 if latest is None else latest.version + 1


class Decisions:
    """All decisions and requirements of one engine."""

    def __init__(self) -> None:
        self.requirements: VersionTable[DeployedRequirements] = VersionTable()
        self.decisions: VersionTable[DeployedDecision] = VersionTable()

    def of(self, requirements: DeployedRequirements) -> dict[str, DeployedDecision]:
        """The decisions that came with these requirements, by id in the order of deployment."""
        found: dict[str, DeployedDecision] = {}
        for decision_id in requirements.model.decisions:
            for entry in self.decisions.versions(decision_id, requirements.tenant_id):
                if entry.requirements is requirements:
                    found[decision_id] = entry
        return found

    def in_deployment(self, decision_id: str, deployment_key: int, tenant_id: str) -> DeployedDecision | None:
        """The version that a deployment brought."""
        versions = self.decisions.versions(decision_id, tenant_id)
        return next((entry for entry in versions if entry.deployment_key == deployment_key), None)

    def tagged(self, decision_id: str, version_tag: str, tenant_id: str) -> DeployedDecision | None:
        """The newest version with this version tag."""
        versions = reversed(self.decisions.versions(decision_id, tenant_id))
        return next((entry for entry in versions if entry.decision.version_tag == version_tag), None)
