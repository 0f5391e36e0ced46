"""The words of the face: one word for one thing, and none that Zeebe does not use."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

import zeebe_grpc
from zeebe_grpc import commands, errors, models
from zeebe_grpc.client import JobStream, ZeebeClient
from zeebe_grpc.testing import InstanceExpectation, JobMock, Zeebe, ZeebeClock
from zeebe_grpc.worker import Worker

KIT = [Zeebe, ZeebeClock, JobMock, InstanceExpectation]
FACES = [ZeebeClient, JobStream, Worker, commands, errors, models, *KIT]

SPANS = re.compile(r"timeout|backoff|time_to_live|grace|_time$|pause")
BANNED = {
    "workflow": "process",
    "task_type": "job_type",
    "retry_back_off": "backoff",
    "retry_backoff": "backoff",
    "max_jobs_active": "max_concurrent_jobs",
    "max_running_jobs": "max_concurrent_jobs",
    "variables_to_fetch": "fetch_variables",
    "ttl": "time_to_live",
    "deadline_ms": "deadline",
    "timeout_ms": "timeout",
    "milliseconds": "a span in seconds, or timedelta",
    "seconds": "a span",
}
"""Words of peers, of old versions or with a unit in them, and what is said here instead."""


def parameters() -> Iterator[tuple[str, inspect.Parameter]]:
    for home in FACES:
        for name, member in inspect.getmembers(home, callable):
            if name.startswith("_") and name != "__init__":
                continue
            if not (getattr(member, "__module__", None) or "").startswith("zeebe_grpc"):
                continue
            try:
                signature = inspect.signature(member)
            except ValueError:
                continue
            for parameter in signature.parameters.values():
                yield f"{getattr(home, '__name__', home)}.{name}", parameter


PARAMETERS = list(parameters())
NAMES = sorted(
    {*zeebe_grpc.__all__, *commands.__all__, *(name for name in dir(ZeebeClient) if not name.startswith("_"))}
)


def test_there_is_something_to_look_at() -> None:
    assert len(PARAMETERS) > 250
    assert len(NAMES) > 150


@pytest.mark.parametrize("word", sorted(BANNED))
def test_no_parameter_uses_a_foreign_word(word: str) -> None:
    used = [
        f"{where}({parameter.name})"
        for where, parameter in PARAMETERS
        if word in parameter.name.split("_") or word == parameter.name
    ]
    used = [name for name in used if "WorkerConfig" not in name and "startup_jitter_max_seconds" not in name]
    assert used == []


def test_no_name_says_workflow_or_calls_a_job_a_task() -> None:
    allowed = {"UserTaskCorrections", "UserTaskKey", "UserTaskProperties", "UserTaskResult"}
    wrong = [name for name in NAMES if re.search("workflow|task", name, re.IGNORECASE) and name not in allowed]
    assert wrong == []


def test_spans_are_spans() -> None:
    odd = [
        f"{where}({parameter.name}: {parameter.annotation})"
        for where, parameter in PARAMETERS
        if SPANS.search(parameter.name)
        and "Span" not in str(parameter.annotation)
        and not where.startswith(("zeebe_grpc.errors", "zeebe_grpc.models"))
    ]
    assert odd == []


def test_capacity_of_a_worker_has_one_name() -> None:
    from zeebe_grpc.worker import JobOptions

    assert "max_concurrent_jobs" in JobOptions.__annotations__


def test_lease_means_the_token_only() -> None:
    words = {name for _, parameter in PARAMETERS if "lease" in (name := parameter.name)}
    assert words <= {"with_lease", "lease_token"}


def test_keys_are_taken_as_int_or_text() -> None:
    exact = [
        f"{where}({parameter.name}: {parameter.annotation})"
        for where, parameter in PARAMETERS
        if parameter.name.endswith("_key")
        and where.startswith(("ZeebeClient", "zeebe_grpc.commands"))
        and parameter.name != "correlation_key"
        and "KeyLike" not in str(parameter.annotation)
    ]
    assert exact == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("job", "JobLike"), ("variables", "Variables"), ("as_type", "type[V]"), ("timeout", "Span")],
)
def test_one_name_has_one_type_in_the_whole_face(name: str, kind: str) -> None:
    found: list[Any] = [
        parameter.annotation
        for where, parameter in PARAMETERS
        if parameter.name == name and where.startswith(("ZeebeClient", "zeebe_grpc.commands"))
    ]
    assert found
    assert [
        annotation for annotation in found if kind not in str(annotation) and "type[J]" not in str(annotation)
    ] == []


def test_docstrings_say_no_workflow() -> None:
    modules = [zeebe_grpc, commands, errors, models, inspect.getmodule(ZeebeClient)]
    assert [module for module in modules if "workflow" in inspect.getsource(module).lower()] == []  # type: ignore[arg-type]
