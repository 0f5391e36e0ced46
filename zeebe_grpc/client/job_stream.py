"""A stream of jobs that loses none: what was not taken from it is handed back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic

from typing_extensions import Self

from zeebe_grpc.commands.jobs import hand_back_job
from zeebe_grpc.errors import GatewayError
from zeebe_grpc.logs import Log
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.transport.blocking import Stream
from zeebe_grpc.variables import V

HAND_BACK_TIMEOUT = 5.0
"""Seconds for each job: handing back is a courtesy that must not hold up the end for long."""


class JobStream(Generic[V]):
    """Jobs as the gateway pushes them: an iterator and context manager that hands back what nobody took.

    Iterate from one thread. Iteration ends when the stream's time is over, the gateway ends it, or after `close` or
    `cancel`; it raises a `GatewayError` if the call failed.
    """

    def __init__(self, job_type: str, stream: Stream[ActivatedJob[V]], execute: Callable[..., Any], log: Log) -> None:
        self._job_type = job_type
        self._stream = stream
        self._execute = execute
        self._log = log

    def __iter__(self) -> Iterator[ActivatedJob[V]]:
        return self

    def __next__(self) -> ActivatedJob[V]:
        return next(self._stream)

    def cancel(self) -> None:
        """End the stream at once, from any thread. Jobs that are sent and not read stay locked until their timeout."""
        self._stream.cancel()

    def close(self) -> int:
        """End the stream: read out what the gateway has sent, and hand every such job back.

        A job goes back with its retries unchanged; one without retries is given up by a timeout of 0, because failing
        it would raise an incident. What cannot be handed back waits for its timeout.

        Returns:
            How many jobs were handed back.
        """
        unread = self._stream.read_out()
        return sum(self._hand_back(job) for job in unread)

    def _hand_back(self, job: ActivatedJob[V]) -> bool:
        try:
            self._execute(hand_back_job(job), timeout=HAND_BACK_TIMEOUT)
        except (GatewayError, RuntimeError) as error:
            keys = {"job_key": job.key, "job_type": job.type}
            self._log.warning("job %d could not be handed back: %s", job.key, error, extra=keys)
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._job_type!r})"
