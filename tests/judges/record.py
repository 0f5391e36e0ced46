"""`python -m tests.judges.record`: makes traces of Zeebe's own engine, and proves that old ones are still true.

    python -m tests.judges.record --models DIR --output FILE [--only PATTERN]
    python -m tests.judges.record --models DIR --verify TRACES [--only PATTERN]

The models lie in folders below DIR; a trace names its model FOLDER/FILE. `--verify` takes a file of traces or a folder
of them, plays each script again and exits 1 if the engine now does anything else. Here is only the command.
"""

from __future__ import annotations

import argparse
import fnmatch
import gzip
import hashlib
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.judges.engine import Engine, EngineError
from tests.judges.maven import say
from tests.judges.missing import MissingError
from tests.judges.player import CannotPlayError, Session
from tests.judges.scenarios import scenarios_of
from tests.judges.trace_form import Line

Trace = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Obey the command line; return 0, or 1 if a trace is no longer true or something is missing."""
    options = _parser().parse_args(arguments)
    try:
        with Engine() as engine:
            if options.verify:
                return _verify(engine, options)
            return _record(engine, options)
    except MissingError as error:
        say(str(error))
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.judges.record", description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="the folder with folders of models")
    parser.add_argument("--only", default="*", help="a pattern of FOLDER/FILE, as of the shell")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--output", type=Path, help="the file to write traces to; gzip if it ends in .gz")
    what.add_argument("--verify", type=Path, help="a file of traces, or a folder of them, to play again")
    return parser


def _record(engine: Engine, options: argparse.Namespace) -> int:
    paths = [path for path in sorted(options.models.glob("*/*")) if path.suffix in (".bpmn", ".dmn")]
    paths = [path for path in paths if fnmatch.fnmatch(_name(path), options.only)]
    written = 0
    with _open(options.output, "wt") as output:
        for path in paths:
            for trace in _traces_of(engine, path):
                output.write(json.dumps(trace, ensure_ascii=False) + "\n")
                written += 1
    print(f"{written} traces of {len(paths)} models in {options.output}")
    return 0


def _traces_of(engine: Engine, path: Path) -> Iterator[Trace]:
    """Record every scenario of a file twice; what the second run did differently is noted as unstable."""
    head = {"model": _name(path), "sha1": _sha1(path)}
    plain: dict[str | None, Any] = {}
    for scenario in scenarios_of(path):
        first, second = (scenario.run(engine) for _ in range(2))
        if scenario.name == "S1":
            plain[scenario.process] = first["script"]
        elif first["script"] == plain.get(scenario.process):
            continue  # it repeats S1
        unstable = [part for part in ("trace", "script", "deploy") if first[part] != second[part]]
        trace = {**head, "process": scenario.process, "scenario": scenario.name, **scenario.extra, **first}
        if unstable:
            trace["unstable"] = unstable
        if "trace" in unstable:
            trace["trace2"] = second["trace"]
        yield trace
        if scenario.name == "D" and first["outcome"] == "refused":
            return


def _verify(engine: Engine, options: argparse.Namespace) -> int:
    begin = time.monotonic()
    counts = {"equal": 0, "different": 0, "unstable": 0}
    for trace in _read(options.verify):
        if not fnmatch.fnmatch(trace["model"], options.only):
            continue
        if trace.get("unstable"):
            counts["unstable"] += 1
            continue
        difference = _play_again(engine, trace, options.models)
        if difference:  # a busy machine may have let a timer come late: what is really different is so again
            difference = _play_again(engine, trace, options.models)
        counts["different" if difference else "equal"] += 1
        if difference:
            print(f"{trace['model']} {trace['process']} {trace['scenario']}: {difference}", flush=True)
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"{summary} in {time.monotonic() - begin:.0f} s, against the engine {engine.version}")
    return 1 if counts["different"] else 0


def _play_again(engine: Engine, trace: Trace, models: Path) -> str | None:
    """Return in what the engine now differs from the trace, None in nothing."""
    files = {Path(name).name: models / name for name in (trace["model"], *trace.get("companions", ()))}
    if _sha1(files[Path(trace["model"]).name]) != trace["sha1"]:
        return "the model is another than when it was recorded"
    with Session(engine, files) as session:
        try:
            for at, command in enumerate(trace["script"]):
                played = session.play(command)
                if not _same_command(played, command):
                    return f"command {at}: then {json.dumps(command)}, now {json.dumps(played)}"
        except (CannotPlayError, EngineError) as error:
            return f"command {len(session.script) - 1}: {error}"
        if session.deployment != trace["deploy"]:
            return f"deployment: then {trace['deploy']}, now {session.deployment}"
        return _first_difference(trace["trace"], session.trace)


def _same_command(one: Line, other: Line) -> bool:
    """Return whether two commands and their answers are equal; `ms` is only for orientation."""
    return {**one, "ms": 0} == {**other, "ms": 0}


def _first_difference(then: list[Line], now: list[Line]) -> str | None:
    for number, (old, new) in enumerate(zip(then, now, strict=False)):
        if old != new:
            return f"record {number}: then {json.dumps(old)}, now {json.dumps(new)}"
    if len(then) != len(now):
        missing = (then if len(then) > len(now) else now)[min(len(then), len(now))]
        return f"{len(then)} records then, {len(now)} now; the first of the rest: {json.dumps(missing)}"
    return None


def _read(source: Path) -> Iterable[Trace]:
    files = sorted(source.glob("*.jsonl*")) if source.is_dir() else [source]
    for file in files:
        with _open(file, "rt") as lines:
            yield from (json.loads(line) for line in lines)


def _open(path: Path, mode: str) -> Any:
    return gzip.open(path, mode, encoding="utf-8") if path.suffix == ".gz" else path.open(mode, encoding="utf-8")


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _sha1(path: Path) -> str:
    return hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
