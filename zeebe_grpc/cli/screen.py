"""What a person sees while a process runs: the path on standard error, the result on standard output.

It formats; it decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click
from rich.console import Console

from zeebe_grpc.engine.records import Record

_WAITS = frozenset({"SUB_PROCESS", "CALL_ACTIVITY", "MULTI_INSTANCE_BODY", "EVENT_SUB_PROCESS", "AD_HOC_SUB_PROCESS"})


class Screen:
    """Prints records as lines of a path, and the outcome."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True, highlight=False, quiet=quiet, soft_wrap=True)

    def say(self, text: str) -> None:
        """Print one line of our own."""
        self._console.print(text, style="dim", markup=False)

    def fail(self, text: str) -> None:
        """Print why there is no result; shown even when quiet."""
        click.echo(f"zeebe-grpc: {text}", err=True)

    def show(self, records: Iterable[Record]) -> None:
        """Print what a step did, as far as a reader of the model would want to know it."""
        for record in records:
            line = _line(record) if record.rejection is None else None
            if line is not None:
                mark, text, style = line
                self._console.print(f"{mark} {text}", style=style, markup=False)

    def result(self, variables: Mapping[str, Any]) -> None:
        """Print the final variables as JSON on standard output."""
        click.echo(json.dumps(variables, indent=2, ensure_ascii=False))


def _line(record: Record) -> tuple[str, str, str] | None:
    if record.value_type == "PROCESS_INSTANCE":
        return _element_line(record)
    if record.value_type == "JOB":
        return _job_line(record)
    if record.value_type == "INCIDENT" and record.intent == "CREATED":
        value = record.value
        return "!", f"incident at {value['elementId']}: {value['errorType']}: {value['errorMessage']}", "red"
    return None


def _element_line(record: Record) -> tuple[str, str, str] | None:
    kind = record.value["bpmnElementType"]
    text = f"{kind.lower().replace('_', ' '):20} {record.value['elementId']}"
    if record.intent == "ELEMENT_ACTIVATED" and (kind.endswith("_TASK") or kind in _WAITS):
        return ">", text, "cyan"
    if record.intent == "ELEMENT_COMPLETED":
        return "+", text, "green"
    if record.intent == "ELEMENT_TERMINATED":
        return "x", text, "yellow"
    return None


def _job_line(record: Record) -> tuple[str, str, str] | None:
    value = record.value
    if record.intent == "FAILED":
        return "!", f"job {value['type']} failed, {value['retries']} retries left: {value['errorMessage']}", "yellow"
    if record.intent == "ERROR_THROWN":
        return "!", f"job {value['type']} threw {value['errorCode']}", "yellow"
    return None
