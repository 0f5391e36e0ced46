"""Camunda's Node SDK: deploy, poll, stream, complete. It runs where node is and the SDK was fetched into the cache."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import MODEL
from tests.judges.npm import sdk_in_cache

SCRIPT = Path(__file__).with_name("node_client.cjs")


def test_deploy_poll_stream_complete(address: str) -> None:
    node, modules = shutil.which("node"), sdk_in_cache()
    if node is None or modules is None:
        pytest.skip("no node, or no SDK in the cache: fetch it with 'python -m tests.judges fetch --clients'")
    done = subprocess.run(
        [node, str(SCRIPT), address, str(MODEL), "charge-card", "charge-order"],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env={**os.environ, "NODE_PATH": str(modules)},
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["version"] == 1
    assert seen["handled"] == {"polled": 1, "streamed": 1}
    assert seen["polled"] == {"amount": 21, "total": 42, "by": "poll"}
    assert seen["streamed"] == {"amount": 1, "total": 2, "by": "stream"}
