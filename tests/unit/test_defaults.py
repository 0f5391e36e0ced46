"""The table of defaults: every one a user may rely on, against the code."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

from zeebe_grpc import AsyncZeebeClient, Resilience, ZeebeClient
from zeebe_grpc.config import ChannelSettings, parse_address
from zeebe_grpc.rpc import RPCS
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
