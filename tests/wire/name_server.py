"""A name server for one name, whose addresses a test changes, as those of a service do when a gateway moves."""

from __future__ import annotations

import socket
import struct
import threading
from types import TracebackType

_HEADER = struct.Struct("!6H")
_ANSWER_WITHOUT_RECURSION = 0x8580
_ADDRESS, _INTERNET = 1, 1


class NameServer:
    """Answers every question for IPv4 addresses with `addresses`, to be forgotten at once, and all others with nothing.

    Attributes:
        addresses: What the name stands for now.
        asked: How many questions for addresses came.
    """

    def __init__(self, *addresses: str) -> None:
        self.addresses: tuple[str, ...] = addresses
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        """Where it answers, as ``IP:port``."""
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def __enter__(self) -> NameServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, asker = self._socket.recvfrom(512)
            if not question:
                return
            self._socket.sendto(self._answer(question), asker)

    def _answer(self, question: bytes) -> bytes:
        number = _HEADER.unpack_from(question)[0]
        end = question.index(b"\0", _HEADER.size) + 5
        asked = question[_HEADER.size : end]
        found = self.addresses if struct.unpack("!HH", asked[-4:]) == (_ADDRESS, _INTERNET) else ()
        self.asked += bool(found)
        # The name as a pointer to the question, type, class, time to live, length, address.
        answers = b"".join(
            struct.pack("!HHHIH4s", 0xC00C, _ADDRESS, _INTERNET, 0, 4, socket.inet_aton(address)) for address in found
        )
        return _HEADER.pack(number, _ANSWER_WITHOUT_RECURSION, 1, len(found), 0, 0) + asked + answers
