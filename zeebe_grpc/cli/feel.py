"""``zeebe-grpc feel``: evaluate an expression, unary tests, or a file of expressions, and show what came of it.

It reads, evaluates and prints; what an expression means is the matter of `zeebe_grpc.feel`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import IO, Any, cast

import click
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from zeebe_grpc.cli.clock import NOW, ZONE
from zeebe_grpc.cli.inputs import DOCUMENT
from zeebe_grpc.engine.feel.rendering import as_source
from zeebe_grpc.feel import (
    Evaluation,
    FeelError,
    FeelEvaluationError,
    FeelSyntaxError,
    FeelWarning,
    evaluate,
    evaluate_unary_tests,
)

_STANDARD_INPUT = "-"
# Characters of a line that are shown around an error in it.
_SHOWN_BEFORE = 60
_SHOWN_BEHIND = 40


class JsonType(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """Any JSON value."""

    name = "JSON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the text."""
        try:
            return _parsed(str(value))
        except ValueError as error:
            self.fail(f"not JSON: {error}. Write 7, true, '\"text\"' or '[1, 2]'.", param, ctx)


@click.command()
@click.argument("expression", required=False)
@click.option("--variables", type=DOCUMENT, default="{}", help="The variables: a JSON object, or @FILE.")
@click.option("--unary", type=JsonType(), help="EXPRESSION is unary tests on this value (JSON).")
@click.option(
    "--batch",
    is_flag=False,
    flag_value=_STANDARD_INPUT,
    metavar="[FILE]",
    help='Evaluate every line {"expr", "ctx"} of a file, or of standard input, and print {"out", "json", "warn"}.',
)
@click.option("--now", type=NOW, help="The time that now() and today() tell, such as 2026-01-15T10:30:00Z.")
@click.option("--zone", type=ZONE, default="UTC", show_default=True, help="Their time zone, such as Europe/Berlin.")
@click.pass_context
def feel(
    ctx: click.Context,
    expression: str | None,
    variables: dict[str, Any],
    unary: Any,
    batch: str | None,
    now: datetime | None,
    zone: tzinfo,
) -> None:
    """Evaluate the FEEL EXPRESSION as Zeebe does.

    Prints the value, its type, and a warning for everything that was null instead of failing.

    Exit status: 0 evaluated; 1 the evaluation failed; 2 bad input or text that does not parse.
    """
    if (expression is None) == (batch is None):
        raise click.UsageError("Give either an EXPRESSION or --batch.")
    if batch is not None:
        _evaluate_lines(batch, now, zone)
        return
    text = expression or ""
    asked_about_input = ctx.get_parameter_source("unary") is not click.core.ParameterSource.DEFAULT
    try:
        if asked_about_input:
            _show(evaluate_unary_tests(text, unary, variables, now=now, zone=zone))
        else:
            _show(evaluate(text, variables, now=now, zone=zone))
    except FeelSyntaxError as error:
        _point_at(error, text if asked_about_input else text.removeprefix("="))
        ctx.exit(2)
    except FeelEvaluationError as error:
        _complain(f"evaluation failed: {error.message}")
        _show_warnings(error.warnings, Console(stderr=True, highlight=False, soft_wrap=True))
        ctx.exit(1)


# Showing


def _show(evaluation: Evaluation) -> None:
    console = Console(highlight=False, soft_wrap=True)
    text = evaluation.json_text()
    if evaluation.type == "UNKNOWN" and text == "null":
        text = as_source(evaluation.value)
    console.print(Text(_printable(text), style="bold"))
    console.print(Text(f"type: {evaluation.type}", style="dim"))
    _show_warnings(evaluation.warnings, console)


def _show_warnings(warnings: tuple[FeelWarning, ...], console: Console) -> None:
    for warning in warnings:
        console.print(Text.assemble((f"warning: {warning.type}", "yellow"), f" {_printable(warning.message)}"))


def _complain(message: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(_printable(message), style="red"))


def _point_at(error: FeelSyntaxError, text: str) -> None:
    """The line of the error, and a caret below its place."""
    line = text.split("\n")[error.line - 1] if text else ""
    first = max(0, error.column - 1 - _SHOWN_BEFORE)
    before = _cut(line[first : error.column - 1], first > 0, cut_behind=False)
    line = _cut(line[first : error.column - 1 + _SHOWN_BEHIND], first > 0, len(line) >= error.column + _SHOWN_BEHIND)
    indent = "".join("\t" if character == "\t" else " " * cell_len(character) for character in before)
    _complain(error.message)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text(f"  {_printable(line)}"))
    console.print(Text.assemble(f"  {indent}", ("^", "bold red")))


def _cut(part: str, cut_before: bool, cut_behind: bool) -> str:
    return f"{'...' if cut_before else ''}{part}{'...' if cut_behind else ''}"


def _printable(text: str) -> str:
    """Text that any stream takes: half characters, as a shell may pass them, are question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


# Batches


def _evaluate_lines(source: str, now: datetime | None, zone: tzinfo) -> None:
    try:
        with click.open_file(source, encoding="utf-8") as stream:
            for number, line in _lines(stream):
                click.echo(json.dumps(_answer(*_request(line, number), now, zone), ensure_ascii=False))
                sys.stdout.flush()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read {source}: {error}") from None


def _lines(stream: IO[Any]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(stream, start=1):
        if line.strip():
            yield number, line


def _request(line: str, number: int) -> tuple[str, dict[str, Any]]:
    try:
        request = _parsed(line)
    except ValueError as error:
        raise click.UsageError(f"line {number} is not JSON: {error}") from None
    try:
        expression, variables = request["expr"], request.get("ctx", {})
    except (TypeError, LookupError, AttributeError):
        expression = variables = None
    if not isinstance(expression, str) or not isinstance(variables, dict):
        raise click.UsageError(f'line {number} is no object {{"expr": "...", "ctx": {{...}}}}')
    return expression, cast("dict[str, Any]", variables)


def _answer(expression: str, variables: dict[str, Any], now: datetime | None, zone: tzinfo) -> dict[str, Any]:
    """One line in the form of the engine's recorded answers; what is empty is left out."""
    try:
        evaluation = evaluate(expression, variables, now=now, zone=zone)
        answer = {"out": evaluation.type, "json": evaluation.json_text()}
        warnings = evaluation.warnings
    except FeelSyntaxError:
        return {"out": "invalid"}
    except FeelEvaluationError as error:
        answer, warnings = {"out": "failure"}, error.warnings
    except FeelError as error:
        answer, warnings = {"out": "failure", "error": error.message}, ()
    if answer["out"] == "NULL":
        del answer["json"]
    return {**answer, "warn": [warning.type for warning in warnings]} if warnings else answer


def _parsed(text: str) -> Any:
    """A JSON value.

    Raises:
        ValueError: The text is none, or nested too deeply.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
