"""Without its extra the gateway says in one line what to install."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import sys
sys.modules[{missing!r}] = None
try:
    import zeebe_grpc.gateway
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize("missing", ["lxml", "grpc_health"])
def test_missing_extra(missing: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(missing=missing)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("zeebe_grpc.gateway needs ")
    assert missing in done.stdout
    assert done.stdout.endswith("pip install 'zeebe-grpc-client[gateway]'\n")
