"""`@worker.job` at its defaults, beside the raw loop and beside two other clients, against one gateway process.

    python benchmarks/worker.py [runs] [pairs]

The gateway, each worker and the raw loop have a process of their own. Worker and raw loop take turns in short blocks of
jobs, so that a busy machine disturbs both alike; a run is a fresh pair of processes. Printed are the medians of the
ratios of neighbouring blocks, run by run, and their median: throughput, and CPU time of the client process per job.
The exit code is 1 if one of the aims for polling is missed.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.job_source import JobSource, job_source

INSTANCES = 64
EDGE = 64
JOBS = 512
WARM_PAIRS = 2
SETTLE = 0.1

PEER_SECONDS = 20
PEER_EDGE = 10
PEER_JOBS = 5000

LEAST_THROUGHPUT = 0.9
MOST_CPU = 1.25

PEERS = {
    "pyzeebe": ("pyzeebe", "pyzeebe", "over gRPC"),
    "official": ("camunda_orchestration_sdk", "camunda-orchestration-sdk", "over a REST stand-in of the same jobs"),
}


@dataclass
class Block:
    """What some jobs took."""

    jobs: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds

    @property
    def cost(self) -> float:
        """CPU seconds a job."""
        return self.cpu / self.jobs


class Consumer:
    """A process that works jobs of a type of its own in one of the ways of `consumers`."""

    def __init__(self, source: JobSource, way: str, job_type: str, plan: tuple[int, int, int], limit: float) -> None:
        edge, jobs, blocks = plan
        self._source = source
        self._job_type = job_type
        self._pushed = way.endswith("stream")
        source.deploy(job_type, -(-(edge + jobs + edge) // INSTANCES))
        addresses = json.dumps({"address": source.address, "rest_address": source.rest_address})
        numbers = [str(number) for number in (edge, jobs, blocks, limit)]
        command = [sys.executable, str(Path(__file__).with_name("consumers.py")), way, addresses, job_type, *numbers]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._read()

    def work(self) -> Block:
        """Make the jobs of one block, and wait until they are done."""
        self._source.create(self._job_type, INSTANCES)
        return Block(**self._read())

    def end(self) -> None:
        """Wait for the end of the process, which comes after its last block."""
        if self._process.wait(60):
            raise SystemExit(f"{self._job_type} ended with exit code {self._process.returncode}")

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline() or "{}")


def one_run(source: JobSource, ways: tuple[str, str], name: str, pairs: int) -> list[tuple[Block, Block]]:
    """Both ways in turns; which of them begins changes from pair to pair."""
    plan = (EDGE, JOBS, WARM_PAIRS + pairs)
    first, second = (Consumer(source, way, f"{way}-{name}", plan, 600) for way in ways)
    found: list[tuple[Block, Block]] = []
    for index in range(WARM_PAIRS + pairs):
        done: dict[Consumer, Block] = {}
        for consumer in (first, second) if index % 2 else (second, first):
            done[consumer] = consumer.work()
            time.sleep(SETTLE)
        found.append((done[first], done[second]))
    first.end()
    second.end()
    return found[WARM_PAIRS:]


def compare(source: JobSource, suffix: str, runs: int, pairs: int) -> tuple[float, float]:
    """The ratios of the worker to the raw loop: throughput, and CPU per job."""
    ways = (f"raw{suffix}", f"worker{suffix}")
    found = [one_run(source, ways, str(run), pairs) for run in range(runs)]

    def ratios(of: Callable[[Block], float]) -> list[float]:
        return [statistics.median(of(ours) / of(plain) for plain, ours in run) for run in found]

    title = "streamed" if suffix else "polled"
    rates, costs = ratios(lambda block: block.rate), ratios(lambda block: block.cost)
    print(f"{title:10} throughput   {_told(rates)}")
    print(f"{'':10} CPU per job  {_told(costs)}", flush=True)
    return statistics.median(rates), statistics.median(costs)


def _told(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):6.3f}   ({', '.join(f'{ratio:.3f}' for ratio in ratios)})"


def beside_peers(source: JobSource) -> None:
    """What other clients do at their defaults, for some seconds each."""
    plain = one_run(source, ("raw", "worker"), "peers", 3)[-1][0]
    for way, (module, distribution, how) in PEERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{distribution} is not installed: pip install {distribution}")
            continue
        consumer = Consumer(source, way, way, (PEER_EDGE, PEER_JOBS, 1), PEER_SECONDS)
        found = consumer.work()
        consumer.end()
        print(f"{distribution} {version(distribution)} at its defaults, {how}; {found.jobs} jobs measured")
        if found.jobs:
            rate, cost = found.rate / plain.rate, found.cost / plain.cost
            print(f"{'':10} throughput   {rate:6.3f}\n{'':10} CPU per job  {cost:6.3f}", flush=True)


def main() -> int:
    """Compare, print, and say whether the aims are met."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    libraries = ", ".join(f"{name} {version(name)}" for name in ("zeebe-grpc-client", "grpcio", "protobuf"))
    print(f"{libraries}, Python {platform.python_version()}, {platform.system()}")
    print(f"ratios to the raw loop; {runs} runs, {pairs} pairs of blocks in each, {JOBS} jobs measured in a block\n")
    with job_source() as source:
        rate, cost = compare(source, "", runs, pairs)
        compare(source, "-stream", runs, pairs)
        print()
        beside_peers(source)
    met = rate >= LEAST_THROUGHPUT and cost <= MOST_CPU
    print(f"\naims, polled: throughput >= {LEAST_THROUGHPUT}, CPU per job <= {MOST_CPU}: {'met' if met else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
