"""Without the extra, the gateway and the decisions say in one line what to install."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import sys
sys.modules[{missing!r}] = None
try:
    import {module}
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("module", "missing", "beginning"),
    [
        ("zeebe_grpc.gateway", "lxml", "zeebe_grpc.gateway needs "),
        ("zeebe_grpc.gateway", "grpc_health", "zeebe_grpc.gateway needs "),
        ("zeebe_grpc.dmn", "lxml", "reading BPMN and DMN needs "),
    ],
)
def test_missing_extra(module: str, missing: str, beginning: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(module=module, missing=missing)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.startswith(beginning)
    assert missing in done.stdout
    assert done.stdout.endswith("pip install 'zeebe-grpc-client[gateway]'\n")
