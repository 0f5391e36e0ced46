"""What the README shows runs as it stands there."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from zeebe_grpc import ZeebeClient
from zeebe_grpc.gateway import Gateway

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=[block.strip().splitlines()[0] for block in BLOCKS])
def test_python_blocks_run(block: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {"__name__": "readme"}
    with Gateway() as gateway:
        monkeypatch.setenv("ZEEBE_GRPC_ADDRESS", f"grpc://{gateway.address}")
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102
    for test in [value for name, value in names.items() if name.startswith("test_")]:
        test(**{fixture: request.getfixturevalue(fixture) for fixture in inspect.signature(test).parameters})


def test_the_errors_block_meets_both_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [block] = [block for block in BLOCKS if "ProcessDefinitionNotFoundError" in block]
    with Gateway() as gateway, ZeebeClient(f"grpc://{gateway.address}") as client:
        monkeypatch.setenv("ZEEBE_GRPC_ADDRESS", f"grpc://{gateway.address}")
        exec(compile(block, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102
        assert "deploy it first:" in capsys.readouterr().out
        client.deploy_resources_from_files([ROOT / "examples" / "order_fulfilment"])
        exec(compile(block, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102
        assert capsys.readouterr().out == ""


def test_the_set_up_is_exactly_two_lines() -> None:
    [section] = re.findall(r"^## Two lines\n(.*?)^## ", README, flags=re.MULTILINE | re.DOTALL)
    [console] = re.findall(r"^```console\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    assert len(console.splitlines()) == 2


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^):#]+)\)", README)
    assert "docs/workers.md" in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
