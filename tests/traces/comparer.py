"""Compares a run of our engine with a recorded one and tells the first difference in words.

Variables set in one scope in one go count as a set. The engine's inner steps (process events, batches, rejections of
its own commands) are judged apart from what a user can observe: `Verdict.kind` is about the latter, `Verdict.inner`
about both together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.traces.cases import Case, Line
from tests.traces.player import Run

EQUAL = "equal"
DIFFERENT = "different"
REFUSED_BY_US = "refused by us only"
REFUSED_BY_BOTH = "refused by both"
UNSTABLE = "unstable"
KINDS = (EQUAL, DIFFERENT, REFUSED_BY_US, REFUSED_BY_BOTH, UNSTABLE)

INNER = frozenset({"PROCESS_EVENT", "PROCESS_INSTANCE_BATCH", "MULTI_INSTANCE"})
_NEVER = frozenset({"VARIABLE_DOCUMENT", "ERROR"})
_SYMBOL = re.compile(r"^[ejvitsmuc]\d+$")
_KEY = re.compile(r'"2251799813[67]\d{5}\\?"')
"""A key as a text, in the header of a job: it is another one in each run."""
_KEYED = frozenset({"k", "scope", "pi", "parent", "ei", "job", "varscope", "message", "throw_ei"})


@dataclass(frozen=True)
class Verdict:
    """How a case ended.

    `difference` is one line, empty if there is none; `inner` the first difference of the inner steps.
    """

    case: Case
    kind: str
    difference: str = ""
    inner: str = ""


def judge(case: Case, run: Run) -> Verdict:
    """Compare a run with what was recorded."""
    if run.broken.partition(": ")[2].startswith("our engine crashed"):
        return Verdict(case, DIFFERENT, run.broken)
    refused, ours = case.deploy["status"] != "OK", run.deploy.get("status") != "OK"
    if refused and ours:
        difference = _deploy_difference(case, run)
        return Verdict(case, DIFFERENT if difference else REFUSED_BY_BOTH, difference)
    if ours:
        return Verdict(case, REFUSED_BY_US, " ".join(run.refusal.split())[:400])
    difference = _deploy_difference(case, run) or _difference(case, run)
    if difference and case.unstable:
        return Verdict(case, UNSTABLE, difference)
    inner = difference or _trace_difference(case.trace, run.trace, with_inner=True)
    return Verdict(case, DIFFERENT if difference else EQUAL, difference, inner)


def _difference(case: Case, run: Run) -> str:
    found = _trace_difference(case.trace, run.trace, with_inner=False)
    if found and case.other_trace and not _trace_difference(case.other_trace, run.trace, with_inner=False):
        found = ""
    return found or _answer_difference(case, run) or run.broken


def _deploy_difference(case: Case, run: Run) -> str:
    for name in ("status", "errors", "counts"):
        expected, actual = case.deploy.get(name), run.deploy.get(name)
        if expected != actual:
            return f"deployment: the engine gave {name} {_text(expected)}, ours {_text(actual)}"
    expected, actual = (sorted(map(_text, side.get("metadata", []))) for side in (case.deploy, run.deploy))
    if expected != actual:
        return f"deployment: the engine gave definitions {expected}, ours {actual}"
    return ""


def _trace_difference(expected: list[Line], actual: list[Line], with_inner: bool) -> str:
    left, right = (_grouped(_renumbered(_chosen(side, with_inner))) for side in (expected, actual))
    for position in range(max(len(left), len(right))):
        one = left[position] if position < len(left) else []
        other = right[position] if position < len(right) else []
        if one != other:
            return _told(position, one, other)
    return ""


def _chosen(lines: Iterable[Line], with_inner: bool) -> list[Line]:
    kept = (line for line in lines if line["t"] not in _NEVER)
    return [line for line in kept if with_inner or (line["t"] not in INNER and "rejected" not in line)]


def _renumbered(lines: list[Line]) -> list[Line]:
    """Give keys symbols in the order of their first appearance among these lines.

    Variables are known by scope and name.
    """
    symbols: dict[str, str] = {}
    counts: dict[str, int] = {}
    result = []
    for line in lines:
        shown: Line = {}
        for name, value in line.items():
            if name == "k" and line["t"] == "VARIABLE":
                continue
            if name in _KEYED and isinstance(value, str) and _SYMBOL.match(value):
                if value not in symbols:
                    counts[value[0]] = counts.get(value[0], 0) + 1
                    symbols[value] = f"{value[0]}{counts[value[0]]}"
                value = symbols[value]
            shown[name] = value
        result.append(shown)
    return result


def _grouped(lines: list[Line]) -> list[list[str]]:
    """Lines as text; variables of one scope that follow each other are one group, in an order that does not count."""
    groups: list[list[str]] = []
    previous = None
    for line in lines:
        variable_of = (line["at"], line.get("scope")) if line["t"] == "VARIABLE" else None
        text = _text(line)
        if variable_of is not None and variable_of == previous:
            groups[-1] = sorted([*groups[-1], text])
        else:
            groups.append([text])
        previous = variable_of
    return groups


def _answer_difference(case: Case, run: Run) -> str:
    for at, (command, answer) in enumerate(zip(case.script, run.answers, strict=False)):
        if command["op"] == "deploy":
            continue
        if command.get("direct") or command["op"] == "complete_user_task":
            continue  # written to the engine's log: nobody was told the outcome
        if command.get("status") != answer.get("status"):
            theirs, ours = command.get("status", "OK"), answer.get("status", "OK")
            return f"command {at} ({command['op']}): the engine answered {theirs}, ours {ours}"
        if command["op"] == "activate" and "jobs" in answer:
            expected = [
                {name: job.get(name) for name in ("retries", "variables", "headers")} for job in command["jobs"]
            ]
            actual = [{name: job[name] for name in ("retries", "variables", "headers")} for job in answer["jobs"]]
            if _text(expected) != _text(actual):
                return f"command {at} (activate): the engine handed out {_text(expected)}, ours {_text(actual)}"
    return ""


def _told(position: int, expected: list[str], actual: list[str]) -> str:
    return f"record {position}: the engine wrote {_shown(expected)}, ours {_shown(actual)}"


def _shown(group: list[str]) -> str:
    return " + ".join(_brief(json.loads(text)) for text in group) or "nothing more"


def _brief(line: dict[str, Any]) -> str:
    line = dict(line)
    head = f"{line.pop('t')} {line.pop('i')}"
    at = line.pop("at", "?")
    fields = ", ".join(f"{name}={_text(value)}" for name, value in line.items())
    return f"[{head} {fields} (command {at})]"


def _text(value: Any) -> str:
    return _KEY.sub('"<key>"', json.dumps(value, sort_keys=True, ensure_ascii=False))
