"""Documents in a deployment that are kept as they are: forms, and resources for workers (RPA)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from zeebe_grpc.engine.answers import DeployedDefinition
from zeebe_grpc.engine.commands import Resource
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.document import Problem
from zeebe_grpc.engine.state.documents import Documents, StoredDocument


@dataclass(frozen=True)
class DocumentKind:
    """What tells one kind of document from another: its name, what its files end in, and its records."""

    name: str
    suffix: str
    value_type: str

    def record(self, document: StoredDocument) -> dict[str, object]:
        """The record of a document."""
        return {
            f"{self.name}Id": document.id,
            "version": document.version,
            "versionTag": document.version_tag,
            f"{self.name}Key": document.key,
            "resourceName": document.resource_name,
            "deploymentKey": document.deployment_key,
            "tenantId": document.tenant_id,
        }


FORM = DocumentKind("form", ".form", "FORM")
RPA = DocumentKind("resource", ".rpa", "RESOURCE")


class DocumentResources:
    """Reads the resources of one kind: JSON documents with an id."""

    def __init__(self, kind: DocumentKind, log: Log, documents: Documents) -> None:
        self.suffixes: tuple[str, ...] = (kind.suffix,)
        self._kind = kind
        self._log = log
        self._documents = documents

    def read(self, resource: Resource, tenant_id: str) -> DocumentResource:
        """Read a file."""
        return DocumentResource(self._kind, resource, tenant_id, self._log, self._documents)


class DocumentResource:
    """A document that has been read."""

    def __init__(self, kind: DocumentKind, resource: Resource, tenant_id: str, log: Log, documents: Documents) -> None:
        self.resource = resource
        self._kind = kind
        self._tenant_id = tenant_id
        self._log = log
        self._documents = documents
        self._digest = hashlib.sha256(resource.content).digest()
        self._content, self._reason = _read(kind.name, resource.content)

    @property
    def problems(self) -> Sequence[Problem]:
        """Why it cannot be deployed."""
        return [Problem("", "", self._reason)] if self._reason else []

    @property
    def ids(self) -> Sequence[tuple[str, str]]:
        """The document."""
        return [] if self._reason else [(self._kind.name, self._id)]

    @property
    def is_duplicate(self) -> bool:
        """Whether the latest version came from this content under this name."""
        latest = self._latest
        return latest is not None and (latest.resource_name, latest.content) == (self.resource.name, self._digest)

    def unchanged(self, deployment_key: int) -> list[DeployedDefinition]:
        """The latest version."""
        return [self._described(self._latest)] if self._latest is not None else []

    def deploy(self, deployment_key: int) -> list[DeployedDefinition]:
        """Store a new version."""
        tag = self._content.get("versionTag")
        document = StoredDocument(
            key=self._log.next_key(),
            id=self._id,
            version=self._documents.next_version(self._id, self._tenant_id),
            version_tag=tag if isinstance(tag, str) else "",
            resource_name=self.resource.name,
            content=self._digest,
            deployment_key=deployment_key,
            tenant_id=self._tenant_id,
        )
        self._documents.add(document)
        self._log.event(self._kind.value_type, "CREATED", document.key, self._kind.record(document))
        return [self._described(document)]

    def activate(self, definitions: Sequence[DeployedDefinition]) -> None:
        """Nothing waits for a document."""

    @property
    def _id(self) -> str:
        return str(self._content["id"])

    @property
    def _latest(self) -> StoredDocument | None:
        return self._documents.find(self._id, self._tenant_id, "latest", -1, "")

    def _described(self, document: StoredDocument) -> DeployedDefinition:
        return DeployedDefinition(
            self._kind.name, document.key, document.id, document.version, document.resource_name, document.tenant_id
        )


def _read(kind: str, content: bytes) -> tuple[dict[str, Any], str]:
    """The content, and what is wrong with it."""
    try:
        parsed: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        return {}, f"Failed to parse {kind} JSON: {error}"
    if not isinstance(parsed, dict):
        return {}, f"Failed to parse {kind} JSON: it is no object"
    document = cast("dict[str, Any]", parsed)
    document_id = document.get("id")
    if document_id is None:
        return {}, f"Expected the {kind} id to be present, but none given"
    if isinstance(document_id, dict | list):
        return {}, f"Failed to parse {kind} JSON: the id is no text"
    # a number is taken as its text
    if not str(document_id).strip():
        return {}, f"Expected the {kind} id to be filled, but it is blank"
    return document, ""
