"""Both transports with an observer: the same calls, and each told of.

Used only if a client has an observer, so that the others pay nothing. Which call an attempt belongs to is known by a
context variable, which threads and tasks each have for themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar, cast

import grpc

from zeebe_grpc.auth import CallMetadata
from zeebe_grpc.calls import CallObserver, Notifier, ObservedCall
from zeebe_grpc.config import ChannelSettings
from zeebe_grpc.config.settings import Metadata
from zeebe_grpc.errors import GatewayError
from zeebe_grpc.rpc import Command, Rpc, StreamCommand
from zeebe_grpc.transport.aio import AioTransport, AsyncStream
from zeebe_grpc.transport.blocking import BlockingTransport, Stream

R = TypeVar("R")

_CURRENT: ContextVar[ObservedCall | None] = ContextVar("zeebe_grpc_call", default=None)


@contextmanager
def _told(notifier: Notifier, rpc: Rpc, metadata: Metadata) -> Generator[ObservedCall, None, None]:
    """A call from its start to its end."""
    call = notifier.start(rpc.name, metadata)
    token = _CURRENT.set(call)
    began = time.monotonic()
    error: BaseException | None = None
    try:
        yield call
    except BaseException as raised:
        error = raised
        raise
    finally:
        _CURRENT.reset(token)
        notifier.end(call, error, time.monotonic() - began)


@contextmanager
def _attempted(notifier: Notifier) -> Generator[None, None, None]:
    """One attempt of the current call."""
    call = _CURRENT.get()
    if call is None:
        yield
        return
    began = time.monotonic()
    status = "OK"
    try:
        yield
    except BaseException as raised:
        status = _status(raised)
        raise
    finally:
        notifier.attempt(call, status, time.monotonic() - began)


def _end_of_attempt(notifier: Notifier) -> Callable[[BaseException | None], None] | None:
    """What a poll's stream tells when it ends: one attempt of the current call."""
    call = _CURRENT.get()
    if call is None:
        return None
    began = time.monotonic()
    return lambda error: notifier.attempt(call, _status(error), time.monotonic() - began)


def _end_of_stream(notifier: Notifier, call: ObservedCall) -> Callable[[BaseException | None], None]:
    """What an open stream tells when it ends: its only attempt, and the call."""
    began = time.monotonic()

    def tell(error: BaseException | None) -> None:
        took = time.monotonic() - began
        notifier.attempt(call, _status(error), took)
        notifier.end(call, error, took)

    return tell


def _status(error: BaseException | None) -> str:
    if error is None:
        return "OK"
    if isinstance(error, grpc.RpcError):
        return str(cast("grpc.Call", error).code().name)
    return error.code.name if isinstance(error, GatewayError) else "CANCELLED"


class ObservedBlockingTransport(BlockingTransport):
    """The transport for threads, with an observer."""

    def __init__(self, settings: ChannelSettings, observer: CallObserver) -> None:
        super().__init__(settings)
        self._notifier = Notifier(observer, str(settings.address), settings.log)

    def execute(self, command: Command[R], timeout: float, metadata: Metadata) -> R:
        """As without an observer."""
        with _told(self._notifier, command.rpc, metadata) as call:
            return super().execute(command, timeout, tuple(call.metadata))

    def collect(
        self, command: StreamCommand[R], timeout: float, metadata: Metadata
    ) -> tuple[list[R], GatewayError | None]:
        """As without an observer."""
        with _told(self._notifier, command.rpc, metadata) as call:
            return super().collect(command, timeout, tuple(call.metadata))

    def stream(self, command: StreamCommand[R], timeout: float, metadata: Metadata) -> Stream[R]:
        """As without an observer; the call ends when the stream does."""
        call = self._notifier.start(command.rpc.name, metadata)
        stream = super().stream(command, timeout, tuple(call.metadata))
        stream.on_end = _end_of_stream(self._notifier, call)
        return stream

    def _open_stream(self, *arguments: Any, **options: Any) -> Stream[Any]:
        stream = super()._open_stream(*arguments, **options)
        stream.on_end = _end_of_attempt(self._notifier)
        return stream

    def _call(self, rpc: Rpc) -> Callable[..., Any]:
        call = super()._call(rpc)
        return call if rpc.server_streaming else partial(self._watched, call)

    def _watched(self, call: Callable[..., Any], *arguments: Any) -> Any:
        with _attempted(self._notifier):
            return call(*arguments)


class ObservedAioTransport(AioTransport):
    """The transport for asyncio, with an observer."""

    def __init__(self, settings: ChannelSettings, observer: CallObserver) -> None:
        super().__init__(settings)
        self._notifier = Notifier(observer, str(settings.address), settings.log)

    async def execute(self, command: Command[R], timeout: float, metadata: Metadata) -> R:
        """As without an observer."""
        with _told(self._notifier, command.rpc, metadata) as call:
            return await super().execute(command, timeout, tuple(call.metadata))

    async def collect(
        self, command: StreamCommand[R], timeout: float, metadata: Metadata
    ) -> tuple[list[R], GatewayError | None]:
        """As without an observer."""
        with _told(self._notifier, command.rpc, metadata) as call:
            return await super().collect(command, timeout, tuple(call.metadata))

    def stream(self, command: StreamCommand[R], timeout: float, metadata: Metadata) -> AsyncStream[R]:
        """As without an observer; the call ends when the stream does."""
        call = self._notifier.start(command.rpc.name, metadata)
        stream = super().stream(command, timeout, tuple(call.metadata))
        stream.on_end = _end_of_stream(self._notifier, call)
        return stream

    def _attempt(
        self, command: StreamCommand[R], deadline: float, metadata: Metadata, proof: CallMetadata
    ) -> AsyncStream[R]:
        stream = super()._attempt(command, deadline, metadata, proof)
        stream.on_end = _end_of_attempt(self._notifier)
        return stream

    def _call(self, rpc: Rpc) -> Callable[..., Any]:
        call = super()._call(rpc)
        return call if rpc.server_streaming else partial(self._watched, call)

    async def _watched(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        with _attempted(self._notifier):
            return await call(*arguments, **options)
