"""A worker in a process of its own that never ends its job: `python victim.py ADDRESS JOB_TYPE JOB_TIMEOUT`.

It prints a line when it has the job; then it is killed.
"""

from __future__ import annotations

import asyncio
import sys

from zeebe_grpc import ZeebeClient
from zeebe_grpc.worker import Job, Worker


def main(address: str, job_type: str, job_timeout: float) -> None:
    """Take one job and keep it."""
    worker = Worker(job_timeout=job_timeout, max_job_time=None)

    @worker.job(job_type)
    async def keep(job: Job) -> None:
        print(job.key, flush=True)
        await asyncio.sleep(3600)

    worker.run(ZeebeClient(address))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
