"""A piece of bad network: passes bytes between clients and the gateway, and can cut or freeze single connections."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import struct
import threading
from dataclasses import dataclass, field

_LOGGER = logging.getLogger(__name__)

_CHUNK = 64 * 1024
_RESET = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class _Pipe:
    """One direction of a connection: what was read from `source` and is not written to `sink` yet."""

    source: socket.socket
    sink: socket.socket
    waiting: bytearray = field(default_factory=bytearray)
    ended: bool = False


@dataclass(eq=False)
class _Connection:
    client: socket.socket
    server: socket.socket
    pipes: tuple[_Pipe, _Pipe]
    frozen: bool = False


class Relay:
    """Listens for clients and connects each of them to the gateway; one thread for all.

    Args:
        listener: a bound socket on which clients connect.
        target: host and port of the gateway itself.
    """

    def __init__(self, listener: socket.socket, target: tuple[str, int]) -> None:
        self._listener = listener
        self._target = target
        self._selector = selectors.DefaultSelector()
        self._connections: dict[int, _Connection] = {}
        self._lock = threading.Lock()
        self._wake_in, self._wake_out = socket.socketpair()
        self._stopping = False
        for end in (listener, self._wake_in, self._wake_out):
            end.setblocking(False)
        listener.listen()
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="zeebe-gateway-relay", daemon=True)
        self._thread.start()

    def cut(self, port: int) -> None:
        """Reset a connection; `port` is the one from which the gateway sees it come."""
        with self._lock:
            connection = self._connections.get(port)
            if connection is not None:
                self._close(port, connection, reset=True)
        self._wake()

    def freeze(self, port: int) -> None:
        """Let nothing pass on a connection any more, in either direction."""
        with self._lock:
            connection = self._connections.get(port)
            if connection is not None:
                connection.frozen = True
                self._watch(connection)
        self._wake()

    def stop(self) -> None:
        """Close everything."""
        self._stopping = True
        self._wake()
        self._thread.join()
        with self._lock:
            for port, connection in list(self._connections.items()):
                self._close(port, connection, reset=False)
        for end in (self._listener, self._wake_in, self._wake_out):
            end.close()
        self._selector.close()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._wake_in.send(b"x")

    def _run(self) -> None:
        while not self._stopping:
            for key, events in self._selector.select():
                try:
                    self._handle(key.fileobj, key.data, events)
                except Exception:
                    _LOGGER.exception("the relay before the gateway failed")

    def _handle(self, end: object, connection: _Connection | None, events: int) -> None:
        if end is self._wake_out:
            self._wake_out.recv(_CHUNK)
        elif end is self._listener:
            self._accept()
        elif connection is not None:
            with self._lock:
                self._move(connection, end, events)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(self._target, timeout=5)
        except OSError:
            client.close()
            return
        for end in (client, server):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(client, server, (_Pipe(client, server), _Pipe(server, client)))
        with self._lock:
            self._connections[server.getsockname()[1]] = connection
            self._watch(connection)

    def _move(self, connection: _Connection, end: object, events: int) -> None:
        if connection.frozen:
            return
        try:
            for pipe in connection.pipes:
                if end is pipe.source and events & selectors.EVENT_READ:
                    data = pipe.source.recv(_CHUNK)
                    pipe.ended = not data
                    pipe.waiting += data
                if pipe.waiting and (end is pipe.sink or end is pipe.source):
                    with contextlib.suppress(BlockingIOError):
                        del pipe.waiting[: pipe.sink.send(pipe.waiting)]
        except OSError:
            self._drop(connection, reset=True)
            return
        if any(pipe.ended and not pipe.waiting for pipe in connection.pipes):
            self._drop(connection, reset=False)
        else:
            self._watch(connection)

    def _watch(self, connection: _Connection) -> None:
        """Ask the selector for what can be done next: read where there is room, write where something waits."""
        for end in (connection.client, connection.server):
            events = 0
            for pipe in connection.pipes if not connection.frozen else ():
                if pipe.source is end and len(pipe.waiting) < _CHUNK and not pipe.ended:
                    events |= selectors.EVENT_READ
                if pipe.sink is end and pipe.waiting:
                    events |= selectors.EVENT_WRITE
            known = end in self._selector.get_map()
            if events and known:
                self._selector.modify(end, events, connection)
            elif events:
                self._selector.register(end, events, connection)
            elif known:
                self._selector.unregister(end)

    def _drop(self, connection: _Connection, *, reset: bool) -> None:
        for port, known in list(self._connections.items()):
            if known is connection:
                self._close(port, connection, reset=reset)

    def _close(self, port: int, connection: _Connection, *, reset: bool) -> None:
        del self._connections[port]
        for end in (connection.client, connection.server):
            if end in self._selector.get_map():
                self._selector.unregister(end)
            if reset:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.close()
