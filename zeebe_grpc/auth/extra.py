"""The libraries that only OAuth needs: whether they are there. They are imported where they are used."""

from __future__ import annotations

import importlib.util
from typing import Final

from zeebe_grpc.errors import ConfigurationError

_NEEDED: Final = ("oauthlib", "urllib3", "cryptography", "filelock", "jwt")


def require_oauth() -> None:
    """Refuse early and once, and not at the first call, if the extra is not installed.

    Raises:
        ConfigurationError: A library is missing; the text has the command that installs it.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"OAuth needs {', '.join(missing)}, which is not installed: pip install 'zeebe-grpc-client[oauth]'"
        )
