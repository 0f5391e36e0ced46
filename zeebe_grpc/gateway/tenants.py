"""Which tenants a request may name.

Multi-tenancy is off unless tenants are granted. There is no authentication, so every caller has the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import grpc

from zeebe_grpc.engine.commands import DEFAULT_TENANT
from zeebe_grpc.gateway.releases import Release
from zeebe_grpc.gateway.statuses import StatusError, invalid_argument

_LONGEST = 31
_SYNTAX = re.compile(r"[\w.-]+", re.ASCII)


class Tenancy:
    """The tenant rules of one gateway.

    Args:
        granted: the tenants of every caller; None switches multi-tenancy off.
        release: the release whose answers are given.
    """

    def __init__(self, granted: Collection[str] | None, release: Release) -> None:
        self._granted = None if granted is None else tuple(dict.fromkeys(granted))
        self._release = release

    def one(self, tenant_id: str, rpc: str) -> str:
        """The tenant of a request that names one.

        Raises:
            StatusError: INVALID_ARGUMENT for a tenant that cannot be, PERMISSION_DENIED for one that was not granted.
        """
        if self._granted is None:
            if tenant_id in ("", DEFAULT_TENANT):
                return DEFAULT_TENANT
            raise _refused(rpc, tenant_id, "multi-tenancy is disabled")
        self._check(tenant_id, rpc, self._granted)
        return tenant_id

    def several(self, tenant_ids: Sequence[str], rpc: str, *, assigned: bool = False) -> tuple[str, ...]:
        """The tenants of a request that names a list; `assigned` asks for all that the caller has.

        Raises:
            StatusError: as `one`; INVALID_ARGUMENT for an empty list with multi-tenancy on.
        """
        if self._granted is None:
            return tuple({self.one(tenant_id, rpc): None for tenant_id in tenant_ids}) or (DEFAULT_TENANT,)
        if assigned:
            return self._granted
        if not tenant_ids:
            raise _refused(rpc, "", "no tenant identifier was provided")
        for tenant_id in tenant_ids:
            self._check(tenant_id, rpc, self._granted)
        return tuple(dict.fromkeys(tenant_ids))

    def _check(self, tenant_id: str, rpc: str, granted: Collection[str]) -> None:
        if not tenant_id.strip():
            raise _refused(rpc, tenant_id, "no tenant identifier was provided")
        if tenant_id != DEFAULT_TENANT:
            if len(tenant_id) > _LONGEST:
                raise _refused(rpc, tenant_id, f"it is longer than {_LONGEST} characters")
            if not _SYNTAX.fullmatch(tenant_id):
                raise _refused(rpc, tenant_id, "only letters, digits, '_', '.' and '-' are allowed")
        if tenant_id not in granted:
            raise self._denied(rpc, tenant_id)

    def _denied(self, rpc: str, tenant_id: str) -> StatusError:
        asked = f"Expected to handle gRPC request {rpc} with tenant identifier '{tenant_id}'"
        if self._release.checks_tenant_at_gateway:
            return StatusError(grpc.StatusCode.PERMISSION_DENIED, f"{asked}, but tenant is not authorized")
        reason = f"{asked}, but the tenant is not assigned to the caller"
        return StatusError(
            grpc.StatusCode.PERMISSION_DENIED, f"Command '{rpc}' rejected with code 'FORBIDDEN': {reason}"
        )


def _refused(rpc: str, tenant_id: str, reason: str) -> StatusError:
    return invalid_argument(f"{rpc} has tenant identifier '{tenant_id}', and {reason}")
