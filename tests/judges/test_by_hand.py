"""The launcher by hand: `python -m tests.judges broker` and `engine` say where they listen, and leave nothing behind.

Runs with `--zeebe-target broker` and `--zeebe-target engine`, where Java and Maven are.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.targets import eventually

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals"),
]


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> str:
    target = str(request.config.getoption("--zeebe-target"))
    if target not in ("broker", "engine"):
        pytest.skip("starts a real Zeebe: --zeebe-target broker or engine")
    return target


def accepts(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5):
            return True
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, 9], ids=["SIGINT", "SIGTERM", "SIGKILL"])
def test_it_says_where_it_listens_and_is_gone_when_its_owner_is(judge: str, number: int) -> None:
    command = [sys.executable, "-m", "tests.judges", judge]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        address = process.stdout.readline().strip()
        assert accepts(address)
        process.send_signal(number)
        told = process.stderr.read()
        assert process.wait(30) == (-9 if number == 9 else 0)
    assert "is ready on" in told
    eventually(lambda: not accepts(address))
