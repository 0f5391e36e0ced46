"""Handlers of all kinds, worked over a real connection."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from tests.wire.worker_support import Site, eventually, service
from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import BpmnError, JobFailure
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.models.jobs import TenantFilter
from zeebe_grpc.worker import (
    Backoff,
    CallNext,
    Completed,
    Deferred,
    Failed,
    Header,
    Job,
    Outcome,
    Variable,
    Worker,
    WorkerEvent,
)


@dataclass
class Line:
    sku: str
    quantity: int


async def test_arguments_come_from_variables_and_headers_and_the_result_completes(site: Site) -> None:
    worker = Worker()

    @worker.job("work")
    async def work(line: Line, renamed: Annotated[int, Variable("from-order")], *, h: Annotated[str, Header()]) -> Any:
        return {"total": line.quantity + renamed, "header": h, "kind": type(line).__name__}

    site.create("work", variables={"line": {"sku": "A", "quantity": 2}, "from-order": 5, "unused": 1})
    async with worker.running(site.client):
        await site.completed(1)
    assert site.variables() | {"total": 7, "header": "v", "kind": "Line"} == site.variables()
    # Nothing was fetched that no parameter asks for.
    assert "unused" not in site.jobs("COMPLETED")[0]["variables"]


@pytest.mark.parametrize("result", [None, {"a": 1}, Line("A", 1), Completed({"b": 2})])
async def test_results_of_many_kinds_complete(site: Site, result: Any) -> None:
    worker = Worker()

    @worker.job("work")
    def work() -> Any:
        return result

    site.create("work")
    async with worker.running(site.client) as running:
        await site.completed(1)
        await eventually(lambda: running.health().job_types[0].counts.get("completed") == 1)


async def test_a_result_variable_takes_any_value(site: Site) -> None:
    worker = Worker()

    @worker.job("work", result_variable="total")
    def work(parts: list[int]) -> int:
        return sum(parts)

    site.create("work", variables={"parts": [1, 2, 3]})
    async with worker.running(site.client):
        await site.completed(1)
    assert site.variables()["total"] == 6


@pytest.mark.parametrize(
    ("outcome", "message", "retries"),
    [
        (ValueError("out of\nluck"), "ValueError: out of", 2),
        (JobFailure("bank down", retries=7, backoff=0), "bank down", 7),
        (JobFailure("no retries", retries=0), "no retries", 0),
        (Failed("as a value", backoff=0), "as a value", 2),
        (5, "the handler returned int; it must be a mapping or a typed object, or use result_variable", 2),
        ({"when": object()}, "the handler's answer can not be sent: $.when: a value of type object has no", 2),
        (SystemExit(3), "SystemExit: 3", 2),
        (asyncio.CancelledError(), "CancelledError", 2),
    ],
)
@pytest.mark.parametrize("coroutine", [True, False], ids=["async", "thread"])
async def test_whatever_a_handler_does_ends_as_a_failure_with_a_short_text(
    site: Site, outcome: Any, message: str, retries: int, coroutine: bool, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(retry=Backoff(first=3600))

    def act() -> Any:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    if coroutine:

        @worker.job("work")
        async def work() -> Any:
            return act()
    else:

        @worker.job("work")
        def work_in_thread() -> Any:
            return act()

    site.create("work")
    async with worker.running(site.client):
        await eventually(lambda: site.intents()["FAILED"] >= 1)
    failed = site.jobs("FAILED")[0]
    assert failed["errorMessage"].startswith(message)
    assert failed["retries"] == retries
    assert len(failed["errorMessage"]) <= 500
    logged = [record for record in caplog.records if record.name == "zeebe_grpc.worker"]
    wanted = isinstance(outcome, (JobFailure, Failed))
    assert [record.__dict__["job_type"] for record in logged] == ([] if wanted else ["work"])


@pytest.mark.parametrize("coroutine", [True, False], ids=["async", "thread"])
async def test_a_retry_policy_that_says_nothing_leaves_the_words_to_describe_error(site: Site, coroutine: bool) -> None:
    worker = Worker(retry=lambda job, error: JobFailure(retries=0), describe_error=lambda error: "hidden")

    def charge() -> None:
        raise ValueError("card 4111")

    async def charge_later() -> None:
        charge()

    worker.job("work")(charge_later if coroutine else charge)
    site.create("work")
    async with worker.running(site.client):
        await eventually(lambda: bool(site.incidents()))
    assert site.incidents()[0]["errorMessage"] == "hidden"


async def test_a_bpmn_error_is_thrown_with_its_variables(site: Site) -> None:
    worker = Worker()

    @worker.job("work")
    async def work() -> None:
        raise BpmnError("OUT_OF_STOCK", "none left", variables={"sku": "A"})

    site.create("work")
    async with worker.running(site.client):
        await eventually(lambda: site.intents()["ERROR_THROWN"] == 1)
    thrown = site.jobs("ERROR_THROWN")[0]
    assert (thrown["errorCode"], thrown["errorMessage"]) == ("OUT_OF_STOCK", "none left")


async def test_variables_that_do_not_fit_raise_an_incident_at_once_and_burn_no_retries(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker()
    ran = []

    @worker.job("work")
    async def work(sku: str) -> None:
        ran.append(sku)

    site.create("work", variables={"sku": 5})
    async with worker.running(site.client):
        await eventually(lambda: bool(site.incidents()))
    [told] = [record for record in caplog.records if record.name == "zeebe_grpc.worker"]
    assert told.getMessage().endswith("of work: variable sku: Expected `str`, got `int`")
    assert site.incidents()[0]["errorMessage"] == "variable sku: Expected `str`, got `int`"
    assert site.intents()["CREATED"] == site.intents()["FAILED"] == 1
    assert not ran


async def test_the_trace_goes_to_the_log_with_the_keys_and_not_to_the_engine(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker()

    @worker.job("work")
    def work(secret: str) -> None:
        raise RuntimeError("no luck\nsecond line")

    site.create("work", variables={"secret": "hunter2"})
    async with worker.running(site.client):
        await eventually(lambda: site.intents()["FAILED"] >= 1)
    record = next(record for record in caplog.records if record.exc_info)
    assert record.name == "zeebe_grpc.worker"
    assert record.__dict__["job_key"] == site.gateway.records[-1].key or record.__dict__["job_type"] == "work"
    assert "hunter2" not in caplog.text
    assert "second line" not in site.jobs("FAILED")[0]["errorMessage"]


async def test_threads_carry_the_context_of_middleware(site: Site) -> None:
    current: contextvars.ContextVar[str] = contextvars.ContextVar("current")
    worker = Worker()

    @worker.middleware
    async def outer(job: Job, call_next: CallNext) -> Outcome:
        current.set(f"job of {job.type}")
        return await call_next(job)

    @worker.job("work")
    def work() -> dict[str, Any]:
        return {"context": current.get(), "thread": threading.current_thread().name}

    site.create("work")
    async with worker.running(site.client):
        await site.completed(1)
    assert site.variables()["context"] == "job of work"
    assert site.variables()["thread"].startswith("zeebe-worker-work")


async def test_middleware_sees_and_changes_outcomes(site: Site) -> None:
    worker = Worker(retry=Backoff(first=3600))
    seen: list[Outcome] = []

    @worker.middleware
    async def first(job: Job, call_next: CallNext) -> Outcome:
        outcome = await call_next(job)
        seen.append(outcome)
        return Completed({"mended": True}) if isinstance(outcome, Failed) else outcome

    @worker.middleware
    async def second(job: Job, call_next: CallNext) -> Outcome:
        outcome = await call_next(job)
        assert isinstance(outcome, Failed)
        raise LookupError("in the middleware")

    @worker.job("work")
    async def work() -> None:
        raise ValueError("in the handler")

    site.create("work")
    async with worker.running(site.client):
        await eventually(lambda: site.intents()["FAILED"] >= 1)
    # A middleware that raises fails the job, as the handler itself would.
    assert not seen
    assert site.jobs("FAILED")[0]["errorMessage"] == "LookupError: in the middleware"


async def test_middleware_may_answer_without_the_handler(site: Site) -> None:
    worker, inner = Worker(), Worker()
    worker.include(inner)

    @worker.middleware
    async def stop(job: Job, call_next: CallNext) -> Outcome:
        return Completed({"by": "middleware"})

    @inner.job("work")
    async def work() -> None:
        raise AssertionError

    site.create("work")
    async with worker.running(site.client):
        await site.completed(1)
    assert site.variables()["by"] == "middleware"


async def test_a_handler_may_answer_through_an_async_client_itself(site: Site) -> None:
    worker = Worker()

    @worker.job("work")
    async def work(job: Job[None], client: AsyncZeebeClient) -> dict[str, str]:
        await client.complete_job(job, variables={"by": "handler"})
        return {"by": "worker"}

    site.create("work")
    async with AsyncZeebeClient(site.gateway.address) as client, worker.running(client) as running:
        await eventually(lambda: running.health().job_types[0].counts.get("answered") == 1)
    assert site.variables()["by"] == "handler"
    assert sum(site.completions().values()) == 1


async def test_a_thread_gets_a_blocking_client_even_if_the_worker_was_given_another(site: Site) -> None:
    worker = Worker()

    @worker.job("work")
    def work(job: Job[None], client: ZeebeClient) -> None:
        client.set_variables(job.element_instance_key, variables={"seen": client.get_topology().cluster_size})
        client.fail_job(job, retries=0, error_message="by the handler")

    site.create("work")
    async with AsyncZeebeClient(site.gateway.address) as client, worker.running(client) as running:
        await eventually(lambda: running.health().job_types[0].counts.get("answered") == 1)
    assert site.jobs("FAILED")[0]["errorMessage"] == "by the handler"
    assert site.variables()["seen"] == 1


async def test_deferred_jobs_free_their_place_and_stay_locked(site: Site) -> None:
    worker = Worker(max_concurrent_jobs=1)
    keys: list[int] = []

    @worker.job("work")
    async def work(job: Job[None]) -> Deferred:
        keys.append(job.key)
        return Deferred(timeout=3600)

    site.create("work", 2)
    async with worker.running(site.client) as running:
        await eventually(lambda: len(keys) == 2)
        await eventually(lambda: running.health().job_types[0].deferred == 2)
        assert running.health().job_types[0].held == 0
        await eventually(lambda: site.intents()["TIMEOUT_UPDATED"] == 2)
    for key in keys:
        site.client.complete_job(key)
    assert len(site.completions()) == 2


async def test_listeners_hear_of_jobs_and_of_their_ends(site: Site) -> None:
    worker = Worker()
    heard: list[WorkerEvent] = []

    @worker.listen
    def listen(event: WorkerEvent) -> None:
        heard.append(event)
        raise RuntimeError("listeners can not harm")

    @worker.job("work")
    async def work() -> dict[str, int]:
        return {"a": 1}

    site.create("work")
    logging.getLogger("zeebe_grpc.worker").disabled = True
    try:
        async with worker.running(site.client):
            await eventually(lambda: len(heard) >= 3)
    finally:
        logging.getLogger("zeebe_grpc.worker").disabled = False
    assert heard[0].kind.value == "worker started"
    started, ended = heard[1:3]
    assert started.kind.value == "job started"
    assert ended.outcome == Completed({"a": 1})
    assert ended.end is not None
    assert ended.end.value == "completed"
    assert ended.job is not None
    assert ended.seconds is not None
    assert ended.queued is not None
    assert ended.ran is not None
    assert 0 <= ended.queued + ended.ran <= ended.seconds
    assert ended.remaining is not None
    assert heard[-1].kind.value == "worker stopped"


async def test_many_job_types_share_a_process_and_a_cap(site: Site) -> None:
    worker = Worker(max_total_jobs=7)
    at_work: list[int] = [0, 0]
    gate = asyncio.Event()

    def register(job_type: str) -> None:
        @worker.job(job_type)
        async def work() -> None:
            at_work[0] += 1
            at_work[1] = max(at_work)
            await asyncio.wait_for(gate.wait(), 0.01) if gate.is_set() else await asyncio.sleep(0.001)
            at_work[0] -= 1

    names = [f"type-{number}" for number in range(12)]
    for name in names:
        register(name)
        site.create(name, 3)
    async with worker.running(site.client, grace=1):
        await site.completed(36, seconds=40)
    assert at_work[1] <= 7


def test_a_worker_runs_in_a_thread_beside_blocking_code(site: Site) -> None:
    worker = Worker()

    @worker.job("work")
    def work(n: int) -> dict[str, int]:
        return {"m": n + 1}

    site.deploy("work")
    with worker.running_in_thread(site.client) as running:
        done = site.client.create_process_instance_with_result("work", variables={"n": 1})
        assert done.variables == {"n": 1, "m": 2}
        assert running.health().ready
    report = running.wait()
    assert report.completed == 1
    assert report.abandoned == ()


async def test_worker_name_and_tenant_are_the_clients_unless_said_otherwise() -> None:
    worker = Worker()
    named: list[str] = []

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        named.append(f"{job.worker} {job.tenant_id}")

    @worker.job("other", worker_name="mine", tenant_ids=["blue"])
    async def other(job: Job[None]) -> None:
        named.append(f"{job.worker} {job.tenant_id}")

    with Gateway(tenants=["red", "blue"]) as gateway, ZeebeClient(gateway.address) as client:
        for tenant, job_type in (("red", "work"), ("blue", "other")):
            view = client.with_options(tenant_id=tenant, worker_name="theirs")
            view.deploy_resources({f"{job_type}.bpmn": service(job_type, job_type)})
            view.create_process_instance(job_type)
        async with worker.running(client.with_options(tenant_id="red", worker_name="theirs")):
            await eventually(lambda: len(named) == 2)
    assert sorted(named) == ["mine blue", "theirs red"]


async def test_a_worker_may_take_the_jobs_of_all_tenants_that_its_client_is_assigned_to() -> None:
    worker = Worker(tenant_filter=TenantFilter.ASSIGNED)
    tenants: list[str] = []

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        tenants.append(job.tenant_id)

    with Gateway(version="8.9", tenants=["red", "blue"]) as gateway, ZeebeClient(gateway.address) as client:
        for tenant in ("red", "blue"):
            view = client.with_options(tenant_id=tenant)
            view.deploy_resources({"work.bpmn": service("work", "work")})
            view.create_process_instance("work")
        async with worker.running(client.with_options(tenant_id="red")):
            await eventually(lambda: len(tenants) == 2)
    assert sorted(tenants) == ["blue", "red"]
