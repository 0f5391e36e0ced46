"""What the schema of a DMN version refuses is refused here, with the place; each was tried on the real engine."""

from __future__ import annotations

import re

import pytest

from tests.unit.dmn.models import DMN_11, DMN_12, DMN_13, DMN_14, DMN_15, decision, literal, model
from zeebe_grpc.engine.dmn import DmnError, parse_dmn

ONE = decision("a", literal("1"))
DIAGRAM = (
    '<DMNDI xmlns="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/">'
    '<DMNDiagram id="x1"><DMNShape id="x2" dmnElementRef="a"><dc:Bounds height="80" width="180" x="1" y="1"/>'
    "</DMNShape></DMNDiagram></DMNDI>"
)


def requirement(inside: str) -> bytes:
    return model(ONE, decision("b", literal("1"), needs=f"<informationRequirement>{inside}</informationRequirement>"))


def refusal(content: bytes) -> DmnError:
    with pytest.raises(DmnError) as caught:
        parse_dmn(content)
    return caught.value


@pytest.mark.parametrize("namespace", [DMN_11, DMN_12, DMN_13, DMN_14, DMN_15, DMN_11.replace("dmn.xsd", "dmn11.xsd")])
def test_each_version_is_read(namespace: str) -> None:
    assert list(parse_dmn(model(ONE, namespace=namespace)).decisions) == ["a"]


@pytest.mark.parametrize(
    "namespace",
    [
        "",
        "https://www.omg.org/spec/DMN/20191111/DMN13.xsd",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
        "http://www.omg.org/spec/BPMN/20100524/MODEL",
    ],
)
def test_other_namespaces_are_refused(namespace: str) -> None:
    assert "no DMN version" in str(refusal(model(ONE, namespace=namespace)))


REFUSED = {
    "another root": ONE.replace("<decision", f'<decision xmlns="{DMN_13}"').encode(),
    "no name": model(ONE, attributes='id="d" namespace="n"'),
    "no namespace attribute": model(ONE, attributes='id="d" name="n"'),
    "no id of definitions": model(ONE, attributes='name="n" namespace="n"'),
    "an empty name": model(ONE, attributes='id="d" name="" namespace="n"'),
    "an unknown attribute": model(ONE, attributes='id="d" name="n" namespace="n" foo="1"'),
    "an unknown element": model(ONE, "<foo/>"),
    "an element of another namespace": model(ONE, '<f:foo xmlns:f="urn:f"/>'),
    "text between elements": model("text", ONE),
    "a decision without id": model(ONE.replace('id="a" ', "")),
    "a decision without name": model(ONE.replace('name="a"', "")),
    "a decision with an empty name": model(ONE.replace('name="a"', 'name=""')),
    "two decisions of one id": model(ONE, ONE),
    "an id with a blank": model(ONE.replace('id="a"', 'id="a b"')),
    "an id with a colon": model(ONE.replace('id="a"', 'id="a:b"')),
    "an id that begins with a digit": model(ONE.replace('id="a"', 'id="1a"')),
    "an empty id": model(ONE.replace('id="a"', 'id=""')),
    "a variable behind the logic": model(decision("a", literal("1") + '<variable name="a"/>')),
    "two logics": model(decision("a", literal("1") * 2)),
    "a child in a text": model(decision("a", "<literalExpression><text>1<b/></text></literalExpression>")),
    "an attribute on a text": model(decision("a", '<literalExpression><text id="q">1</text></literalExpression>')),
    "no requirement inside": requirement(""),
    "two requirements inside": requirement('<requiredDecision href="#a"/>' * 2),
    "a blank in a reference": requirement('<requiredDecision href="#a"> </requiredDecision>'),
    "an id on a reference": requirement('<requiredDecision id="q" href="#a"/>'),
    "a foreign attribute on a reference": requirement('<requiredDecision xmlns:f="urn:f" f:x="1" href="#a"/>'),
    "a table without output": model(decision("a", "<decisionTable/>")),
    "an unknown hit policy": model(decision("a", '<decisionTable hitPolicy="BEST"><output id="o"/></decisionTable>')),
    "an unknown aggregation": model(
        decision("a", '<decisionTable hitPolicy="COLLECT" aggregation="AVG"><output id="o"/></decisionTable>')
    ),
    "a rule without outputs": model(decision("a", '<decisionTable><output id="o"/><rule/></decisionTable>')),
    "an input without expression": model(decision("a", '<decisionTable><input/><output id="o"/></decisionTable>')),
    "an entry without expression": model(decision("a", "<context><contextEntry/></context>")),
    "text in extension elements": model(decision("a", "<extensionElements>x</extensionElements>" + literal("1"))),
    "DMN in extension elements": model(
        decision("a", "<extensionElements><decision/></extensionElements>" + literal("1"))
    ),
    "wrong DMN deep in extension elements": model(
        decision("a", '<extensionElements><f:x xmlns:f="urn:f"><decision/></f:x></extensionElements>' + literal("1"))
    ),
    "no URI": model(ONE, attributes='id="d" name="n" namespace="%zz"'),
    "a URI without scheme": model(ONE, attributes='id="d" name="n" namespace="::"'),
    "a diagram before the decisions": model(DIAGRAM, ONE),
    "an id of a diagram twice": model(ONE, DIAGRAM.replace("x2", "x1")),
    "an id of a decision in the diagram": model(ONE, DIAGRAM.replace("x2", "a")),
    "a shape without height": model(ONE, DIAGRAM.replace('height="80"', "")),
    "a shape of another version": model(ONE, DIAGRAM, namespace=DMN_15),
    "1.1: an id on a requirement": model(
        ONE,
        decision(
            "b",
            literal("1"),
            needs='<informationRequirement id="q"><requiredDecision href="#a"/></informationRequirement>',
        ),
        namespace=DMN_11,
    ),
    "1.1: a type with blanks": model(decision("a", literal("1"), type_ref="date and time"), namespace=DMN_11),
    "1.1: a type with an unknown prefix": model(decision("a", literal("1"), type_ref="feel:number"), namespace=DMN_11),
    "1.1: annotations": model(
        decision("a", '<decisionTable><output/><annotation name="q"/></decisionTable>'), namespace=DMN_11
    ),
    "1.2: groups": model(ONE, '<group id="g"/>', namespace=DMN_12),
    "1.3: conditionals": model(
        decision(
            "a",
            f"<conditional><if>{literal('1')}</if><then>{literal('1')}</then><else>{literal('1')}</else></conditional>",
        )
    ),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_the_schema_refuses(content: bytes) -> None:
    assert refusal(content).problems


ACCEPTED = {
    "no decision": model(),
    "extension elements": model(
        decision("a", '<extensionElements><z:x xmlns:z="urn:z" id="a">text</z:x></extensionElements>' + literal("1"))
    ),
    "foreign attributes": model(ONE.replace("<decision", '<decision xmlns:z="urn:z" z:x="1"')),
    "a comment in a reference": requirement('<requiredDecision href="#a"><!-- here --></requiredDecision>'),
    "a reference without #": requirement('<requiredDecision href="a"/>'),
    "a reference into another namespace": requirement('<requiredDecision href="urn:x#a"/>'),
    "a required input that is nowhere": requirement('<requiredInput href="#nope"/>'),
    "a diagram": model(ONE, DIAGRAM),
    "a diagram of what is not there": model(ONE, DIAGRAM.replace('dmnElementRef="a"', 'dmnElementRef="nope"')),
    "blanks around an id": model(ONE.replace('id="a"', 'id=" a "')),
    "an id with dots": model(ONE.replace('id="a"', 'id="\u00e4.b-c_1"')),
    "a namespace with blanks": model(ONE, attributes='id="d" name="n" namespace="my ns"'),
    "an item definition": model(
        '<itemDefinition name="t" isCollection=" 1 "><typeRef>string</typeRef></itemDefinition>', ONE
    ),
    "artifacts": model(
        ONE,
        '<textAnnotation id="t"/><association id="s"><sourceRef href="#a"/><targetRef href="#t"/></association>',
    ),
    "1.1: a bound prefix": model(
        decision("a", literal("1")).replace(
            "<literal", '<variable xmlns:feel="urn:feel" name="a" typeRef="feel:number"/><literal'
        ),
        namespace=DMN_11,
    ),
    "1.2: a type with blanks": model(decision("a", literal("1"), type_ref="date and time"), namespace=DMN_12),
    "another prefix": model(ONE).replace(b"<", b"<q:").replace(b"<q:/", b"</q:").replace(b"xmlns=", b"xmlns:q="),
}


@pytest.mark.parametrize("content", ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_schema_takes(content: bytes) -> None:
    parse_dmn(content)


def test_a_problem_names_line_element_and_what_was_expected() -> None:
    (problem,) = refusal(model("\n", decision("a", '<variable name="a"/><foo/>'))).problems
    assert problem.startswith("line 2: <decision> 'a' contains <foo> (line 2) where it may not stand")
    assert "<informationRequirement>" in problem
    assert "<literalExpression>" in problem


def test_all_problems_are_named_at_once() -> None:
    error = refusal(model(ONE.replace("name", "nome"), decision("a b", literal("1")), "<foo/>"))
    assert [bool(re.search(word, str(error))) for word in ("'nome'", "'a b'", "<foo>")] == [True] * 3


def test_what_is_not_xml_names_the_file_and_the_line() -> None:
    with pytest.raises(DmnError, match=r"^price.dmn: line 2, column \d+: "):
        parse_dmn(b"<definitions>\n<decision>", "price.dmn")


def test_depth_is_bounded() -> None:
    assert "levels" in str(refusal(model(decision("a", "<list>" * 97 + literal("1") + "</list>" * 97))))
    parse_dmn(model(decision("a", "<list>" * 96 + literal("1") + "</list>" * 96)))
