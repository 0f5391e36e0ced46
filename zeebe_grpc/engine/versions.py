"""Which release of Zeebe an engine answers as, in a form that can be compared."""

from __future__ import annotations

from typing import TypeAlias

Version: TypeAlias = tuple[int, ...]

RPA_RESOURCES: Version = (8, 7)
"""Since when resources for workers are deployed."""
CONDITIONAL_STARTS: Version = (8, 9)
"""Since when conditions start processes."""
JOB_PRIORITIES: Version = (8, 10)
"""Since when jobs have priorities."""


def numbers(version: str) -> Version:
    """The two leading numbers of a release: ``"8.10.1"`` is ``(8, 10)``."""
    return tuple(int(part) for part in version.split(".")[:2])
