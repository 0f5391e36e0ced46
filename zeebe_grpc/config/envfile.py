"""Reads a `.env` file without touching the environment. The one place of this room that opens a file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from zeebe_grpc.config.values import Place
from zeebe_grpc.errors import ConfigurationError

_WORKING_DIRECTORY: Final = frozenset({"true", "1", "yes", "on"})
_NOT: Final = frozenset({"", "false", "0", "no", "off"})


def read_envfile(wish: str) -> Place | None:
    """The settings in the file that CAMUNDA_LOAD_ENVFILE asks for; None if it asks for none.

    Args:
        wish: A truth value for `.env` in the working directory, or the path of a file or of a folder with a `.env`.

    Raises:
        ConfigurationError: A file that was named is not there, one cannot be read, or python-dotenv is not installed.
    """
    if wish.strip().lower() in _NOT:
        return None
    path = Path(".env") if wish.strip().lower() in _WORKING_DIRECTORY else Path(wish.strip()).expanduser()
    if path.is_dir():
        path /= ".env"
    try:
        from dotenv import dotenv_values
    except ImportError as error:
        raise ConfigurationError(
            "CAMUNDA_LOAD_ENVFILE: reading a file needs python-dotenv: pip install 'zeebe-grpc-client[dotenv]'"
        ) from error
    try:
        with path.open(encoding="utf-8-sig") as file:
            found = dotenv_values(stream=file)
    except FileNotFoundError as error:
        if wish.strip().lower() in _WORKING_DIRECTORY:
            return None
        raise ConfigurationError(f"CAMUNDA_LOAD_ENVFILE: there is no file {str(path)!r}") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise ConfigurationError(f"CAMUNDA_LOAD_ENVFILE: the file {str(path)!r} cannot be read: {reason}") from error
    return Place(str(path), {name: text for name, text in found.items() if text is not None})
