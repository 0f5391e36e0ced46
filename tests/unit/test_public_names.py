"""The public face: which names it has, that they are documented, lazy and known to type checkers."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import zeebe_grpc
from zeebe_grpc import commands, testing

INIT = Path(zeebe_grpc.__file__)
WITHOUT_DOCSTRING = {"KeyLike", "Span", "Outcome", "CallNext", "Middleware", "__version__"}
"""Aliases and constants; they are explained where they are defined."""


def test_the_names_are_complete_and_each_is_there_once() -> None:
    assert len(zeebe_grpc.__all__) == len(set(zeebe_grpc.__all__))
    assert set(zeebe_grpc.__all__) == set(zeebe_grpc._HOME_OF)
    assert set(zeebe_grpc.__all__) <= set(dir(zeebe_grpc))


def test_type_checkers_are_told_the_same_names_from_the_same_homes() -> None:
    (typing_only,) = [node for node in ast.parse(INIT.read_text(encoding="utf-8")).body if isinstance(node, ast.If)]
    told = {
        alias.name: node.module for node in typing_only.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert told == zeebe_grpc._HOME_OF


@pytest.mark.parametrize("name", zeebe_grpc.__all__)
def test_a_name_is_there_and_documented(name: str) -> None:
    value = getattr(zeebe_grpc, name)
    assert value is getattr(importlib.import_module(zeebe_grpc._HOME_OF[name]), name)
    if name not in WITHOUT_DOCSTRING and not name.endswith("Key"):
        assert inspect.getdoc(value)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'zeebe_grpc' has no attribute 'nonsense'"):
        _ = zeebe_grpc.nonsense  # type: ignore[attr-defined]


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import zeebe_grpc\nzeebe_grpc.ZeebeClint"],
        capture_output=True, text=True, check=False, cwd=INIT.parents[1],
    )  # fmt: skip
    assert done.stderr.rstrip().endswith("has no attribute 'ZeebeClint'. Did you mean: 'ZeebeClient'?")


def test_completion_offers_no_tools_of_ours() -> None:
    assert not {"Any", "TYPE_CHECKING", "annotations", "importlib", "require_intact"} & set(dir(zeebe_grpc))
    importlib.import_module("zeebe_grpc.raw")
    assert {"raw", "__version__"} <= set(dir(zeebe_grpc))


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import zeebe_grpc", ["grpc", "google.protobuf", "msgspec", "asyncio", "zeebe_grpc.errors"]),
        ("from zeebe_grpc import JobKey", ["grpc", "google.protobuf", "msgspec", "asyncio"]),
        ("from zeebe_grpc import ZeebeClient", ["lxml", "pydantic", "zeebe_grpc.gateway", "zeebe_grpc.worker"]),
        ("from zeebe_grpc import AsyncZeebeClient", ["lxml", "pydantic", "zeebe_grpc.engine"]),
    ],
)
def test_what_an_import_does_not_bring(statement: str, absent: list[str]) -> None:
    program = f"import sys\n{statement}\nprint([name for name in {absent} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=INIT.parents[1]
    )
    assert done.stdout.strip() == "[]"


def test_every_builder_is_offered_by_its_rpc() -> None:
    assert commands.__all__ == sorted(commands.__all__)
    for name in commands.__all__:
        assert inspect.getdoc(getattr(commands, name))


# ---- The names of the tests' own package


def test_the_testing_package_tells_type_checkers_the_same_names() -> None:
    source = Path(str(testing.__file__)).read_text(encoding="utf-8")
    (typing_only,) = [node for node in ast.parse(source).body if isinstance(node, ast.If)]
    told = {
        alias.name: str(node.module).rpartition(".")[2]
        for node in typing_only.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == testing._HOMES
    assert sorted(testing.__all__) == sorted(testing._HOMES) == dir(testing)


@pytest.mark.parametrize("name", testing.__all__)
def test_a_name_for_tests_is_there_and_documented(name: str) -> None:
    value = getattr(testing, name)
    assert value is getattr(importlib.import_module(f"zeebe_grpc.testing.{testing._HOMES[name]}"), name)
    if name != "InstanceLike":
        assert inspect.getdoc(value)


def test_an_unknown_name_for_tests_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module .zeebe_grpc\.testing. has no attribute .zebra."):
        _ = testing.zebra  # type: ignore[attr-defined]


# ---- Public docstrings

ROOMS = ["client", "async_client", "commands", "config", "models", "resilience", "testing", "transport", "variables"]
MODULES = [
    *(path for room in ROOMS for path in sorted((INIT.parent / room).rglob("*.py"))),
    *(
        INIT.parent / f"{name}.py"
        for name in ("client_base", "errors", "failures", "keys", "resource_files", "rpc", "spans", "statuses")
    ),
]


def public(node: Any) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_")


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(INIT.parent)))
def test_everything_public_is_documented(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    bare = [] if ast.get_docstring(tree) else ["the module"]
    for node in filter(public, tree.body):
        inner = filter(public, node.body) if isinstance(node, ast.ClassDef) else ()
        bare += [part.name for part in (node, *inner) if not ast.get_docstring(part) and not _is_overload(part)]  # type: ignore[attr-defined, arg-type]
    assert bare == []


def _is_overload(node: Any) -> bool:
    return any("overload" in ast.dump(decorator) for decorator in node.decorator_list)
