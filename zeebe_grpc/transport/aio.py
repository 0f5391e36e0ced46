"""The transport for asyncio: commands over a `grpc.aio.Channel`.

The channel is made at the first call and belongs to the event loop that ran then. Cancelling the await of a call
cancels the call.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
import warnings
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, Generic, TypeVar, cast

import grpc
import grpc.aio
from typing_extensions import Self

from zeebe_grpc.auth import CallMetadata, NoAuth
from zeebe_grpc.config import ChannelSettings
from zeebe_grpc.config.settings import Metadata
from zeebe_grpc.errors import AuthenticationError, BackpressureError, GatewayError, StatusCode, TokenError
from zeebe_grpc.resilience import Again, Attempts, Budget, Done, Signal
from zeebe_grpc.rpc import Command, Rpc, StreamCommand
from zeebe_grpc.transport import aio_neighbours, forks
from zeebe_grpc.transport import channel as common
from zeebe_grpc.transport.aio_gate import AioGate
from zeebe_grpc.transport.certificates import RETIREMENT, CertificateWatch, credentials, watch
from zeebe_grpc.transport.gate import signal_of
from zeebe_grpc.transport.obtainer import Obtainer

R = TypeVar("R")

_END: Final[Any] = grpc.aio.EOF  # type: ignore[attr-defined]


class AioTransport:
    """Executes commands and opens streams; owns one channel on one event loop."""

    def __init__(self, settings: ChannelSettings) -> None:
        common.check_interceptors(settings, grpc.aio)
        self.settings = settings
        self._auth = None if isinstance(settings.auth, NoAuth) else settings.auth
        self._obtainer = Obtainer(settings.auth)
        self._gate = AioGate(settings.resilience)
        self._budget = Budget(settings.resilience.retry_budget)
        self._watch: CertificateWatch | None = None
        self._retired: list[tuple[float, grpc.aio.Channel]] = []
        self._calls: dict[str, Callable[..., Any]] = {}
        self._channel: grpc.aio.Channel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0
        self._closed = False

    async def execute(self, command: Command[R], timeout: float, metadata: Metadata) -> R:
        """Send a command, again if that is safe and helps, until it is answered or `timeout` seconds are over."""
        rpc = command.rpc
        call = self._call(rpc)
        deadline = self._now() + timeout
        sent = common.payload(command, self.settings)
        proof = await self._proof(rpc, deadline) if self._auth is not None else ()
        try:
            if proof or rpc.limited:
                reply = await self._send(rpc, sent, deadline, (*metadata, *proof))
            else:
                reply = await call(sent, timeout=timeout, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            attempts = Attempts(command.retry, self.settings.resilience, timeout, self._budget)
            return await self._after_failure(command, sent, deadline, metadata, proof, error, attempts)
        if not self._budget.is_full:
            self._budget.earn()
        return command.read(common.parse_reply(rpc, reply))

    async def _send(self, rpc: Rpc, sent: bytes, deadline: float, metadata: Metadata) -> bytes:
        """One attempt, in its turn."""
        if not rpc.limited:
            return cast("bytes", await self._call(rpc)(sent, timeout=self._left(deadline), metadata=metadata))
        ticket = await self._gate.enter(rpc, self._left(deadline))
        signal = Signal.NOTHING
        try:
            reply: bytes = await self._call(rpc)(sent, timeout=self._left(deadline), metadata=metadata)
            signal = Signal.SUCCESS
        except grpc.aio.AioRpcError as failure:
            signal = signal_of(failure)
            raise
        finally:
            self._gate.leave(ticket, signal)
        return reply

    async def _after_failure(
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
            decision = attempts.failed(error, deadline - self._now(), random.random())  # noqa: S311 - only jitter
            if isinstance(decision, Done):
                return command.read(command.rpc.response())
            if isinstance(decision, Again):
                await asyncio.sleep(decision.pause)
                proof = await self._proof(command.rpc, deadline)
            elif command.answers is not None and type(error) in command.answers:
                return command.answers[type(error)]
            else:
                fresh = () if renewed else await self._renewed(error, proof, deadline)
                if not fresh:
                    raise decision.error from failure
                renewed, proof = True, fresh
            try:
                reply = await self._send(command.rpc, sent, deadline, (*metadata, *proof))
            except grpc.aio.AioRpcError as next_failure:
                failure = next_failure
            except BackpressureError as busy:
                raise attempts.given_up(busy) from failure
            else:
                return command.read(common.parse_reply(command.rpc, reply))

    async def _proof(self, rpc: Rpc, deadline: float) -> CallMetadata:
        """What authenticates a call; waits for it if need be."""
        if self._auth is None:
            return ()
        cached = self._auth.cached()
        if cached is not None:
            return cached
        try:
            return await self._obtainer.obtain(self._left(deadline))
        except TokenError as error:
            raise common.without_credentials(rpc, error, in_time=self._now() < deadline) from error

    async def _renewed(self, error: GatewayError, proof: CallMetadata, deadline: float) -> CallMetadata:
        """Other credentials, after the gateway did not accept these; nothing if there are none."""
        if self._auth is None or not isinstance(error, AuthenticationError) or not self._auth.rejected(proof):
            return ()
        try:
            fresh = await self._obtainer.obtain(self._left(deadline))
        except TokenError as failure:
            error.hint = f"{error.hint}; another could not be had: {failure}"
            return ()
        return fresh if fresh != proof else ()

    async def collect(
        self, command: StreamCommand[R], timeout: float, metadata: Metadata
    ) -> tuple[list[R], GatewayError | None]:
        """Read a stream to its end; a failure after something has arrived is given beside it and not raised."""
        self._call(command.rpc)
        attempts = Attempts(command.rpc.retry, self.settings.resilience, timeout, self._budget)
        deadline = self._now() + timeout
        renewed = False
        while True:
            arrived: list[R] = []
            proof = await self._proof(command.rpc, deadline)
            try:
                async with self._attempt(command, deadline, metadata, proof) as stream:
                    async for item in stream:
                        arrived.append(item)
            except GatewayError as error:
                if arrived:
                    return arrived, error
                decision = attempts.failed(error, deadline - self._now(), random.random())  # noqa: S311
                if isinstance(decision, Again):
                    await asyncio.sleep(decision.pause)
                elif renewed or not await self._renewed(error, proof, deadline):
                    raise
                else:
                    renewed = True
            else:
                return arrived, None

    def stream(self, command: StreamCommand[R], timeout: float, metadata: Metadata) -> AsyncStream[R]:
        """Open a stream that ends after `timeout` seconds at the latest. To be called inside the event loop."""
        self._call(command.rpc)
        deadline = self._now() + timeout
        cached = () if self._auth is None else self._auth.cached()
        if cached is not None:
            opened = self._open(command, deadline, metadata, cached)
            return AsyncStream(opened, command, self._to_error(command, cached))
        return AsyncStream(None, command, self._to_error(command), self._later(command, deadline, metadata))

    def _attempt(
        self, command: StreamCommand[R], deadline: float, metadata: Metadata, proof: CallMetadata
    ) -> AsyncStream[R]:
        """One stream of several that a poll may take."""
        return AsyncStream(self._open(command, deadline, metadata, proof), command, self._to_error(command))

    def _open(self, command: StreamCommand[R], deadline: float, metadata: Metadata, proof: CallMetadata) -> Any:
        sent = common.payload(command, self.settings)
        return self._call(command.rpc)(sent, timeout=self._left(deadline), metadata=(*metadata, *proof))

    def _later(self, command: StreamCommand[R], deadline: float, metadata: Metadata) -> Callable[[], Awaitable[Any]]:
        """Opens a stream whose credentials must be waited for."""

        async def connect() -> Any:
            return self._open(command, deadline, metadata, await self._proof(command.rpc, deadline))

        return connect

    def _to_error(
        self, command: StreamCommand[R], proof: CallMetadata | None = None
    ) -> Callable[[grpc.RpcError], GatewayError]:
        """Makes the errors of a stream; the gateway's rejection of `proof` is told to the strategy."""

        def to_error(failure: grpc.RpcError) -> GatewayError:
            error = self._error(command.rpc, failure, repeatable=True)
            if proof and self._auth is not None and isinstance(error, AuthenticationError):
                self._auth.rejected(proof)
            return error

        return to_error

    async def close(self) -> None:
        """Close the channel; calls under way end as cancelled. May be called again."""
        self._closed = True
        channel, self._channel = self._channel, None
        self._calls.clear()
        if channel is not None and self._process == os.getpid():
            await channel.close(None)
            await self._close_retired(0.0)

    async def _close_retired(self, age: float) -> None:
        while self._retired and self._retired[0][0] + age <= time.monotonic():
            await self._retired.pop(0)[1].close(None)

    def _error(self, rpc: Rpc, failure: grpc.RpcError, *, repeatable: bool) -> GatewayError:
        return common.to_gateway_error(rpc, failure, repeatable=repeatable, settings=self.settings)

    def _now(self) -> float:
        return cast("asyncio.AbstractEventLoop", self._loop).time()

    def _call(self, rpc: Rpc) -> Callable[..., Any]:
        if self._process != os.getpid() or self._loop is not asyncio.get_running_loop():
            self._bind()
        if self._watch is not None and self._watch.changed():
            self._reopen()
        try:
            return self._calls[rpc.name]
        except KeyError:
            return self._new_call(rpc)

    def _new_call(self, rpc: Rpc) -> Callable[..., Any]:
        if self._channel is None:
            raise RuntimeError("this client is closed")
        channel: Any = self._channel
        make = channel.unary_stream if rpc.server_streaming else channel.unary_unary
        call = cast("Callable[..., Any]", make(rpc.path, None, None))
        self._calls[rpc.name] = call
        return call

    def _left(self, deadline: float) -> float:
        """Seconds until then, for grpc: never none."""
        return max(deadline - self._now(), 0.001)

    def _reopen(self) -> None:
        """Make another channel; calls under way end on the one that they began on."""
        if self._channel is not None:
            self._retired.append((time.monotonic(), self._channel))
            self._channel = _open_channel(self.settings)
            self._calls.clear()
            self._closing = asyncio.ensure_future(self._close_retired(RETIREMENT))

    def _bind(self) -> None:
        if self._closed:
            raise RuntimeError("this client is closed")
        if self._channel is not None and self._process != os.getpid():
            raise RuntimeError("this client was used before the process forked; make a client in each process")
        if self._channel is not None:
            raise RuntimeError("this client belongs to another event loop; make an AsyncZeebeClient for each loop")
        self._loop = asyncio.get_running_loop()
        aio_neighbours.settle(self._loop)
        self._process = os.getpid()
        self._watch = watch(self.settings)
        self._channel = _open_channel(self.settings)

    def __del__(self) -> None:
        if getattr(self, "_channel", None) is not None and self._process == os.getpid():
            warnings.warn(
                f"an AsyncZeebeClient for {self.settings.address} was not closed; use `async with`, or await close()",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )


class AsyncStream(Generic[R]):
    """What the gateway sends over an open stream: an async iterator, and an async context manager that cancels.

    Iteration ends when the call ends well, at its deadline if that is the normal end, or after `cancel()`.
    """

    def __init__(
        self,
        call: Any,
        command: StreamCommand[R],
        to_error: Callable[[grpc.RpcError], GatewayError],
        connect: Callable[[], Awaitable[Any]] | None = None,
    ) -> None:
        self._call: Any = call
        self._connect = connect
        self._command = command
        self._to_error = to_error
        self._arrived: deque[R] = deque()
        self._cancelled = False
        self.on_end: Callable[[BaseException | None], None] | None = None
        """Called once when the stream ends, with what its reader gets."""

    def __aiter__(self) -> AsyncIterator[R]:
        return self

    async def __anext__(self) -> R:
        while not self._arrived:
            self._arrived.extend(await self._read())
        return self._arrived.popleft()

    async def _read(self) -> list[R]:
        try:
            return await self._read_reply()
        except BaseException as error:
            self._ended(None if isinstance(error, StopAsyncIteration) else error)
            raise

    def _ended(self, error: BaseException | None) -> None:
        if self.on_end is not None:
            tell, self.on_end = self.on_end, None
            tell(error)

    async def _read_reply(self) -> list[R]:
        if self._call is None:
            await self._open()
        call: Any = self._call
        try:
            reply = await call.read()
        except grpc.aio.AioRpcError as failure:
            if self._ended_as_planned(failure):
                raise StopAsyncIteration from None
            raise self._to_error(failure) from failure
        except asyncio.CancelledError:
            if self._cancelled and not _cancelling():
                raise StopAsyncIteration from None
            raise
        if reply is _END:
            raise StopAsyncIteration
        return list(self._command.read(common.parse_reply(self._command.rpc, reply)))

    async def _open(self) -> None:
        """Open the call at the first read, if it had to wait for credentials."""
        if self._connect is not None and not self._cancelled:
            self._call = await self._connect()
        if self._cancelled:
            if self._call is not None:
                self._call.cancel()
            raise StopAsyncIteration

    def _ended_as_planned(self, failure: grpc.aio.AioRpcError) -> bool:
        at_deadline = failure.code() is StatusCode.DEADLINE_EXCEEDED and self._command.ends_at_deadline
        return at_deadline or (self._cancelled and failure.code() is StatusCode.CANCELLED)

    def cancel(self) -> None:
        """End the stream. What the gateway has sent and nobody has read is lost: see `read_out`."""
        self._cancelled = True
        if self._call is not None:
            self._call.cancel()
        self._ended(None)

    async def read_out(self, silence: float = 0.05) -> list[R]:
        """Read what has been sent already, until nothing came for `silence` seconds; then cancel.

        Jobs that are sent and not read stay locked until their timeout, so a stream of jobs is best ended like this.
        """
        found: list[R] = []
        while True:
            reading = asyncio.ensure_future(self._read_or_end())
            done, _ = await asyncio.wait((reading,), timeout=silence)
            if not done:
                self.cancel()
            arrived = await reading
            if arrived is None:
                self.cancel()
                return found
            found.extend(arrived)

    async def _read_or_end(self) -> list[R] | None:
        if self._arrived:
            arrived = list(self._arrived)
            self._arrived.clear()
            return arrived
        try:
            return await self._read()
        except (StopAsyncIteration, GatewayError):
            return None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.cancel()


def _cancelling() -> bool:
    """Whether somebody cancels the current task, and not only the call that it waits for."""
    task = asyncio.current_task()
    cancelling = getattr(task, "cancelling", None)
    return bool(cancelling is not None and cancelling())


def _open_channel(settings: ChannelSettings) -> grpc.aio.Channel:
    forks.check()
    options = common.channel_options(settings)
    target, how, interceptors = settings.address.target, common.compression(settings), settings.interceptors
    if settings.address.secure:
        channel = grpc.aio.secure_channel(target, credentials(settings.tls), options, how, list(interceptors))
    else:
        channel = grpc.aio.insecure_channel(target, options, how, list(interceptors))
    forks.remember(channel)
    return channel
