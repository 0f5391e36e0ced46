"""Runs the command line in a test, with any supported release of click."""

from __future__ import annotations

import inspect
from typing import Any

from click.testing import CliRunner


def runner() -> CliRunner:
    """One that keeps the two streams apart; older releases of click do so only when they are told."""
    told: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
    return CliRunner(**told)
