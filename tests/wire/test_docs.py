"""What the pages about workers, errors, tests and moving here show runs as it stands there."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wire.worker_support import eventually, service
from zeebe_grpc import AsyncZeebeClient, DuplicateMessageError, ZeebeClient, errors
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.testing import InstanceExpectation, JobEnvironment, plugin
from zeebe_grpc.worker import Completed, ErrorThrown, Failed
from zeebe_grpc.worker.settings import JobOptions

ROOT = Path(__file__).parents[2]
MODEL = "examples/order_fulfilment/order_fulfilment.bpmn"


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    monkeypatch.chdir(ROOT)
    with Gateway() as gateway:
        monkeypatch.setenv("ZEEBE_GRPC_ADDRESS", f"grpc://{gateway.address}")
        yield gateway


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def run(name: str) -> dict[str, Any]:
    """Everything that the code of a page defines."""
    names: dict[str, Any] = {"__name__": f"docs_{name}"}
    for block in re.findall(r"^```python\n(.*?)^```", page(f"{name}.md"), flags=re.MULTILINE | re.DOTALL):
        exec(compile(block, f"docs/{name}.md", "exec", dont_inherit=True), names)  # noqa: S102
    return names


TESTS = {name: test for name, test in run("testing").items() if name.startswith("test_")}


@pytest.mark.parametrize("name", TESTS)
def test_the_tests_of_the_page_pass(name: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.chdir(ROOT)
    fixtures = inspect.signature(TESTS[name]).parameters
    result = TESTS[name](**{fixture: request.getfixturevalue(fixture) for fixture in fixtures})
    if inspect.iscoroutine(result):
        asyncio.run(result)


def test_the_page_about_tests_has_some_of_each_kind() -> None:
    assert len(TESTS) == 10


def test_the_page_about_tests_names_every_fixture_and_every_expectation() -> None:
    named = set(re.findall(r"`(\w+)", page("testing.md")))
    fixtures = {name for name in vars(plugin) if "zeebe" in name} - {"zeebe_grpc"}
    expectations = {name for name in vars(InstanceExpectation) if not name.startswith("_")}
    assert len(fixtures) == 6
    assert len(expectations) == 12
    assert (fixtures | expectations) - named == set()


async def test_the_worker_of_the_page_works(gateway: Gateway) -> None:
    names = run("workers")
    handler = names["charge_card"]
    assert await JobEnvironment({"order_id": "7", "amount": 900}).run_async(handler) == ErrorThrown("LIMIT")
    assert await JobEnvironment({"order_id": "7", "amount": -1}).run_async(handler) == Failed("a negative amount", 0)
    environment = JobEnvironment({"pages": ["a", "b"]})
    assert environment.run(names["render"]) == Completed({"pages": 2})
    assert environment.progress == [(0.0, "a"), (0.5, "b")]
    assert await names["application"]()


def test_the_worker_of_the_page_counts_and_times_in_a_thread(gateway: Gateway) -> None:
    names = run("workers")
    assert names["plain_application"]()
    with ZeebeClient() as client:
        client.deploy_resources_from_files([MODEL])
        items = [{"sku": "tea", "quantity": 1, "price": 5}]
        client.create_process_instance("order-fulfilment", variables={"order_id": "7", "items": items})
        [job] = client.activate_jobs("reserve-stock", max_jobs_to_activate=1)
        client.complete_job(job)
        with names["worker"].running_in_thread(client):
            asyncio.run(eventually(lambda: names["ended"]["charge-card completed"] == 1))


def test_the_codec_of_the_page_hides_variables_from_the_cluster(gateway: Gateway) -> None:
    names = run("workers")
    seal, unseal = names["fernet"].encrypt, names["fernet"].decrypt

    @names["private"].job("work")
    def work(card: str) -> dict[str, str]:
        return {"charged": card}

    with ZeebeClient() as client:
        client.deploy_resources({"work.bpmn": service("work", "work")})
        with names["private"].running_in_thread(client):
            sealed = {"card": seal(b'"4111"').decode()}
            done = client.create_process_instance_with_result("work", variables=sealed)
    assert unseal(done.variables["charged"]) == b'"4111"'
    assert "4111" not in str([record.value for record in gateway.records])


def test_the_errors_of_the_page_are_met(gateway: Gateway) -> None:
    names = run("errors")
    with ZeebeClient() as client:
        assert names["start_order"](client, "7").startswith("not deployed: Expected to find process definition")
        client.deploy_resources_from_files([MODEL])
        assert names["start_order"](client, "7").startswith("started ")
        assert [names["pay"](client, "7", "p1").duplicate for _ in range(2)] == [False, True]
        with pytest.raises(DuplicateMessageError):
            client.publish_message("payment-received", correlation_key="7", message_id="p1")
    with ZeebeClient("grpc://localhost:1", timeout=0.3) as client:
        told = names["start_order"](client, "7")
    assert re.match(r"surely not started, after \d+ attempts: nobody listens at localhost:1", told)


def test_the_page_about_errors_names_every_class() -> None:
    named = set(re.findall(r"`(\w+)`", page("errors.md")))
    general = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and {errors.ZeebeError, errors.GatewayError} & set(kind.__bases__)
    }
    assert len(general) > 15
    assert general - named - {"GatewayError"} == {
        "TokenError"
    }  # the cause of an AuthenticationError; see the page about those


async def test_what_came_from_elsewhere_works_here(gateway: Gateway) -> None:
    names = run("migrating")
    await names["main"](gateway.address)
    async with AsyncZeebeClient() as client:
        working = asyncio.ensure_future(names["work"](client))
        await client.create_process_instance("order-fulfilment", variables={"orderId": "7", "items": []})
        await eventually(
            lambda: any(r.value_type == "JOB" and r.intent == "COMPLETED" for r in gateway.records),
        )
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.mark.parametrize("name", ["migrating.md", "defaults.md", "workers.md"])
def test_options_and_arguments_on_the_pages_exist(name: str) -> None:
    """The words of our side: what stands before ``=`` in the last column of a table, or in its first on `defaults`."""
    methods = [m for _, m in inspect.getmembers(AsyncZeebeClient, inspect.isroutine) if not _.startswith("_")]
    known = {word for method in methods for word in inspect.signature(method).parameters}
    known |= set(inspect.signature(AsyncZeebeClient).parameters) | set(JobOptions.__annotations__)
    known |= {
        "result_variable",
        "max_total_jobs",
        "grace",
        "health_port",
        "retries",
        "backoff",
        "first",
        "factor",
        "cap",
        "within",
        "zeebe_within",
        "zeebe_version",
        "mock_job",
    }
    column = 1 if name == "defaults.md" else -2
    cells = [row.split("|")[column] for row in page(name).splitlines() if row.startswith("| ")]
    words = {word for cell in cells for word in re.findall(r"\b([a-z_]+)=", cell)}
    if name == "defaults.md":
        words |= {word for cell in cells for word in re.findall(r"`([a-z]+_[a-z_]+)`", cell)}
    assert words
    assert words - known - set(dir(AsyncZeebeClient)) == set()
