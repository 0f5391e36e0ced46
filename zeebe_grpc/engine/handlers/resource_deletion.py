"""Deleting what was deployed, by its key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from zeebe_grpc.engine.answers import Accepted, Answer, RejectionType
from zeebe_grpc.engine.commands import DeleteResource
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.log import Log


class Deletable(Protocol):
    """One kind of resource that can be deleted."""

    def tenant_of(self, key: int) -> str | None:
        """The tenant of the resource with this key; None if this kind has none."""
        ...

    def delete(self, key: int) -> None:
        """Delete the resource with this key, which is there, and write its records."""
        ...


class ResourceDeletionHandler:
    """Handles `DeleteResource`."""

    def __init__(self, log: Log, kinds: Sequence[Deletable]) -> None:
        self._log = log
        self._kinds = kinds

    def delete(self, command: DeleteResource, request: int) -> Answer:
        """Delete the resource of whichever kind has the key."""
        resource_key = command.resource_key
        for kind in self._kinds:
            tenant_id = kind.tenant_of(resource_key)
            if tenant_id is not None:
                key = self._log.next_key()
                self._log.event("RESOURCE_DELETION", "DELETING", key, {"resourceKey": resource_key, "tenantId": ""})
                kind.delete(resource_key)
                record = {"resourceKey": resource_key, "tenantId": tenant_id}
                self._log.event("RESOURCE_DELETION", "DELETED", key, record)
                return Accepted(resource_key)
        reason = f"Expected to delete resource but no resource found with key '{resource_key}'"
        raise RejectedError("RESOURCE_DELETION", "DELETE", RejectionType.NOT_FOUND, reason)
