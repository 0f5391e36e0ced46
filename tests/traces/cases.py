"""The recorded cases: read from a folder of JSON-lines files, with the models that they deploy."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

Line = dict[str, Any]
Command = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One recorded scenario of one model. `folder` holds the files that it deploys."""

    model: str
    scenario: str
    deploy: dict[str, Any]
    script: list[Command]
    trace: list[Line]
    other_trace: list[Line]
    unstable: frozenset[str]
    folder: Path

    @property
    def name(self) -> str:
        """Model and scenario."""
        return f"{self.model} {self.scenario}"

    def content(self, file_name: str) -> bytes:
        """The content of a file that the case deploys."""
        return (self.folder / file_name).read_bytes()

    @property
    def model_content(self) -> bytes:
        """The content of the model."""
        return self.content(self.model.partition("/")[2])


def shared_folder() -> Path | None:
    """Where the recordings lie: beside the repository, or where ZEEBE_GRPC_SHARED says; None if nowhere."""
    named = os.environ.get("ZEEBE_GRPC_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2].parent / "shared"
    return folder if (folder / "traces").is_dir() else None


def read_cases(traces: Path, models: Path, only: str = "*") -> Iterator[Case]:
    """All cases of a folder whose name (model, a space, scenario) contains or matches a pattern."""
    for file in sorted([*traces.glob("*.jsonl"), *traces.glob("*.jsonl.gz")]):
        with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
            for line in lines:
                case = _read(json.loads(line), models)
                if only in case.name or fnmatch(case.name, only):
                    yield case


def _read(value: dict[str, Any], models: Path) -> Case:
    owner = value["model"].partition("/")[0]
    return Case(
        model=value["model"],
        scenario=value["scenario"],
        deploy=value["deploy"],
        script=value["script"],
        trace=value["trace"],
        other_trace=value.get("trace2", []),
        unstable=frozenset(value.get("unstable") or ()),
        folder=models / owner,
    )
