"""``zeebe-grpc dmn``: decide by a DMN file and show how it came about.

It reads, decides and prints; how decisions are made is the matter of `zeebe_grpc.dmn`.
"""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from zeebe_grpc.cli.clock import NOW, ZONE
from zeebe_grpc.cli.inputs import DOCUMENT, EXISTING_FILE
from zeebe_grpc.dmn import (
    DecisionEvaluation,
    DmnError,
    EvaluatedDecision,
    UnknownDecisionError,
    decide,
    json_text,
    read,
)
from zeebe_grpc.engine.dmn.report import as_answer


@click.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--decision", "decision_id", help="The id of the decision. Without it the one that no other requires.")
@click.option("--variables", type=DOCUMENT, default="{}", help="The inputs: a JSON object, or @FILE.")
@click.option("--now", type=NOW, help="The time that now() and today() tell, such as 2026-01-15T10:30:00Z.")
@click.option("--zone", type=ZONE, default="UTC", show_default=True, help="Their time zone, such as Europe/Berlin.")
@click.option(
    "--output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table for people, or one line of JSON.",
)
@click.pass_context
def dmn(
    ctx: click.Context,
    file: Path,
    decision_id: str | None,
    variables: dict[str, Any],
    now: datetime | None,
    zone: tzinfo,
    output: str,
) -> None:
    """Decide by the DMN model in FILE, as Zeebe does.

    Prints every decision on the way with its inputs and the rules that matched, and the output.

    Exit status: 0 decided; 1 the evaluation failed; 2 bad input or a model that Zeebe would refuse.
    """
    try:
        model = read(file)
        evaluation = decide(model, variables, decision_id=decision_id, now=now, zone=zone)
    except DmnError as error:
        raise click.UsageError("\n".join((f"{file} is no model that Zeebe would deploy:", *error.problems))) from None
    except UnknownDecisionError as error:
        raise click.UsageError(f"{file}: {error}") from None
    if output == "json":
        click.echo(json.dumps(as_answer(model, variables, evaluation), ensure_ascii=False))
    else:
        _show(evaluation)
    ctx.exit(1 if evaluation.failed_decision_id else 0)


def _show(evaluation: DecisionEvaluation) -> None:
    table = Table(title=f"{evaluation.decision_name} ({evaluation.decision_id})", title_justify="left")
    for column in ("Decision", "Inputs", "Rule", "Outputs", "Result"):
        table.add_column(column, overflow="fold")
    for decision in evaluation.decisions:
        _add_rows(table, decision)
    console = Console()
    console.print(table)
    if evaluation.failed_decision_id:
        reason = f"failed in '{evaluation.failed_decision_id}': {evaluation.failure_message}"
        Console(stderr=True).print(Text(reason, style="red"))
    else:
        console.print(Text(f"output: {json_text(evaluation.output)}", style="bold"), soft_wrap=True)


def _add_rows(table: Table, decision: EvaluatedDecision) -> None:
    """One row for each matched rule; what belongs to the decision stands in the first."""
    inputs = "\n".join(f"{clause.name} = {json_text(clause.value)}" for clause in decision.inputs)
    kind = decision.type.lower().replace("_", " ")
    first = [Text(f"{decision.id}\n{kind}"), Text(inputs)]
    rules = [(str(rule.index), rule.outputs) for rule in decision.rules] or [("none" if decision.inputs else "", ())]
    for place, (number, outputs) in enumerate(rules):
        shown = "\n".join(f"{clause.name or 'output'} = {json_text(clause.value)}" for clause in outputs)
        result = Text(json_text(decision.output)) if place == 0 else Text()
        table.add_row(*(first if place == 0 else [Text(), Text()]), Text(number), Text(shown), result)
    table.add_section()
