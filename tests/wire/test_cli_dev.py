"""The command ``dev`` in a process of its own, stopped as a terminal stops it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from zeebe_grpc import ZeebeClient

EXAMPLE = Path(__file__).parents[2] / "examples" / "order_fulfilment"


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "zeebe_grpc", "dev", "--port", "0", str(EXAMPLE)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().removeprefix("Zeebe gateway at ").strip()
    finally:
        process.kill()
        process.communicate()


def test_any_client_can_use_it_until_it_is_interrupted(served: tuple[subprocess.Popen[str], str]) -> None:
    process, address = served
    with ZeebeClient(address) as client:
        assert client.create_process_instance("order-fulfilment", variables={}).bpmn_process_id == "order-fulfilment"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "deployed order-fulfilment, version 1" in errors
    assert "reserve-stock" in errors


def test_a_taken_port_is_said(served: tuple[subprocess.Popen[str], str]) -> None:
    port = served[1].rpartition(":")[2]
    command = [sys.executable, "-m", "zeebe_grpc", "dev", "--port", port]
    second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode == 2
    assert "Choose another --port" in second.stderr
