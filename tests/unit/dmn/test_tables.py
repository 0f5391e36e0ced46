"""Decision tables beyond the recorded ones; the answers are the real engine's."""

from __future__ import annotations

import pytest

from tests.unit.dmn.models import Rule, decide, decision, model, output, table


def rows(*outputs: str) -> list[Rule]:
    """Rules that all match."""
    return [(["-"], [text]) for text in outputs]


def made(inputs: list[str], outputs: list[str], rules: list[Rule], policy: str = "UNIQUE", **more: object) -> bytes:
    """A model of one table, the decision `d`."""
    return model(decision("d", table(inputs, outputs, rules, policy, **more)))  # type: ignore[arg-type]


def gave(rules: list[Rule], policy: str, **more: object) -> str:
    """The output of a table with one input and one output column."""
    return output(made(["x"], ["y"], rules, policy, **more), variables={"x": 1})


MATCHING = ["", "-", "? > 0", "x", "cellInput > 0", "[1, 2]", "5 - 4", "1, 2", "if x > 0 then ? = 1 else false"]
OTHERS = ["null", "not(1)", "i0"]


@pytest.mark.parametrize(("tests", "matches"), [(text, text in MATCHING) for text in MATCHING + OTHERS])
def test_unary_tests(tests: str, matches: bool) -> None:
    assert output(made(["x"], ["y"], [([tests], ["1"])]), variables={"x": 1}) == ("1" if matches else "null")


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"])
def test_without_a_match_any_policy_gives_the_default(policy: str) -> None:
    assert gave([(["2"], ["1"])], policy, defaults=['"d"']) == '"d"'
    assert gave([(["2"], ["1"])], policy) == "null"


def test_defaults_of_some_columns_only() -> None:
    rules = [(["2"], ["1", "2"])]
    assert output(made(["x"], ["y", "z"], rules, defaults=['"d"', "x + 1"]), variables={"x": 1}) == '{"y":"d","z":2}'
    assert output(made(["x"], ["y", "z"], rules, defaults=['"d"', ""]), variables={"x": 1}) == '"d"'


@pytest.mark.parametrize(
    ("aggregation", "numbers"), [("SUM", "4.5"), ("MIN", "1"), ("MAX", "2.5"), ("COUNT", "3"), ("", "[1,2.5,1]")]
)
def test_aggregations(aggregation: str, numbers: str) -> None:
    assert gave(rows("1", "2.5", "1"), "COLLECT", aggregation=aggregation) == numbers


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
@pytest.mark.parametrize("odd", ["null", '"a"', "true", 'duration("P1D")', "[1]"])
def test_only_numbers_are_aggregated(aggregation: str, odd: str) -> None:
    evaluation = decide(made(["x"], ["y"], rows("1", odd), "COLLECT", aggregation=aggregation), "d")
    assert evaluation.failed_decision_id == "d"
    assert "number" in evaluation.failure_message


def test_anything_is_counted() -> None:
    assert gave(rows('"a"', "null"), "COLLECT", aggregation="COUNT") == "2"


def test_an_aggregation_of_another_policy_is_ignored() -> None:
    assert gave(rows("1", "2"), "FIRST", aggregation="SUM") == "1"


@pytest.mark.parametrize(
    ("values", "outputs", "order"),
    [
        ('"a","b"', ['"z"', '"b"', "null", "1", '"a"'], '["a","b","z",null,1]'),
        ("3, 2, 1.0", ["1", "2", "3", "1.0", "2.0"], "[3,2,1,1,2]"),
        ("'a', b ,\"c\"", ['"c"', '"b"', '"a"'], '["a","b","c"]'),
        ('"a,b","c"', ['"c"', '"a,b"', '"a"', '"b"'], '["a","b","c","a,b"]'),
        ('"a","b","a"', ['"b"', '"a"'], '["b","a"]'),
        ("true,false", ["false", "true"], "[false,true]"),
        ("", ['"b"', '"a"'], '["b","a"]'),
        ('"a",,"b",', ['"b"', '""', '"a"'], '["a","","b"]'),
        ('\n"b",\n"a"', ['"a"', '"b"'], '["b","a"]'),
    ],
)
def test_priorities_are_the_listed_values_as_text(values: str, outputs: list[str], order: str) -> None:
    assert gave(rows(*outputs), "OUTPUT ORDER", values=[values]) == order


def test_priorities_beyond_ten_go_by_their_digits() -> None:
    values = ",".join(f'"v{place}"' for place in range(12))
    outputs = [f'"v{place}"' for place in (11, 2, 10, 1, 3)]
    assert gave(rows(*outputs), "OUTPUT ORDER", values=[values]) == '["v1","v10","v11","v2","v3"]'
    assert gave(rows(*outputs), "PRIORITY", values=[values]) == '"v1"'


def test_priorities_of_several_columns() -> None:
    rules: list[Rule] = [(["-"], ['"b"', '"p"']), (["-"], ['"a"', '"q"']), (["-"], ['"a"', '"p"'])]
    content = made(["1"], ["y", "z"], rules, "OUTPUT ORDER", values=['"a","b"', '"p","q"'])
    assert output(content) == '[{"y":"a","z":"p"},{"y":"a","z":"q"},{"y":"b","z":"p"}]'


@pytest.mark.parametrize(
    ("outputs", "alike"),
    [
        (["1", "1.0", "2/2"], True),
        (["null", "x.y"], True),
        (["[1]", "[1.0]"], True),
        (['duration("P1D")', 'duration("PT24H")'], True),
        (['date("2020-01-01")', '@"2020-01-01"'], True),
        (["[1..2]", "[1..2]"], True),
        (['time("10:00:00Z")', 'time("11:00:00+01:00")'], False),
        (['"1"', "1"], False),
        (["[1]", "[1,2]"], False),
        (["{a:1}", "{a:1}"], False),
        (["function(x) x", "function(x) x"], False),
    ],
)
def test_what_any_takes_for_the_same(outputs: list[str], alike: bool) -> None:
    evaluation = decide(made(["1"], ["y"], rows(*outputs), "ANY"), "d")
    assert (evaluation.failed_decision_id == "") is alike


def test_any_takes_a_variable_for_itself() -> None:
    content = made(["1"], ["y"], rows("x", "x"), "ANY")
    assert output(content, variables={"x": {"a": [1, {"b": 2}]}}) == '{"a":[1,{"b":2}]}'


def test_more_than_four_outputs_are_in_the_engines_order() -> None:
    content = made(["1"], list("bacde"), [(["-"], ["1", "2", "3", "4", "5"])])
    assert output(content) == '{"e":5,"a":2,"b":1,"c":3,"d":4}'


def test_two_columns_of_one_name_are_one() -> None:
    assert output(made(["1"], ["y", "y"], [(["-"], ["1", "2"])])) == "2"


def test_cells_that_are_missing_or_too_many() -> None:
    assert output(made(["1", "2"], ["y"], [(["1"], ["7"])])) == "7"
    assert output(made(["1"], ["y"], [(["1", "2"], ["7", "8"])])) == "7"
    assert output(made(["1"], ["y", "z"], [(["1"], ["7"])])) == "7"


def test_a_failing_test_fails_the_decision_wherever_its_rule_stands() -> None:
    content = made(["x"], ["y"], [(["-"], ["1"]), (["assert(1, false)"], ["2"])], "FIRST")
    evaluation = decide(content, "d", {"x": 1})
    (entry,) = evaluation.decisions
    assert (evaluation.failed_decision_id, evaluation.output) == ("d", None)
    assert (len(entry.inputs), entry.rules) == (1, ())


def test_a_failing_output_of_a_rule_that_does_not_count_is_not_evaluated() -> None:
    assert gave(rows("1", "assert(1, false)"), "FIRST") == "1"


def test_a_failing_input_leaves_no_inputs() -> None:
    (entry,) = decide(made(["1", "assert(1, false)"], ["y"], []), "d").decisions
    assert entry.inputs == ()


def test_names_of_inputs_and_outputs() -> None:
    content = (
        made(["x +\n1"], ["y"], [(["-"], ["1"])])
        .replace(b' label="in0"', b"")
        .replace(b'name="y"', b'name="y" label="why"')
    )
    (entry,) = decide(content, "d", {"x": 1}).decisions
    assert (entry.inputs[0].name, entry.rules[0].outputs[0].name) == ("x +\n1", "why")


def test_rules_without_ids_that_are_alike_have_the_place_of_the_first() -> None:
    content = made(["1"], ["y"], [(["-"], ["1"]), ([" - "], ["1"]), (["-"], ["2"])], "COLLECT")
    for place in range(3):
        content = content.replace(f' id="r{place}"'.encode(), b"")
    (entry,) = decide(content, "d").decisions
    assert [(rule.id, rule.index) for rule in entry.rules] == [("", 1), ("", 1), ("", 3)]


def test_types_of_columns_are_not_checked() -> None:
    content = made(["x"], ["y"], [(["-"], ['"s"'])])
    content = content.replace(b"<inputExpression>", b'<inputExpression typeRef="number">')
    content = content.replace(b'name="y"', b'name="y" typeRef="number"')
    assert output(content, variables={"x": "a"}) == '"s"'


FUNCTION_TESTS = [
    ("not(null)", True),
    ("null", False),
    ("-", True),
    ("not(1)", False),
    ("? = null", False),
    ("? != null", False),
]


@pytest.mark.parametrize(("tests", "matches"), FUNCTION_TESTS)
def test_a_function_is_an_input_like_any_other(tests: str, matches: bool) -> None:
    assert output(made(["function(p) p"], ["y"], [([tests], ["1"])])) == ("1" if matches else "null")
