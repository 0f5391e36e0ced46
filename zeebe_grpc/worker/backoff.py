"""How long to wait before another try: of an RPC, of a fetch, of a job.

Pure: randomness is an argument, a number from 0 (inclusive) to 1 (exclusive).
"""

from __future__ import annotations

from dataclasses import dataclass

from zeebe_grpc.spans import Span, seconds

_FLOOR = 0.01
_LONGEST_EXPONENT = 62


def full_jitter(attempt: int, random: float, *, base: float = 0.05, cap: float = 5.0) -> float:
    """Seconds to wait after failed attempt number `attempt`, counted from 1.

    Anything up to ``base * 2^(attempt-1)``, at most `cap`: spread over the whole range, so that a thousand workers do
    not return together; never below 10 ms, so that luck does not make a hot loop.
    """
    ceiling = min(cap, base * 2.0 ** min(attempt - 1, _LONGEST_EXPONENT))
    return max(_FLOOR, ceiling * random)


def around(span: float, random: float, share: float) -> float:
    """`span` plus or minus up to `share` of it: ``around(10, r, 0.2)`` lies from 8 to 12."""
    return span * (1 + share * (2 * random - 1))


@dataclass(frozen=True)
class Backoff:
    """How long a failed job rests before the next try.

    The first failure rests `first` seconds, each further one `factor` times as long, at most `cap` seconds, all plus or
    minus a fifth.

    A job says how many retries it has left, not which try this is. So the try is derived from the number of retries in
    the model: state it in `retries` where it is not Zeebe's default of 3.

    Args:
        first: Span of the first rest; 0 lets a job come back at once.
        factor: What each rest is multiplied by; at least 1.
        cap: Span of the longest rest.
        retries: The retries that the model gives the job.

    Raises:
        ValueError: A span is negative, or `factor` is below 1.
        TypeError: A span or `retries` is no number.
    """

    first: Span = 1.0
    factor: float = 4.0
    cap: Span = 60.0
    retries: int = 3

    def __post_init__(self) -> None:
        seconds(self.first, "first", shortest=0)
        seconds(self.cap, "cap", shortest=0)
        if not isinstance(self.factor, (int, float)) or self.factor < 1:
            raise ValueError(f"factor must be at least 1, not {self.factor!r}")
        if isinstance(self.retries, bool) or not isinstance(self.retries, int):
            raise TypeError(f"retries must be a whole number, not {self.retries!r}")

    def delay(self, retries_left: int, random: float) -> float:
        """Seconds to rest for a job that had `retries_left` retries when it was activated."""
        cap = seconds(self.cap, "cap", shortest=0)
        rest = min(seconds(self.first, "first", shortest=0), cap)
        for _ in range(min(self.retries - retries_left, _LONGEST_EXPONENT)):
            rest = min(rest * self.factor, cap)
        return around(rest, random, 0.2)
