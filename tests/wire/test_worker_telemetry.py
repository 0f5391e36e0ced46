"""Spans and metrics of a worker."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="the OpenTelemetry SDK is not installed")

from opentelemetry.trace import SpanKind

from tests.wire.telescope import Telescope
from tests.wire.worker_support import Site, eventually, service
from zeebe_grpc.errors import BpmnError, ConfigurationError
from zeebe_grpc.worker import Backoff, Worker

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_every_job_has_a_span_that_says_how_it_ended(site: Site) -> None:
    scope, worker = Telescope(), Worker(retry=Backoff(first=3600))
    scope.telemetry.attach(worker)

    @worker.job("work")
    async def work(n: int, secret: str) -> None:
        if n == 1:
            raise ValueError("hunter2")
        if n == 2:
            raise BpmnError("C")

    for n in range(3):
        site.create("work", variables={"n": n, "secret": "hunter2"})
    async with worker.running(site.client) as running:
        await eventually(lambda: len(scope.exporter.get_finished_spans()) == 3)
        await eventually(lambda: running.health().job_types[0].held == 0)
    spans = {span.attributes["zeebe.job.outcome"]: span for span in scope.exporter.get_finished_spans()}
    assert set(spans) == {"Completed", "Failed", "ErrorThrown"}
    keys = {r.key for r in site.gateway.records if r.value_type == "JOB" and r.intent == "CREATED"}
    assert {int(span.attributes["zeebe.job.key"]) for span in spans.values()} == keys
    assert {(span.name, span.kind, span.attributes["zeebe.bpmn_process.id"]) for span in spans.values()} == {
        ("work job", SpanKind.CONSUMER, "work")
    }
    assert spans["Failed"].status.description == "ValueError"
    assert spans["ErrorThrown"].attributes["zeebe.error.code"] == "C"
    assert len({span.context.trace_id for span in spans.values()}) == 3
    assert "hunter2" not in str([span.to_json() for span in spans.values()])


@pytest.mark.parametrize("coroutine", [True, False], ids=["async", "thread"])
async def test_the_span_is_the_current_one_in_the_handler(site: Site, coroutine: bool) -> None:
    scope, worker = Telescope(), Worker()
    scope.telemetry.attach(worker)

    def look() -> None:
        with scope.tracers.get_tracer("mine").start_as_current_span("inside"):
            pass

    async def look_later() -> None:
        look()

    worker.job("work")(look_later if coroutine else look)
    site.create("work")
    async with worker.running(site.client):
        await site.completed(1)
    spans = {span.name: span for span in scope.exporter.get_finished_spans()}
    assert spans["inside"].parent.span_id == spans["work job"].context.span_id


@dataclass
class Result:
    m: int


async def a_dict(n: int) -> dict[str, int]:
    return {"m": n}


def an_object(n: int) -> Result:
    return Result(n)


def nothing(n: int) -> None: ...


@pytest.mark.parametrize(
    ("handler", "strategy"), [(a_dict, "async"), (an_object, "thread"), (nothing, "thread"), (an_object, "process")]
)
async def test_a_trace_goes_on_through_the_variables(site: Site, handler: Any, strategy: Any) -> None:
    scope, worker = Telescope(propagate=True), Worker()
    scope.telemetry.attach(worker)
    worker.job("work", execution_strategy=strategy, max_concurrent_jobs=1)(handler)
    site.create("work", variables={"n": 1, "traceparent": TRACE})
    async with worker.running(site.client):
        await site.completed(1)
    (span,) = scope.exporter.get_finished_spans()
    assert f"{span.context.trace_id:032x}" == TRACE.split("-")[1]
    assert f"{span.parent.span_id:016x}" == TRACE.split("-")[2]
    written = site.variables()["traceparent"].split("-")
    assert written[1:3] == [TRACE.split("-")[1], f"{span.context.span_id:016x}"]
    assert site.variables().get("m") == (None if handler is nothing else 1)


async def test_an_answer_without_a_json_form_still_says_what_is_wrong(site: Site) -> None:
    scope, worker = Telescope(propagate=True), Worker(retry=Backoff(first=3600))
    scope.telemetry.attach(worker)

    @worker.job("work")
    async def work() -> dict[str, object]:
        return {"when": object()}

    site.create("work")
    async with worker.running(site.client):
        await eventually(lambda: site.intents()["FAILED"] == 1)
    assert site.jobs("FAILED")[0]["errorMessage"].startswith("the handler's answer can not be sent: $.when:")


async def test_a_trace_may_begin_in_the_task_headers(site: Site) -> None:
    scope, worker = Telescope(propagate=True), Worker()
    scope.telemetry.attach(worker)

    @worker.job("work")
    async def work() -> None: ...

    model = service("work", "work").replace(b'key="h" value="v"', f'key="traceparent" value="{TRACE}"'.encode())
    site.client.deploy_resources({"work.bpmn": model})
    site.client.create_process_instance("work")
    async with worker.running(site.client):
        await site.completed(1)
    (span,) = scope.exporter.get_finished_spans()
    assert f"{span.parent.span_id:016x}" == TRACE.split("-")[2]


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    importlib.import_module("zeebe_grpc.worker.telemetry")
    monkeypatch.delitem(sys.modules, "zeebe_grpc.worker.telemetry")
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ConfigurationError, match=r"pip install .zeebe-grpc-client\[otel\]"):
        importlib.import_module("zeebe_grpc.worker.telemetry")
