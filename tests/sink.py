"""A logger that is none of the standard library's."""

from __future__ import annotations

from typing import Any


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
