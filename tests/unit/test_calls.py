"""Telling an observer of calls, with no client around."""

from __future__ import annotations

from typing import Any

import pytest

from zeebe_grpc.calls import CallObserver, Notifier, ObservedCall
from zeebe_grpc.logs import Log

LOG = Log("zeebe_grpc.client")


def test_an_observer_is_told_the_same_call_from_start_to_end() -> None:
    told: list[tuple[str, ObservedCall, Any]] = []

    class Recorder(CallObserver):
        def started(self, call: ObservedCall) -> None:
            told.append(("started", call, None))

        def attempted(self, call: ObservedCall, status: str) -> None:
            told.append(("attempted", call, (call.attempts, status, call.attempt_duration)))

        def ended(self, call: ObservedCall, error: BaseException | None) -> None:
            told.append(("ended", call, (error, call.duration)))

    notifier = Notifier(Recorder(), "grpc://a:1", LOG)
    call = notifier.start("CompleteJob", (("x", "1"),))
    assert (call.rpc, call.address, call.metadata) == ("CompleteJob", "grpc://a:1", [("x", "1")])
    notifier.attempt(call, "INTERNAL", 0.5)
    notifier.attempt(call, "OK", 0.25)
    notifier.end(call, None, 1.0)
    assert [(what, data) for what, _, data in told] == [
        ("started", None),
        ("attempted", (1, "INTERNAL", 0.5)),
        ("attempted", (2, "OK", 0.25)),
        ("ended", (None, 1.0)),
    ]
    assert {id(seen) for _, seen, _ in told} == {id(call)}


def test_an_observer_that_wants_nothing_is_one_too() -> None:
    notifier = Notifier(CallObserver(), "grpc://a:1", LOG)
    call = notifier.start("Topology", ())
    notifier.attempt(call, "OK", 0.1)
    notifier.end(call, None, 0.1)
    assert call.attempts == 1


def test_what_an_observer_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(CallObserver):
        def started(self, call: ObservedCall) -> None:
            raise ZeroDivisionError

    Notifier(Broken(), "grpc://a:1", LOG).start("Topology", ())
    [record] = caplog.records
    assert (record.name, record.getMessage()) == ("zeebe_grpc.calls", "an observer of calls failed in started")
    assert record.exc_info
