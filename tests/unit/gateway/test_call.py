"""One call: what is sent, in which order, and what is told of things that do not arrive."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.gateway import call as call_module
from zeebe_grpc.gateway.call import Call
from zeebe_grpc.gateway.crew import Crew
from zeebe_grpc.gateway.statuses import StatusError


class Wire:
    """gRPC's side of a call: a context, and the function that sends."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.code: grpc.StatusCode | None = None
        self.details = ""
        self.active = True
        self.accepts = True
        self.open = threading.Event()
        self.open.set()
        self._over: Callable[[], None] = lambda: None

    def add_callback(self, callback: Callable[[], None]) -> bool:
        self._over = callback
        return self.accepts

    def is_active(self) -> bool:
        return self.active

    def set_code(self, code: grpc.StatusCode) -> None:
        self.code = code

    def set_details(self, details: str) -> None:
        self.details = details

    def set_trailing_metadata(self, metadata: object) -> None:
        pass

    def send(self, message: Any) -> None:
        self.open.wait(5)
        self.sent.append(message)

    def leave(self) -> None:
        """The client goes."""
        self.active = False
        self._over()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def crew() -> Iterator[Crew]:
    crew = Crew("test")
    yield crew
    crew.shutdown()


@pytest.fixture
def call(wire: Wire, crew: Crew) -> Call:
    return Call("CompleteJob", pb.CompleteJobRequest(jobKey=1), wire, wire.send, crew)  # type: ignore[arg-type]


def _settle(crew: Crew) -> None:
    """Let the crew do what it was given: shutting down waits for that."""
    crew.shutdown()


def _message(version: str) -> pb.TopologyResponse:
    return pb.TopologyResponse(gatewayVersion=version)


def test_replies_and_end_are_sent_in_the_handlers_thread(call: Call, wire: Wire, crew: Crew) -> None:
    def handle(one: Call) -> None:
        one.reply(_message("1"))
        one.reply(_message("2"))
        one.end()

    call.serve(handle)
    assert wire.sent == [_message("1"), _message("2"), None]
    assert wire.code is None
    assert crew.threads == 0
    assert call.closed


def test_refusal(call: Call, wire: Wire) -> None:
    def refuse(one: Call) -> None:
        raise StatusError(grpc.StatusCode.NOT_FOUND, "gone")

    call.serve(refuse)
    assert (wire.sent, wire.code, wire.details) == ([None], grpc.StatusCode.NOT_FOUND, "gone")


def test_failure_of_our_own_is_told_and_logged(call: Call, wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    def fail(one: Call) -> None:
        raise LookupError("no such scope")

    with caplog.at_level(logging.ERROR):
        call.serve(fail)
    assert wire.code is grpc.StatusCode.INTERNAL
    assert wire.details.startswith("CompleteJob failed inside the in-process gateway: LookupError: no such scope")
    assert "Traceback" in caplog.text


def test_only_the_first_end_counts(call: Call, wire: Wire) -> None:
    call.serve(lambda one: one.end())
    call.end(StatusError(grpc.StatusCode.ABORTED, "too late"))
    assert (wire.sent, wire.code) == ([None], None)


def test_reply_after_the_end_is_lost(call: Call, wire: Wire, crew: Crew) -> None:
    lost = threading.Event()
    call.serve(lambda one: one.end())
    call.reply(_message("late"), lost=lost.set)
    assert lost.wait(5)
    assert wire.sent == [None]


def test_later_replies_are_sent_by_the_crew_in_order(call: Call, wire: Wire, crew: Crew) -> None:
    call.serve(lambda one: None)
    for number in range(50):
        call.reply(_message(str(number)))
    call.end()
    _settle(crew)
    assert wire.sent == [*(_message(str(number)) for number in range(50)), None]


def test_call_that_was_over_before_it_began(call: Call, wire: Wire) -> None:
    wire.accepts = False
    call.serve(pytest.fail)
    assert call.closed
    assert wire.sent == []


def test_client_that_leaves(call: Call, wire: Wire, crew: Crew) -> None:
    """What waits is lost, whoever wants to know is told, and nothing is sent any more."""
    told: list[str] = []
    wire.open.clear()
    call.serve(lambda one: None)
    call.reply(_message("stuck"), lost=lambda: told.append("stuck"))
    call.reply(_message("behind"), lost=lambda: told.append("behind"))
    call.when_gone(lambda: told.append("gone"))
    while not call.busy or call._sending_since is None:
        threading.Event().wait(0.001)
    wire.leave()
    wire.open.set()
    call.when_gone(lambda: told.append("gone already"))
    call.reply(_message("late"), lost=lambda: told.append("late"))
    _settle(crew)
    assert sorted(told) == ["behind", "gone", "gone already", "late"]
    assert wire.sent == [_message("stuck")]


def test_message_that_was_held_back_until_the_client_left_is_lost(
    call: Call, wire: Wire, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_module, "STALL_SECONDS", 0.0)
    lost = threading.Event()
    wire.open.clear()
    call.serve(lambda one: None)
    call.reply(_message("stuck"), lost=lost.set)
    while not call.stalled:
        threading.Event().wait(0.001)
    wire.leave()
    wire.open.set()
    assert lost.wait(5)


def test_message_that_was_held_back_and_then_read_is_not_lost(
    call: Call, wire: Wire, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_module, "STALL_SECONDS", 0.0)
    call.serve(lambda one: None)
    call.reply(_message("slow"), lost=pytest.fail)
    _settle(crew)
    assert wire.sent == [_message("slow")]
    assert not call.stalled


def test_client_that_has_gone_unnoticed(call: Call, wire: Wire) -> None:
    lost: list[str] = []
    wire.active = False
    call.serve(lambda one: one.reply(_message("1"), lost=lambda: lost.append("1")))
    assert (wire.sent, lost) == ([], ["1"])


class _Parcel:
    def __init__(self, pack: Callable[[], Any]) -> None:
        self.pack = pack
        self.lost_times = 0

    def lost(self) -> None:
        self.lost_times += 1


def test_parcel_with_nothing_in_it(call: Call, wire: Wire) -> None:
    def handle(one: Call) -> None:
        one.put(_Parcel(lambda: None))
        one.reply(_message("1"))

    call.serve(handle)
    assert wire.sent == [_message("1")]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StatusError(grpc.StatusCode.INVALID_ARGUMENT, "no type"), grpc.StatusCode.INVALID_ARGUMENT),
        (LookupError("no such job"), grpc.StatusCode.INTERNAL),
    ],
)
def test_parcel_that_cannot_be_packed(
    error: Exception, code: grpc.StatusCode, call: Call, wire: Wire, crew: Crew
) -> None:
    def fail() -> Any:
        raise error

    behind = _Parcel(lambda: _message("behind"))

    def handle(one: Call) -> None:
        one.put(_Parcel(fail))
        one.put(behind)

    call.serve(handle)
    _settle(crew)
    assert (wire.sent, wire.code) == ([None], code)
    assert behind.lost_times == 1


def test_taking_back_leaves_the_end(call: Call, wire: Wire) -> None:
    parcel = _Parcel(lambda: _message("1"))

    def handle(one: Call) -> None:
        one.put(parcel)
        one.end()
        assert one.take_back() == [parcel]

    call.serve(handle)
    assert wire.sent == [None]


def test_cleaning_up_goes_on_after_a_failure(
    call: Call, wire: Wire, crew: Crew, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise LookupError("no such poll")

    done = threading.Event()
    call.serve(lambda one: None)
    call.when_gone(fail)
    call.when_gone(done.set)
    with caplog.at_level(logging.ERROR):
        wire.leave()
        assert done.wait(5)
    assert "no such poll" in caplog.text


def test_after_the_gateway_has_stopped_nothing_breaks(call: Call, wire: Wire, crew: Crew) -> None:
    call.serve(lambda one: None)
    crew.shutdown()
    call.reply(_message("1"))
    assert wire.sent == []
