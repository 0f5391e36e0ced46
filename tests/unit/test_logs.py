"""What is logged goes where the user wants it, whole, and never more than asked for."""

from __future__ import annotations

import logging
from typing import Any

import loguru
import pytest

from tests.sink import Sink
from zeebe_grpc import NullLogger, ZeebeClient
from zeebe_grpc.logs import LEVELS, Log


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


def test_an_exception_follows_the_text() -> None:
    sink = Sink()
    Log("zeebe_grpc.worker", sink).error("failed", exc_info=ValueError("no"))
    assert sink.told == [("error", "failed\nValueError: no")]


def test_the_exception_that_is_being_handled() -> None:
    sink = Sink()
    try:
        raise ValueError("no")  # noqa: TRY301 - it is to be handled here
    except ValueError:
        Log("zeebe_grpc.worker", sink).exception("failed")
    [(level, text)] = sink.told
    assert level == "error"
    assert text.startswith("failed\nTraceback (most recent call last):\n")
    assert text.endswith("\nValueError: no")


def test_a_logger_that_fails_harms_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(Sink):
        def info(self, message: str, *arguments: Any, **named: Any) -> None:
            raise OSError("disk full")

    Log("zeebe_grpc.worker", Broken()).info("x")
    assert "disk full" in capsys.readouterr().err


def test_lines_of_users_go_there_too_whatever_the_level_of_ours() -> None:
    sink = Sink()
    log = Log("zeebe_grpc.worker.job", sink, LEVELS["silent"])
    log.error("ours")
    log.target.info("theirs: %s", {"a": 1}, extra={"job_key": 7, "job_type": "work"})
    log.target.debug("it says 7 itself", extra={"job_key": 7, "job_type": "work"})
    assert sink.told == [("info", "job 7 of work: theirs: {'a': 1}"), ("debug", "it says 7 itself")]
    assert Log("zeebe_grpc.worker.job").target is logging.getLogger("zeebe_grpc.worker.job")


def test_nothing_is_made_ready_for_a_logger_that_says_nothing() -> None:
    log = Log("zeebe_grpc.worker", NullLogger())
    assert not log.isEnabledFor(logging.CRITICAL)
    assert not log.target.isEnabledFor(logging.CRITICAL)
    assert Log("zeebe_grpc.worker", Sink()).isEnabledFor(1)


def test_loguru_takes_it_braces_and_all() -> None:
    lines: list[str] = []
    number = loguru.logger.add(lambda line: lines.append(str(line)), format="{level}|{message}")
    try:
        log = Log("zeebe_grpc.client", loguru.logger)
        log.warning('refused: %s {"json": {}} {0} <red>', '{"a": 1}', extra={"job_key": 7})
        try:
            raise ValueError('{"b": 2}')  # noqa: TRY301 - it is to be handled here
        except ValueError:
            log.exception("failed")
    finally:
        loguru.logger.remove(number)
    assert lines[0] == 'WARNING|job 7: refused: {"a": 1} {"json": {}} {0} <red>\n'
    assert lines[1].endswith('ValueError: {"b": 2}\n')


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
