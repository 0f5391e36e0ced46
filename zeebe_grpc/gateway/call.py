"""One RPC in flight: what is sent to its client, in order, without holding a thread while there is nothing to send.

Every RPC is served through gRPC's non-blocking streaming handlers: the handler gets a function that sends, and may
return at once. A reply to a unary RPC is, on the wire, a stream of one message.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import grpc
from google.protobuf.message import Message

from zeebe_grpc.gateway.crew import Crew
from zeebe_grpc.gateway.statuses import StatusError

_LOGGER = logging.getLogger(__name__)

STALL_SECONDS = 0.5
"""A message that gRPC's flow control holds back for longer shows that its reader has stopped."""

_DOUBT_SECONDS = 0.02


class Parcel(Protocol):
    """Something for the client, packed at the moment when the connection can take it."""

    def pack(self) -> Message | None:
        """The message to send, or None if there is nothing to send any more."""
        ...

    def lost(self) -> None:
        """Told once if the client certainly did not get it."""
        ...


class _Reply:
    def __init__(self, message: Message, lost: Callable[[], None] | None) -> None:
        self._message = message
        self._lost = lost

    def pack(self) -> Message:
        return self._message

    def lost(self) -> None:
        if self._lost is not None:
            self._lost()


class _End:
    def __init__(self, error: StatusError | None) -> None:
        self.error = error

    def lost(self) -> None:
        return None


class Call:
    """One RPC in flight. All methods may be called from any thread, under any lock, and return at once."""

    def __init__(
        self, rpc: str, request: Any, context: grpc.ServicerContext, send: Callable[[Message | None], None], crew: Crew
    ) -> None:
        self.rpc = rpc
        self.request = request
        self._context = context
        self._send = send
        self._crew = crew
        self._lock = threading.Lock()
        self._parcels: deque[Parcel | _End] = deque()
        self._writing = False
        self._sending_since: float | None = None
        self._closing = False
        self._ended = False
        self._left = threading.Event()
        self._when_gone: list[Callable[[], None]] = []
        self._rewritten: Callable[[Message], Message | None] | None = None
        self._rewritten_end: Callable[[StatusError | None], StatusError | None] | None = _unchanged
        self.pace = 0.0

    @property
    def peer(self) -> str:
        """Where the call comes from, as gRPC writes it."""
        return str(self._context.peer())

    @property
    def closed(self) -> bool:
        """Whether nothing more can be sent: an end was given, or the client has gone."""
        return self._closing or self._left.is_set()

    @property
    def stalled(self) -> bool:
        """Whether the reader has stopped: a message has waited too long for room on the connection."""
        since = self._sending_since
        return since is not None and time.monotonic() - since > STALL_SECONDS

    @property
    def busy(self) -> bool:
        """Whether something is on its way to the client or waits for that."""
        return self._sending_since is not None or bool(self._parcels)

    def reply(self, message: Message, *, lost: Callable[[], None] | None = None) -> None:
        """Send a message; `lost` is called if the client certainly did not get it."""
        self.put(_Reply(message, lost))

    def put(self, parcel: Parcel) -> None:
        """Send what the parcel packs, after all that was put before."""
        if not self._append(parcel):
            self._submit(parcel.lost)

    def end(self, error: StatusError | None = None) -> None:
        """End the call after all that was put before: with OK, or with an error's status. Only the first end counts."""
        self._append(_End(error))

    def take_back(self) -> list[Parcel]:
        """Remove and return what waits to be sent and is not packed yet."""
        with self._lock:
            taken = [parcel for parcel in self._parcels if not isinstance(parcel, _End)]
            self._parcels = deque(parcel for parcel in self._parcels if isinstance(parcel, _End))
        return taken

    def when_gone(self, action: Callable[[], None]) -> None:
        """Have `action` done, in a thread of the crew, if the client leaves before the call's end."""
        with self._lock:
            if not self._left.is_set():
                self._when_gone.append(action)
                return
        self._submit(action)

    def serve(self, handler: Callable[[Call], None]) -> None:
        """Run the RPC's handler in this thread, and send from here what it gives at once."""
        self._writing = True
        if not self._context.add_callback(self._client_left):
            self._left.set()
            return
        self.run(handler)
        self._write()

    def run_later(self, handler: Callable[[Call], None]) -> None:
        """Run a handler in a thread of the crew, after the one that `serve` was given."""
        self._submit(lambda: self.run(handler))

    def rewrite(
        self,
        message: Callable[[Message], Message | None],
        end: Callable[[StatusError | None], StatusError | None] | None,
    ) -> None:
        """Change what is sent from now on, which only faults do.

        Args:
            message: gives what is sent instead of a message; None for nothing.
            end: gives what the call ends with instead; if it is None itself, the call never ends.
        """
        self._rewritten = message
        self._rewritten_end = end

    def run(self, handler: Callable[[Call], None]) -> None:
        """Run a handler in this thread; what it raises ends the call."""
        try:
            handler(self)
        except StatusError as error:
            self.end(error)
        except Exception as error:
            self.end(self.internal_error(error))

    def internal_error(self, error: Exception) -> StatusError:
        """The status for a fault of our own, which is logged."""
        _LOGGER.error("%s failed inside the gateway", self.rpc, exc_info=error)
        return StatusError(
            grpc.StatusCode.INTERNAL,
            f"{self.rpc} failed inside the in-process gateway: {type(error).__name__}: {error}. "
            "This is a defect of the gateway, not of the request; its log has the traceback.",
        )

    def _append(self, item: Parcel | _End) -> bool:
        with self._lock:
            if self._closing or self._left.is_set():
                return False
            self._closing = isinstance(item, _End)
            self._parcels.append(item)
            if self._writing:
                return True
            self._writing = True
        self._submit(self._write)
        return True

    def _write(self) -> None:
        while True:
            with self._lock:
                if not self._parcels:
                    self._writing = False
                    return
                item = self._parcels.popleft()
            if isinstance(item, _End):
                self._finish(item.error)
            else:
                self._deliver(item)

    def _deliver(self, parcel: Parcel) -> None:
        try:
            message = parcel.pack()
        except Exception as error:
            self._break_off(error)
            return
        if message is not None and self._rewritten is not None:
            message = self._rewritten(message)
        if message is None:
            return
        if self.pace:
            self._left.wait(self.pace)
        if self._left.is_set() or not self._context.is_active():
            parcel.lost()
            return
        started = self._sending_since = time.monotonic()
        self._send(message)
        self._sending_since = None
        # What was cut off while it waited for room cannot have arrived; what left at once may have. grpc tells us that
        # the message has gone and that the call is over in any order, and not whether the message really went.
        if time.monotonic() - started > STALL_SECONDS and self._left.wait(_DOUBT_SECONDS):
            parcel.lost()

    def _break_off(self, error: Exception) -> None:
        with self._lock:
            unsent = list(self._parcels)
            self._parcels = deque([_End(error if isinstance(error, StatusError) else self.internal_error(error))])
            self._closing = True
        self._submit(lambda: _do_all([parcel.lost for parcel in unsent]))

    def _finish(self, error: StatusError | None) -> None:
        if self._rewritten_end is None:
            return
        error = self._rewritten_end(error)
        self._ended = True
        if error is not None:
            self._context.set_code(error.code)
            self._context.set_details(error.message)
            self._context.set_trailing_metadata(error.trailers())
        self._send(None)

    def _client_left(self) -> None:
        """Told by gRPC, in its own thread, when the call is over for whatever reason."""
        with self._lock:
            if self._ended:
                return
            self._left.set()
            lost = list(self._parcels)
            self._parcels.clear()
            actions = [*self._when_gone, *(parcel.lost for parcel in lost)]
        if actions:
            self._submit(lambda: _do_all(actions))

    def _submit(self, work: Callable[[], None]) -> None:
        try:
            self._crew.submit(work)
        except RuntimeError:
            _LOGGER.debug("%s: the gateway has stopped", self.rpc)


def _unchanged(error: StatusError | None) -> StatusError | None:
    return error


def _do_all(actions: list[Callable[[], None]]) -> None:
    for action in actions:
        try:
            action()
        except Exception:
            _LOGGER.exception("cleaning up after a client that left failed")
