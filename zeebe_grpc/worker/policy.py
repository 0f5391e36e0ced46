"""The numbers that the machine goes by. Pure; all spans are seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MachinePolicy:
    """How one job type is worked. The first block is what users set; the rest they rarely need to know.

    Attributes:
        max_concurrent_jobs: Jobs held at a time.
        job_timeout: How long an activated job stays ours without an extension.
        request_timeout: How long the gateway may hold a poll that finds nothing.
        max_job_time: How long a job may stay ours, extensions included; None for no end.
        extend: Whether running jobs are extended.
        stall_timeout: Extend only handlers that reported progress within this span; None to trust that they run.
        stream: Whether a job stream is kept open beside the poll.
        max_bytes: Stop fetching while the held jobs are that large; None for no limit.
        return_on_stop: Whether the jobs of handlers that were cancelled at the end of the grace are given back at once.
        leased: Whether jobs carry leases, so that a late or repeated answer can hit nobody else.
        adaptive_timeout: Whether the job timeout follows the handling times.
        contended: Whether other job types wait for places of the same shared capacity.
        refill_delay: Poll for a few free places after this span, even if polling for more would be cheaper.
        idle_delay: Longest rest between polls that came back empty although they should have waited.
        poll_margin: A poll that lasts this much longer than its request timeout is given up by the watchdog.
        poll_tail: A drain lets a poll of that age go that has brought nothing, once no handler runs.
        silence: A stream that is being read out is empty if nothing came for this span: a few round trips of a slow
            network, or what a busy machine may take to say something.
        longest_read_out: A stream that never falls silent is read out for this span at most.
        settle: Between cancelling a stream and giving its jobs back, so that they do not come back through it.
        stream_lifetime: Streams are opened anew after this span, plus or minus a fifth, to spread over gateways.
        stream_idle: So are streams that brought nothing for this span, plus or minus a fifth: they may be dead.
        longest_answer: Limit of one try to answer a job.
        flush: After the grace, how long answers may still take.
        longest_backoff: Limit of the waits after failed fetches.
    """

    max_concurrent_jobs: int = 32
    job_timeout: float = 300.0
    request_timeout: float = 30.0
    max_job_time: float | None = 1200.0
    extend: bool = True
    stall_timeout: float | None = None
    stream: bool = False
    max_bytes: int | None = None
    return_on_stop: bool = True
    leased: bool = False
    adaptive_timeout: bool = False
    contended: bool = False

    refill_delay: float = 0.1
    idle_delay: float = 1.0
    poll_margin: float = 15.0
    poll_tail: float = 0.5
    silence: float = 0.5
    longest_read_out: float = 2.0
    settle: float = 0.02
    stream_lifetime: float = 3600.0
    stream_idle: float = 600.0
    longest_answer: float = 30.0
    flush: float = 5.0
    longest_backoff: float = 5.0

    @property
    def refill(self) -> int:
        """Poll as soon as this many places are free."""
        return 1 if self.max_concurrent_jobs <= 4 else (self.max_concurrent_jobs + 1) // 2

    @property
    def lane(self) -> int:
        """Places that stay closed to the stream while polls find a backlog."""
        return max(1, (self.max_concurrent_jobs + 3) // 4) if self.max_concurrent_jobs > 1 else 0

    @property
    def park_after(self) -> float:
        """A stream behind a worker that released nothing for this span is parked."""
        return min(2.0, self.job_timeout / 10)
