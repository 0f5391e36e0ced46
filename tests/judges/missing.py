"""The one error of the launcher: what this machine lacks, in one line that can be printed as a reason to skip."""

from __future__ import annotations


class MissingError(Exception):
    """A judge cannot run here; the text says what is missing and what would mend it."""
