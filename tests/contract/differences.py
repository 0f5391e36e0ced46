"""The one list of what differs between the targets and stays so, each with its reason.

A test named here is expected to fail on that target, and the run fails if it does not: then the line has to go.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch


@dataclass(frozen=True)
class Difference:
    """One test (a pattern of `module::test`) that one kind of target answers differently, and why that stands."""

    target: str
    test: str
    reason: str


DIFFERENCES: tuple[Difference, ...] = ()


def reason_for(target: str, test: str) -> str | None:
    """Return why this test is expected to fail on this kind of target (`in-process`, `broker`, `engine`)."""
    return next((each.reason for each in DIFFERENCES if each.target == target and fnmatch(test, each.test)), None)
