"""What was said where: texts by the names of variables, from several places, and how texts become values. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zeebe_grpc.config.variables import BY_NAME, NOT_READ, Variable
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.tls.settings import may_be_secret

_TRUE: Final = frozenset({"true", "1", "yes", "on"})
_FALSE: Final = frozenset({"false", "0", "no", "off"})


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that settings come from."""

    name: str
    """For people: `environment`, or the path of a file."""
    texts: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """A text, the name that it had, and where."""

    text: str = field(repr=False)
    name: str
    place: str


class Values:
    """Settings by name, from places of which the first wins. Empty counts as unset.

    Args:
        places: The strongest first.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = tuple(places)
        self._used: dict[str, Said] = {}

    def said(self, name: str) -> Said | None:
        """What was said about a variable of the table, under any of its names."""
        for place in self.places:
            for each in BY_NAME[name].names:
                text = place.texts.get(each, "").strip()
                if text:
                    return self._use(name, Said(text, each, place.name))
        return None

    def _use(self, name: str, said: Said) -> Said:
        self._used[name] = said
        return said

    @property
    def merged(self) -> Mapping[str, str]:
        """All texts by name, each from its strongest place."""
        merged: dict[str, str] = {}
        for place in reversed(self.places):
            merged.update({name: text for name, text in place.texts.items() if text.strip()})
        return merged

    @property
    def used(self) -> Mapping[str, Said]:
        """What has been asked for and was said, by the variables' names."""
        return self._used

    def text(self, name: str) -> str | None:
        """A text; in upper or lower case, as the table has it, where only some are allowed.

        Raises:
            ConfigurationError: It is none of those.
        """
        said = self.said(name)
        if said is None:
            return None
        choices = BY_NAME[name].choices
        chosen = next((each for each in choices if each.lower() == said.text.lower()), None)
        if choices and chosen is None:
            raise ConfigurationError(f"{said.name}: expected {', '.join(choices)}, got {said.text!r}")
        return chosen or said.text

    def flag(self, name: str) -> bool | None:
        """A truth value: true, 1, yes and on, or false, 0, no and off, in any case.

        Raises:
            ConfigurationError: It is none of those.
        """
        said = self.said(name)
        if said is None:
            return None
        word = said.text.lower()
        if word not in _TRUE and word not in _FALSE:
            raise ConfigurationError(f"{said.name}: expected true or false, got {said.text!r}")
        return word in _TRUE

    def number(self, name: str, *, least: int = 1) -> int | None:
        """A whole number of at least `least`.

        Raises:
            ConfigurationError: It is none.
        """
        said = self.said(name)
        if said is None:
            return None
        if not said.text.isascii() or not said.text.isdigit() or int(said.text) < least:
            unit = " of milliseconds" if BY_NAME[name].kind == "milliseconds" else ""
            raise ConfigurationError(f"{said.name}: expected a whole number{unit}, at least {least}, got {said.text!r}")
        return int(said.text)

    def seconds(self, name: str, *, least: int = 1) -> float | None:
        """Seconds, of a variable that counts whole milliseconds of at least `least`.

        Raises:
            ConfigurationError: It is none.
        """
        milliseconds = self.number(name, least=least)
        return None if milliseconds is None else milliseconds / 1000

    def factor(self, name: str) -> float | None:
        """A number of at least 1.

        Raises:
            ConfigurationError: It is none.
        """
        said = self.said(name)
        if said is None:
            return None
        try:
            value = float(said.text)
        except ValueError:
            value = 0.0
        if not 1.0 <= value < float("inf"):
            raise ConfigurationError(f"{said.name}: expected a number of at least 1, got {said.text!r}")
        return value


def as_place(name: str, given: Mapping[str, Any]) -> Place:
    """A mapping that a user wrote, with texts, numbers and truth values.

    Raises:
        ConfigurationError: A name is not known, or a value is something else.
    """
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{name}: expected a mapping of variables' names, got {type(given).__name__}")
    texts: dict[str, str] = {}
    for key, value in given.items():
        if key not in BY_NAME:
            if key not in NOT_READ:
                raise ConfigurationError(f"{name}: the name {key!r} is not known{_similar(key)}")
            continue
        texts[key] = _as_text(value, f"{name}[{key!r}]")
    return Place(name, texts)


def _as_text(value: Any, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)) or hasattr(value, "__fspath__"):
        return str(value)
    raise ConfigurationError(f"{where}: expected a text, a number or a truth value, got {type(value).__name__}")


def _similar(name: str) -> str:
    close = difflib.get_close_matches(name.upper(), BY_NAME, n=1)
    return f"; is {close[0]} meant?" if close else ""


def shown(variable: Variable, text: str) -> str:
    """A text for people, without secrets, also where one stands in the wrong place."""
    return "***" if variable.kind == "secret" or may_be_secret(text) else text
