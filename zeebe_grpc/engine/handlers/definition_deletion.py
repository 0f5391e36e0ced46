"""Deleting process definitions and forms."""

from __future__ import annotations

from zeebe_grpc.engine.answers import RejectionType
from zeebe_grpc.engine.handlers.bpmn_resources import process_record
from zeebe_grpc.engine.handlers.form_resources import form_record
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.handlers.start_events import StartEvents
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.state import State


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


class FormDeletion:
    """Deletes a version of a form."""

    def __init__(self, log: Log, state: State) -> None:
        self._log = log
        self._forms = state.forms

    def tenant_of(self, key: int) -> str | None:
        """The tenant of the form with this key."""
        form = self._forms.by_key(key)
        return None if form is None else form.tenant_id

    def delete(self, key: int) -> None:
        """Delete a form."""
        form = self._forms.by_key(key)
        if form is not None:
            self._forms.remove(form)
            self._log.event("FORM", "DELETED", self._log.next_key(), form_record(form))
