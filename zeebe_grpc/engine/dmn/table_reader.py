"""From elements to decision tables: columns, rows, hit policy, priorities.

Nothing here evaluates; FEEL is parsed through the `LogicReader` it is given.
"""

from __future__ import annotations

from zeebe_grpc.engine.dmn.document import attribute, children, first_child, identity, text_of
from zeebe_grpc.engine.dmn.logic import LogicReader
from zeebe_grpc.engine.dmn.model import DecisionTable, InputClause, OutputClause, Rule
from zeebe_grpc.engine.xml import Element

_RuleKey = tuple[str, tuple[str | None, ...], tuple[str | None, ...]]


def read_table(reader: LogicReader, element: Element) -> DecisionTable:
    """Read a ``<decisionTable>``; problems are noted with the reader."""
    outputs = tuple(_output(reader, output) for output in children(element, "output"))
    table = DecisionTable(
        inputs=tuple(_input(reader, clause) for clause in children(element, "input")),
        outputs=outputs,
        rules=_rules(reader, element),
        hit_policy=attribute(element, "hitPolicy") or "UNIQUE",
        aggregation=attribute(element, "aggregation"),
    )
    _check_outputs(reader, element, table)
    return table


def _check_outputs(reader: LogicReader, element: Element, table: DecisionTable) -> None:
    if len(table.outputs) == 1:
        return
    if table.hit_policy == "COLLECT" and table.aggregation:
        reader.problem(element, f"collects by {table.aggregation}, which needs a single output column")
    for output in children(element, "output"):
        if not attribute(output, "name"):
            reader.problem(output, "has no name; with several output columns each needs one")


def _input(reader: LogicReader, clause: Element) -> InputClause:
    inner = first_child(clause, "inputExpression")
    assert inner is not None  # noqa: S101  the schema asks for it
    name = attribute(clause, "label") or text_of(inner) or ""
    return InputClause(identity(clause), name, reader.expression(inner))


def _output(reader: LogicReader, clause: Element) -> OutputClause:
    values = first_child(clause, "outputValues")
    default = first_child(clause, "defaultOutputEntry")
    return OutputClause(
        id=identity(clause),
        name=attribute(clause, "name") or None,
        label=attribute(clause, "label") or None,
        values=() if values is None else _priorities(text_of(values) or ""),
        default=None if default is None else reader.expression(default),
    )


def _priorities(text: str) -> tuple[str, ...]:
    """Output values are not parsed: the engine splits the text at commas and drops every quote."""
    parts = text.split(",")
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return tuple(part.strip().replace('"', "").replace("'", "") for part in parts)


def _rules(reader: LogicReader, element: Element) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    numbers: dict[_RuleKey, int] = {}
    for number, row in enumerate(children(element, "rule"), 1):
        tests, outputs = list(children(row, "inputEntry")), list(children(row, "outputEntry"))
        key = identity(row), tuple(map(text_of, tests)), tuple(map(text_of, outputs))
        rules.append(
            Rule(
                id=identity(row),
                number=numbers.setdefault(key, number),
                tests=tuple(map(reader.tests, tests)),
                outputs=tuple(map(reader.expression, outputs)),
            )
        )
    return tuple(rules)
