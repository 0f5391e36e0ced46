"""The recorded answers of the real engine, and ours in the same form."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from zeebe_grpc.engine.feel import (
    Evaluation,
    FeelEvaluationError,
    FeelSyntaxError,
    parse_expression,
    parse_unary_tests,
)

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "feel"
SHARED = Path(os.environ.get("ZEEBE_GRPC_SHARED", ROOT.parent / "shared")) / "feel" / "zeebe.jsonl"
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Answer:
    """What an evaluation gives, as it is recorded."""

    out: str
    json: str | None = None
    warn: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """An expression, or unary tests on the value of `input`, and the engine's answer."""

    group: str
    expression: str
    answer: Answer
    variables: Mapping[str, Any]
    input: str | None = None


def recorded() -> Iterator[Case]:
    """The answers that lie in the project."""
    document = json.loads((DATA / "answers.json").read_text(encoding="utf-8"))
    contexts = document["contexts"]
    for group, rows in document["groups"].items():
        for expression, out, text, warn, *context in rows:
            yield Case(group, expression, Answer(out, text, tuple(warn)), contexts[context[0]] if context else {})


def probed() -> Iterator[Case]:
    """The corners of the language."""
    document = json.loads((DATA / "probes.json").read_text(encoding="utf-8"))
    for expression, out, text, warn, *context in document["expressions"]:
        yield Case("probe", expression, Answer(out, text, tuple(warn)), context[0] if context else {})
    for value, tests, out, warn in document["tests"]:
        yield Case("unary", tests, Answer(out, None, tuple(warn)), {}, value)


def shared() -> Iterator[Case]:
    """The whole record, where it lies beside the project."""
    with SHARED.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if "expr" in row:
                answer = Answer(row["out"], row.get("json"), tuple(row.get("warn", ())))
                yield Case(row["group"], row["expr"], answer, row.get("ctx", {}))


def accepted() -> dict[str, str]:
    """Expressions that we answer otherwise, each with its reason."""
    document = json.loads((DATA / "accepted.json").read_text(encoding="utf-8"))
    return {entry["expression"]: entry["reason"] for entry in document}


def ours(case: Case) -> Answer:
    """Our answer to a case."""
    try:
        return _answer(case)
    except FeelSyntaxError:
        return Answer("invalid")
    except FeelEvaluationError as error:
        return Answer("failure", None, tuple(warning.type for warning in error.warnings))


def _answer(case: Case) -> Answer:
    if case.input is None:
        evaluation = evaluate(case.expression, case.variables)
        text = None if evaluation.type == "NULL" else evaluation.json_text()
        return Answer(evaluation.type, text, _types(evaluation))
    tests = parse_unary_tests(case.expression)
    evaluation = tests.evaluate(evaluate(case.input, {}).value, case.variables, now=NOW, zone=timezone.utc)
    return Answer(evaluation.json_text(), None, _types(evaluation))


def evaluate(expression: str, variables: Mapping[str, Any] | None = None) -> Evaluation:
    """Evaluate under the clock of the record."""
    return parse_expression(expression).evaluate(variables or {}, now=NOW, zone=timezone.utc)


def _types(evaluation: Evaluation) -> tuple[str, ...]:
    return tuple(warning.type for warning in evaluation.warnings)
