"""Ordered choice: what every rule of the grammar does, whatever it reads.

A rule gives a result and moves on, or gives None; whoever tries it goes back then. What a rule gave at a place is
remembered, so that going back costs nothing, and the nesting of rules is bounded. Nothing here knows the grammar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from zeebe_grpc.engine.feel.errors import FeelSyntaxError
from zeebe_grpc.engine.feel.scanner import Scanner
from zeebe_grpc.engine.feel.syntax import Expr

MAX_NESTING = 80
"""How many expressions may stand inside each other."""

_T = TypeVar("_T")


class Choice:
    """One reading of one text."""

    def __init__(self, text: str) -> None:
        self.scanner = Scanner(text)
        self._known: dict[tuple[str, int], tuple[Expr | None, int]] = {}
        self._nesting = 0

    def _nested(self, rule: Callable[[], _T]) -> _T:
        """A rule that may come back to itself.

        Raises:
            FeelSyntaxError: It has done so too often.
        """
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            place = self.scanner.place
            raise FeelSyntaxError(f"nested more than {MAX_NESTING} levels deep", text=self.scanner.text, offset=place)
        result = rule()
        self._nesting -= 1
        return result

    def _remember(self, rule: str, parse_it: Callable[[], Expr | None]) -> Expr | None:
        start = self.scanner.place
        known = self._known.get((rule, start))
        if known is None:
            tree = parse_it()
            known = self._known[rule, start] = (tree, self.scanner.place if tree else start)
        self.scanner.place = known[1]
        return known[0]

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
