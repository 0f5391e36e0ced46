"""What this package logs: under `zeebe_grpc.*` of the standard library, or to any object that a user gives.

No handler is added and no level of `logging` is set. Variables and secrets are never logged.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
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
    """

    def __init__(self, name: str, sink: LoggerLike | None = None, least: int = 0) -> None:
        self.name = name
        self.least = least
        self.sink: LoggerLike = logging.getLogger(name) if sink is None else sink

    def child(self, name: str) -> Log:
        """The same for another part."""
        standard = isinstance(self.sink, logging.Logger) and self.sink.name == self.name
        return Log(name, None if standard else self.sink, self.least)

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - as the standard library has it
        """Whether anything of this level would be told."""
        if level < self.least:
            return False
        return self.sink.isEnabledFor(level) if isinstance(self.sink, logging.Logger) else True

    def log(self, level: int, message: str, *args: object, **how: Any) -> None:
        """Tell, at a level of `logging`; `extra` and `exc_info` as there."""
        self._tell(level, message, args, how)

    def _tell(self, level: int, message: str, args: tuple[object, ...], how: dict[str, Any]) -> None:
        if not self.isEnabledFor(level):
            return
        if isinstance(self.sink, logging.Logger):
            # The record names the place that called us: two frames up from here.
            options: dict[str, Any] = {"stacklevel": 3, **how}
            self.sink.log(level, message, *args, **options)
        else:
            self._hand_over(level, message % args if args else message, how)

    def _hand_over(self, level: int, text: str, how: Mapping[str, Any]) -> None:
        """One finished string and no arguments: with arguments, loguru would format it, and stumble over JSON."""
        error = how.get("exc_info")
        if isinstance(error, BaseException):
            text = f"{text} ({type(error).__name__}: {error})"
        _method(self.sink, level)(text)

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


def _method(sink: LoggerLike, level: int) -> Any:
    if level >= logging.ERROR:
        return sink.error
    if level >= logging.WARNING:
        return sink.warning
    return sink.info if level >= logging.INFO else sink.debug
