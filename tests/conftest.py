"""Options of the whole suite; what belongs to one room stands in that room's own conftest."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--zeebe-target",
        default="in-process",
        metavar="in-process[:VERSION]|broker|engine|HOST:PORT",
        help="what the contract tests talk to: our gateway (default), a real Zeebe, or whatever listens there",
    )
