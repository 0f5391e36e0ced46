"""Installed beside the foreign distribution ``zeebe-grpc``, in both orders, in fresh environments.

It asks the package index for that distribution, so it runs only where ZEEBE_GRPC_FOREIGN=1 asks for it, as the tox
environment ``foreign`` does. Nothing else is installed: the check has to come before any other import.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = "zeebe-grpc==8.4.13"
COMPLAINT = "the distribution 'zeebe-grpc' is installed over 'zeebe-grpc-client'"

pytestmark = pytest.mark.skipif(
    os.environ.get("ZEEBE_GRPC_FOREIGN") != "1", reason="ZEEBE_GRPC_FOREIGN=1 installs the foreign distribution"
)


class Environment:
    """A fresh virtual environment, filled by the pip of this one."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, symlinks=os.name != "nt")
        self.folder = folder
        self.scripts = folder / ("Scripts" if os.name == "nt" else "bin")

    def pip(self, *arguments: str | Path) -> None:
        """Run pip on this environment."""
        self.check(sys.executable, "-m", "pip", "--python", self.scripts / "python", *arguments)

    def install(self, *requirements: str | Path) -> None:
        """Install without dependencies."""
        self.pip("install", "--quiet", "--no-deps", *requirements)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of this environment, away from the checkout."""
        command = [self.scripts / program, *arguments]
        return subprocess.run(command, cwd=self.folder, check=False, capture_output=True, text=True)

    @staticmethod
    def check(*command: str | Path) -> None:
        """Run a command that must succeed."""
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This package, built."""
    folder = tmp_path_factory.mktemp("wheel")
    Environment.check(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={folder}", ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An empty environment."""
    return Environment(tmp_path / "venv")


def assert_refuses(environment: Environment, *arguments: str) -> None:
    """Python stops with the complaint and both commands."""
    done = environment.run("python", *arguments)
    assert done.returncode != 0, done.stdout
    assert COMPLAINT in done.stderr
    assert "pip uninstall zeebe-grpc\n" in done.stderr
    assert "pip install --force-reinstall --no-deps zeebe-grpc-client\n" in done.stderr


def assert_mended(environment: Environment, wheel: Path) -> None:
    """The two commands of the complaint leave a package that can be imported."""
    environment.pip("uninstall", "--quiet", "--yes", "zeebe-grpc")
    environment.install("--force-reinstall", wheel)
    done = environment.run("python", "-c", "import zeebe_grpc, zeebe_grpc._proto")
    assert (done.returncode, done.stderr) == (0, "")


def test_alone_it_is_accepted(environment: Environment, wheel: Path) -> None:
    environment.install(wheel)
    done = environment.run("python", "-c", "import zeebe_grpc, zeebe_grpc._proto")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_foreign_one_first(environment: Environment, wheel: Path) -> None:
    environment.install(FOREIGN)
    environment.install(wheel)
    assert_refuses(environment, "-c", "import zeebe_grpc")
    assert_refuses(environment, "-m", "zeebe_grpc")
    done = environment.run("zeebe-grpc", "--help")
    assert done.returncode != 0
    assert COMPLAINT in done.stderr
    assert_mended(environment, wheel)


def test_the_foreign_one_last(environment: Environment, wheel: Path) -> None:
    environment.install(wheel)
    environment.install(FOREIGN)
    assert_refuses(environment, "-c", "import zeebe_grpc._proto.gateway_pb2")
    done = environment.run("zeebe-grpc", "--help")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"zeebe-grpc: {COMPLAINT}")
    assert_mended(environment, wheel)


def test_the_foreign_one_gone_with_our_init(environment: Environment, wheel: Path) -> None:
    environment.install(FOREIGN)
    environment.install(wheel)
    environment.pip("uninstall", "--quiet", "--yes", "zeebe-grpc")
    done = environment.run("zeebe-grpc", "--help")
    assert done.returncode == 2
    assert "__init__.py is gone" in done.stderr
    environment.install("--force-reinstall", wheel)
    assert environment.run("python", "-c", "import zeebe_grpc._proto").returncode == 0
