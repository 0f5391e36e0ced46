"""Handlers that run in child processes; a module of their own, because children import it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from zeebe_grpc.errors import BpmnError, JobFailure
from zeebe_grpc.worker import Completed, Failed, Job
from zeebe_grpc.worker.job import leash_of


@dataclass
class Answer:
    process: int
    total: int


class OddError(Exception):
    """Can not be unpickled."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


class Colour(Enum):
    RED = 1


def add(a: int, b: int, job: Job[None]) -> Answer:
    job.log.warning("adding", extra={"mine": 1})
    logging.getLogger("elsewhere").warning("from the child")
    return Answer(os.getpid(), a + b)


def misbehave(how: str, job: Job[None]) -> Any:
    if how == "bpmn":
        raise BpmnError("ODD", "thrown", variables={"a": 1})
    if how == "failure":
        raise JobFailure("on purpose", retries=0)
    if how == "plain":
        raise ValueError("plain\ntext")
    if how == "odd":
        raise OddError("can not", "travel")
    if how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "hang":
        time.sleep(600)
    if how == "exit":
        raise SystemExit(4)
    if how == "unpicklable":
        return Completed(result=threading.Lock())  # type: ignore[arg-type]
    if how == "unreadable":
        return Completed(result=OddError("can not", "travel"))  # type: ignore[arg-type]
    if how == "failed":
        return Failed("told so", error=OddError("can not", "travel"))
    if how == "babble":
        leash_of(job)._tell(OddError("can not", "travel"))  # type: ignore[attr-defined]
    return {"list": [1], "set": {"a": object()}}.get(how)


def log_odd_extras(job: Job[None]) -> None:
    extras = {"reason": OddError("can not", "travel"), "lock": threading.Lock(), "colour": Colour.RED}
    job.log.warning("the bank said %s", "no", extra=extras)


def log_elsewhere() -> None:
    logging.getLogger("elsewhere").warning("from the child")


def wait_for(path: str) -> None:
    """Deaf, until there is a file."""
    while not Path(path).exists():
        time.sleep(0.005)


def finish_when_stopping(path: str, job: Job[None]) -> dict[str, Any]:
    Path(path).write_text(str(os.getpid()))
    while not job.worker_stopping and not job.cancelled:
        time.sleep(0.005)
    seen = {"stopping": job.worker_stopping, "cancelled": job.cancelled}
    Path(path).with_suffix(".seen").touch()
    wait_for(f"{Path(path).with_suffix('.go')}")
    return {**seen, "process": os.getpid()}


def leave_a_thread_behind(path: str, leave: bool, job: Job[None]) -> None:
    """The first job leaves a thread that asks for more time while the second one is at work."""

    def ask_late() -> None:
        wait_for(path)
        job.extend(600)
        with job.shield():
            Path(path).with_suffix(".asked").touch()

    if leave:
        threading.Thread(target=ask_late, daemon=True).start()
    else:
        Path(path).touch()
        wait_for(f"{Path(path).with_suffix('.asked')}")


def end_a_program() -> dict[str, int]:
    program = subprocess.Popen([sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"], stdout=-1)
    with program:
        assert program.stdout is not None
        program.stdout.readline()
        program.terminate()
        return {"code": program.wait()}


def work_under_a_shield(path: str, job: Job[None]) -> None:
    with job.shield():
        Path(path).write_text("begun")
        while not job.cancelled:
            time.sleep(0.005)
        wait_for(f"{Path(path).with_suffix('.go')}")
        job.progress()
        Path(path).write_text("whole")
    job.progress()
    Path(path).write_text("never")


def draw(path: str, job: Job[None]) -> dict[str, int]:
    job.extend(600)
    for page in range(10_000):
        Path(path).write_text(str(page))
        job.progress(page / 10_000, "drawing")
        time.sleep(0.005)
    return {"pages": 10_000}


def sleep_deaf(path: str, job: Job[None]) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(600)


def log_and_raise(job: Job[None]) -> None:
    job.log.info('about to fail: {"a": {}}')
    raise ValueError('{"b": {}}')
