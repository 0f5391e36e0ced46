"""What may stand between a client and a gateway: a relay that counts, loses patience, dies, or is an HTTP proxy."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any


class Relay:
    """Hands on bytes both ways.

    Args:
        target: Where to, as `host:port`; None for an HTTP proxy, which is told by CONNECT.
        patience: Seconds of silence from the target after which it hangs up; None for no end.

    Attributes:
        asked: Where each connection wanted to go.
        dead: Set it, and nothing passes any more, though every connection stays open.
    """

    def __init__(self, target: str | None, patience: float | None = None) -> None:
        self._target, self._patience = target, patience
        self._server = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self.asked: list[str] = []
        self.dead = threading.Event()

    def __enter__(self) -> Relay:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self._server, *self._sockets):
            _hang_up(end)
        for thread in self._threads:
            thread.join(5)
        for end in (self._server, *self._sockets):
            end.close()

    def _start(self, run: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            self._sockets.append(near)
            self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        target = self._target or near.recv(65536).decode().split()[1]
        self.asked.append(target)
        host, _, port = target.rpartition(":")
        far = socket.create_connection((host, int(port)))
        far.settimeout(self._patience)
        self._sockets.append(far)
        if self._target is None:
            near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        self._start(self._hand_on, near, far)
        self._start(self._hand_on, far, near)

    def _hand_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self.dead.is_set():
                    sink.sendall(data)
        _hang_up(source)
        _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    """A close alone would wait for another thread's read."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
