"""The job timeout that follows how long jobs really take (opt-in). Pure.

What a crashed worker held is free again after one job timeout, so a timeout far above what jobs take only costs time;
one far below costs an extension for every job.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

_REMEMBERED: Final = 1000
_LOOK_EVERY: Final = 100
_QUANTILE: Final = 0.99
_SHORTEST: Final = 10.0
_LONGEST: Final = 600.0
_TOLERANCE: Final = 0.25


class AdaptiveTimeout:
    """The 99th percentile of the last 1,000 handling times, from 10 seconds to 10 minutes.

    Attributes:
        current: The timeout to ask for, in seconds. It moves only when the wanted one differs by more than a quarter,
            because a stream has to be opened anew for it.
    """

    def __init__(self, first: float) -> None:
        self.current = first
        self._spans: deque[float] = deque(maxlen=_REMEMBERED)
        self._unseen = 0

    def observe(self, span: float) -> None:
        """Take in how long a job was here until its handler ended; now and then, look at all of them."""
        self._spans.append(span)
        self._unseen += 1
        if self._unseen >= _LOOK_EVERY:
            self._unseen = 0
            self._adapt()

    def _adapt(self) -> None:
        spans = sorted(self._spans)
        wanted = min(max(spans[math.ceil(_QUANTILE * len(spans)) - 1], _SHORTEST), _LONGEST)
        if abs(wanted - self.current) > _TOLERANCE * self.current:
            self.current = wanted
