"""By hand: `python -m tests.judges doctor | fetch | broker | engine | zbctl ARGUMENT...`.

`doctor` says what this machine has and lacks; `fetch` fills the cache; `broker` and `engine` run until interrupted.
Here is only the command line.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.judges import cache
from tests.judges.broker import Broker
from tests.judges.engine import Engine
from tests.judges.java import find_jdk
from tests.judges.maven import BROKER, BROKER_WITH_ZBCTL, fetch_broker, fetch_engine, fetch_zbctl, find_maven, say
from tests.judges.missing import MissingError
from tests.judges.npm import fetch_sdk


def main(arguments: list[str] | None = None) -> int:
    """Obey the command line; return 0, or 1 if something is missing."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except MissingError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.judges", description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("doctor", help="say what this machine has and lacks").set_defaults(run=_doctor)
    fetch = commands.add_parser("fetch", help="fetch the broker and the engine into the cache")
    fetch.add_argument("--clients", action="store_true", help="instead fetch zbctl and the Node SDK")
    fetch.set_defaults(run=_fetch)
    broker = commands.add_parser("broker", help="run the standalone broker until interrupted")
    broker.add_argument("--version", default=BROKER, choices=(BROKER, BROKER_WITH_ZBCTL))
    broker.add_argument("settings", nargs="*", metavar="NAME=VALUE", help="settings (ZEEBE_BROKER_...)")
    broker.set_defaults(run=_broker)
    commands.add_parser("engine", help="run the in-memory engine until interrupted").set_defaults(run=_engine)
    zbctl = commands.add_parser("zbctl", help="run Zeebe's Go command line")
    zbctl.add_argument("arguments", nargs=argparse.REMAINDER)
    zbctl.set_defaults(run=_zbctl)
    return parser


def _doctor(_: argparse.Namespace) -> int:
    return _report({"JDK": find_jdk, "Maven": find_maven, "cache": cache.folder})


def _report(things: dict[str, Callable[[], object]]) -> int:
    """Say where each thing is, or what is missing; return 1 if anything is."""
    status = 0
    for name, find in things.items():
        try:
            say(f"{name}: {find()}")
        except MissingError as error:
            say(f"{name}: {error}")
            status = 1
    return status


def _fetch(options: argparse.Namespace) -> int:
    things: dict[str, Callable[[], object]] = {"broker": fetch_broker, "engine": fetch_engine}
    if options.clients:
        things = {"zbctl": fetch_zbctl, "Node SDK": fetch_sdk}
    return _report(things)


def _broker(options: argparse.Namespace) -> int:
    settings = dict(setting.split("=", 1) for setting in options.settings)
    return _run(Broker(options.version, settings))


def _engine(_: argparse.Namespace) -> int:
    return _run(Engine())


def _run(judge: AbstractContextManager[Broker] | AbstractContextManager[Engine]) -> int:
    """Run it until this process is interrupted or told to end."""
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    with judge as running:
        print(running.address, flush=True)
        end.wait()
        say("stopping")
    return 0


def _zbctl(options: argparse.Namespace) -> int:
    return subprocess.call([str(fetch_zbctl()), *options.arguments])


if __name__ == "__main__":
    sys.exit(main())
