"""Deployed processes with their versions."""

from __future__ import annotations

from dataclasses import dataclass

from zeebe_grpc.engine.model.elements import Process


@dataclass(frozen=True, eq=False)
class ProcessDefinition:
    """One version of a process. `content` identifies the file that it came from."""

    key: int
    id: str
    version: int
    resource_name: str
    content: bytes
    process: Process
    deployment_key: int
    tenant_id: str


class Definitions:
    """Process definitions by key, and by id with their versions."""

    def __init__(self) -> None:
        self._by_key: dict[int, ProcessDefinition] = {}
        self._versions: dict[tuple[str, str], dict[int, ProcessDefinition]] = {}
        self._last_version: dict[tuple[str, str], int] = {}

    def add(self, definition: ProcessDefinition) -> None:
        """Store a new version."""
        identity = (definition.tenant_id, definition.id)
        self._by_key[definition.key] = definition
        self._versions.setdefault(identity, {})[definition.version] = definition
        self._last_version[identity] = max(definition.version, self._last_version.get(identity, 0))

    def remove(self, definition: ProcessDefinition) -> None:
        """Forget a version; its number is not given again."""
        del self._by_key[definition.key]
        del self._versions[definition.tenant_id, definition.id][definition.version]

    def by_key(self, key: int) -> ProcessDefinition | None:
        """The definition with this key."""
        return self._by_key.get(key)

    def latest(self, process_id: str, tenant_id: str) -> ProcessDefinition | None:
        """The highest version that is still there."""
        versions = self._versions.get((tenant_id, process_id))
        return versions[max(versions)] if versions else None

    def version(self, process_id: str, version: int, tenant_id: str) -> ProcessDefinition | None:
        """A certain version."""
        return self._versions.get((tenant_id, process_id), {}).get(version)

    def in_deployment(self, process_id: str, deployment_key: int, tenant_id: str) -> ProcessDefinition | None:
        """The version that a deployment brought or confirmed."""
        versions = self._versions.get((tenant_id, process_id), {})
        return next((found for found in versions.values() if found.deployment_key == deployment_key), None)

    def tagged(self, process_id: str, version_tag: str, tenant_id: str) -> ProcessDefinition | None:
        """The newest version with this version tag."""
        versions = self._versions.get((tenant_id, process_id), {})
        tagged = [version for version, found in versions.items() if found.process.version_tag == version_tag]
        return versions[max(tagged)] if tagged else None

    def next_version(self, process_id: str, tenant_id: str) -> int:
        """The number of the next version."""
        return self._last_version.get((tenant_id, process_id), 0) + 1
