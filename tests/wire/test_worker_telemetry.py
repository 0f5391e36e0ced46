"""Spans and metrics of a worker."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.worker_support import Site, eventually, service
from zeebe_grpc.errors import BpmnError, ConfigurationError
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.worker import Backoff, Worker

pytest.importorskip("opentelemetry.sdk", reason="the OpenTelemetry SDK is not installed")

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def site() -> Iterator[Site]:
    with Gateway() as gateway:
        site = Site(gateway)
        with site.client:
            yield site


GOLDEN = {
    "zeebe.worker.counts",
    "zeebe.worker.job.duration",
    "zeebe.worker.job.queue",
    "zeebe.worker.job.remaining",
    "zeebe.worker.job.run",
    "zeebe.worker.jobs.activated",
    "zeebe.worker.jobs.ended",
    "zeebe.worker.places",
    "zeebe.worker.poll.age",
    "zeebe.worker.stream.age",
}


class Telescope:
    """Spans and metrics kept in memory."""

    def __init__(self, **options: Any) -> None:
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        from zeebe_grpc.worker.telemetry import Telemetry

        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        meters = MeterProvider([self.reader])
        self.telemetry = Telemetry(tracer_provider=tracers, meter_provider=meters, **options)

    def metrics(self) -> dict[tuple[str, ...], Any]:
        found = {}
        data = self.reader.get_metrics_data()
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        values = tuple(str(value) for _, value in sorted((point.attributes or {}).items()))
                        found[(metric.name, *values)] = getattr(point, "value", getattr(point, "count", None))
        return found


async def test_jobs_are_counted_and_traced(site: Site) -> None:
    scope, worker = Telescope(), Worker(retry=Backoff(first=3600), stream=True)
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
        during = scope.metrics()
    after = scope.metrics()
    assert during["zeebe.worker.jobs.activated", "work"] == 3
    for end in ("completed", "failed", "thrown"):
        assert after["zeebe.worker.jobs.ended", end, "work"] == 1
        assert after["zeebe.worker.job.duration", end, "work"] == 1
    assert after["zeebe.worker.job.queue", "work"] == 3
    for outcome in ("Completed", "Failed", "ErrorThrown"):
        assert after["zeebe.worker.job.run", "work", outcome] == 1
    assert {name for name, *_ in during} == GOLDEN
    assert during["zeebe.worker.places", "work", "held"] == 0
    assert during["zeebe.worker.counts", "poll", "work"] == 3
    spans = {span.attributes["zeebe.job.outcome"]: span for span in scope.exporter.get_finished_spans()}
    assert set(spans) == {"Completed", "Failed", "ErrorThrown"}
    assert spans["Failed"].status.description == "ValueError"
    assert "hunter2" not in str([span.to_json() for span in spans.values()]).replace("exception", "")


async def test_a_trace_goes_on_through_the_variables(site: Site) -> None:
    scope, worker = Telescope(propagate=True), Worker()
    scope.telemetry.attach(worker)

    @worker.job("work")
    async def work(n: int) -> dict[str, int]:
        return {"m": n}

    site.create("work", variables={"n": 1, "traceparent": TRACE})
    async with worker.running(site.client):
        await site.completed(1)
    (span,) = scope.exporter.get_finished_spans()
    assert f"{span.context.trace_id:032x}" == TRACE.split("-")[1]
    assert f"{span.parent.span_id:016x}" == TRACE.split("-")[2]
    written = site.variables()["traceparent"].split("-")
    assert written[1:3] == [TRACE.split("-")[1], f"{span.context.span_id:016x}"]


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
