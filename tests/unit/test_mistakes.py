"""What people do wrong at the face gets one error that says what, where and what to do, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import grpc
import pytest

from zeebe_grpc import AsyncZeebeClient, ConfigurationError, ZeebeClient
from zeebe_grpc.testing import JobEnvironment
from zeebe_grpc.worker import Backoff, Completed, Failed, Worker, run_workers

NOWHERE = "grpc://localhost:1"
KEY = 2251799813685249


@pytest.fixture
def client() -> Iterator[ZeebeClient]:
    """A client that would fail with UNAVAILABLE, if it sent anything."""
    with ZeebeClient(NOWHERE, timeout=0.2) as made:
        yield made


def handler(a: int) -> None: ...


@pytest.mark.parametrize("given", [("a.bpmn", b"<xml/>"), "a.bpmn", b"<xml/>"], ids=["pair", "path", "content"])
def test_resources_are_resources(client: ZeebeClient, given: Any) -> None:
    with pytest.raises(TypeError, match=r"expected Resource\(name, content\) .* deploy_resources_from_files\(paths\)"):
        client.deploy_resources([given])


MISTAKEN_CLIENTS: list[tuple[dict[str, Any], str]] = [
    ({"logger": "orders"}, r"logger: expected one such as logging.getLogger\(NAME\), got str without debug\(\)"),
    ({"configuration": ["a"]}, "configuration: expected a mapping of variables' names, got list"),
    ({"address": 26500}, "address: expected a text such as grpc://HOST:26500, got int"),
    ({"compression": "zip"}, "compression: expected 'gzip' or 'deflate', got 'zip'"),
    ({"load_balancing": "random"}, "load_balancing: expected 'pick_first' or 'round_robin', got 'random'"),
    ({"resilience": 5}, "resilience: expected a Resilience, got int"),
    ({"observer": print}, "observer: expected a CallObserver, got builtin_function_or_method"),
    ({"interceptors": [5]}, "interceptors: expected client interceptors of grpc, .*, got int"),
    ({"channel_options": {"grpc.a": 1}}, r"channel_options: expected pairs .*, got a mapping; use its items\(\)"),
    ({"channel_options": ["grpc.a"]}, r"channel_options: expected pairs such as \('grpc\.max_metadata_size', 65536\)"),
    ({"channel_options": [("grpc.a", 1.5)]}, "channel_options: 'grpc.a': expected a text or a whole number, got float"),
    ({"max_send_message_size": "4m"}, "max_send_message_size: expected bytes, at least 1, got '4m'"),
]


@pytest.mark.parametrize(("given", "text"), MISTAKEN_CLIENTS, ids=[text[:40] for _, text in MISTAKEN_CLIENTS])
def test_clients_are_made_of_what_they_can_use(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigurationError, match=text):
        ZeebeClient(**given)


class Intercepted(grpc.UnaryUnaryClientInterceptor):  # type: ignore[misc]
    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(details, request)


def test_interceptors_are_of_the_clients_own_colour() -> None:
    ZeebeClient(NOWHERE, interceptors=[Intercepted()])
    with pytest.raises(
        ConfigurationError, match=r"interceptors: expected client interceptors of grpc\.aio, .*, got Int"
    ):
        AsyncZeebeClient(NOWHERE, interceptors=[Intercepted()])


def test_a_channel_is_no_address() -> None:
    with (
        grpc.insecure_channel("localhost:1") as channel,
        pytest.raises(ConfigurationError, match="got Channel; channels are made in here"),
    ):
        ZeebeClient(channel)  # type: ignore[arg-type]


MISTAKEN_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"job_timeout": 60000}, "job_timeout: 60000 seconds as a bare number; milliseconds"),
    ({"max_concurrent_jobs": "8"}, "max_concurrent_jobs must be a whole number from 1, not '8'"),
    ({"retry": 3}, "retry is a Backoff, or a function of job and exception, not int"),
    ({"fetch_variables": "sku"}, r"write \['sku'\]"),
    ({"tenant_ids": "red"}, r"tenant_ids is a list of names; write \['red'\]"),
    ({"tenant_filter": "MINE"}, "'MINE' is not a valid TenantFilter"),
    ({"worker_name": 5}, "worker_name is a text, not 5"),
    ({"stream": "no"}, "stream is True or False, not 'no'"),
    ({"extend": "no"}, "extend is True or False"),
    ({"with_lease": 1}, "with_lease is True or False"),
    ({"describe_error": "short"}, "describe_error is a function, not 'short'"),
    ({"execution_strategy": "threads"}, "execution_strategy is 'auto' or 'async' or 'thread' or 'process'"),
]


@pytest.mark.parametrize(("option", "text"), MISTAKEN_OPTIONS, ids=[next(iter(o)) for o, _ in MISTAKEN_OPTIONS])
def test_options_of_workers_are_refused_where_they_are_written(option: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^Worker: .*{text}"):
        Worker(**option)
    if "execution_strategy" not in option:  # a handler's own strategy has to fit the handler, too
        with pytest.raises(ConfigurationError, match=rf"^job type work: .*{text}"):
            Worker().job("work", **option)(handler)


def test_variables_to_fetch_may_come_from_an_iterator() -> None:
    worker = Worker()
    worker.job("work", fetch_variables=iter(["a", "b"]))(handler)
    for _ in range(2):
        [job] = worker._settled()
        assert job.settings.fetch_variables == ("a", "b")


def test_a_backoff_is_made_of_numbers() -> None:
    with pytest.raises(TypeError, match="retries must be a whole number, not '3'"):
        Backoff(retries="3")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="max_total_jobs must be at least 1, not '5'"):
        Worker(max_total_jobs="5")  # type: ignore[arg-type]


class Shop:
    """A handler that was decorated inside of its class, where it has no object yet."""

    def reserve(self, sku: str) -> None: ...


def test_a_function_of_a_class_is_no_method_of_an_object() -> None:
    worker = Worker()
    with pytest.raises(TypeError, match=r"Shop.reserve: parameter self: .* worker.job\('my-type'\)\(thing.method\)"):
        worker.job("reserve")(Shop.reserve)
    worker.job("reserve")(Shop().reserve)
    assert repr(worker) == "Worker('reserve')"


async def listener(_event: object) -> None: ...


REFUSALS: list[tuple[str, Callable[[], object], str]] = [
    ("middleware", lambda: Worker().middleware(5), "@worker.middleware takes a function, not int"),  # type: ignore[type-var]
    ("listener", lambda: Worker().listen("a"), "@worker.listen takes a function, not str"),  # type: ignore[type-var]
    ("async listener", lambda: Worker().listen(listener), "@worker.listen takes a plain function"),  # type: ignore[type-var]
    ("include", lambda: Worker().include(5), "worker.include takes a Worker, not int"),  # type: ignore[arg-type]
    ("list", lambda: run_workers([Worker()]), "run_workers takes a Worker, not list"),  # type: ignore[arg-type]
    (
        "client",
        lambda: run_workers(ZeebeClient(NOWHERE)),  # type: ignore[arg-type]
        "run_workers takes a Worker, not ZeebeClient; a client is client=...",
    ),
]


@pytest.mark.parametrize(("refused", "text"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_workers_take_what_they_are_made_for(refused: Callable[[], object], text: str) -> None:
    with pytest.raises(TypeError, match=text):
        refused()


def test_a_worker_runs_with_a_client_and_not_with_an_address() -> None:
    worker = Worker()
    worker.job("work")(handler)
    for run in (
        lambda: run_workers(worker, client=NOWHERE),  # type: ignore[arg-type]
        lambda: worker.running_in_thread(NOWHERE).start(),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match="client: expected a ZeebeClient or an AsyncZeebeClient, got str"):
            run()


async def test_a_program_of_workers_does_not_start_inside_an_event_loop() -> None:
    worker = Worker()
    worker.job("work")(handler)
    with pytest.raises(RuntimeError, match=r"write: async with worker.running\(client\)"):
        run_workers(worker)


async def doubled(a: int) -> dict[str, int]:
    return {"b": 2 * a}


async def test_a_job_environment_names_its_twin_for_event_loops() -> None:
    environment = JobEnvironment({"a": 1})
    with pytest.raises(RuntimeError, match=r"write: await environment.run_async\(handler\)"):
        environment.run(doubled)
    assert await environment.run_async(doubled) == Completed({"b": 2})
    assert await environment.run_async(lambda a: {"b": a}) == Completed({"b": 1})


def undone(a: int) -> Coroutine[Any, Any, dict[str, int]]:
    return doubled(a)


def test_a_coroutine_that_a_plain_handler_returns_is_no_document() -> None:
    expected = Failed("the handler returned a coroutine; make it an async def, or run it to its end")
    assert JobEnvironment({"a": 1}).run(undone) == expected  # and it is closed: a warning would be an error
    assert JobEnvironment({"a": 1}, result_variable="b").run(undone) == expected
