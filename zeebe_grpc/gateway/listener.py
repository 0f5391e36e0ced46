"""The network side of the gateway: a grpc server on a port, with the health service beside the gateway's own."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from zeebe_grpc.gateway.crew import Crew
from zeebe_grpc.gateway.guards import Guard
from zeebe_grpc.gateway.relay import Relay
from zeebe_grpc.gateway.router import SERVICE
from zeebe_grpc.gateway.security import Security

# grpc publishes no stubs of its health service.
_STATUSES: Any = health_pb2.HealthCheckResponse

# The gateway itself says what is too large for it; this only bounds the memory that a request can take.
_LARGEST_READ = 256 * 1024 * 1024

# As the real one: at most one ping in 30 s, and none without a call.
_OPTIONS = [
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", _LARGEST_READ),
    ("grpc.max_send_message_length", -1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 30_000),
    ("grpc.keepalive_permit_without_calls", 0),
]

# After its own last words a call gets this long to take them, in seconds.
_LAST_WORDS = 0.5


class Listener:
    """One grpc server, from its start to its stop.

    Args:
        host: the address to listen on.
        port: the port; 0 takes a free one.
        router: serves the gateway's methods.
        crew: the threads that serve.
        relayed: whether clients come through a `Relay`, which can cut and freeze their connections.
        security: what is asked of clients; None for nothing.
        guards: what else stands before the service, behind the security's own.

    Raises:
        OSError: if the port is taken or the host is not ours.
    """

    def __init__(
        self,
        host: str,
        port: int,
        router: grpc.GenericRpcHandler[Any, Any],  # pyright: ignore[reportInvalidTypeArguments]
        crew: Crew,
        *,
        relayed: bool = False,
        security: Security | None = None,
        guards: Sequence[Guard] = (),
    ) -> None:
        self._security = security
        public = _bind(host, port)
        self._health: Any = health.HealthServicer()
        # The stubs name the executor of the standard library; grpc only calls submit.
        standing = [*(() if security is None else security.guards()), *guards]
        self._server: grpc.Server = grpc.server(crew, options=_OPTIONS, interceptors=standing)  # type: ignore[arg-type]
        self._server.add_generic_rpc_handlers((router,))  # pyright: ignore[reportUnknownMemberType]
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)  # pyright: ignore[reportUnknownMemberType]
        self._tell_health(_STATUSES.SERVING)
        self.relay: Relay | None = None
        if relayed:
            self.port: int = public.getsockname()[1]
            inner = self._add_port("127.0.0.1", 0)
            self._server.start()
            self.relay = Relay(public, ("127.0.0.1", inner))
        else:
            public.close()
            self.port = self._add_port(host, port)
            self._server.start()

    def _open(self, address: str) -> int:
        credentials = None if self._security is None else self._security.credentials()
        if credentials is None:
            return self._server.add_insecure_port(address)
        return self._server.add_secure_port(address, credentials)

    def stop(self, grace: float, end_calls: Callable[[], None]) -> None:
        """Take no new calls, give the present ones `grace` seconds, then have them ended and close the port."""
        self._tell_health(_STATUSES.NOT_SERVING)
        stopped = self._server.stop(grace + _LAST_WORDS)
        if grace > 0:
            stopped.wait(grace)
        end_calls()
        stopped.wait()
        self._stop_relay()

    def kill(self) -> None:
        """Close the port and cut off all calls, as the end of the process would."""
        self._server.stop(None).wait()
        self._stop_relay()

    def _stop_relay(self) -> None:
        if self.relay is not None:
            self.relay.stop()

    def _add_port(self, host: str, port: int) -> int:
        try:
            bound: int = self._open(target(host, port))
        except RuntimeError as error:
            raise OSError(errno.EADDRINUSE, f"cannot listen on {target(host, port)}: {error}") from error
        if bound == 0:
            raise OSError(errno.EADDRINUSE, f"cannot listen on {target(host, port)}")
        return bound

    def _tell_health(self, status: int) -> None:
        for service in ("", SERVICE):
            self._health.set(service, status)


def target(host: str, port: int) -> str:
    """Host and port as gRPC writes them; IPv6 addresses stand in brackets."""
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


def _bind(host: str, port: int) -> socket.socket:
    """A socket on the address, or in plain words what grpc would bury in its log: port taken, host unknown."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":  # elsewhere it would let two servers share the port
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise OSError(error.errno, f"cannot listen on {target(host, port)}: {error.strerror or error}") from error
    return bound
