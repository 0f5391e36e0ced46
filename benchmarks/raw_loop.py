"""What a careful user writes without this library: activate, work and complete jobs with nothing but raw grpc.aio.

The measure of `benchmarks/worker.py`, and of whoever compares against another gateway. It asks for as many jobs at a
time and works as many at a time as `@worker.job` does by default, polls again when half of its places are free, and
decodes and encodes the variables with the standard library. It tries nothing twice, extends nothing and gives nothing
back.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc.aio

from zeebe_grpc import raw

Handler: TypeAlias = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
"""Works one job: its variables come in, the variables to set come out."""

PLACES = 32
JOB_TIMEOUT = 300_000
REQUEST_TIMEOUT = 30_000
ANSWER_TIMEOUT = 30.0
STREAM_TIMEOUT = 3600.0


class RawLoop:
    """Works the jobs of one type, polled or streamed, until `run` is cancelled.

    Args:
        channel: Where the gateway is; its owner closes it.
        job_type: Which jobs.
        handler: What is done with each.
        streaming: Open a job stream, beside the poll, which then takes what was there before.
        fetch_variables: Names of the variables to fetch; none for all.
        places: Jobs held at a time.
    """

    def __init__(
        self,
        channel: grpc.aio.Channel,
        job_type: str,
        handler: Handler,
        *,
        streaming: bool = False,
        fetch_variables: tuple[str, ...] = (),
        places: int = PLACES,
    ) -> None:
        stub = raw.GatewayStub(channel)
        self._activate: Any = stub.ActivateJobs
        self._stream: Any = stub.StreamActivatedJobs
        self._complete: Any = stub.CompleteJob
        self._handler = handler
        self._streaming = streaming
        self._asked: dict[str, Any] = {
            "type": job_type,
            "worker": "raw",
            "timeout": JOB_TIMEOUT,
            "fetchVariable": fetch_variables,
        }
        self._refill = places // 2
        self._free = places
        self._some_free = asyncio.Event()
        self._many_free = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until cancelled; what is under way then is finished."""
        lanes = [asyncio.ensure_future(self._poll_jobs())]
        if self._streaming:
            lanes.append(asyncio.ensure_future(self._stream_jobs()))
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
            await asyncio.gather(*self._tasks)

    async def _poll_jobs(self) -> None:
        """Ask for all free places; beside a stream for one, as long as that finds nothing."""
        found = 0
        while True:
            await self._until_free(self._refill, self._many_free)
            asked = self._free if found or not self._streaming else 1
            self._free -= asked
            request = raw.ActivateJobsRequest(**self._asked, maxJobsToActivate=asked, requestTimeout=REQUEST_TIMEOUT)
            found = 0
            async for response in self._activate(request, timeout=REQUEST_TIMEOUT / 1000 + 10):
                for job in response.jobs:
                    self._begin(job)
                found += len(response.jobs)
            self._give_back(asked - found)

    async def _stream_jobs(self) -> None:
        request = raw.StreamActivatedJobsRequest(**self._asked)
        async for job in self._stream(request, timeout=STREAM_TIMEOUT):
            await self._until_free(1, self._some_free)
            self._free -= 1
            self._begin(job)

    async def _until_free(self, places: int, event: asyncio.Event) -> None:
        while self._free < places:
            event.clear()
            await event.wait()

    def _begin(self, job: raw.ActivatedJob) -> None:
        task = asyncio.ensure_future(self._work(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, job: raw.ActivatedJob) -> None:
        try:
            result = await self._handler(json.loads(job.variables))
            request = raw.CompleteJobRequest(jobKey=job.key, variables=json.dumps(result))
            await self._complete(request, timeout=ANSWER_TIMEOUT)
        finally:
            self._give_back(1)

    def _give_back(self, places: int) -> None:
        self._free += places
        self._some_free.set()
        if self._free >= self._refill:
            self._many_free.set()
