"""The lower bounds of pyproject.toml are those that the tox environment ``lowest`` installs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli", reason="Python 3.10 reads no TOML by itself")

ROOT = Path(__file__).parents[2]
NOT_HELD_LOW = {"pytest": "the tests' own plugins need a newer one"}
ONLY_FOR_TESTS = {"grpcio-testing", "grpcio-tools", "setuptools"}


def bounds() -> dict[str, str]:
    """Distribution to lower bound, over the dependencies and all extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    found = {}
    for requirement in [*project["dependencies"], *extras]:
        if not requirement.startswith(f"{project['name']}["):
            match = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?>=([\d.]+)(?:\s*;.*)?", requirement)
            assert match, f"{requirement!r}: a dependency has a lower bound and no upper one"
            found[match[1]] = match[2]
    return found


def pins() -> dict[str, str]:
    """Distribution to version in lowest.txt."""
    lines = (ROOT / "tests" / "compat" / "lowest.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def release(version: str) -> tuple[int, ...]:
    """For comparing 1.60 and 1.60.0."""
    numbers = [int(number) for number in version.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


def test_every_lower_bound_is_tested_as_it_stands() -> None:
    expected = {name: release(version) for name, version in bounds().items() if name not in NOT_HELD_LOW}
    pinned = {name: release(version) for name, version in pins().items() if name not in ONLY_FOR_TESTS}
    assert pinned == expected


def test_packages_of_one_release_train_go_together() -> None:
    assert len({version for name, version in pins().items() if name.startswith("grpcio")}) == 1
