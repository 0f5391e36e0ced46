"""A worker's spans and metrics through OpenTelemetry (extra ``otel``); it costs nothing where it is not used.

``Telemetry().attach(worker)``. Spans and metrics carry job types, keys and ids, never variables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeAlias

from zeebe_grpc.errors import ConfigurationError, VariablesError
from zeebe_grpc.worker.definition import Worker
from zeebe_grpc.worker.job import Job
from zeebe_grpc.worker.middleware import CallNext
from zeebe_grpc.worker.outcomes import Completed, ErrorThrown, Failed, Lost, Outcome
from zeebe_grpc.worker.reports import Health, JobTypeHealth, WorkerEvent, WorkerEventKind

try:
    from opentelemetry import metrics, trace
    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
    from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as _error:
    raise ConfigurationError("telemetry needs OpenTelemetry: pip install 'zeebe-grpc-client[otel]'") from _error

_NAME = "zeebe_grpc.worker"
_CARRIED = ("traceparent", "tracestate")

_Attributes: TypeAlias = tuple[tuple[str, str], ...]
_Measured: TypeAlias = dict[_Attributes, float]
_Measure: TypeAlias = Callable[[JobTypeHealth], _Measured]
_Together: TypeAlias = Callable[[Iterable[float]], float]


class Telemetry:
    """A span for each job, and the worker's metrics.

    Metrics, all by ``job_type``: the counters ``zeebe.worker.jobs.activated`` (all jobs that came, also those that went
    back unstarted), ``zeebe.worker.jobs.ended`` (by ``end``: completed, failed, thrown, returned, lost, expired, ...),
    ``zeebe.worker.counts`` (by ``count``: extended, parked, ambiguous, stalled, ...) and ``zeebe.worker.notices`` (by
    ``notice``); in seconds ``zeebe.worker.job.duration`` (from arrival to end, by ``end``), ``zeebe.worker.job.queue``
    (from arrival to the handler's start), ``zeebe.worker.job.run`` (in the handler, by ``outcome``) and
    ``zeebe.worker.job.remaining`` (from the end to the job's deadline, by ``end``; 0 after it); and while a worker
    runs the gauges ``zeebe.worker.places`` (by ``state``: held, reserved, free, deferred), ``zeebe.worker.stream.age``
    and ``zeebe.worker.poll.age``. Workers of one job type are taken together: sums, and the highest ages.

    Args:
        tracer_provider: Where spans go; None for the global one.
        meter_provider: Where metrics go; None for the global one.
        propagate: Continue the trace that the variables ``traceparent`` and ``tracestate`` name, or else task headers
            of these names, and write them into the variables of completed jobs, so that the next job continues this
            one.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        propagate: bool = False,
    ) -> None:
        self._tracer = trace.get_tracer(_NAME, tracer_provider=tracer_provider)
        self._propagate = propagate
        self._carrier = TraceContextTextMapPropagator()
        self._workers: dict[int, Any] = {}
        self._past: _Measured = {}
        self._here: set[int] = set()
        meter = metrics.get_meter(_NAME, meter_provider=meter_provider)
        self._activated = meter.create_counter("zeebe.worker.jobs.activated", "1", "jobs that came, started or not")
        self._ended = meter.create_counter("zeebe.worker.jobs.ended", "1", "jobs that left, by how they ended")
        self._notices = meter.create_counter("zeebe.worker.notices", "1", "what people should know")
        self._duration = meter.create_histogram("zeebe.worker.job.duration", "s", "from arrival to end")
        self._queue = meter.create_histogram("zeebe.worker.job.queue", "s", "from arrival to the handler's start")
        self._run = meter.create_histogram("zeebe.worker.job.run", "s", "in the handler, by its outcome")
        self._remaining = meter.create_histogram(
            "zeebe.worker.job.remaining", "s", "of the job timeout, at the end; 0 after it"
        )
        for name, unit, text, measure, together in (
            ("zeebe.worker.places", "1", "places for jobs, by what they are used for", _places, sum),
            ("zeebe.worker.stream.age", "s", "since the job stream was opened", _stream_age, max),
            ("zeebe.worker.poll.age", "s", "since the gateway last answered a poll", _poll_age, max),
        ):
            meter.create_observable_gauge(name, [self._observed(measure, together)], unit, text)
        counted = self._observed(_counts, sum, self._past)
        meter.create_observable_counter(
            "zeebe.worker.counts", [counted], "1", "what happened to jobs, and what went wrong"
        )

    def attach(self, worker: Worker) -> None:
        """Trace and measure a worker: as its outermost middleware if it has none yet."""

        async def tracing(job: Job[Any], call_next: CallNext) -> Outcome:
            return await self._trace(job, call_next)

        tracing.fetch_variables = _CARRIED if self._propagate else ()  # type: ignore[attr-defined]
        worker.middleware(tracing)
        worker.listen(self._hear)

    async def _trace(self, job: Job[Any], call_next: CallNext) -> Outcome:
        context = self._carrier.extract(_carried(job)) if self._propagate else None
        attributes: dict[str, str | int] = {
            "zeebe.job.type": job.type,
            "zeebe.job.key": str(job.key),
            "zeebe.job.retries": job.retries,
            "zeebe.process_instance.key": str(job.process_instance_key),
            "zeebe.bpmn_process.id": job.bpmn_process_id,
            "zeebe.element.id": job.element_id,
        }
        with self._tracer.start_as_current_span(
            f"{job.type} job", context, kind=SpanKind.CONSUMER, attributes=attributes
        ) as span:
            outcome = await call_next(job)
            span.set_attribute("zeebe.job.outcome", type(outcome).__name__)
            if isinstance(outcome, Failed):
                span.set_status(Status(StatusCode.ERROR, type(outcome.error).__name__ if outcome.error else "failed"))
            elif isinstance(outcome, ErrorThrown):
                span.set_attribute("zeebe.error.code", outcome.error_code)
            elif isinstance(outcome, Lost):
                span.set_status(Status(StatusCode.ERROR, outcome.reason.value))
            return self._carry(outcome)

    def _carry(self, outcome: Outcome) -> Outcome:
        if not self._propagate or not isinstance(outcome, Completed):
            return outcome
        carrier: dict[str, str] = {}
        self._carrier.inject(carrier)
        try:
            return replace(outcome, variables={**outcome.document(), **carrier})
        except VariablesError:
            return outcome  # nor can it be sent: the worker says so

    def _hear(self, event: WorkerEvent) -> None:
        job_type = {"job_type": event.job_type}
        if event.kind is WorkerEventKind.JOB_STARTED:
            self._activated.add(1, job_type)
            self._here.add(id(event.job))
        elif event.kind is WorkerEventKind.JOB_ENDED and event.end is not None:
            if id(event.job) not in self._here:
                self._activated.add(1, job_type)
            self._here.discard(id(event.job))
            ended = {**job_type, "end": event.end.value}
            self._ended.add(1, ended)
            if event.seconds is not None:
                self._duration.record(event.seconds, ended)
            if event.remaining is not None:
                self._remaining.record(max(0.0, event.remaining), ended)
            if event.queued is not None:
                self._queue.record(event.queued, job_type)
            if event.ran is not None:
                self._run.record(event.ran, {**job_type, "outcome": type(event.outcome).__name__})
        elif event.notice is not None:
            self._notices.add(1, {**job_type, "notice": event.notice.value})
        elif event.kind is WorkerEventKind.WORKER_STARTED and event.health is not None:
            self._workers[_identity(event.health)] = event.health
        elif event.kind is WorkerEventKind.WORKER_STOPPED and self._workers.pop(_identity(event.health), None):
            healths = [] if event.health is None else [event.health()]
            self._past.update(_measured(healths, _counts, sum, self._past))

    def _observed(self, measure: _Measure, together: _Together, past: _Measured | None = None) -> Any:
        def observe(_options: CallbackOptions) -> Iterable[Observation]:
            healths: list[Health] = [health() for health in list(self._workers.values())]
            found = _measured(healths, measure, together, past or {})
            return [Observation(value, dict(attributes)) for attributes, value in found.items()]

        return observe


def _measured(healths: Iterable[Health], measure: _Measure, together: _Together, past: _Measured) -> _Measured:
    """What is measured of all job types; where several workers have the same one, taken together."""
    found: dict[_Attributes, list[float]] = {attributes: [value] for attributes, value in past.items()}
    for health in healths:
        for job_type in health.job_types:
            for words, value in measure(job_type).items():
                attributes = (("job_type", job_type.type), *words)
                found.setdefault(attributes, []).append(value)
    return {attributes: together(values) for attributes, values in found.items()}


def _identity(health: Any) -> int:
    return id(getattr(health, "__self__", health))


def _carried(job: Job[Any]) -> dict[str, str]:
    """The trace that the variables name, else the one that the task headers name."""
    for text in (job.activated.variables_json, job.activated.custom_headers_json):
        try:
            document = json.loads(text or "{}")
        except ValueError:
            continue
        found = {name: document[name] for name in _CARRIED if isinstance(document.get(name), str)}
        if found:
            return found
    return {}


def _places(health: JobTypeHealth) -> _Measured:
    states = {"held": health.held, "reserved": health.reserved, "free": health.free, "deferred": health.deferred}
    return {(("state", state),): value for state, value in states.items()}


def _stream_age(health: JobTypeHealth) -> _Measured:
    return {} if health.stream_age is None else {(): health.stream_age}


def _poll_age(health: JobTypeHealth) -> _Measured:
    return {} if health.last_poll is None else {(): health.last_poll}


def _counts(health: JobTypeHealth) -> _Measured:
    return {(("count", name),): value for name, value in health.counts.items()}
