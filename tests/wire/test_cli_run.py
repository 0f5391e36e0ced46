"""The command ``run`` as a user types it, against the in-process gateway and against an address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli_runner import runner
from zeebe_grpc.cli.app import app
from zeebe_grpc.gateway import Gateway

EXAMPLE = Path(__file__).parents[2] / "examples" / "order_fulfilment"
MODEL = str(EXAMPLE / "order_fulfilment.bpmn")
ORDER = f"@{EXAMPLE / 'order.json'}"
IDLE = """
from zeebe_grpc.worker import Worker

worker = Worker()


@worker.job("something-else")
async def nothing() -> None: ...
"""
HANDLERS = "examples.order_fulfilment.handlers:worker"


def run(*arguments: str) -> Result:
    return runner().invoke(app, ["run", *arguments])


def path_taken(result: Result) -> list[str]:
    return [line.split()[-1] for line in result.stderr.splitlines() if line.startswith("+")]


def test_without_a_worker_every_job_is_completed_at_once() -> None:
    result = run(MODEL, "--variables", ORDER)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["receipt"] is None
    assert path_taken(result)[-2:] == ["order-fulfilled", "order-fulfilment"]


def test_the_example_runs_with_its_handlers() -> None:
    result = run(MODEL, "--variables", ORDER, "--worker", HANDLERS)
    assert result.exit_code == 0, result.output
    variables = json.loads(result.stdout)
    assert variables["shelf"] == "fifo-2"
    assert variables["receipt"].startswith("7-")
    assert variables["tracking"] == "express-1"


def test_a_business_error_takes_the_other_way() -> None:
    order = '{"orderId": "8", "items": [{"sku": "mug", "quantity": 5, "price": 12}]}'
    result = run(MODEL, "--variables", order, "--worker", HANDLERS)
    assert result.exit_code == 0, result.output
    assert path_taken(result)[-3:] == ["inform-customer", "order-declined", "order-fulfilment"]


def test_an_incident_ends_the_run_with_its_text() -> None:
    order = '{"orderId": "9", "items": [{"sku": "tea", "quantity": 40, "price": 20}]}'
    result = run(MODEL, "--variables", order, "--worker", HANDLERS)
    assert result.exit_code == 1
    assert "incident at charge-card: JOB_NO_RETRIES: the card of order 9 allows at most 500" in result.stderr
    assert result.stdout == ""


def test_a_job_that_nobody_handles_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "idle_handlers.py").write_text(IDLE)
    monkeypatch.syspath_prepend(tmp_path)
    result = run(MODEL, "--worker", "idle_handlers:worker")
    assert result.exit_code == 1
    assert (
        "waiting at reserve-stock, and nobody is there to act (no handler for job type reserve-stock)" in result.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--variables", "{"], "not JSON"),
        (["--variables", "[1]"], "variables are a JSON object, not a list"),
        (["--variables", "@nowhere.json"], "cannot read nowhere.json"),
        (["--variables", '{"a": NaN}'], "$.a: JSON has no NaN"),
        (["--variables", '{"a": ' + "[" * 100_000], "not JSON"),
        (["--worker", "handlers"], "is not module:attribute"),
        (["--worker", "no_such_module:worker"], "cannot import no_such_module"),
        (["--worker", "examples.order_fulfilment.handlers:nobody"], "has no attribute 'nobody'"),
        (["--worker", "examples.order_fulfilment.handlers:STOCK"], "is of type dict, not a zeebe_grpc Worker"),
        (["--address", "grpc://localhost:1"], "--address needs --worker"),
        (["--process", "other"], "no process 'other'"),
        (["--timeout", "0"], "0"),
    ],
)
def test_bad_input_is_said_once_with_status_2(arguments: list[str], said: str) -> None:
    result = run(MODEL, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_worker_without_handlers_is_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty_handlers.py").write_text("from zeebe_grpc.worker import Worker\nworker = Worker()\n")
    monkeypatch.syspath_prepend(tmp_path)
    result = run(MODEL, "--worker", "empty_handlers:worker")
    assert result.exit_code == 2
    assert "no job types" in result.stderr


def test_a_file_that_is_refused_before_it_is_sent_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "empty.bpmn").touch()
    result = run(str(tmp_path / "empty.bpmn"))
    assert result.exit_code == 2
    assert "'empty.bpmn': it is empty" in result.stderr


def test_a_model_that_cannot_run_names_the_element(tmp_path: Path) -> None:
    model = tmp_path / "bad.bpmn"
    model.write_text(Path(MODEL).read_text().replace("exclusiveGateway", "complexGateway"))
    result = run(str(model))
    assert result.exit_code == 2
    assert "bad.bpmn" in result.stderr
    assert "express" in result.stderr
    assert "shipped" in result.stderr


def test_on_an_address_the_worker_acts_and_the_result_is_printed() -> None:
    with Gateway() as gateway:
        result = run(MODEL, "--variables", ORDER, "--worker", HANDLERS, "--address", f"grpc://{gateway.address}")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["tracking"] == "express-1"
    assert "job ship at ship-express: Completed" in result.stderr


def test_a_long_timeout_is_no_mistake_of_units_where_seconds_are_asked_for() -> None:
    with Gateway() as gateway:
        address = f"grpc://{gateway.address}"
        result = run(MODEL, "--variables", ORDER, "--worker", HANDLERS, "--address", address, "--timeout", "7200")
    assert result.exit_code == 0, result.output


def test_on_an_address_no_result_in_time_is_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deaf_handlers.py").write_text(IDLE)
    monkeypatch.syspath_prepend(tmp_path)
    with Gateway() as gateway:
        address = f"grpc://{gateway.address}"
        result = run(MODEL, "--worker", "deaf_handlers:worker", "--address", address, "--timeout", "0.3")
    assert result.exit_code == 1
    assert "no result within 0.3 s" in result.stderr


def test_nobody_at_the_address_is_one_sentence() -> None:
    result = run(MODEL, "--worker", HANDLERS, "--address", "grpc://127.0.0.1:1", "--timeout", "0.5")
    assert result.exit_code == 1
    assert "127.0.0.1:1" in result.stderr
    assert "Traceback" not in result.output
