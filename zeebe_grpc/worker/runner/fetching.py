"""Polls and streams of one job type: what brings jobs in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from zeebe_grpc.commands import jobs as commands
from zeebe_grpc.config import CallSettings
from zeebe_grpc.logs import Log
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.rpc import StreamCommand
from zeebe_grpc.worker.events import (
    CANCELLED_HERE,
    Event,
    JobsArrived,
    OpenStream,
    PollEnded,
    Problem,
    Source,
    StreamEnded,
)
from zeebe_grpc.worker.events import Poll as PollEffect
from zeebe_grpc.worker.runner.port import Port, PortStream, problem_of
from zeebe_grpc.worker.settings import JobSettings

_NO_VARIABLES = ("no-variable-has-this-name",)
_STREAM_MARGIN = 1.5


_Batch: TypeAlias = tuple[ActivatedJob[Any], ...]


class _Stream:
    """A stream under way, and whether its next message may be read."""

    def __init__(self, fetch: int) -> None:
        self.fetch = fetch
        self.call: PortStream[ActivatedJob[Any]] | None = None
        self.wanted = asyncio.Event()
        self.cancelled = False


class Fetcher:
    """Carries out polls and streams, and feeds what they bring.

    Attributes:
        feed: Who is told; the lane sets it.
    """

    def __init__(
        self, settings: JobSettings, port: Port, stream_port: Port, calls: CallSettings, lifetime: float, log: Log
    ) -> None:
        self.feed: Callable[[Event], None] = lambda _: None
        self._settings = settings
        self._weighs = settings.max_bytes is not None
        self._port = port
        self._stream_port = stream_port
        self._calls = calls
        self._lifetime = lifetime
        self._log = log
        self._commands: dict[tuple[int, float], StreamCommand[_Batch]] = {}
        self._job_timeout = settings.job_timeout
        self._poll: PortStream[_Batch] | None = None
        self._cancelled_poll = 0
        self._stream: _Stream | None = None

    async def poll(self, effect: PollEffect) -> None:
        """Ask for jobs once."""
        problem: Problem | None = CANCELLED_HERE
        call: PortStream[_Batch] | None = None
        try:
            if effect.fetch != self._cancelled_poll:
                call = self._poll = self._send_poll(effect)
                async for jobs in call:
                    sizes = _sizes(jobs) if self._weighs else ()
                    self.feed(JobsArrived(Source.POLL, effect.fetch, jobs, sizes))
                problem = None
        except Exception as error:
            problem = self._problem(error)
        finally:
            if call is not None:
                call.cancel()
            self._poll = None
            self.feed(PollEnded(effect.fetch, problem))

    def _send_poll(self, effect: PollEffect) -> PortStream[_Batch]:
        if effect.job_timeout != self._job_timeout:
            self._job_timeout = effect.job_timeout
            self._commands.clear()
        request = effect.ask, effect.request_timeout
        command = self._commands.get(request)
        if command is None:
            command = self._commands[request] = self._poll_command(effect)
        return self._port.stream(command, command.timeout, self._calls.metadata)

    def _poll_command(self, effect: PollEffect) -> StreamCommand[_Batch]:
        command: StreamCommand[ActivatedJob[Any]] = commands.activate_jobs(
            self._settings.type,
            max_jobs_to_activate=effect.ask,
            job_timeout=timedelta(seconds=effect.job_timeout),
            request_timeout=timedelta(seconds=max(0.0, effect.request_timeout)),
            **self._request(),
        )
        return _batched(command)

    def cancel_poll(self, fetch: int) -> None:
        """Cancel the poll, also if it has not left yet."""
        self._cancelled_poll = fetch
        if self._poll is not None:
            self._poll.cancel()

    async def stream(self, effect: OpenStream) -> None:
        """Keep a stream open; each message is read when it is asked for."""
        problem: Problem | None = CANCELLED_HERE
        stream = self._stream_of(effect.fetch)
        try:
            timeout = self._lifetime * _STREAM_MARGIN
            span = timedelta(seconds=effect.job_timeout)
            command = commands.stream_activated_jobs(self._settings.type, job_timeout=span, **self._request())
            stream.call = self._stream_port.stream(command, timeout, self._calls.metadata)
            await self._read(stream, stream.call)
        except StopAsyncIteration:
            problem = None
        except Exception as error:
            problem = self._problem(error)
        finally:
            if stream.call is not None:
                stream.call.cancel()
            if self._stream is stream:
                self._stream = None
            self.feed(StreamEnded(effect.fetch, problem))

    async def _read(self, stream: _Stream, call: PortStream[ActivatedJob[Any]]) -> None:
        while True:
            await stream.wanted.wait()
            stream.wanted.clear()
            if stream.cancelled:
                call.cancel()
            job = await call.__anext__()
            sizes = _sizes((job,)) if self._weighs else ()
            self.feed(JobsArrived(Source.STREAM, stream.fetch, (job,), sizes))

    def read_stream(self, fetch: int) -> None:
        """Read one message."""
        self._stream_of(fetch).wanted.set()

    def cancel_stream(self, fetch: int) -> None:
        """Cancel the stream; what has arrived already is still fed."""
        stream = self._stream_of(fetch)
        stream.cancelled = True
        if stream.call is not None:
            stream.call.cancel()
        stream.wanted.set()

    def _stream_of(self, fetch: int) -> _Stream:
        if self._stream is None or self._stream.fetch != fetch:
            self._stream = _Stream(fetch)
        return self._stream

    def _request(self) -> dict[str, Any]:
        settings = self._settings
        fetch = settings.fetch_variables
        return {
            "worker_name": settings.worker_name or self._calls.worker_name,
            # On the wire an empty list means all variables.
            "fetch_variables": _NO_VARIABLES if fetch == () else fetch,
            "tenant_ids": settings.tenant_ids or ((self._calls.tenant_id,) if self._calls.tenant_id else None),
            "tenant_filter": settings.tenant_filter,
            "with_lease": settings.with_lease,
        }

    def _problem(self, error: Exception) -> Problem:
        problem = problem_of(error)
        if problem is None or problem.code == "UNKNOWN":
            with contextlib.suppress(Exception):
                self._log.debug("job type %s: a fetch has failed", self._settings.type, exc_info=error)
        return problem or Problem("UNKNOWN", f"{type(error).__name__}: {error}")


def _sizes(jobs: _Batch) -> tuple[int, ...]:
    return tuple(len(job.variables_json) for job in jobs)


def _batched(command: StreamCommand[ActivatedJob[Any]]) -> StreamCommand[_Batch]:
    """The same command with the jobs of each message together, so that the machine is told of them at once."""
    read = command.read

    def together(message: Any) -> tuple[_Batch]:
        return (tuple(read(message)),)

    return StreamCommand(rpc=command.rpc, request=command.request, read=together, timeout=command.timeout)
