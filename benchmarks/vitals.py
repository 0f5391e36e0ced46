"""What a process holds on to, sampled while it runs, and whether that grows."""

from __future__ import annotations

import asyncio
import gc
import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

MOST_GROWTH = {"rss": 2.0 * 2**20, "objects": 600.0, "tasks": 3.0, "threads": 2.0, "descriptors": 3.0}
"""By how much each may have grown at the end of the watch: what is noise."""

_PROCESS = psutil.Process()


@dataclass(frozen=True)
class Sample:
    """What the process holds at one time, after a collection."""

    at: float
    rss: int
    objects: int
    tasks: int
    threads: int
    descriptors: int


def sample() -> Sample:
    """Collect garbage, and look."""
    gc.collect()
    descriptors = _PROCESS.num_fds() if hasattr(_PROCESS, "num_fds") else _PROCESS.num_handles()
    try:
        tasks = len(asyncio.all_tasks())
    except RuntimeError:
        tasks = 0
    objects = len(gc.get_objects())
    return Sample(time.monotonic(), _PROCESS.memory_info().rss, objects, tasks, _PROCESS.num_threads(), descriptors)


@dataclass(frozen=True)
class Trend:
    """How one figure went.

    Attributes:
        first: Its median in the first third.
        last: Its median in the last third.
        growth: By how much it grew over the whole time: the median slope of all pairs of samples, times the time.
    """

    name: str
    first: float
    last: float
    growth: float

    @property
    def flat(self) -> bool:
        """Whether it grew by no more than noise."""
        return min(self.growth, self.last - self.first) <= MOST_GROWTH[self.name]

    def __str__(self) -> str:
        unit, scale = ("MiB", 2**20) if self.name == "rss" else ("", 1)
        allowed = MOST_GROWTH[self.name] / scale
        first, last, growth = self.first / scale, self.last / scale, self.growth / scale
        verdict = "flat" if self.flat else "GROWS"
        return f"{self.name:12} {first:10.1f} {last:10.1f} {growth:+8.2f} {unit:4} (allowed {allowed:g})  {verdict}"


def trends(samples: Sequence[Sample]) -> list[Trend]:
    """How each figure went."""
    return [_trend(name, samples) for name in MOST_GROWTH]


def _trend(name: str, samples: Sequence[Sample]) -> Trend:
    values = [(each.at, float(getattr(each, name))) for each in samples]
    slopes = [(b - a) / (later - earlier) for (earlier, a), (later, b) in itertools.combinations(values, 2)]
    third = max(1, len(values) // 3)
    first = statistics.median(value for _, value in values[:third])
    last = statistics.median(value for _, value in values[-third:])
    return Trend(name, first, last, statistics.median(slopes) * (values[-1][0] - values[0][0]))
