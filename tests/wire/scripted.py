"""A gateway that does what a test tells it: real gRPC on a loopback port, one script per RPC."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import grpc
from google.protobuf.message import Message

from zeebe_grpc._proto import gateway_pb2 as pb

METHODS = {method.name: method for method in pb.DESCRIPTOR.services_by_name["Gateway"].methods}
STREAMING = {"ActivateJobs", "StreamActivatedJobs"}

Behaviour = Callable[[Any, grpc.ServicerContext], Any]
"""What happens to one call: gives the reply message or raw bytes, or for a streaming RPC an iterator of them."""


@dataclass(frozen=True)
class Call:
    """A call as it arrived."""

    rpc: str
    request: Any
    metadata: dict[str, str | bytes]
    time_remaining: float
    peer: str
    cancelled: threading.Event = field(default_factory=threading.Event)


def reply(message: Message | bytes) -> Behaviour:
    """Answer with a message."""
    return lambda _request, _context: message


def status(code: str, details: str = "", **trailing: bytes) -> Behaviour:
    """End with a status, and trailing metadata if given (names with `_` for `-`)."""

    def fail(_request: Any, context: grpc.ServicerContext) -> Any:
        context.set_trailing_metadata([(name.replace("_", "-"), value) for name, value in trailing.items()])
        context.abort(grpc.StatusCode[code], details)

    return fail


def replies(*messages: Message, then: Behaviour | None = None) -> Behaviour:
    """Send messages over a stream, and then do what `then` does; without it the stream ends well."""

    def send(request: Any, context: grpc.ServicerContext) -> Iterator[Message]:
        yield from messages
        if then is not None:
            yield from then(request, context) or ()

    return send


def hang(_request: Any, context: grpc.ServicerContext) -> Any:
    """Do not answer until the caller is gone."""
    gone = threading.Event()
    if context.add_callback(gone.set):
        gone.wait(20)
    return iter(())


def after(pause: float, then: Behaviour) -> Behaviour:
    """Do something after so many seconds."""

    def wait(request: Any, context: grpc.ServicerContext) -> Any:
        threading.Event().wait(pause)
        return then(request, context)

    return wait


class ScriptedGateway:
    """Serves every RPC by its script; without one it answers with an empty message, or an empty stream.

    The last behaviour of a script is repeated for ever.
    """

    def __init__(self, options: tuple[tuple[str, Any], ...] = ()) -> None:
        self.calls: list[Call] = []
        self._scripts: defaultdict[str, deque[Behaviour]] = defaultdict(deque)
        self._lock = threading.Lock()
        handlers = {name: self._handler(name) for name in METHODS}
        self._server = grpc.server(
            futures.ThreadPoolExecutor(64),
            handlers=[grpc.method_handlers_generic_handler("gateway_protocol.Gateway", handlers)],
            options=options,
        )
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self.address = f"127.0.0.1:{self.port}"

    def script(self, rpc: str, *behaviours: Behaviour) -> None:
        """What happens to the calls of an RPC, one after the other."""
        self._scripts[rpc] = deque(behaviours)

    def requests(self, rpc: str) -> list[Any]:
        """The requests of an RPC, in the order of their arrival."""
        return [call.request for call in list(self.calls) if call.rpc == rpc]

    def _handler(self, rpc: str) -> grpc.RpcMethodHandler:
        method = METHODS[rpc]
        request = getattr(pb, method.input_type.name)
        make = grpc.unary_stream_rpc_method_handler if rpc in STREAMING else grpc.unary_unary_rpc_method_handler
        return make(lambda asked, context: self._serve(rpc, asked, context), request.FromString, _to_bytes)

    def _serve(self, rpc: str, request: Any, context: grpc.ServicerContext) -> Any:
        call = Call(
            rpc, request, dict(context.invocation_metadata()), context.time_remaining() or -1.0, str(context.peer())
        )
        context.add_callback(call.cancelled.set)
        with self._lock:
            self.calls.append(call)
            script = self._scripts[rpc]
            behaviour = script.popleft() if len(script) > 1 else script[0] if script else None
        if behaviour is not None:
            return behaviour(request, context)
        method = METHODS[rpc]
        return iter(()) if rpc in STREAMING else getattr(pb, method.output_type.name)()

    def __enter__(self) -> ScriptedGateway:
        self._server.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop at once; calls under way are cut."""
        self._server.stop(0).wait(10)


def _to_bytes(message: Message | bytes) -> bytes:
    return message if isinstance(message, bytes) else message.SerializeToString()
