"""Spans of calls through OpenTelemetry: names, attributes, events, and the trace that travels along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.callers import Caller
from tests.wire.fixtures import KEY, connect, gateway
from tests.wire.scripted import ScriptedGateway, status
from zeebe_grpc import errors

pytest.importorskip("opentelemetry.sdk", reason="needs opentelemetry-sdk")

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from zeebe_grpc.otel import OpenTelemetryObserver

__all__ = ["connect", "gateway"]


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def caller(connect: Callable[..., Caller], exporter: InMemorySpanExporter) -> Caller:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return connect(observer=OpenTelemetryObserver(provider))


def test_a_span_per_call_with_an_event_per_attempt(caller: Caller, exporter: Any, gateway: ScriptedGateway) -> None:
    gateway.script("CompleteJob", status("RESOURCE_EXHAUSTED", "busy"), lambda _request, _context: b"")
    caller.run(lambda client: client.complete_job(KEY))
    (span,) = exporter.get_finished_spans()
    assert span.name == "gateway_protocol.Gateway/CompleteJob"
    assert span.kind is trace.SpanKind.CLIENT
    assert dict(span.attributes) == {
        "rpc.system": "grpc",
        "rpc.service": "gateway_protocol.Gateway",
        "rpc.method": "CompleteJob",
        "server.address": "127.0.0.1",
        "server.port": gateway.port,
        "zeebe.attempts": 2,
        "rpc.grpc.status_code": 0,
    }
    assert [event.attributes["zeebe.status"] for event in span.events] == ["RESOURCE_EXHAUSTED", "OK"]


def test_the_trace_goes_along_with_every_attempt(caller: Caller, exporter: Any, gateway: ScriptedGateway) -> None:
    gateway.script("CompleteJob", status("RESOURCE_EXHAUSTED", "busy"), lambda _request, _context: b"")
    caller.run(lambda client: client.complete_job(KEY))
    (span,) = exporter.get_finished_spans()
    sent = {str(call.metadata["traceparent"]).rpartition("-")[0] for call in gateway.calls}
    assert sent == {f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}"}


def test_a_failed_call_tells_its_outcome_and_no_text(caller: Caller, exporter: Any, gateway: ScriptedGateway) -> None:
    gateway.script("CreateProcessInstance", status("INTERNAL", "secret"))
    with pytest.raises(errors.AmbiguousResultError):
        caller.run(lambda client: client.create_process_instance("p"))
    (span,) = exporter.get_finished_spans()
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.attributes["error.type"] == "AmbiguousInternalError"
    assert span.attributes["zeebe.outcome"] == "unknown"
    assert span.attributes["rpc.grpc.status_code"] == 13
    assert "secret" not in span.to_json()


def test_an_error_that_is_no_answer_is_told_too(caller: Caller, exporter: Any, gateway: ScriptedGateway) -> None:
    gateway.script("Topology", lambda _request, _context: b"\xff")
    with pytest.raises(errors.MalformedResponseError):
        caller.run(lambda client: client.get_topology())
    (span,) = exporter.get_finished_spans()
    assert span.attributes["error.type"] == "MalformedResponseError"
