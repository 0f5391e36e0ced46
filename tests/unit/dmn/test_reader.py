"""What is refused beyond the schema: cycles, missing references, bad FEEL, logic that nobody can evaluate."""

from __future__ import annotations

import pytest

from tests.unit.dmn.models import (
    DMN_14,
    context,
    decision,
    function,
    invocation,
    knowledge,
    knows,
    literal,
    model,
    relation,
    requires,
    table,
)
from zeebe_grpc.engine.dmn import DmnError, parse_dmn

ADD = knowledge("f", {"a": "", "b": ""}, literal("a + b"))

REFUSED = {
    "cycle of decisions": (
        model(decision("a", literal("b"), needs=requires("b")), decision("b", literal("a"), needs=requires("a"))),
        "cycle of decisions",
    ),
    "a decision that requires itself": (model(decision("a", literal("1"), needs=requires("a"))), "cycle of decisions"),
    "cycle of knowledge": (
        model(
            knowledge("f", {}, literal("1"), needs=knows("g")),
            knowledge("g", {}, literal("1"), needs=knows("f")),
            decision("a", literal("1")),
        ),
        "cycle of knowledge models",
    ),
    "a missing decision": (
        model(decision("a", literal("1"), needs=requires("zz"))),
        "'#zz', which is not in this file",
    ),
    "a missing knowledge model": (model(decision("a", literal("1"), needs=knows("zz"))), "'#zz'"),
    "an empty reference": (model(decision("a", literal("1"), needs=requires("").replace("#", ""))), "''"),
    "an input as a decision": (
        model('<inputData id="i" name="i"/>', decision("a", literal("1"), needs=requires("i"))),
        "needs a <decision>",
    ),
    "a decision as knowledge": (
        model(decision("b", literal("1")), decision("a", literal("1"), needs=knows("b"))),
        "needs a <businessKnowledgeModel>",
    ),
    "no logic": (model(decision("a", "")), "has no logic"),
    "no text": (model(decision("a", "<literalExpression/>")), "has no expression"),
    "an empty text": (model(decision("a", literal("  "))), "does not parse"),
    "bad FEEL": (model(decision("a", literal("1 + + +"))), "does not parse as FEEL"),
    "bad unary tests": (model(decision("a", table(["x"], ["y"], [(["<<"], ["1"])]))), "<inputEntry>"),
    "bad input": (model(decision("a", table(["x +"], ["y"], []))), "<inputExpression>"),
    "bad output": (model(decision("a", table(["x"], ["y"], [(["-"], ["-"])]))), "<outputEntry>"),
    "bad default": (model(decision("a", table(["x"], ["y"], [], defaults=["1 +"]))), "<defaultOutputEntry>"),
    "another language": (
        model(
            decision("a", literal("1").replace("<literalExpression", '<literalExpression expressionLanguage="juel"'))
        ),
        "only FEEL",
    ),
    "the FEEL namespace of 1.5": (
        model(
            decision(
                "a",
                literal("1").replace(
                    "<literalExpression",
                    '<literalExpression expressionLanguage="https://www.omg.org/spec/DMN/20230324/FEEL/"',
                ),
            )
        ),
        "only FEEL",
    ),
    "several outputs without names": (model(decision("a", table([], ["", "y"], []))), "has no name"),
    "several outputs aggregated": (
        model(decision("a", table([], ["x", "y"], [], "COLLECT", aggregation="COUNT"))),
        "single output column",
    ),
    "a context without entries": (model(decision("a", context())), "has no entry"),
    "a result before the end": (
        model(decision("a", context(("", literal("1")), ("b", literal("2"))))),
        "has no variable",
    ),
    "a row that is too short": (model(decision("a", relation(["x", "y"], ["1"]))), "2 columns"),
    "a function as a decision": (model(decision("a", function({}, literal("1")))), "as the logic of a <decision>"),
    "an invocation as knowledge": (
        model(ADD, knowledge("g", {}, invocation("f")), decision("a", literal("1"), needs=knows("g"))),
        "as the logic of a <encapsulatedLogic>",
    ),
    "knowledge without body": (
        model(
            '<businessKnowledgeModel id="f" name="f"><encapsulatedLogic/></businessKnowledgeModel>',
            decision("a", literal("1"), needs=knows("f")),
        ),
        "has no logic",
    ),
    "a function of something else than FEEL": (
        model(decision("a", context(("g", function({}, context(("x", literal("1")))))))),
        "holds no literal expression",
    ),
    "a binding of something else than FEEL": (
        model(
            ADD,
            decision(
                "a",
                f'<invocation>{literal("f")}<binding><parameter name="a"/></binding></invocation>',
                needs=knows("f"),
            ),
        ),
        "holds no literal expression",
    ),
    "an invocation of nothing": (model(decision("a", "<invocation/>")), "invokes nothing"),
    "an invocation of what is not required": (model(ADD, decision("a", invocation("f"))), "invokes 'f'"),
    "an invocation of a built-in function": (model(decision("a", invocation("sum"))), "invokes 'sum'"),
    "a boxed conditional": (
        model(
            decision(
                "a",
                f"<conditional><if>{literal('true')}</if><then>{literal('1')}</then><else>{literal('2')}</else>"
                "</conditional>",
            ),
            namespace=DMN_14,
        ),
        "cannot be evaluated",
    ),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_evaluated_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DmnError) as caught:
        parse_dmn(content)
    assert any(reason in problem for problem in caught.value.problems)
    assert all(problem.startswith("line 1: <") for problem in caught.value.problems)


def test_every_bad_expression_is_named() -> None:
    with pytest.raises(DmnError) as caught:
        parse_dmn(model(decision("a", literal("1 +")), decision("b", table(["x +"], ["y"], [(["<<"], ["2 +"])]))))
    assert len(caught.value.problems) == 4


def test_knowledge_that_nothing_requires_is_not_read() -> None:
    assert list(parse_dmn(model(knowledge("f", {}, literal("1 + +")), decision("a", literal("1")))).decisions) == ["a"]


def test_a_knowledge_model_that_an_earlier_decision_required_can_be_invoked() -> None:
    parse_dmn(
        model(ADD, decision("a", literal("f(1, 2)"), needs=knows("f")), decision("b", invocation("f", a="1", b="2")))
    )


@pytest.mark.parametrize(
    ("ids", "deployed"),
    [
        (["a", "z", "b"], ["a", "b", "z"]),
        (["t1", "t2", "top"], ["top", "t1", "t2"]),
        ([f"a{n}" for n in range(11)], ["a1", "a2", "a10", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a0"]),
        ([f"a{n}" for n in range(12)], ["a11", "a10", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9"]),
    ],
)
def test_decisions_are_deployed_in_the_engines_order(ids: list[str], deployed: list[str]) -> None:
    assert list(parse_dmn(model(*(decision(name, literal("1")) for name in ids))).decisions) == deployed


def test_definitions_are_described() -> None:
    read = parse_dmn(model(decision("a", literal("1")).replace('name="a"', 'name="An A"')))
    assert (read.id, read.name, read.namespace, read.decisions["a"].name) == ("definitions", "model", "n", "An A")
