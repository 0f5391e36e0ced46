"""What stands before the service: calls are stopped by their metadata, before anything of them is read.

As on a real gateway, only its own service is guarded; the health service answers everybody.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, cast

import grpc

from zeebe_grpc.gateway.router import SERVICE

PHYSICAL_TENANT_KEY = "camunda-physical-tenant"
DEFAULT_PHYSICAL_TENANT = "default"


class Guard(grpc.ServerInterceptor, ABC):  # type: ignore[type-arg]  # generic in the stubs only
    """Lets calls of the gateway's own service in, or not."""

    @abstractmethod
    def refusal(self, metadata: Mapping[str, Any]) -> tuple[grpc.StatusCode, str] | None:
        """Why a call with this metadata is not let in: the status and its text; None if it is."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The handler of a call, or one that ends it with a refusal."""
        method: str = handler_call_details.method
        if not method.startswith(f"/{SERVICE}/"):
            return continuation(handler_call_details)
        refusal = self.refusal(dict(handler_call_details.invocation_metadata))
        if refusal is None:
            return continuation(handler_call_details)
        status, text = refusal

        def refuse(_request: bytes, context: grpc.ServicerContext) -> Any:
            context.abort(status, text)

        make: Any = cast("Any", grpc).unary_stream_rpc_method_handler
        return cast("grpc.RpcMethodHandler[Any, Any]", make(refuse))


class PhysicalTenantGuard(Guard):
    """Refuses calls for another physical tenant than the one that a gateway with one engine is (8.10)."""

    def refusal(self, metadata: Mapping[str, Any]) -> tuple[grpc.StatusCode, str] | None:
        """NOT_FOUND for every name but the default one's."""
        named = metadata.get(PHYSICAL_TENANT_KEY, DEFAULT_PHYSICAL_TENANT)
        if named == DEFAULT_PHYSICAL_TENANT:
            return None
        known = f"this gateway has '{DEFAULT_PHYSICAL_TENANT}' only"
        return grpc.StatusCode.NOT_FOUND, f"Expected to find the physical tenant '{named}', but {known}"
