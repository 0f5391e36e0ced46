"""Camunda's Node SDK in the cache, through npm: a foreign client to try on our gateway."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.judges import cache
from tests.judges.maven import say
from tests.judges.missing import MissingError

SDK = "8.8.13"
_NAME = f"node-sdk-{SDK}"


def sdk_in_cache() -> Path | None:
    """Return the folder for `NODE_PATH`, or None if it was not fetched."""
    modules = cache.folder() / _NAME / "node_modules"
    return modules if modules.is_dir() else None


def fetch_sdk() -> Path:
    """Return the folder for `NODE_PATH`, fetched if need be; no script of a package is run.

    Raises:
        MissingError: There is no npm, or it could not get it.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError("no npm: install Node, so that 'node' and 'npm' are on the PATH")

    def fill(target: Path) -> None:
        say(f"fetching the Node SDK {SDK} (60 MB) through npm into {cache.folder()}")
        command = [npm, "install", "--prefix", str(target), "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run([*command, f"@camunda8/sdk@{SDK}"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise MissingError(f"npm failed: {done.stderr.strip().splitlines()[-1:]}")

    return cache.install(_NAME, fill, say) / "node_modules"
