"""The contract tests themselves: no RPC of the clients is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zeebe_grpc import ZeebeClient
from zeebe_grpc.rpc import RPCS

pytestmark = pytest.mark.process

NAMES = {"Topology": "get_topology", "DeployResource": "deploy_resources"}
"""Methods that are not called as their RPC is."""


def method_of(rpc: str) -> str:
    return NAMES.get(rpc) or re.sub(r"(?<!^)(?=[A-Z])", "_", rpc).lower()


@pytest.mark.parametrize("rpc", sorted(RPCS))
def test_every_rpc_is_asked_for(rpc: str) -> None:
    method = method_of(rpc)
    assert hasattr(ZeebeClient, method)
    texts = [file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py")]
    assert any(f".{method}(" in text for text in texts), f"no contract test calls {method}"
