"""What a strategy of authentication is, and the ones that need no network: none, Basic, a bearer token."""

from __future__ import annotations

import base64
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeAlias

from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.logs import Log

CallMetadata: TypeAlias = tuple[tuple[str, str], ...]
"""Names in lower case and values, as they are sent with a call."""

AUTHORIZATION = "authorization"


class Auth(ABC):
    """How calls prove who sends them. Derive from this for a strategy of your own; only `obtain` must be written.

    One object serves all threads and event loops of a process at once, and all views of a client. It is sent as call
    metadata, over plaintext too.
    """

    @abstractmethod
    def obtain(self, timeout: float) -> CallMetadata:
        """Get the metadata that authenticates a call; waiting and I/O are allowed here.

        Never called on an event loop: the asyncio client calls it in a thread of its own, once for all calls that
        wait.

        Args:
            timeout: Seconds after which nobody waits for the result any more.

        Raises:
            TokenError: It cannot be had.
        """

    def cached(self) -> CallMetadata | None:
        """The same without any waiting, or None if `obtain` is needed. Asked before every call, so be quick."""
        return None

    def rejected(self, metadata: CallMetadata) -> bool:
        """Hear that the gateway answered UNAUTHENTICATED to this metadata.

        Returns:
            Whether `obtain` may give something else now. If it does, the call is sent once more.
        """
        del metadata
        return False

    def advice(self) -> str:
        """One sentence on what was sent and which settings decide about it, for errors; never the secret itself."""
        return ""

    def trouble(self) -> str:
        """What `obtain` struggles with at the moment, for the error of a call that could not wait for it any longer."""
        return ""

    def attach(self, log: Log) -> None:
        """Hear where the client logs to; the client calls this once."""
        del log


@dataclass(frozen=True, slots=True)
class NoAuth(Auth):
    """Sends nothing: for a gateway that asks for nothing."""

    def obtain(self, timeout: float) -> CallMetadata:
        """Nothing."""
        del timeout
        return ()

    def cached(self) -> CallMetadata | None:
        """Nothing."""
        return ()

    def advice(self) -> str:
        """Say that credentials are missing, and how to give some."""
        return (
            "no credentials are configured; set CAMUNDA_CLIENT_ID and CAMUNDA_CLIENT_SECRET, or "
            "CAMUNDA_BASIC_AUTH_USERNAME and CAMUNDA_BASIC_AUTH_PASSWORD, or auth="
        )


class _Fixed(Auth):
    """One header that never changes."""

    _metadata: CallMetadata

    def obtain(self, timeout: float) -> CallMetadata:
        """The header."""
        del timeout
        return self._metadata

    def cached(self) -> CallMetadata | None:
        """The header."""
        return self._metadata


@dataclass(frozen=True)
class Basic(_Fixed):
    """A user name and a password, sent with every call. The gateway checks them slowly: for development.

    Attributes:
        username: Without a colon.
        password: The password.

    Raises:
        ConfigurationError: The name is empty or has a colon in it, or the password is empty.
    """

    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.username or ":" in self.username:
            raise ConfigurationError("CAMUNDA_BASIC_AUTH_USERNAME: expected a name without a colon")
        if not self.password:
            raise ConfigurationError("CAMUNDA_BASIC_AUTH_PASSWORD: expected a password")
        encoded = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        object.__setattr__(self, "_metadata", ((AUTHORIZATION, f"Basic {encoded}"),))

    def advice(self) -> str:
        """Name the user."""
        return (
            f"user {self.username!r} was sent by Basic authentication; "
            "check CAMUNDA_BASIC_AUTH_USERNAME and CAMUNDA_BASIC_AUTH_PASSWORD"
        )


@dataclass(frozen=True)
class Bearer(_Fixed):
    """A token that someone else made, sent with every call until it expires. For one that renews itself see `OAuth`.

    Attributes:
        token: Without the word Bearer.

    Raises:
        ConfigurationError: It is empty, or has characters that no header may have.
    """

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_metadata", bearer(self.token, "CAMUNDA_OAUTH_TOKEN"))

    def advice(self) -> str:
        """Say where the token came from, and when it expired if it tells."""
        expired = _expired(self.token)
        when = "it may have expired" if expired is None else f"it expired at {expired:%Y-%m-%d %H:%M:%S} UTC"
        return f"a fixed bearer token was sent; {when}: check CAMUNDA_OAUTH_TOKEN"


def _expired(token: str) -> datetime | None:
    """When a JWT expired, by its own words; None if it has not, or is none."""
    try:
        body = token.split(".")[1]
        said: Any = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        end = datetime.fromtimestamp(float(said["exp"]), timezone.utc)
    except (IndexError, ValueError, TypeError, KeyError, OverflowError, OSError):
        return None
    return end if end < datetime.now(timezone.utc) else None


def bearer(token: str, source: str) -> CallMetadata:
    """The header that carries a token; the word is spelled as the gateway wants it.

    Raises:
        ConfigurationError: The token is empty, or has characters that no header may have.
    """
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(f"{source}: expected a token without blanks, and without the word Bearer")
    return ((AUTHORIZATION, f"Bearer {token}"),)
