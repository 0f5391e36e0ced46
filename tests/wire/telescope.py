"""What a worker's telemetry says, kept in memory."""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from zeebe_grpc.worker.telemetry import Telemetry


class Telescope:
    """Spans and metrics kept in memory."""

    def __init__(self, **options: Any) -> None:
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        meters = MeterProvider([self.reader])
        self.telemetry = Telemetry(tracer_provider=self.tracers, meter_provider=meters, **options)

    def instruments(self) -> list[Any]:
        """The metrics that have something to say."""
        data = self.reader.get_metrics_data()
        scopes = [scope for resource in (data.resource_metrics if data else ()) for scope in resource.scope_metrics]
        return [metric for scope in scopes for metric in scope.metrics]

    def metrics(self) -> dict[tuple[str, ...], Any]:
        """By name and values of the attributes: a number; of histograms how many and their sum."""
        found = {}
        for metric in self.instruments():
            for point in metric.data.data_points:
                values = tuple(str(value) for _, value in sorted((point.attributes or {}).items()))
                histogram = hasattr(point, "sum")
                found[(metric.name, *values)] = (point.count, round(point.sum, 6)) if histogram else point.value
        return found
