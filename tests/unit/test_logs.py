"""What is logged goes where the user wants it, whole, and never more than asked for."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from zeebe_grpc import NullLogger, ZeebeClient
from zeebe_grpc.logs import LEVELS, Log


class Sink:
    """Any object with four methods; like loguru's logger it formats when it is given arguments."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def _tell(self, level: str, message: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        self.told.append((level, message.format(*arguments, **named) if arguments or named else message))

    def debug(self, message: str, *arguments: Any, **named: Any) -> None:
        self._tell("debug", message, arguments, named)

    def info(self, message: str, *arguments: Any, **named: Any) -> None:
        self._tell("info", message, arguments, named)

    def warning(self, message: str, *arguments: Any, **named: Any) -> None:
        self._tell("warning", message, arguments, named)

    def error(self, message: str, *arguments: Any, **named: Any) -> None:
        self._tell("error", message, arguments, named)


def test_another_logger_gets_one_finished_string_with_braces_and_percents_as_they_are() -> None:
    sink = Sink()
    log = Log("zeebe_grpc.worker", sink)
    log.info('job %s: {"a": {"b": 1}} 100%%', 7, extra={"job_key": 7})
    log.warning('{"json": "with {} and %s"}')
    assert sink.told == [("info", 'job 7: {"a": {"b": 1}} 100%'), ("warning", '{"json": "with {} and %s"}')]


def test_levels_are_mapped_to_the_four_methods() -> None:
    sink = Sink()
    log = Log("zeebe_grpc.worker", sink)
    for level in (5, logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        log.log(level, "x")
    assert [level for level, _ in sink.told] == ["debug", "debug", "info", "warning", "error", "error"]


def test_an_exception_is_named_in_the_text() -> None:
    sink = Sink()
    Log("zeebe_grpc.worker", sink).error("failed", exc_info=ValueError("no"))
    assert sink.told == [("error", "failed (ValueError: no)")]


def test_the_exception_that_is_being_handled() -> None:
    sink = Sink()
    try:
        raise ValueError("no")  # noqa: TRY301 - it is to be handled here
    except ValueError:
        Log("zeebe_grpc.worker", sink).exception("failed")
    assert sink.told == [("error", "failed (ValueError: no)")]


def test_standard_logging_has_extras_and_the_place_of_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    log = Log("zeebe_grpc.worker")
    with caplog.at_level(logging.INFO, "zeebe_grpc"):
        log.info("job %s", 7, extra={"job_key": 7})
        log.log(logging.INFO, "direct")
    first, second = caplog.records
    assert (first.name, first.getMessage(), vars(first)["job_key"]) == ("zeebe_grpc.worker", "job 7", 7)
    assert first.pathname == __file__
    assert first.funcName == second.funcName == "test_standard_logging_has_extras_and_the_place_of_the_caller"


@pytest.mark.parametrize(
    ("level", "told"),
    [("silent", 0), ("error", 1), ("warn", 2), ("info", 3), ("debug", 4), ("trace", 5), ("silly", 5)],
)
def test_the_level_only_withholds(level: str, told: int) -> None:
    sink = Sink()
    log = Log("zeebe_grpc.client", sink, LEVELS[level])
    for each in (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG, 5):
        log.log(each, "x")
    assert len(sink.told) == told


def test_no_handler_is_added_and_no_level_set() -> None:
    before = [(name, list(log.handlers), log.level) for name, log in loggers()]
    with ZeebeClient("localhost:1", environment={"CAMUNDA_SDK_LOG_LEVEL": "silly"}):
        pass
    assert [(name, list(log.handlers), log.level) for name, log in loggers()] == before
    assert not logging.getLogger("zeebe_grpc").isEnabledFor(logging.DEBUG)


def loggers() -> list[tuple[str, logging.Logger]]:
    return [(name, logging.getLogger(name)) for name in ("", "zeebe_grpc", "zeebe_grpc.client", "zeebe_grpc.auth")]


def test_a_client_hands_its_logger_on() -> None:
    sink = Sink()
    environment = {"CAMUNDA_BASIC_AUTH_USERNAME": "u", "CAMUNDA_BASIC_AUTH_PASSWORD": "p"}
    with ZeebeClient("grpc://other:1", environment=environment, logger=sink) as client:
        assert client.settings.log.child("zeebe_grpc.worker").sink is sink
        assert client.channel_settings.log.sink is sink
    [(level, text)] = sink.told
    assert level == "warning"
    assert "in the clear" in text
    with ZeebeClient("grpc://other:1", environment=environment, logger=NullLogger()):
        pass
    quiet = Sink()
    with ZeebeClient("grpc://other:1", environment={**environment, "CAMUNDA_LOG_LEVEL": "error"}, logger=quiet):
        assert quiet.told == []


def test_a_child_of_the_standard_logger_is_the_standard_logger_of_its_name() -> None:
    assert Log("zeebe_grpc.client").child("zeebe_grpc.auth").sink is logging.getLogger("zeebe_grpc.auth")
    mine = logging.getLogger("mine")
    assert Log("zeebe_grpc.client", mine).child("zeebe_grpc.auth").sink is mine
