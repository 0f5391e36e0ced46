"""Who gets a job that has become activatable: an open stream if there is one, else whoever polls."""

from __future__ import annotations

from collections.abc import Sequence

from zeebe_grpc.engine.records import Activatable
from zeebe_grpc.gateway.engine_room import Turn
from zeebe_grpc.gateway.polling import LongPolling
from zeebe_grpc.gateway.streams import JobStreams


class Dispatcher:
    """Hands out jobs to streams first; parked polls are only told of what no stream took."""

    def __init__(self, polling: LongPolling, streams: JobStreams) -> None:
        self._polling = polling
        self._streams = streams

    def offer(self, turn: Turn, jobs: Sequence[Activatable]) -> None:
        """Hand out what one step made activatable."""
        untaken = dict.fromkeys(job.type for job in jobs if not (job.push and self._streams.push(job)))
        for job_type in untaken:
            self._polling.wake(turn, job_type)
