"""Ordered choice: what every rule of the grammar does, whatever it reads.

A rule gives a result and moves on, or gives None; whoever tries it goes back then. What the costly rules gave at a
place is remembered, so that going back costs nothing, and the nesting of expressions is bounded. Nothing here knows
the grammar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from zeebe_grpc.engine.feel.errors import FeelSyntaxError
from zeebe_grpc.engine.feel.scanner import Scanner
from zeebe_grpc.engine.feel.syntax import Expr

MAX_NESTING = 60
"""How many expressions may stand inside each other."""

_T = TypeVar("_T")
Memory = dict[int, tuple[Expr | None, int]]
"""What a rule gave at a place, and the place behind it."""


class Choice:
    """One reading of one text."""

    def __init__(self, text: str) -> None:
        self.scanner = Scanner(text)
        self._nesting = 0

    def _enter(self) -> None:
        """Go into an expression; undone by taking one off the nesting.

        Raises:
            FeelSyntaxError: Too many stand inside each other.
        """
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            place = self.scanner.place
            raise FeelSyntaxError(f"nested more than {MAX_NESTING} levels deep", text=self.scanner.text, offset=place)

    def _recall(self, memory: Memory) -> tuple[Expr | None, int] | None:
        """What a rule gave here before, having moved behind it."""
        known = memory.get(self.scanner.place)
        if known is not None:
            self.scanner.place = known[1]
        return known

    def _record(self, memory: Memory, start: int, tree: Expr | None) -> Expr | None:
        """Keep what a rule gives at `start`; with nothing, go back there."""
        if tree is None:
            self.scanner.place = start
        memory[start] = (tree, self.scanner.place)
        return tree

    def _try(self, rule: Callable[[], _T | None]) -> _T | None:
        start = self.scanner.place
        result = rule()
        if result is None:
            self.scanner.place = start
        return result

    def _separated(self, rule: Callable[[], _T | None], separator: str = ",") -> tuple[_T, ...] | None:
        """One or more, and a separator between them; what follows a separator in vain is left, separator included."""
        place = self.scanner.place
        results: list[_T] = []
        while (result := rule()) is not None:
            results.append(result)
            place = self.scanner.place
            if not self.scanner.take(separator):
                break
        self.scanner.place = place
        return tuple(results) or None
