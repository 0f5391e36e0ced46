"""What this package logs: under `zeebe_grpc.*` of the standard library, or to any object that a user gives.

Loggers of the standard library get the keys of a job as `extra`; any other object gets one finished text. No handler is
added and no level of `logging` is set. Variables and secrets are never logged.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Final, Protocol

SILENT: Final = logging.CRITICAL + 1
TRACE: Final = 5

LEVELS: Final = {
    "silent": SILENT,
    "error": logging.ERROR,
    "warn": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
    "trace": TRACE,
    "silly": 1,
}
"""The levels of CAMUNDA_SDK_LOG_LEVEL."""


class LoggerLike(Protocol):
    """What `logger=` takes: a `logging.Logger`, loguru's logger, structlog's, or an object of your own."""

    def debug(self, message: str, /) -> Any:
        """Tell what only a developer wants to know."""
        ...

    def info(self, message: str, /) -> Any:
        """Tell what happens."""
        ...

    def warning(self, message: str, /) -> Any:
        """Tell what may be wrong."""
        ...

    def error(self, message: str, /) -> Any:
        """Tell what is wrong."""
        ...


class NullLogger:
    """A `logger=` that says nothing."""

    def debug(self, message: str, /) -> None:
        """Say nothing."""

    def info(self, message: str, /) -> None:
        """Say nothing."""

    def warning(self, message: str, /) -> None:
        """Say nothing."""

    def error(self, message: str, /) -> None:
        """Say nothing."""


class Log:
    """Where one part of this package logs to; used like a `logging.Logger`.

    Args:
        name: The part: `zeebe_grpc.client`, `zeebe_grpc.worker` and so on.
        sink: Who gets it; None for the standard logger of that name.
        least: What is below this level is not even offered; 0 for no such limit.

    Attributes:
        target: The logger for lines that are not ours, such as those of handlers: there nothing is withheld.
    """

    def __init__(self, name: str, sink: LoggerLike | None = None, least: int = 0) -> None:
        self.name = name
        self.least = least
        self.sink: LoggerLike = logging.getLogger(name) if sink is None else sink
        self.target = self.sink if isinstance(self.sink, logging.Logger) else _logger_over(self.sink, name)

    def child(self, name: str) -> Log:
        """The same for another part."""
        standard = isinstance(self.sink, logging.Logger) and self.sink.name == self.name
        return Log(name, None if standard else self.sink, self.least)

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - as the standard library has it
        """Whether anything of this level would be told."""
        return level >= self.least and self.target.isEnabledFor(level)

    def log(self, level: int, message: str, *args: object, **how: Any) -> None:
        """Tell, at a level of `logging`; `extra` and `exc_info` as there."""
        self._tell(level, message, args, how)

    def _tell(self, level: int, message: str, args: tuple[object, ...], how: dict[str, Any]) -> None:
        if self.isEnabledFor(level):
            # The record names the place that called us: two frames up from here.
            options: dict[str, Any] = {"stacklevel": 3, **how}
            self.target.log(level, message, *args, **options)

    def debug(self, message: str, *args: object, **how: Any) -> None:
        """Tell what only a developer wants to know."""
        self._tell(logging.DEBUG, message, args, how)

    def info(self, message: str, *args: object, **how: Any) -> None:
        """Tell what happens."""
        self._tell(logging.INFO, message, args, how)

    def warning(self, message: str, *args: object, **how: Any) -> None:
        """Tell what may be wrong."""
        self._tell(logging.WARNING, message, args, how)

    def error(self, message: str, *args: object, **how: Any) -> None:
        """Tell what is wrong."""
        self._tell(logging.ERROR, message, args, how)

    def exception(self, message: str, *args: object, **how: Any) -> None:
        """Tell what is wrong, with the exception that is being handled."""
        self._tell(logging.ERROR, message, args, {"exc_info": sys.exc_info()[1], **how})


def _logger_over(sink: LoggerLike, name: str) -> logging.Logger:
    """A logger of the standard library, known to nobody else, that hands everything to another kind of logger."""
    logger = logging.Logger(name)  # noqa: LOG001 - it must not be found by its name
    logger.addHandler(_Handing(sink))
    if isinstance(sink, NullLogger):
        logger.setLevel(SILENT)
    return logger


class _Handing(logging.Handler):
    """Hands over one finished text and no arguments: with arguments, loguru would format it, and stumble over JSON."""

    def __init__(self, sink: LoggerLike) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        try:
            _method(self._sink, record.levelno)(self._text(record))
        except Exception:  # as every handler of logging: a line that cannot be told harms nobody
            self.handleError(record)

    def _text(self, record: logging.LogRecord) -> str:
        """The text, its trace, and the job that its extras name, unless it says so itself."""
        text = self.format(record)
        extra = vars(record)
        if "job_key" not in extra or str(extra["job_key"]) in text:
            return text
        of_type = f" of {extra['job_type']}" if "job_type" in extra else ""
        return f"job {extra['job_key']}{of_type}: {text}"


def _method(sink: LoggerLike, level: int) -> Any:
    if level >= logging.ERROR:
        return sink.error
    if level >= logging.WARNING:
        return sink.warning
    return sink.info if level >= logging.INFO else sink.debug
