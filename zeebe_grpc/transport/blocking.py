"""The transport for threads: commands over a `grpc.Channel`.

Safe to use from any number of threads. The channel is made at the first call; a process that forked after that gets one
clear error, because grpc's connections do not survive a fork.
"""

from __future__ import annotations

import os
import queue
import random
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, cast

import grpc
from typing_extensions import Self

from zeebe_grpc.auth import CallMetadata, NoAuth
from zeebe_grpc.config import ChannelSettings
from zeebe_grpc.config.settings import Metadata
from zeebe_grpc.errors import AuthenticationError, BackpressureError, GatewayError, StatusCode, TokenError
from zeebe_grpc.resilience import Again, Attempts, Budget, Done, Signal
from zeebe_grpc.rpc import Command, Rpc, StreamCommand
from zeebe_grpc.transport import channel as common
from zeebe_grpc.transport import forks
from zeebe_grpc.transport.certificates import RETIREMENT, CertificateWatch, credentials, watch
from zeebe_grpc.transport.gate import BlockingGate, signal_of

R = TypeVar("R")


class BlockingTransport:
    """Executes commands and opens streams; owns one channel."""

    def __init__(self, settings: ChannelSettings) -> None:
        common.check_interceptors(settings, grpc)
        self.settings = settings
        self._auth = None if isinstance(settings.auth, NoAuth) else settings.auth
        self._gate = BlockingGate(settings.resilience)
        self._budget = Budget(settings.resilience.retry_budget)
        self._calls: dict[str, Callable[..., Any]] = {}
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None
        self._watch: CertificateWatch | None = None
        self._retired: list[tuple[float, grpc.Channel]] = []
        self._process = 0
        self._closed = False

    def execute(self, command: Command[R], timeout: float, metadata: Metadata) -> R:
        """Send a command, again if that is safe and helps, until it is answered or `timeout` seconds are over."""
        rpc = command.rpc
        deadline = time.monotonic() + timeout
        sent = common.payload(command, self.settings)
        proof = self._proof(rpc, deadline) if self._auth is not None else ()
        try:
            if proof or rpc.limited:
                reply = self._send(rpc, sent, deadline, (*metadata, *proof))
            else:
                reply = self._call(rpc)(sent, timeout, metadata)
        except grpc.RpcError as error:
            attempts = Attempts(command.retry, self.settings.resilience, timeout, self._budget)
            return self._after_failure(command, sent, deadline, metadata, proof, error, attempts)
        if not self._budget.is_full:
            self._budget.earn()
        return command.read(common.parse_reply(rpc, reply))

    def _send(self, rpc: Rpc, sent: bytes, deadline: float, metadata: Metadata) -> bytes:
        """One attempt, in its turn."""
        if not rpc.limited:
            return cast("bytes", self._call(rpc)(sent, _left(deadline), metadata))
        ticket = self._gate.enter(rpc, _left(deadline))
        signal = Signal.NOTHING
        try:
            reply: bytes = self._call(rpc)(sent, _left(deadline), metadata)
            signal = Signal.SUCCESS
        except grpc.RpcError as failure:
            signal = signal_of(failure)
            raise
        finally:
            self._gate.leave(ticket, signal)
        return reply

    def _after_failure(
        self,
        command: Command[R],
        sent: bytes,
        deadline: float,
        metadata: Metadata,
        proof: CallMetadata,
        failure: grpc.RpcError,
        attempts: Attempts,
    ) -> R:
        renewed = False
        while True:
            if not command.rpc.limited:
                self._gate.heard(signal_of(failure))
            error = self._error(command.rpc, failure, repeatable=command.retry.repeatable)
            decision = attempts.failed(error, deadline - time.monotonic(), random.random())  # noqa: S311 - only jitter
            if isinstance(decision, Done):
                return command.read(command.rpc.response())
            if isinstance(decision, Again):
                time.sleep(decision.pause)
                proof = self._proof(command.rpc, deadline)
            elif command.answers is not None and type(error) in command.answers:
                return command.answers[type(error)]
            else:
                fresh = () if renewed else self._renewed(error, proof, deadline)
                if not fresh:
                    raise decision.error from failure
                renewed, proof = True, fresh
            try:
                reply = self._send(command.rpc, sent, deadline, (*metadata, *proof))
            except grpc.RpcError as next_failure:
                failure = next_failure
            except BackpressureError as busy:
                raise attempts.given_up(busy) from failure
            else:
                return command.read(common.parse_reply(command.rpc, reply))

    def _proof(self, rpc: Rpc, deadline: float) -> CallMetadata:
        """What authenticates a call; waits for it if need be."""
        if self._auth is None:
            return ()
        self._call(rpc)  # a client that is closed needs no credentials
        cached = self._auth.cached()
        if cached is not None:
            return cached
        try:
            return self._auth.obtain(_left(deadline))
        except TokenError as error:
            raise common.without_credentials(rpc, error, in_time=time.monotonic() < deadline) from error

    def _renewed(self, error: GatewayError, proof: CallMetadata, deadline: float) -> CallMetadata:
        """Other credentials, after the gateway did not accept these; nothing if there are none."""
        if self._auth is None or not isinstance(error, AuthenticationError) or not self._auth.rejected(proof):
            return ()
        try:
            fresh = self._auth.obtain(_left(deadline))
        except TokenError as failure:
            error.hint = f"{error.hint}; another could not be had: {failure}"
            return ()
        return fresh if fresh != proof else ()

    def collect(
        self, command: StreamCommand[R], timeout: float, metadata: Metadata
    ) -> tuple[list[R], GatewayError | None]:
        """Read a stream to its end; a failure after something has arrived is given beside it and not raised."""
        attempts = Attempts(command.rpc.retry, self.settings.resilience, timeout, self._budget)
        deadline = time.monotonic() + timeout
        renewed = False
        while True:
            arrived: list[R] = []
            proof = self._proof(command.rpc, deadline)
            try:
                with self._open_stream(command, deadline, metadata, proof) as stream:
                    arrived.extend(stream)
            except GatewayError as error:
                if arrived:
                    return arrived, error
                decision = attempts.failed(error, deadline - time.monotonic(), random.random())  # noqa: S311
                if isinstance(decision, Again):
                    time.sleep(decision.pause)
                elif renewed or not self._renewed(error, proof, deadline):
                    raise
                else:
                    renewed = True
            else:
                return arrived, None

    def stream(self, command: StreamCommand[R], timeout: float, metadata: Metadata) -> Stream[R]:
        """Open a stream that ends after `timeout` seconds at the latest."""
        deadline = time.monotonic() + timeout
        proof = self._proof(command.rpc, deadline)
        return self._open_stream(command, deadline, metadata, proof, reject=True)

    def _open_stream(
        self,
        command: StreamCommand[R],
        deadline: float,
        metadata: Metadata,
        proof: CallMetadata,
        *,
        reject: bool = False,
    ) -> Stream[R]:
        sent = common.payload(command, self.settings)
        call = self._call(command.rpc)(sent, _left(deadline), (*metadata, *proof))

        def to_error(failure: grpc.RpcError) -> GatewayError:
            error = self._error(command.rpc, failure, repeatable=True)
            if reject and self._auth is not None and isinstance(error, AuthenticationError):
                self._auth.rejected(proof)
            return error

        return Stream(call, command, to_error)

    def close(self) -> None:
        """Close the channel; calls under way end as cancelled. May be called again."""
        with self._lock:
            self._closed = True
            if self._channel is not None and self._process == os.getpid():
                self._channel.close()
                self._close_retired(0.0)
            self._channel = None
            self._calls.clear()

    def _error(self, rpc: Rpc, failure: grpc.RpcError, *, repeatable: bool) -> GatewayError:
        return common.to_gateway_error(rpc, failure, repeatable=repeatable, settings=self.settings)

    def _call(self, rpc: Rpc) -> Callable[..., Any]:
        if self._process != os.getpid():
            self._open()
        if self._watch is not None and self._watch.changed():
            self._reopen()
        try:
            return self._calls[rpc.name]
        except KeyError:
            return self._new_call(rpc)

    def _new_call(self, rpc: Rpc) -> Callable[..., Any]:
        with self._lock:
            if self._channel is None:
                raise RuntimeError("this client is closed")
            channel: Any = self._channel
            make = channel.unary_stream if rpc.server_streaming else channel.unary_unary
            call = cast("Callable[..., Any]", make(rpc.path, None, None))
            self._calls[rpc.name] = call
            return call

    def _open(self) -> None:
        with self._lock:
            if self._closed:
                raise RuntimeError("this client is closed")
            if self._channel is None:
                self._watch = watch(self.settings)
                self._channel = open_channel(self.settings)
                self._process = os.getpid()
            elif self._process != os.getpid():
                raise RuntimeError("this client was used before the process forked; make a client in each process")

    def _reopen(self) -> None:
        """Make another channel; calls under way end on the one that they began on."""
        with self._lock:
            if self._channel is not None:
                self._retired.append((time.monotonic(), self._channel))
                self._channel = open_channel(self.settings)
                self._calls.clear()
                self._close_retired(RETIREMENT)

    def _close_retired(self, age: float) -> None:
        while self._retired and self._retired[0][0] + age <= time.monotonic():
            self._retired.pop(0)[1].close()

    def __del__(self) -> None:
        if getattr(self, "_channel", None) is not None and self._process == os.getpid():
            warnings.warn(
                f"a ZeebeClient for {self.settings.address} was not closed; use `with`, or call close()",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )
            self.close()


class Stream(Generic[R]):
    """What the gateway sends over an open stream: an iterator, and a context manager that cancels.

    Iteration ends when the call ends well, at its deadline if that is the normal end, or after `cancel()`. Iterate from
    one thread; `cancel()` may be called from any.
    """

    def __init__(self, call: Any, command: StreamCommand[R], to_error: Callable[[grpc.RpcError], GatewayError]) -> None:
        self._call = call
        self._command = command
        self._to_error = to_error
        self._arrived: deque[R] = deque()
        self._cancelled = False
        self.on_end: Callable[[BaseException | None], None] | None = None
        """Called once when the stream ends, with what its reader gets."""

    def __iter__(self) -> Iterator[R]:
        return self

    def __next__(self) -> R:
        while not self._arrived:
            self._arrived.extend(self._read())
        return self._arrived.popleft()

    def _read(self) -> list[R]:
        try:
            return self._read_reply()
        except BaseException as error:
            self._ended(None if isinstance(error, StopIteration) else error)
            raise

    def _ended(self, error: BaseException | None) -> None:
        if self.on_end is not None:
            tell, self.on_end = self.on_end, None
            tell(error)

    def _read_reply(self) -> list[R]:
        rpc = self._command.rpc
        try:
            reply = next(self._call)
        except grpc.RpcError as failure:
            if self._ended_as_planned(failure):
                raise StopIteration from None
            raise self._to_error(failure) from failure
        return list(self._command.read(common.parse_reply(rpc, reply)))

    def _ended_as_planned(self, failure: grpc.RpcError) -> bool:
        code = cast("grpc.Call", failure).code()
        at_deadline = code is StatusCode.DEADLINE_EXCEEDED and self._command.ends_at_deadline
        return at_deadline or (self._cancelled and code is StatusCode.CANCELLED)

    def cancel(self) -> None:
        """End the stream. What the gateway has sent and nobody has read is lost: see `read_out`."""
        self._cancelled = True
        self._call.cancel()
        self._ended(None)

    def read_out(self, silence: float = 0.05) -> list[R]:
        """Read what has been sent already, until nothing came for `silence` seconds; then cancel.

        Jobs that are sent and not read stay locked until their timeout, so a stream of jobs is best ended like this.
        """
        arrived: queue.SimpleQueue[R | None] = queue.SimpleQueue()
        reader = threading.Thread(target=self._read_into, args=(arrived,), daemon=True)
        reader.start()
        found: list[R] = []
        try:
            while (item := arrived.get(timeout=silence)) is not None:
                found.append(item)
        except queue.Empty:
            pass
        self.cancel()
        reader.join()
        while not arrived.empty():
            late = arrived.get()
            found.extend(() if late is None else (late,))
        return found

    def _read_into(self, arrived: queue.SimpleQueue[R | None]) -> None:
        try:
            for item in self:
                arrived.put(item)
        except GatewayError:
            pass
        finally:
            arrived.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.cancel()


def _left(deadline: float) -> float:
    """Seconds until then, for grpc: never none."""
    return max(deadline - time.monotonic(), 0.001)


def open_channel(settings: ChannelSettings) -> grpc.Channel:
    """A channel; nothing is sent yet.

    Raises:
        ConfigurationError: A certificate cannot be used.
        RuntimeError: This process is a fork in which gRPC would hang.
    """
    forks.check()
    options = common.channel_options(settings)
    target, how = settings.address.target, common.compression(settings)
    if settings.address.secure:
        channel = grpc.secure_channel(target, credentials(settings.tls), options, how)
    else:
        channel = grpc.insecure_channel(target, options, how)
    if not settings.interceptors:
        return channel
    return cast("grpc.Channel", cast("Any", grpc).intercept_channel(channel, *settings.interceptors))
