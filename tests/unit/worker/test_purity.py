"""What decides knows neither time nor chance nor threads; only the runner knows asyncio."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import zeebe_grpc.worker

ROOM = Path(zeebe_grpc.worker.__file__).parent
IMPURE_MODULES = {"__init__", "child", "children", "definition", "processes", "threads"}
PURE = sorted({path.stem for path in ROOM.glob("*.py")} - IMPURE_MODULES)
IMPURE = {"asyncio", "grpc", "os", "random", "socket", "threading", "time", "multiprocessing", "concurrent"}


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_imports_nothing_impure(name: str) -> None:
    assert not imported(ROOM / f"{name}.py") & IMPURE


def test_only_the_runner_knows_asyncio() -> None:
    assert all("asyncio" not in imported(path) for path in ROOM.glob("*.py"))
