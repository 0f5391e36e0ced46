"""From gRPC to calls: every method of the service as a handler that holds no thread while it waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import grpc
from google.protobuf.message import DecodeError, Message

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway.call import Call
from zeebe_grpc.gateway.crew import Crew
from zeebe_grpc.gateway.statuses import StatusError
from zeebe_grpc.gateway.validation import MAX_MESSAGE_SIZE

SERVICE = "gateway_protocol.Gateway"


class _Unreadable:
    """Bytes that are not a request, and why: the call tells the client, which grpc itself would do in other words."""

    def __init__(self, error: StatusError) -> None:
        self.error = error


class Router(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic in the stubs only
    """Finds the handler of a method.

    Args:
        handle: serves a call; returns at once or raises a `StatusError`.
        crew: the threads that send.
    """

    def __init__(self, handle: Callable[[Call], None], crew: Crew) -> None:
        self._handle = handle
        self._crew = crew
        methods = pb.DESCRIPTOR.services_by_name["Gateway"].methods
        self._handlers = {
            f"/{SERVICE}/{method.name}": self._handler(method.name, getattr(pb, method.input_type.name))
            for method in methods
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The handler of a method; None for other services."""
        method: str = handler_call_details.method
        if not method.startswith(f"/{SERVICE}/"):
            return None
        return self._handlers.get(method) or self._handler(method.rpartition("/")[2], None)

    def _handler(self, rpc: str, request_type: type[Message] | None) -> grpc.RpcMethodHandler[Any, Any]:
        def serve(request: Any, context: grpc.ServicerContext, send: Callable[[Message | None], None]) -> None:
            call = Call(rpc, request, context, send, self._crew)
            call.serve(self._refuse if isinstance(request, _Unreadable) else self._handle)

        # Not documented, but used by grpc's own health service since 2019: the handler gets a function that sends, and
        # its thread is free when it returns.
        serve.experimental_non_blocking = True  # type: ignore[attr-defined]

        def read(data: bytes) -> Message | _Unreadable:
            return _read(rpc, request_type, data)

        make: Any = cast("Any", grpc).unary_stream_rpc_method_handler
        handler = make(serve, request_deserializer=read, response_serializer=_serialized)
        return cast("grpc.RpcMethodHandler[Any, Any]", handler)

    def _refuse(self, call: Call) -> None:
        raise call.request.error


def _read(rpc: str, request_type: type[Message] | None, data: bytes) -> Message | _Unreadable:
    if request_type is None:
        text = f"Method not found: {SERVICE}/{rpc}"
        return _Unreadable(StatusError(grpc.StatusCode.UNIMPLEMENTED, text, plain=True))
    if len(data) > MAX_MESSAGE_SIZE:
        text = f"gRPC message exceeds maximum size {MAX_MESSAGE_SIZE}: {len(data)}"
        return _Unreadable(StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, text, plain=True))
    try:
        return request_type.FromString(data)
    except DecodeError:
        text = f"Application error processing RPC: the bytes are no {request_type.DESCRIPTOR.name}"
        return _Unreadable(StatusError(grpc.StatusCode.UNKNOWN, text, plain=True))


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()
