"""Deleting process definitions and documents."""

from __future__ import annotations

from zeebe_grpc.engine.answers import RejectionType
from zeebe_grpc.engine.handlers.bpmn_resources import process_record
from zeebe_grpc.engine.handlers.document_resources import DocumentKind
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.handlers.start_events import StartEvents
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.documents import Documents


class ProcessDeletion:
    """Deletes a version of a process; the version before takes over its start events."""

    def __init__(self, log: Log, state: State, starts: StartEvents) -> None:
        self._log = log
        self._state = state
        self._starts = starts

    def tenant_of(self, key: int) -> str | None:
        """The tenant of the definition with this key, which no instance may use any more."""
        definition = self._state.definitions.by_key(key)
        if definition is None:
            return None
        if self._state.elements.has_instances_of(key):
            reason = f"Expected to delete resource with key '{key}' but there are still running instances"
            raise RejectedError("RESOURCE_DELETION", "DELETE", RejectionType.INVALID_STATE, reason)
        return definition.tenant_id

    def delete(self, key: int) -> None:
        """Delete a definition."""
        definitions = self._state.definitions
        definition = definitions.by_key(key)
        if definition is None:
            return
        record = process_record(definition)
        was_latest = definitions.latest(definition.id, definition.tenant_id) is definition
        self._log.event("PROCESS", "DELETING", self._log.next_key(), record)
        definitions.remove(definition)
        before = definitions.latest(definition.id, definition.tenant_id)
        if was_latest and before is not None:
            self._starts.reopen(before)
        elif was_latest:
            self._starts.close(definition.id, definition.tenant_id)
        self._log.event("PROCESS", "DELETED", self._log.next_key(), record)


class DocumentDeletion:
    """Deletes a version of a document of one kind."""

    def __init__(self, kind: DocumentKind, log: Log, documents: Documents) -> None:
        self._kind = kind
        self._log = log
        self._documents = documents

    def tenant_of(self, key: int) -> str | None:
        """The tenant of the document with this key."""
        document = self._documents.by_key(key)
        return None if document is None else document.tenant_id

    def delete(self, key: int) -> None:
        """Delete a document."""
        document = self._documents.by_key(key)
        if document is not None:
            self._documents.remove(document)
            record = self._kind.record(document)
            self._log.event(self._kind.value_type, "DELETED", self._log.next_key(), record)
