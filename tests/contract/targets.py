"""What the contract tests talk to: our gateway, the real broker, Zeebe's engine in memory, or a given address.

A target is an address, and two powers that not every one has: to move the clock, and to show its records. A test that
needs one is skipped, with a reason, where it is missing.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from tests.judges.broker import Broker
from tests.judges.engine import Engine

if TYPE_CHECKING:
    from zeebe_grpc.engine.records import Record

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds to wait for what a real broker does a moment later."""


@dataclass(frozen=True)
class Seen:
    """One event that a target showed."""

    value_type: str
    intent: str
    key: int
    value: Mapping[str, Any]


@dataclass
class Target:
    """Where to connect to, and what can be done there beside gRPC."""

    name: str
    address: str
    version: tuple[int, int] | None = None
    """Major and minor version that it speaks for; None if unknown."""
    mover: Callable[[timedelta], None] | None = None
    recorder: Callable[[], Iterable[Seen]] | None = None
    """Gives the events that came since it was last asked."""
    fresh: bool = False
    """Whether each test has one of its own."""
    seen: list[Seen] = field(default_factory=list)

    def advance(self, span: timedelta) -> None:
        """Move its clock forward, or skip the test."""
        if self.mover is None:
            pytest.skip(f"the clock of {self.name} cannot be moved")
        self.mover(span)

    def records(self) -> list[Seen]:
        """Return its events so far, or skip the test."""
        if self.recorder is None:
            pytest.skip(f"{self.name} shows no records")
        self.seen.extend(self.recorder())
        return self.seen

    def find(self, value_type: str, intent: str, key: int | None = None, **value: Any) -> Seen:
        """Wait for the newest event of that kind, with this key and these fields if given, and return it."""

        def found() -> Seen | None:
            for each in reversed(self.records()):
                wanted = (each.value_type, each.intent) == (value_type, intent) and key in (None, each.key)
                if wanted and all(each.value.get(name) == expected for name, expected in value.items()):
                    return each
            return None

        return eventually(found)


def eventually(look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Return the first thing found that is true, looking again until then; fail when patience ends."""
    end = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            pytest.fail(f"nothing came within {patience:.0f} s")
        time.sleep(0.02)


@contextlib.contextmanager
def our_gateway(version: str) -> Iterator[Target]:
    """Run our own gateway for one test."""
    from zeebe_grpc.gateway import Gateway  # a real one is judged without loading ours

    arrived: deque[Seen] = deque()

    def listen(record: Record) -> None:
        if record.rejection is None:
            arrived.append(Seen(record.value_type, record.intent, record.key, record.value))

    with Gateway(version=version) as gateway:
        gateway.add_record_listener(listen)
        yield Target(
            "our gateway",
            gateway.address,
            parse_version(version),
            mover=gateway.advance_clock,
            recorder=lambda: [arrived.popleft() for _ in range(len(arrived))],
            fresh=True,
        )


@contextlib.contextmanager
def real_broker() -> Iterator[Target]:
    """Run the standalone broker."""
    with Broker() as broker:
        yield Target(
            "the broker",
            broker.address,
            parse_version(broker.version),
            mover=broker.advance,
            recorder=lambda: _events(broker.records()),
        )


@contextlib.contextmanager
def real_engine() -> Iterator[Target]:
    """Run Zeebe's engine in memory."""
    with Engine() as engine:
        position = 0

        def records() -> list[Seen]:
            nonlocal position
            engine.settle()
            new = engine.records(position)
            position = max((each["position"] + 1 for each in new), default=position)
            return _events(new)

        yield Target(
            "the engine", engine.address, parse_version(engine.version), mover=engine.advance, recorder=records
        )


def parse_version(text: str) -> tuple[int, int]:
    """Return major and minor of `8.6.0`."""
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


def _events(records: list[dict[str, Any]]) -> list[Seen]:
    return [
        Seen(each["valueType"], each["intent"], each["key"], each["value"])
        for each in records
        if each["recordType"] == "EVENT"
    ]
