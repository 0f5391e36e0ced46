"""Deployed documents that are kept as they are, with their versions: forms, and resources for workers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class StoredDocument:
    """One version of a document. `content` identifies the file that it came from."""

    key: int
    id: str
    version: int
    version_tag: str
    resource_name: str
    content: bytes
    deployment_key: int
    tenant_id: str


class Documents:
    """The documents of one kind by key, and by id with their versions."""

    def __init__(self) -> None:
        self._by_key: dict[int, StoredDocument] = {}
        self._versions: dict[tuple[str, str], dict[int, StoredDocument]] = {}

    def add(self, document: StoredDocument) -> None:
        """Store a new version."""
        self._by_key[document.key] = document
        self._versions.setdefault((document.tenant_id, document.id), {})[document.version] = document

    def remove(self, document: StoredDocument) -> None:
        """Forget a version."""
        del self._by_key[document.key]
        del self._versions[document.tenant_id, document.id][document.version]

    def by_key(self, key: int) -> StoredDocument | None:
        """The document with this key."""
        return self._by_key.get(key)

    def find(
        self, document_id: str, tenant_id: str, binding: str, deployment_key: int, version_tag: str
    ) -> StoredDocument | None:
        """The newest version that a binding (``latest``, ``deployment`` or ``versionTag``) admits."""
        versions = self._versions.get((tenant_id, document_id), {})
        fitting = [
            document
            for document in versions.values()
            if binding == "latest"
            or (binding == "deployment" and document.deployment_key == deployment_key)
            or (binding == "versionTag" and document.version_tag == version_tag)
        ]
        return max(fitting, key=lambda document: document.version, default=None)

    def next_version(self, document_id: str, tenant_id: str) -> int:
        """The number of the next version; that of a deleted latest one is given again."""
        return max(self._versions.get((tenant_id, document_id), {}), default=0) + 1
