"""Runs mypy and pyright over what users write, where they are installed (the environment `types` of tox has them)."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(str(file) for file in Path(__file__).parent.glob("*.py") if not file.name.startswith(("_", "test_")))

CHECKERS = {
    "mypy": ["--strict", "--warn-unused-ignores"],
    "pyright": [],
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("checker", CHECKERS)
def test_a_type_checker_infers_what_the_face_promises(checker: str) -> None:
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"{checker} is not installed here")
    done = subprocess.run(
        [sys.executable, "-m", checker, *CHECKERS[checker], *FILES], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
