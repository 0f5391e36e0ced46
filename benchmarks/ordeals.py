"""What our worker bears at a real broker, in full size: outages, rolling restarts, stalls, refusals, long handlers.

    python benchmarks/ordeals.py [name...]

It needs a JDK of 21 or later and Maven (`python -m tests.judges doctor`). Each ordeal gets a broker of its own. Printed
is what was counted; any fault makes the exit status 1. The same ordeals, smaller, are tests: `tests/ordeals`.
"""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import grpc

from tests.judges.broker import Broker
from tests.ordeals.outages import outage
from tests.ordeals.owners import killed_worker, long_handler
from tests.ordeals.refusals import LIMIT, back_pressure
from tests.ordeals.restarts import rolling_restart, silent_streams
from tests.ordeals.site import Outcome, Site
from tests.ordeals.stalls import stalled_handlers

Ordeal = Callable[[Site], Awaitable[Outcome]]
NONE: Mapping[str, str] = {}

ORDEALS: Mapping[str, tuple[Ordeal, Mapping[str, str]]] = {
    "sigterm-polling": (lambda site: outage(site, "SIGTERM", jobs=4_000, stream=False), NONE),
    "sigterm-streaming": (lambda site: outage(site, "SIGTERM", jobs=4_000, stream=True), NONE),
    "sigkill-polling": (lambda site: outage(site, "SIGKILL", jobs=4_000, stream=False), NONE),
    "sigkill-streaming": (lambda site: outage(site, "SIGKILL", jobs=4_000, stream=True), NONE),
    "rolling-polling": (lambda site: rolling_restart(site, jobs=10_000, stream=False, every=2), NONE),
    "rolling-streaming": (lambda site: rolling_restart(site, jobs=10_000, stream=True, every=2), NONE),
    "silent-streams": (lambda site: silent_streams(site, jobs=200, rounds=10), NONE),
    "stalled": (lambda site: stalled_handlers(site), NONE),
    "stalled-without-retries": (lambda site: stalled_handlers(site, retries="0"), NONE),
    "stalled-in-a-flood": (lambda site: stalled_handlers(site, jobs=1_500), NONE),
    "back-pressure-polling": (lambda site: back_pressure(site, jobs=2_000, stream=False), LIMIT),
    "back-pressure-streaming": (lambda site: back_pressure(site, jobs=2_000, stream=True), LIMIT),
    "long-handler": (lambda site: long_handler(site, job_timeout=5), NONE),
    "killed-worker": (lambda site: killed_worker(site, job_timeout=10), NONE),
}


def main(names: list[str]) -> int:
    """Run the ordeals of these names, or all; return 1 if any found a fault."""
    faults = 0
    for position, name in enumerate(names or ORDEALS):
        ordeal, settings = ORDEALS[name]
        with Broker(environment=settings) as broker:
            if not position:
                print(f"Zeebe {broker.version}, Python {platform.python_version()}, grpcio {grpc.__version__}\n")
            outcome = asyncio.run(_run(ordeal, broker))
        print(outcome, flush=True)
        faults += len(outcome.faults)
    print(f"\n{faults} faults")
    return 1 if faults else 0


async def _run(ordeal: Ordeal, broker: Broker) -> Outcome:
    return await ordeal(Site(broker))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
