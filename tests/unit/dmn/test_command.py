"""``zeebe-grpc dmn``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli_runner import runner
from tests.unit.dmn.models import decision, literal, model, requires, table
from zeebe_grpc.cli.dmn import dmn

TABLE = table(["x"], ["y"], [(["< 5"], ['"low"']), (["[3..8]"], ['"mid"'])])
CONTENT = model(decision("rate", TABLE), decision("top", literal("{rate: rate, now: now()}"), needs=requires("rate")))


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rate.dmn"
    path.write_bytes(CONTENT)
    return str(path)


def run(*arguments: str) -> Result:
    return runner().invoke(dmn, arguments, env={"COLUMNS": "120"})


def test_the_table_shows_inputs_rules_and_output(file: str) -> None:
    result = run(file, "--variables", '{"x": 1}', "--now", "2026-01-15T10:30:00Z", "--zone", "Europe/Berlin")
    assert result.exit_code == 0
    row = next(line for line in result.stdout.splitlines() if "in0 = 1" in line)
    assert [cell.strip() for cell in row.strip("\u2502").split("\u2502")] == [
        "rate",
        "in0 = 1",
        "1",
        'y = "low"',
        '"low"',
    ]
    assert result.stdout.splitlines()[-1] == ('output: {"rate":"low","now":"2026-01-15T11:30:00+01:00[Europe/Berlin]"}')


def test_json_is_one_line_in_the_form_of_an_answer(file: str) -> None:
    result = run(file, "--decision", "rate", "--variables", '{"x": 6}', "--output", "json")
    assert json.loads(result.stdout) == {
        "vars": {"x": 6},
        "output": '"mid"',
        "failed": "",
        "decisions": [
            {
                "id": "rate",
                "type": "DECISION_TABLE",
                "output": '"mid"',
                "inputs": [["i0", "in0", "6"]],
                "rules": [["r1", 2, [["o0", "y", '"mid"']]]],
            }
        ],
    }
    assert result.stdout.count("\n") == 1


def test_a_failed_evaluation_says_why_and_exits_with_1(file: str) -> None:
    result = run(file, "--variables", '{"x": 4}')
    assert result.exit_code == 1
    assert "failed in 'rate'" in result.stderr
    assert "UNIQUE" in result.stderr
    assert json.loads(run(file, "--variables", '{"x": 4}', "--output", "json").stdout)["failed"] == "rate"


def test_rules_without_an_id_get_the_engines(tmp_path: Path) -> None:
    path = tmp_path / "a.dmn"
    path.write_bytes(model(decision("d", table([], ["y"], [([], ["1"])]).replace(' id="r0"', ""))))
    answer = json.loads(run(str(path), "--output", "json").stdout)
    assert answer["decisions"][0]["rules"][0][0] == "ZB_SYNTH_RULE_ID_d_v1_r1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--decision", "nope"], "no decision 'nope'"),
        (["--variables", "[1]"], "a list"),
        (["--variables", "{x}"], "not JSON"),
        (["--now", "2026-01-15"], "2026-01-15Z"),
        (["--now", "soon"], "ISO 8601"),
        (["--zone", "Atlantis"], "Europe/Berlin"),
        (["--output", "xml"], "json"),
    ],
)
def test_bad_input_gets_one_clear_error(file: str, arguments: list[str], words: str) -> None:
    result = run(file, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_a_refused_model_names_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "bad.dmn"
    path.write_bytes(model(decision("d", literal("1 +")), decision("e", "")))
    result = run(str(path))
    assert result.exit_code == 2
    assert "does not parse as FEEL" in result.stderr
    assert "has no logic" in result.stderr
