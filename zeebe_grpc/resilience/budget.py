"""How much repeating a connection may do, so that many callers do not beat a gateway that is down.

Failures take from it and successes give back; while less than half is left, nothing is repeated. Back-pressure takes
nothing: it is the limiter's matter.
"""

from __future__ import annotations

from typing import Final

PRICE: Final = 1.0
"""What a failure that could be repeated costs."""

WAGE: Final = 0.1
"""What a success gives back."""


class Budget:
    """The repetitions of one connection. Not safe for threads by itself; a lost update would do no harm."""

    def __init__(self, tokens: float = 100.0) -> None:
        self._most = tokens
        self._tokens = tokens
        self.is_full = True
        """Whether nothing is to be earned: asked after every call, so a plain attribute."""

    @property
    def tokens(self) -> float:
        """What is left."""
        return self._tokens

    def earn(self) -> None:
        """A call succeeded."""
        self._tokens = min(self._most, self._tokens + WAGE)
        self.is_full = self._tokens == self._most

    def spend(self) -> bool:
        """A call failed in a way that could be repeated; whether it may."""
        self._tokens = max(0.0, self._tokens - PRICE)
        self.is_full = False
        return self._tokens >= self._most / 2
