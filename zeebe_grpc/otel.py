"""OpenTelemetry spans of a client's calls, on top of `CallObserver`; needs the extra `otel`.

    ZeebeClient(observer=OpenTelemetryObserver())

One span of kind CLIENT per call, named as the RPC on the wire, with an event per attempt; the trace goes along as call
metadata. Only the API is needed: where it goes is the application's choice of SDK.
"""

from __future__ import annotations

from typing import Any

from zeebe_grpc.calls import CallObserver, ObservedCall
from zeebe_grpc.errors import ConfigurationError, GatewayError
from zeebe_grpc.rpc import SERVICE

try:
    from opentelemetry import propagate, trace
except ImportError as error:
    raise ConfigurationError("spans need OpenTelemetry: pip install 'zeebe-grpc-client[otel]'") from error

_SPAN = "zeebe_grpc.span"


class OpenTelemetryObserver(CallObserver):
    """Makes a span of every call.

    Args:
        tracer_provider: Where the tracer comes from; None for the global one.
    """

    def __init__(self, tracer_provider: trace.TracerProvider | None = None) -> None:
        self._tracer = trace.get_tracer("zeebe_grpc", tracer_provider=tracer_provider)

    def started(self, call: ObservedCall) -> None:
        """A span begins; its context is sent along."""
        host, _, port = call.address.partition("://")[2].rpartition(":")
        attributes: dict[str, Any] = {
            "rpc.system": "grpc",
            "rpc.service": SERVICE,
            "rpc.method": call.rpc,
            "server.address": host or call.address,
        }
        if port.isdecimal():
            attributes["server.port"] = int(port)
        span = self._tracer.start_span(f"{SERVICE}/{call.rpc}", kind=trace.SpanKind.CLIENT, attributes=attributes)
        call.notes[_SPAN] = span
        carrier: dict[str, str] = {}
        propagate.inject(carrier, context=trace.set_span_in_context(span))
        call.metadata.extend((name.lower(), value) for name, value in carrier.items())

    def attempted(self, call: ObservedCall, status: str) -> None:
        """An event of the span, for every attempt."""
        attributes = {
            "zeebe.attempt": call.attempts,
            "zeebe.status": status,
            "zeebe.duration": call.attempt_duration,
        }
        call.notes[_SPAN].add_event("attempt", attributes)

    def ended(self, call: ObservedCall, error: BaseException | None) -> None:
        """The span ends, with its status and outcome."""
        span: trace.Span = call.notes.pop(_SPAN)
        span.set_attribute("zeebe.attempts", call.attempts)
        if isinstance(error, GatewayError):
            span.set_attribute("rpc.grpc.status_code", error.code.value[0])
            span.set_attribute("zeebe.outcome", error.outcome)
        elif error is None:
            span.set_attribute("rpc.grpc.status_code", 0)
        if error is not None:
            # The class and no text: texts of the gateway may quote what callers sent.
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
        span.end()
