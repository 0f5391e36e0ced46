"""The page about calls says what the code does."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from zeebe_grpc import Resilience, ZeebeClient, errors
from zeebe_grpc.rpc import RPCS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    found = importlib.util.spec_from_file_location("rpc_table", DOCS / "rpc_table.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_table_is_the_codes(generator: ModuleType) -> None:
    page = generator.PAGE.read_text(encoding="utf-8")
    assert generator.renewed(page) == page, "run: python docs/rpc_table.py"


def test_every_rpc_has_a_row(generator: ModuleType) -> None:
    rows = re.findall(r"^\| `(\w+)`", generator.table(), re.MULTILINE)
    assert sorted(rows) == sorted(RPCS)
    assert [name for name in RPCS if not callable(getattr(ZeebeClient, generator.method_of(name)))] == []


def test_every_error_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(\w+Error)`", (DOCS / "rpcs.md").read_text(encoding="utf-8")))
    assert {name for name in named if not hasattr(errors, name)} == {"ThrowError"}  # an RPC


def test_the_settings_that_the_page_shows_are_the_defaults() -> None:
    (shown,) = re.findall(r"Resilience\((.+?)\)\s*\)", (DOCS / "rpcs.md").read_text(encoding="utf-8"))
    assert eval(f"Resilience({shown})", {"Resilience": Resilience}) == Resilience()  # noqa: S307
