"""Plays recorded traces on our engine.

``python -m tests.traces --traces DIR --models DIR [--only PATTERN] [--output json]``

Prints one line for each difference and a table per element family; exits 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.traces.cases import read_cases, shared_folder
from tests.traces.comparer import DIFFERENT, Verdict, judge
from tests.traces.player import Player
from tests.traces.report import as_json, table


def main(arguments: list[str] | None = None) -> int:
    """Play and compare; 1 if there is a difference, 2 if there is nothing to play."""
    parser = argparse.ArgumentParser(prog="python -m tests.traces", description=__doc__)
    shared = shared_folder()
    parser.add_argument("--traces", type=Path, default=shared / "traces" if shared else None)
    parser.add_argument("--models", type=Path, default=shared / "models" if shared else None)
    parser.add_argument("--only", default="*", help="cases whose 'model scenario' contains or matches this")
    parser.add_argument("--output", choices=("text", "json"), default="text")
    parser.add_argument("--inner", action="store_true", help="tell differences of the engine's inner steps too")
    parser.add_argument("--refused", action="store_true", help="tell what only our engine refuses too")
    chosen = parser.parse_args(arguments)
    if chosen.traces is None or chosen.models is None:
        parser.error("no recordings beside the repository; name --traces and --models")
    verdicts = [judge(case, Player(case).play()) for case in read_cases(chosen.traces, chosen.models, chosen.only)]
    if not verdicts:
        parser.error(f"no case matches '{chosen.only}'")
    if chosen.output == "json":
        print(json.dumps(as_json(verdicts), indent=1))
    else:
        for verdict in verdicts:
            _tell(verdict, chosen.inner, chosen.refused)
        print(table(verdicts))
    return 1 if any(verdict.kind == DIFFERENT for verdict in verdicts) else 0


def _tell(verdict: Verdict, inner: bool, refused: bool) -> None:
    if verdict.kind == DIFFERENT:
        print(f"{verdict.case.name}: {verdict.difference}")
    elif refused and verdict.difference:
        print(f"{verdict.case.name}: {verdict.kind}: {verdict.difference}")
    if inner and verdict.inner and verdict.kind != DIFFERENT:
        print(f"{verdict.case.name}: inner: {verdict.inner}")


if __name__ == "__main__":
    sys.exit(main())
