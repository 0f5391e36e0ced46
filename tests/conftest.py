"""Options of the whole suite; what belongs to one room stands in that room's own conftest."""

from __future__ import annotations

import asyncio
import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--zeebe-target",
        default="in-process",
        metavar="in-process[:VERSION]|broker|engine|HOST:PORT",
        help="what the contract tests talk to: our gateway (default), a real Zeebe, or whatever listens there",
    )
    parser.addoption(
        "--dead-proxy",
        action="store_true",
        help="name a proxy in the environment that nobody serves: what goes to loopback must not ask it",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Older releases of pytest-asyncio ask for the current loop, and so make one that nobody closes.
    asyncio.set_event_loop(None)
    if config.getoption("--dead-proxy"):
        os.environ.update(dict.fromkeys(("http_proxy", "https_proxy", "grpc_proxy"), "http://127.0.0.1:9"))
