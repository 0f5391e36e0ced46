"""Zeebe's Go command line, step by step. It runs where it was fetched: `python -m tests.judges fetch --clients`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.clients.conftest import MODEL
from tests.judges.maven import zbctl_in_cache

Zbctl = Callable[..., Any]


@pytest.fixture
def zbctl(address: str) -> Zbctl:
    """Run it against the gateway; return its JSON answer, or its text where it has none."""
    program = zbctl_in_cache()
    if program is None:
        pytest.skip("zbctl is not in the cache: fetch it with 'python -m tests.judges fetch --clients'")

    def run(*arguments: str, status: int = 0) -> Any:
        command = [str(program), "--insecure", "--address", address, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout + done.stderr

    return run


def test_status_shows_a_healthy_leader(zbctl: Zbctl) -> None:
    text = zbctl("status")
    assert "Partitions count: 1" in text
    assert "Partition 1 : Leader, Healthy" in text


def test_deploy_create_activate_complete(zbctl: Zbctl) -> None:
    deployed = zbctl("deploy", "resource", str(MODEL))
    assert deployed["deployments"][0]["process"]["bpmnProcessId"] == "charge-order"
    created = zbctl("create", "instance", "charge-order", "--variables", '{"amount": 9007199254740993}')
    (job,) = zbctl("activate", "jobs", "charge-card")["jobs"]
    assert job["processInstanceKey"] == created["processInstanceKey"]
    assert json.loads(job["variables"]) == {"amount": 9007199254740993}
    assert json.loads(job["customHeaders"]) == {"method": "card"}
    assert "completed" in zbctl("complete", "job", job["key"], "--variables", '{"total": 1}').lower()
    again = zbctl("complete", "job", job["key"], status=1)
    assert "NotFound" in again


def test_fail_update_retries_and_take_again(zbctl: Zbctl) -> None:
    zbctl("deploy", "resource", str(MODEL))
    created = zbctl("create", "instance", "charge-order")
    (job,) = zbctl("activate", "jobs", "charge-card")["jobs"]
    zbctl("fail", "job", job["key"], "--retries", "1", "--errorMessage", "later")
    (again,) = zbctl("activate", "jobs", "charge-card")["jobs"]
    assert (again["key"], again["retries"]) == (job["key"], 1)
    zbctl("update", "retries", job["key"], "--retries", "5")
    zbctl("cancel", "instance", created["processInstanceKey"])
    assert "NotFound" in zbctl("cancel", "instance", created["processInstanceKey"], status=1)


def test_messages_and_variables(zbctl: Zbctl) -> None:
    zbctl("deploy", "resource", str(MODEL))
    created = zbctl("create", "instance", "charge-order")
    assert "Set the variables" in zbctl("set", "variables", created["processInstanceKey"], "--variables", '{"x": 1}')
    zbctl("publish", "message", "paid", "--correlationKey", "7", "--ttl", "1m", "--messageId", "once")
    twice = zbctl("publish", "message", "paid", "--correlationKey", "7", "--ttl", "1m", "--messageId", "once", status=1)
    assert "AlreadyExists" in twice
    zbctl("cancel", "instance", created["processInstanceKey"])
