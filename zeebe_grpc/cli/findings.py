"""What a diagnosis finds, and how it is shown: one screen for people, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal, TypeAlias

import click

Verdict: TypeAlias = Literal["ok", "warning", "failed", "skipped"]

_MARKS: Final[dict[Verdict, tuple[str, str]]] = {
    "ok": ("ok", "green"),
    "warning": ("warn", "yellow"),
    "failed": ("FAIL", "red"),
    "skipped": ("-", "white"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        check: Its name.
        verdict: How it went.
        text: What was seen.
        fix: What to do; empty if nothing.
    """

    check: str
    verdict: Verdict
    text: str
    fix: str = ""


def show(finding: Finding) -> None:
    """Print one finding as a line, and what to do under it."""
    mark, colour = _MARKS[finding.verdict]
    click.echo(f"{click.style(f'{mark:4}', fg=colour)}  {finding.check:11}  {finding.text}")
    if finding.fix:
        click.echo(f"{'':19}-> {finding.fix}")


def as_json(findings: Sequence[Finding]) -> str:
    """All findings as one JSON object: `ok`, and `checks` with name, verdict, text and fix."""
    return json.dumps({"ok": healthy(findings), "checks": [asdict(each) for each in findings]}, indent=2)


def healthy(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed."""
    return all(each.verdict != "failed" for each in findings)
