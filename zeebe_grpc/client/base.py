"""The blocking client below its friendly methods: life cycle, commands, streams."""

from __future__ import annotations

from typing import TypeVar

from google.protobuf.message import Message
from typing_extensions import Self

from zeebe_grpc.client_base import ClientBase, not_for_execute, not_for_stream, raw_command
from zeebe_grpc.config import ChannelSettings
from zeebe_grpc.models.jobs import ActivatedJob, ActivatedJobs
from zeebe_grpc.rpc import Command, StreamCommand
from zeebe_grpc.spans import Span, seconds
from zeebe_grpc.transport.blocking import BlockingTransport, Stream
from zeebe_grpc.variables import V

R = TypeVar("R")


class BlockingBase(ClientBase[BlockingTransport]):
    """Everything of `ZeebeClient` that is not one RPC's method."""

    def _new_transport(self, settings: ChannelSettings) -> BlockingTransport:
        if settings.observer is None:
            return BlockingTransport(settings)
        # Only a client with an observer pays for it, down to the import.
        from zeebe_grpc.transport.observed import ObservedBlockingTransport

        return ObservedBlockingTransport(settings, settings.observer)

    def execute(self, command: Command[R], *, timeout: Span | None = None) -> R:
        """Execute a command made by a builder of `zeebe_grpc.commands`, or by hand.

        It is sent again where that is safe and helps, with growing random pauses, until `timeout` is over.

        Args:
            command: Says everything but where to send it.
            timeout: Span for the call, all attempts included; None for the command's own, the client's, or the RPC's.

        Returns:
            What the command reads from the reply.

        Raises:
            GatewayError: The call failed; the most specific class for the RPC and the status.
            AmbiguousResultError: Nobody knows whether the command was executed, and it must not be repeated blindly.
            MalformedResponseError: The command was executed, but its reply could not be read.
            TypeError: It is no command, or one whose replies are a stream.
        """
        if not isinstance(command, Command):
            raise not_for_execute(command)
        calls = self._call_settings
        span = (
            command.timeout or calls.timeout or command.rpc.timeout if timeout is None else seconds(timeout, "timeout")
        )
        return self._transport.execute(command, span, calls.metadata)

    def execute_raw(self, request: Message, *, timeout: Span | None = None) -> Message:
        """Send a generated request message of `zeebe_grpc.raw` as it is, and get the reply message as it is.

        Nothing is checked or converted. Errors and repetitions are those of `execute`.

        Args:
            request: A request message of an RPC with a single reply.
            timeout: As in `execute`.

        Raises:
            TypeError: No such RPC takes this message.
            GatewayError: As in `execute`.
        """
        return self.execute(raw_command(request), timeout=timeout)

    def stream(self, command: StreamCommand[R], *, timeout: Span | None = None) -> Stream[R]:
        """Open a stream for a command made by a builder of `zeebe_grpc.commands`, or by hand.

        Nothing is retried: an error ends the iteration, and a new stream is a new call.

        Args:
            command: Says everything but where to send it.
            timeout: Span after which the stream is ended; None for the command's own.

        Returns:
            An iterator and context manager. Leaving it cancels the call: what was sent and not read is lost, unless
            `read_out()` is called before.

        Raises:
            GatewayError: From the iteration, if the call failed.
            TypeError: It is no command, or one with a single reply.
        """
        if not isinstance(command, StreamCommand):
            raise not_for_stream(command)
        return self._transport.stream(command, self._timeout_of(command, timeout), self._call_settings.metadata)

    def close(self) -> None:
        """Close the connection; calls under way end as cancelled. May be called again."""
        self._transport.close()

    def _collect(self, command: StreamCommand[ActivatedJob[V]], timeout: Span | None) -> ActivatedJobs[V]:
        span = self._timeout_of(command, timeout)
        return ActivatedJobs(*self._transport.collect(command, span, self._call_settings.metadata))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
