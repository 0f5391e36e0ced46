"""Decision models put together from pieces, so that a test shows only what it is about."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from xml.sax.saxutils import escape

from zeebe_grpc.engine.dmn import DecisionEvaluation, evaluate, json_text, parse_dmn

DMN_11 = "http://www.omg.org/spec/DMN/20151101/dmn.xsd"
DMN_12 = "http://www.omg.org/spec/DMN/20180521/MODEL/"
DMN_13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DMN_14 = "https://www.omg.org/spec/DMN/20211108/MODEL/"
DMN_15 = "https://www.omg.org/spec/DMN/20230324/MODEL/"

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=timezone.utc)

Rule = tuple[list[str], list[str]]


def model(
    *parts: str, namespace: str = DMN_13, attributes: str = 'id="definitions" name="model" namespace="n"'
) -> bytes:
    """A whole document."""
    return f'<definitions xmlns="{namespace}" {attributes}>{"".join(parts)}</definitions>'.encode()


def decision(name: str, logic: str, *, needs: str = "", variable: str = "", type_ref: str = "") -> str:
    """A decision; `needs` are requirements, `variable` and `type_ref` its variable."""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    shown = f'<variable name="{variable or name}"{typed}/>' if variable or type_ref else ""
    return f'<decision id="{name}" name="{name}">{shown}{needs}{logic}</decision>'


def requires(*names: str) -> str:
    """Information requirements."""
    return "".join(
        f'<informationRequirement><requiredDecision href="#{name}"/></informationRequirement>' for name in names
    )


def knows(*names: str) -> str:
    """Knowledge requirements."""
    return "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{name}"/></knowledgeRequirement>' for name in names
    )


def literal(text: str) -> str:
    """A literal expression."""
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def knowledge(name: str, parameters: dict[str, str], logic: str, *, needs: str = "") -> str:
    """A business knowledge model; `parameters` with their types."""
    formal = "".join(
        f'<formalParameter name="{parameter}"' + (f' typeRef="{kind}"' if kind else "") + "/>"
        for parameter, kind in parameters.items()
    )
    encapsulated = f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>"
    return f'<businessKnowledgeModel id="{name}" name="{name}">{encapsulated}{needs}</businessKnowledgeModel>'


def context(*entries: tuple[str, str]) -> str:
    """A boxed context; an entry without a name is its result."""
    return f"<context>{''.join(map(_entry, entries))}</context>"


def _entry(entry: tuple[str, str]) -> str:
    name, logic = entry
    return f"<contextEntry>{f'<variable name={chr(34)}{name}{chr(34)}/>' if name else ''}{logic}</contextEntry>"


def invocation(name: str, **bindings: str) -> str:
    """A boxed invocation."""
    bound = "".join(
        f'<binding><parameter name="{parameter}"/>{literal(text)}</binding>' for parameter, text in bindings.items()
    )
    return f"<invocation>{literal(name)}{bound}</invocation>"


def function(parameters: dict[str, str], logic: str) -> str:
    """A boxed function."""
    formal = "".join(f'<formalParameter name="{name}" typeRef="{kind}"/>' for name, kind in parameters.items())
    return f"<functionDefinition>{formal}{logic}</functionDefinition>"


def relation(columns: list[str], *rows: list[str]) -> str:
    """A boxed relation of literal expressions."""
    heads = "".join(f'<column name="{name}"/>' for name in columns)
    return f"<relation>{heads}{''.join(f'<row>{chr(10).join(map(literal, row))}</row>' for row in rows)}</relation>"


def table(
    inputs: list[str],
    outputs: list[str],
    rules: list[Rule],
    policy: str = "UNIQUE",
    *,
    aggregation: str = "",
    values: list[str] | None = None,
    defaults: list[str] | None = None,
) -> str:
    """A decision table. `inputs` are expressions, `outputs` names, each rule its tests and its outputs."""
    attributes = f'hitPolicy="{policy}"' + (f' aggregation="{aggregation}"' if aggregation else "")
    columns = "".join(
        f'<input id="i{place}" label="in{place}"><inputExpression><text>{escape(text)}</text></inputExpression></input>'
        for place, text in enumerate(inputs)
    )
    for place, name in enumerate(outputs):
        listed = _text("outputValues", values[place]) if values else ""
        default = _text("defaultOutputEntry", defaults[place]) if defaults and defaults[place] else ""
        columns += f'<output id="o{place}" name="{name}">{listed}{default}</output>'
    return f"<decisionTable {attributes}>{columns}{''.join(map(_rule, enumerate(rules)))}</decisionTable>"


def _rule(numbered: tuple[int, Rule]) -> str:
    place, (tests, outputs) = numbered
    cells = "".join(_text("inputEntry", test) for test in tests) + "".join(_text("outputEntry", out) for out in outputs)
    return f'<rule id="r{place}">{cells}</rule>'


def _text(name: str, text: str) -> str:
    return f"<{name}><text>{escape(text)}</text></{name}>"


def decide(content: bytes, name: str, variables: dict[str, Any] | None = None) -> DecisionEvaluation:
    """Read a model and decide by it, at a fixed time in UTC."""
    return evaluate(parse_dmn(content), name, variables or {}, now=NOW, zone=timezone.utc)


def output(content: bytes, name: str = "d", variables: dict[str, Any] | None = None) -> str:
    """The output as JSON text; the evaluation must not fail."""
    evaluation = decide(content, name, variables)
    assert not evaluation.failed_decision_id, evaluation.failure_message
    return json_text(evaluation.output)
