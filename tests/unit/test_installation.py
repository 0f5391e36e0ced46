"""The check for a foreign distribution in this package's folder; tests/compat/ does it with the real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import zeebe_grpc
from zeebe_grpc._installation import FOREIGN_FILE, find_damage, require_intact


def test_this_installation_is_intact() -> None:
    require_intact()


def test_a_clean_folder_is_accepted(tmp_path: Path) -> None:
    assert find_damage(str(tmp_path), has_init=True) is None


@pytest.mark.parametrize("has_init", [True, False])
def test_foreign_files_are_told_with_both_commands(tmp_path: Path, has_init: bool) -> None:
    (tmp_path / FOREIGN_FILE).touch()
    complaint = find_damage(str(tmp_path), has_init=has_init) or ""
    assert str(tmp_path) in complaint
    assert "pip uninstall zeebe-grpc\n" in complaint
    assert "pip install --force-reinstall --no-deps zeebe-grpc-client\n" in complaint


def test_a_lost_init_is_told_with_the_one_command(tmp_path: Path) -> None:
    complaint = find_damage(str(tmp_path), has_init=False) or ""
    assert "__init__.py is gone" in complaint
    assert "uninstall zeebe-grpc\n" not in complaint
    assert "pip install --force-reinstall --no-deps zeebe-grpc-client" in complaint


def test_a_folder_without_files_as_in_a_frozen_program_is_accepted(tmp_path: Path) -> None:
    assert find_damage(str(tmp_path / "nowhere"), has_init=True) is None


def test_an_overwritten_package_stops_at_the_messages_and_at_the_command(tmp_path: Path) -> None:
    for name in ("_installation.py", "__main__.py", "_proto/__init__.py"):
        target = tmp_path / "zeebe_grpc" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((Path(zeebe_grpc.__file__).parent / name).read_bytes())
    (tmp_path / "zeebe_grpc" / "__init__.py").touch()
    (tmp_path / "zeebe_grpc" / FOREIGN_FILE).touch()
    imported = run(tmp_path, "-c", "import zeebe_grpc._proto")
    assert imported.returncode == 1
    assert "ImportError: the distribution 'zeebe-grpc' is installed over 'zeebe-grpc-client'" in imported.stderr
    started = run(tmp_path, "-m", "zeebe_grpc")
    assert (started.returncode, started.stdout) == (2, "")
    assert started.stderr.startswith("zeebe-grpc: the distribution 'zeebe-grpc' is installed over")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=folder, check=False, capture_output=True, text=True)
