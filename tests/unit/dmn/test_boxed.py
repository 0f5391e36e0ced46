"""Requirements, knowledge models and boxed expressions; the answers are the real engine's."""

from __future__ import annotations

import pytest

from tests.unit.dmn.models import (
    context,
    decide,
    decision,
    function,
    invocation,
    knowledge,
    knows,
    literal,
    model,
    output,
    relation,
    requires,
    table,
)
from zeebe_grpc.engine.dmn import DecisionEvaluation, UnknownDecisionError

X = {"x": 1, "y": "s"}
TEN = knowledge("f", {"a": "number", "b": "number"}, literal("a * 10 + b"))
CLASH = table(["a"], ["y"], [(["1"], ['"one"']), (["1"], ['"two"'])])


def trail(evaluation: DecisionEvaluation) -> list[tuple[str, str, object]]:
    return [(entry.id, entry.type, entry.output) for entry in evaluation.decisions]


# Requirements


def test_a_result_is_found_under_the_variable_or_the_id() -> None:
    named = model(decision("a", literal("1"), variable="res"), decision("d", literal("[res, a]"), needs=requires("a")))
    assert output(named) == "[1,null]"
    assert output(model(decision("a", literal("1")), decision("d", literal("a"), needs=requires("a")))) == "1"


def test_a_result_hides_a_variable_and_is_seen_only_where_it_is_required() -> None:
    parts = decision("a", literal("1")), decision("b", literal("a"), needs=requires("a"))
    assert output(model(*parts, decision("d", literal("[a, b]"), needs=requires("b"))), variables={"a": 7}) == "[7,1]"


def test_a_decision_required_twice_is_decided_twice() -> None:
    content = model(
        decision("a", literal("1")),
        decision("b", literal("a"), needs=requires("a")),
        decision("d", literal("a + b"), needs=requires("a", "b")),
    )
    assert [entry.id for entry in decide(content, "d").decisions] == ["a", "a", "b", "d"]


def test_a_failure_below_names_the_decision_that_failed() -> None:
    content = model(
        decision("a", table([], ["y"], [([], ["1"]), ([], ["2"])])),
        decision("z", literal("9")),
        decision("d", literal("a"), needs=requires("z", "a", "z")),
    )
    evaluation = decide(content, "d")
    assert (evaluation.output, evaluation.failed_decision_id) == (None, "a")
    assert [entry.id for entry in evaluation.decisions] == ["z", "a"]


def test_a_long_chain_of_requirements() -> None:
    chain = [decision(f"a{n}", literal(f"a{n + 1}"), needs=requires(f"a{n + 1}")) for n in range(2_000)]
    assert output(model(*chain, decision("a2000", literal("1"))), "a0") == "1"


def test_requirements_that_multiply_are_stopped() -> None:
    levels = [decision(f"a{n}", literal("1"), needs=requires(f"a{n + 1}", f"a{n + 1}")) for n in range(60)]
    evaluation = decide(model(*levels, decision("a60", literal("1"))), "a0")
    assert "10000" in evaluation.failure_message


def test_an_unknown_decision() -> None:
    with pytest.raises(UnknownDecisionError, match="it has 'd'"):
        decide(model(decision("d", literal("1"))), "e")


# Types


@pytest.mark.parametrize(
    ("type_ref", "value", "fits"),
    [
        ("string", '"s"', True),
        ("string", "1", False),
        ("feel:number", "1", True),
        ("feel:number", '"s"', False),
        ("boolean", "1 > 0", True),
        ("boolean", "1", False),
        ("date", 'date("2020-01-01")', True),
        ("time", 'time("10:00:00Z")', True),
        ("dateTime", 'date and time("2020-01-01T00:00:00")', True),
        ("dateTime", 'date("2020-01-01")', False),
        ("dayTimeDuration", 'duration("P1D")', True),
        ("yearMonthDuration", 'duration("P1D")', False),
        ("number", "null", True),
        ("date and time", "1", True),
        ("context", "1", True),
        ("Number", '"s"', True),
        ("tOwn", "1", True),
    ],
)
def test_the_type_of_a_result(type_ref: str, value: str, fits: bool) -> None:
    evaluation = decide(model(decision("d", literal(value), type_ref=type_ref)), "d")
    assert (evaluation.failed_decision_id == "") is fits
    assert evaluation.decisions[0].output == decide(model(decision("d", literal(value))), "d").output


# Knowledge models


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("f(x, 1)", "11"),
        ("f(b: 1, a: 2)", "21"),
        ("f(a: 1)", "null"),
        ("f(a: 1, c: 2)", "null"),
        ("f(x)", "null"),
        ("f(x, 1, 2)", "null"),
        ("f(y, 1)", "null"),
        ("[1, 2, 3][f(item, 0) > 15]", "[2,3]"),
        ("for i in [1, 2] return f(i, 0)", "[10,20]"),
        ("f(1, f(1, 2))", "22"),
        ("f", "null"),
        ("is defined(f)", "true"),
        ("string(f)", '"function(a, b)"'),
    ],
)
def test_calls_of_a_knowledge_model(text: str, value: str) -> None:
    assert output(model(TEN, decision("d", literal(text), needs=knows("f"))), variables=X) == value


def test_each_call_is_noted() -> None:
    evaluation = decide(model(TEN, decision("d", literal("f(1, 2) + f(3, 4)"), needs=knows("f"))), "d")
    assert trail(evaluation) == [
        ("f", "LITERAL_EXPRESSION", 12),
        ("f", "LITERAL_EXPRESSION", 34),
        ("d", "LITERAL_EXPRESSION", 46),
    ]


def test_a_call_that_fails_is_null() -> None:
    content = model(knowledge("f", {"a": ""}, CLASH), decision("d", literal("[f(1), 2]"), needs=knows("f")))
    evaluation = decide(content, "d")
    assert (evaluation.output, evaluation.failed_decision_id) == ([None, 2], "")
    assert len(evaluation.decisions[0].rules) == 2


def test_what_a_knowledge_model_sees() -> None:
    content = model(
        knowledge("f", {"a": ""}, literal("[a, x, r]")),
        decision("r", literal("5")),
        decision("d", literal("f(2)"), needs=requires("r") + knows("f")),
        decision("i", invocation("f", a="2"), needs=requires("r") + knows("f")),
    )
    assert output(content, variables=X) == "[2,1,null]"
    assert output(content, "i", X) == "[2,1,5]"


def test_knowledge_that_requires_knowledge() -> None:
    content = model(
        knowledge("f", {"a": ""}, literal("g(a) + 1"), needs=knows("g")),
        knowledge("g", {"a": ""}, literal("a * 2")),
        decision("d", literal("[f(1), g(1)]"), needs=knows("f")),
    )
    assert output(content) == "[3,null]"


def test_knowledge_hides_variables_and_built_in_functions() -> None:
    content = model(
        knowledge("sum", {"a": ""}, literal('"mine"')), decision("d", literal("sum(1)"), needs=knows("sum"))
    )
    assert output(content, variables={"sum": 1}) == '"mine"'


def test_knowledge_without_logic_is_null() -> None:
    content = model('<businessKnowledgeModel id="f" name="f"/>', decision("d", literal("f()"), needs=knows("f")))
    assert trail(decide(content, "d")) == [("f", "UNKNOWN", None), ("d", "LITERAL_EXPRESSION", None)]


def test_a_function_is_a_result_for_the_next_decision() -> None:
    content = model(decision("g", literal("function(p) p + 1")), decision("d", literal("g(1)"), needs=requires("g")))
    assert output(content) == "2"


def test_calls_without_end_are_stopped() -> None:
    text = "for i in 1..200 return for j in 1..200 return f(i, j)"
    evaluation = decide(model(TEN, decision("d", literal(text), needs=knows("f"))), "d")
    assert "10000" in evaluation.failure_message


def test_calls_that_nest_too_deeply_are_stopped() -> None:
    chain = [knowledge(f"f{n}", {"a": ""}, literal(f"f{n + 1}(a)"), needs=knows(f"f{n + 1}")) for n in range(400)]
    content = model(
        *chain, knowledge("f400", {"a": ""}, literal("a")), decision("d", literal("f0(1)"), needs=knows("f0"))
    )
    assert decide(content, "d").failed_decision_id


# Invocations


def test_an_invocation() -> None:
    content = model(TEN, decision("d", invocation("f", a="x", b="x + 1", c="0"), needs=knows("f")))
    assert trail(decide(content, "d", X)) == [("f", "LITERAL_EXPRESSION", 12), ("d", "INVOCATION", 12)]


@pytest.mark.parametrize("bindings", [{"a": "x"}, {"a": '"s"', "b": "1"}])
def test_an_invocation_that_fits_badly_fails(bindings: dict[str, str]) -> None:
    content = model(TEN, decision("d", invocation("f", **bindings), needs=knows("f")))
    assert trail(decide(content, "d", X)) == [("d", "INVOCATION", None)]
    assert decide(content, "d", X).failed_decision_id == "d"


def test_an_invocation_takes_a_variable_for_a_missing_binding() -> None:
    content = model(TEN, decision("d", invocation("f", a="x"), needs=knows("f")))
    assert output(content, variables={"x": 1, "b": 9}) == "19"


def test_a_failing_invocation_fails_the_decision() -> None:
    content = model(knowledge("f", {"a": ""}, CLASH), decision("d", invocation("f", a="1"), needs=knows("f")))
    evaluation = decide(content, "d")
    assert [entry.id for entry in evaluation.decisions] == ["f", "d"]
    assert evaluation.failed_decision_id == "d"


# Contexts, lists, relations, functions

NESTED = context(("p", literal("z")), ("q", literal("a")))


@pytest.mark.parametrize(
    ("logic", "value"),
    [
        (context(("a", literal("1")), ("b", literal("a + x"))), '{"a":1,"b":2}'),
        (context(("a", literal("1")), ("", literal("a + x"))), "2"),
        (context(("x", literal("x + 1")), ("b", literal("x"))), '{"x":2,"b":2}'),
        (context(("a", literal("1")), ("b", literal("2")), ("a", literal("a + b"))), '{"a":3,"b":2}'),
        (context(("z", literal("5")), ("a", NESTED)), '{"z":5,"a":{"p":5,"q":null}}'),
        (context(*((name, literal("1")) for name in "fedcba")), '{"e":1,"f":1,"a":1,"b":1,"c":1,"d":1}'),
        (context(("a", table(["x"], ["y"], [(["1"], ['"one"'])])), ("", literal("a"))), '"one"'),
        (
            context(("g", function({"p": "number"}, literal("p + x"))), ("", literal("[g(2), g(p: 3), g()]"))),
            "[3,4,null]",
        ),
        (context(("g", function({"p": "number"}, literal("p"))), ("", literal('g("a")'))), "null"),
        (context(("g", function({"p": ""}, literal("p + z"))), ("z", literal("5")), ("", literal("g(1)"))), "null"),
        (context(("g", function({"p": ""}, literal("p"))), ("b", literal("2"))), '{"g":null,"b":2}'),
        (context(("c", context(("g", function({"p": ""}, literal("p + 1"))))), ("", literal("c.g(1)"))), "2"),
        (literal("{g: function(p) p, b: 2}"), '{"b":2}'),
        (f"<list>{literal('x')}<list>{literal('2')}</list>{context(('a', literal('1')))}</list>", '[1,[2],{"a":1}]'),
        ("<list/>", "[]"),
        (relation(["a", "b"], ["x", "2"], ["3", '"q"']), '[{"a":1,"b":2},{"a":3,"b":"q"}]'),
        (relation(["a", "b"], ["1", "a"]), '[{"a":1,"b":null}]'),
        (relation(["a", "a"], ["1", "2"]), '[{"a":2}]'),
        (relation(["a"]), "[]"),
    ],
)
def test_boxed_expressions(logic: str, value: str) -> None:
    assert output(model(decision("d", logic)), variables=X) == value


@pytest.mark.parametrize(
    "logic",
    [
        context(("a", CLASH)),
        f"<list>{literal('assert(1, false)')}</list>",
        relation(["a"], ["assert(1, false)"]),
    ],
)
def test_a_failing_part_fails_the_decision(logic: str) -> None:
    evaluation = decide(model(decision("d", logic)), "d", {"a": 1})
    assert (evaluation.failed_decision_id, evaluation.decisions[0].output) == ("d", None)


# Variables


def test_large_objects_are_in_the_engines_order() -> None:
    large = dict.fromkeys("bacdef", 1)
    content = model(decision("d", literal("{entries: get entries(x).key, x: x, list: [x]}")))
    expected = '{"e":1,"f":1,"a":1,"b":1,"c":1,"d":1}'
    assert output(content, variables={"x": large}) == (
        f'{{"entries":["e","f","a","b","c","d"],"x":{expected},"list":[{expected}]}}'
    )


def test_numbers_keep_what_they_are() -> None:
    content = model(decision("d", literal("[x, x + 1, string(x)]")))
    assert output(content, variables={"x": 2**53 + 1}) == '[9007199254740993,9007199254740994,"9007199254740993"]'
    assert output(content, variables={"x": 1.0}) == '[1,2,"1.0"]'
    assert output(content, variables={"x": float("inf")}) == "[null,null,null]"


@pytest.mark.parametrize(
    "text", ['fromAi("a")', 'fromAi(value: "a", type: "b")', 'cycle(duration("P1D"))', "cycle(interval: 1)"]
)
def test_functions_for_processes_are_not_there(text: str) -> None:
    assert output(model(decision("d", literal(text)))) == "null"


@pytest.mark.parametrize("depth", [150, 300, 1_000])
def test_a_value_that_nests_too_deeply_fails_the_decision(depth: int) -> None:
    content = model(decision("d", literal(f"(for i in 1..{depth} return [partial[-1]])[-1]")))
    evaluation = decide(content, "d")
    assert ("levels deep" in evaluation.failure_message) is (depth > 200)


def test_a_variable_that_nests_too_deeply_fails_the_decision() -> None:
    value: object = 1
    for _ in range(5_000):
        value = [value]
    assert decide(model(decision("d", literal("x"))), "d", {"x": value}).failure_message
