"""A handler whose module takes a child process as long to import as the test wants."""

from __future__ import annotations

import os
import time
from pathlib import Path

from zeebe_grpc.worker import Job

GATE = "ZEEBE_GRPC_TEST_GATE"

if gate := os.environ.get(GATE):
    Path(gate).with_suffix(".reached").touch()
    while not Path(gate).exists():
        time.sleep(0.005)


def tell(job: Job[None]) -> dict[str, float | bool]:
    return {"ends_at": time.monotonic() + job.remaining(), "stopping": job.worker_stopping}


def tell_when_stopping(job: Job[None]) -> dict[str, float | bool]:
    while not job.worker_stopping:
        time.sleep(0.005)
    return tell(job)


def wait_for_a_cancellation(job: Job[None]) -> None:
    while not job.cancelled:
        time.sleep(0.005)
    job.progress()
