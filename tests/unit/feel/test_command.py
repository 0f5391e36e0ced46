"""``zeebe-grpc feel`` as a person, and as a program, would call it; and `zeebe_grpc.feel` beneath it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli_runner import runner
from tests.unit.feel.answers import recorded
from zeebe_grpc.cli.feel import feel
from zeebe_grpc.feel import FeelSyntaxError, evaluate, evaluate_unary_tests


def run(*arguments: str, stdin: str | None = None) -> Result:
    return runner().invoke(feel, arguments, input=stdin)


def test_prints_value_type_and_warnings() -> None:
    result = run("[a + 1, b]", "--variables", '{"a": 1.5}')
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "[2.5,null]",
        "type: ARRAY",
        "warning: NO_VARIABLE_FOUND no variable found with name 'b'",
    ]


def test_the_sign_of_an_expression_may_lead() -> None:
    assert run("=1+1").stdout.startswith("2\n")


def test_what_has_no_json_is_shown_as_text() -> None:
    assert run("function(a, b) a").stdout.splitlines()[0] == "function(a, b)"


def test_unary_tests_on_a_value() -> None:
    assert run("< 5, [7..9]", "--unary", "8").stdout.startswith("true\n")
    assert run("? = null", "--unary", "null").stdout.startswith("true\n")
    assert run("not(x)", "--unary", '"a"', "--variables", '{"x": "a"}').stdout.startswith("false\n")


def test_points_at_the_place_of_an_error() -> None:
    result = run("if a then\n\tb els c")
    assert result.exit_code == 2
    message, line, caret = result.stderr.splitlines()
    assert "line 2, column 4" in message
    assert "'else'" in message
    assert line.endswith("b els c")
    assert caret.index("^") == line.index("els")


def test_of_a_long_line_the_place_of_the_error_is_shown() -> None:
    text = "1 + " * 2000 + ") + " + "2 + " * 2000 + "3"
    _, line, caret = run(text).stderr.splitlines()
    assert len(line) < 120
    assert line[caret.index("^")] == ")"
    assert line.startswith("  ...")
    assert line.endswith("...")


def test_of_a_short_line_nothing_is_cut() -> None:
    _, line, caret = run("1 + )").stderr.splitlines()
    assert (line, caret) == ("  1 + )", "      ^")


def test_a_wide_character_takes_two_columns() -> None:
    _, _, caret = run('"日本" + )').stderr.splitlines()
    assert caret == "  " + " " * 9 + "^"


def test_a_failed_evaluation_is_one_line_and_status_1() -> None:
    result = run('assert(x, x != null, "no order")')
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "no order" in result.stderr.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "either an EXPRESSION or --batch"),
        (("1", "--batch"), "either an EXPRESSION or --batch"),
        (("1", "--variables", "[1]"), "object"),
        (("1", "--variables", "{"), "not JSON"),
        (("1", "--unary", "{"), "not JSON"),
        (("1", "--unary", "[" * 100_000), "not JSON"),
        (("1", "--now", "yesterday"), "ISO 8601"),
        (("1", "--zone", "Nowhere"), "no time zone"),
        (("--batch", "no such file"), "cannot read"),
    ],
)
def test_bad_input_is_one_clear_error(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("text", ["\udce4", "\x00", '"\udcff" + 1', "`\udcff`"])
def test_bytes_that_are_no_text_do_no_harm(text: str) -> None:
    result = run(text)
    assert result.exit_code in (0, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_batches_answer_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text('{"expr": "a + 1", "ctx": {"a": 1}}\n\n{"expr": "1 +"}\n{"expr": "null"}\n', encoding="utf-8")
    for result in (run("--batch", str(file)), run("--batch", stdin=file.read_text(encoding="utf-8"))):
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        assert answers == [{"out": "NUMBER", "json": "2"}, {"out": "invalid"}, {"out": "NULL"}]
        assert result.exit_code == 0


@pytest.mark.parametrize(
    "line", ["nonsense", "[]", '"x"', "null", '{"ctx": {}}', '{"expr": 1}', '{"expr": "1", "ctx": 1}']
)
def test_a_line_that_is_no_request_is_named(line: str) -> None:
    result = run("--batch", stdin=f'{{"expr": "1"}}\n{line}\n')
    assert result.exit_code == 2
    assert "line 2" in result.stderr


def test_batches_answer_as_the_engine_was_recorded() -> None:
    cases = list(recorded())[::15]
    stdin = "".join(json.dumps({"expr": case.expression, "ctx": dict(case.variables)}) + "\n" for case in cases)
    result = run("--batch", "--now", "2026-01-15T10:30:00Z", "--zone", "UTC", stdin=stdin)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    wanted = [(case.answer.out, case.answer.json, list(case.answer.warn)) for case in cases]
    assert [(answer["out"], answer.get("json"), answer.get("warn", [])) for answer in answers] == wanted


# The library


def test_evaluate_takes_clock_and_zone_or_has_its_own() -> None:
    fixed = datetime(2026, 1, 15, 10, 30, tzinfo=timezone.utc)
    assert evaluate("=today()", now=fixed).to_json() == "2026-01-15"
    assert evaluate('now() > date and time("2020-01-01T00:00:00Z")').to_json() is True
    with pytest.raises(ValueError, match="no time zone"):
        evaluate("1", now=datetime(2026, 1, 15))  # noqa: DTZ001


def test_evaluate_unary_tests() -> None:
    assert evaluate_unary_tests("> limit", 3, {"limit": 2}).to_json() is True
    with pytest.raises(FeelSyntaxError):
        evaluate_unary_tests("", 3)
