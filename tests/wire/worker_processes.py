"""Handlers that run in child processes; a module of their own, because children import it."""

from __future__ import annotations

import logging
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zeebe_grpc.errors import BpmnError, JobFailure
from zeebe_grpc.worker import Job


@dataclass
class Answer:
    process: int
    total: int


class OddError(Exception):
    """Can not be unpickled."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


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
    if how == "exit":
        raise SystemExit(4)
    return {"list": [1], "set": {"a": object()}}.get(how)


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
