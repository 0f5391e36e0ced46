"""`python -m tests.contract [TARGET...]`: the contract tests on every target, and one table of how it went.

Without names: our gateway as 8.9 and as 8.6, Zeebe's in-memory engine, the real broker. A real one that this machine
cannot run is named with its reason and left out. Exits 1 if a test failed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.judges.java import find_jdk
from tests.judges.maven import find_maven
from tests.judges.missing import MissingError

ALL = ("in-process", "in-process:8.6", "engine", "broker")
_HEAD = "| target | passed | failed | known differences | skipped | seconds |\n|---|--:|--:|--:|--:|--:|"


@dataclass(frozen=True)
class Outcome:
    """How the tests went on one target."""

    target: str
    passed: int
    failed: int
    different: int
    skipped: int
    seconds: float

    def __str__(self) -> str:
        numbers = (self.passed, self.failed, self.different, self.skipped, round(self.seconds))
        return f"| {self.target} | {' | '.join(map(str, numbers))} |"


def main(targets: list[str]) -> int:
    """Run the tests on each target; return 0 if none failed."""
    outcomes: list[Outcome] = []
    left_out: list[str] = []
    for target in targets or ALL:
        reason = _missing_for(target)
        if reason:
            left_out.append(f"left out: {target}: {reason}")
        else:
            outcomes.append(_run(target))
    print("\n".join([_HEAD, *map(str, outcomes), *left_out]))
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def _missing_for(target: str) -> str | None:
    if target not in ("engine", "broker"):
        return None
    try:
        find_jdk()
        find_maven()
    except MissingError as error:
        return str(error)
    return None


def _run(target: str) -> Outcome:
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", str(Path(__file__).parent)]
        subprocess.run([*command, f"--zeebe-target={target}", f"--junit-xml={report}"], check=False)
        if not report.is_file():
            return Outcome(target, 0, 1, 0, 0, time.monotonic() - begin)
        cases = ET.parse(report).getroot().findall(".//testcase")  # noqa: S314 (pytest wrote it just now)
    ends = [_end(case) for case in cases]
    passed, failed, different, skipped = map(ends.count, ("passed", "failed", "different", "skipped"))
    return Outcome(target, passed, failed, different, skipped, time.monotonic() - begin)


def _end(case: ET.Element) -> str:
    skipped = case.find("skipped")
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if skipped is not None:
        return "different" if skipped.get("type") == "pytest.xfail" else "skipped"
    return "passed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
