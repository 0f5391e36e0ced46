"""The table of defaults: every one a user may rely on, against the code."""

from __future__ import annotations

import dataclasses
import inspect
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from zeebe_grpc import AsyncZeebeClient, Resilience, ZeebeClient
from zeebe_grpc.config import ChannelSettings, parse_address
from zeebe_grpc.gateway import HeldClock
from zeebe_grpc.rpc import RPCS
from zeebe_grpc.testing import JobMock
from zeebe_grpc.testing.idle import WITHIN
from zeebe_grpc.worker import Backoff, settings
from zeebe_grpc.worker.settings import JobSettings

SECONDS_OF_A_CALL = 20.0
SECONDS_OF_A_RESULT = 30.0

PARAMETERS: dict[str, dict[str, Any]] = {
    "activate_jobs": {"max_jobs_to_activate": 32, "job_timeout": 300.0, "request_timeout": 10.0, "with_lease": False},
    "stream_activated_jobs": {"job_timeout": 300.0, "with_lease": False},
    "publish_message": {"time_to_live": 3600.0, "on_duplicate": "raise", "message_id": None},
    "fail_job": {"retries": None, "backoff": 0},
    "create_process_instance": {"version": None, "business_id_is_unique": False},
    "set_variables": {"local": False},
    "delete_resource": {"delete_history": None},
}


WORKER: dict[str, Any] = {
    "max_concurrent_jobs": 32,
    "job_timeout": 300.0,
    "max_job_time": 1200.0,
    "extend": True,
    "request_timeout": 30.0,
    "stream": False,
    "on_bad_variables": "incident",
    "with_lease": False,
}


@pytest.mark.parametrize("client", [ZeebeClient, AsyncZeebeClient])
@pytest.mark.parametrize("method", PARAMETERS)
def test_parameters_of_methods(client: type, method: str) -> None:
    parameters = inspect.signature(getattr(client, method)).parameters
    assert {name: parameters[name].default for name in PARAMETERS[method]} == PARAMETERS[method]


def test_a_call_outlasts_the_gateways_own_fifteen_seconds() -> None:
    own = {"CreateProcessInstanceWithResult": SECONDS_OF_A_RESULT, "StreamActivatedJobs": 3600.0}
    assert {name: rpc.timeout for name, rpc in RPCS.items()} == {
        name: own.get(name, SECONDS_OF_A_CALL) for name in RPCS
    }


def test_every_method_that_calls_takes_a_timeout_and_leaves_it_to_the_client() -> None:
    for name, method in inspect.getmembers(ZeebeClient, inspect.isfunction):
        parameter = inspect.signature(method).parameters.get("timeout")
        if not name.startswith("_") and parameter is not None:
            assert parameter.default is None, name


def test_sizes() -> None:
    channel = ChannelSettings(address=parse_address("localhost:26500"))
    assert channel.max_receive_message_size == 5 * 1024 * 1024
    assert channel.max_send_message_size == 4 * 1024 * 1024


def test_the_kit_for_tests() -> None:
    assert WITHIN == 5.0
    assert HeldClock().now() == datetime(2026, 1, 1, tzinfo=timezone.utc).timestamp() * 1000
    assert inspect.signature(JobMock.fail).parameters["backoff"].default == 0


def test_backoff_of_calls() -> None:
    resilience = Resilience()
    assert (resilience.first_backoff, resilience.largest_backoff, resilience.max_attempts) == (0.05, 5.0, None)


def test_concurrency_of_calls() -> None:
    resilience = Resilience()
    assert (resilience.initial_concurrency, resilience.max_concurrency, resilience.max_queued_calls) == (
        64,
        None,
        10_000,
    )
    assert resilience.retry_budget == 100.0


def test_which_commands_wait_for_a_busy_cluster() -> None:
    assert {name for name, rpc in RPCS.items() if not rpc.limited} == {
        "ActivateJobs",
        "CancelProcessInstance",
        "CompleteJob",
        "CreateProcessInstanceWithResult",
        "DeployProcess",
        "DeployResource",
        "FailJob",
        "StreamActivatedJobs",
        "Topology",
        "UpdateJobTimeout",
    }


def test_the_workers_side_of_the_table() -> None:
    defaults = {field.name: field.default for field in dataclasses.fields(JobSettings)}
    assert {name: defaults[name] for name in WORKER} == WORKER
    assert (Backoff().first, Backoff().factor, Backoff().cap) == (1.0, 4.0, 60.0)
    assert settings.GRACE == 25.0
    assert settings.JOB_TIME_FACTOR == 4.0


def table_rows() -> dict[str, str]:
    """What docs/defaults.md says: the second column by the first."""
    page = (Path(__file__).parents[2] / "docs" / "defaults.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in page.splitlines() if row.startswith("| ")]
    return {row[0]: row[1] for row in rows if len(row) == len(["what", "default", "why"])}


def test_the_page_says_what_the_code_does() -> None:
    rows = table_rows()
    resilience, backoff, channel = Resilience(), Backoff(), ChannelSettings(address=parse_address("localhost:26500"))
    megabyte = 1024 * 1024
    said = {
        "`timeout` of a call, all attempts included": f"{RPCS['CompleteJob'].timeout:g} s",
        "`timeout` of `create_process_instance_with_result`": f"{RPCS['CreateProcessInstanceWithResult'].timeout:g} s",
        "`timeout` of `stream_activated_jobs`": f"{RPCS['StreamActivatedJobs'].timeout:,.0f} s",
        "`request_timeout` of `activate_jobs`": f"{parameter('activate_jobs', 'request_timeout'):g} s",
        "`max_jobs_to_activate`": f"{parameter('activate_jobs', 'max_jobs_to_activate')}",
        "`job_timeout` of `activate_jobs`": f"{parameter('activate_jobs', 'job_timeout'):g} s",
        "`time_to_live` of a message": f"{parameter('publish_message', 'time_to_live'):,.0f} s",
        "`on_duplicate` of `publish_message`": f'`"{parameter("publish_message", "on_duplicate")}"`',
        "commands under way at once": f"{resilience.initial_concurrency}, then what the cluster takes",
        "largest reply taken": f"{channel.max_receive_message_size // megabyte} MiB",
        "largest request sent": f"{channel.max_send_message_size // megabyte} MiB",
        "keepalive": f"{channel.keepalive:g} s",
        "`retry`": f"`Backoff(first={backoff.first:g}, factor={backoff.factor:g}, cap={backoff.cap:g})`, "
        "plus or minus a fifth",
        "`grace`": f"{settings.GRACE:g} s",
    }
    assert {name: rows.get(name) for name in said} == said
    assert set(PARAMETERS["activate_jobs"]) - {"with_lease"} <= set(re.findall(r"`(\w+)`", " ".join(rows)))


def test_the_page_has_the_workers_side() -> None:
    rows = table_rows()
    assert rows["`max_concurrent_jobs`"].startswith(f"{settings.MAX_CONCURRENT_JOBS} for each job type")
    assert rows["`job_timeout`"] == f"{settings.JOB_TIMEOUT:g} s"
    assert rows["`request_timeout`"] == f"{settings.REQUEST_TIMEOUT:g} s"
    assert rows["`max_job_time`"] == {4.0: "four times `job_timeout`"}[settings.JOB_TIME_FACTOR]
    for name in ("extend", "stream", "with_lease"):
        assert rows[f"`{name}`"] == str(WORKER[name])
    assert rows["`on_bad_variables`"] == f'`"{WORKER["on_bad_variables"]}"`'
    assert set(WORKER) <= set(re.findall(r"`(\w+)`", " ".join(rows)))


def parameter(method: str, name: str) -> Any:
    return inspect.signature(getattr(ZeebeClient, method)).parameters[name].default
