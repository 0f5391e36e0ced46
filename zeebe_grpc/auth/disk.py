"""Tokens on disk, shared by the processes of a user: one file an identity, readable by nobody else.

A lock file lets one process ask for a token while the others wait for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zeebe_grpc.auth.flow import Grant, Token
from zeebe_grpc.errors import TokenError
from zeebe_grpc.logs import Log


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file says: a token, or that the endpoint has refused and until when it is not to be asked."""

    token: Token | None = None
    refused: str = ""
    refused_until: float = 0.0


def file_name(source: str, grant: Grant, proof: str) -> str:
    """The name of an identity's file: other issuers, scopes, audiences or secrets have others.

    Args:
        source: The token endpoint, or where it is discovered.
        grant: What is asked for.
        proof: What proves the client when it is not a secret, such as a keystore's path.
    """
    identity = [source, grant.client_id, grant.client_secret, grant.audience, grant.scope, grant.resource, proof]
    return f"zeebe-grpc-{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]}.json"


class DiskStore:
    """One file of tokens. Trouble with the disk is logged once and is no error: there is the memory still."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / name
        self.log = Log("zeebe_grpc.auth")
        self._complained = False

    @contextlib.contextmanager
    def locked(self, timeout: float) -> Generator[None, None, None]:
        """Keep the other processes out meanwhile.

        Raises:
            TokenError: Another process held it for `timeout` seconds.
        """
        from filelock import FileLock, Timeout

        try:
            self._make_folder()
            lock = FileLock(f"{self._path}.lock", timeout=timeout, mode=0o600)
            lock.acquire()  # pyright: ignore[reportUnknownMemberType] - generic without a default in some releases
        except Timeout as error:
            raise TokenError(
                f"another process has been fetching a token for {timeout:.0f} s (lock {self._path}.lock)",
                retryable=True,
            ) from error
        except (OSError, NotImplementedError) as error:
            self._complain(error)
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def read(self) -> Stored:
        """What is stored; nothing if there is no file, or one that is not ours."""
        try:
            content = json.loads(self._path.read_bytes())
            return _stored(content)
        except FileNotFoundError:
            return Stored()
        except (OSError, ValueError, TypeError, KeyError) as error:
            self._complain(error)
            return Stored()

    def write(self, stored: Stored) -> None:
        """Store, so that a reader finds the old or the new and nothing between."""
        content: dict[str, Any] = {"refused": stored.refused, "refused_until": stored.refused_until}
        if stored.token is not None:
            token = stored.token
            content = {"token": token.value, "expires_at": token.expires_at, "lifetime": token.lifetime}
        try:
            self._replace(json.dumps(content).encode())
        except OSError as error:
            self._complain(error)

    def _replace(self, content: bytes) -> None:
        self._make_folder()
        # mkstemp makes files that only their owner may read.
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".zeebe-grpc-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise

    def _make_folder(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _complain(self, error: Exception) -> None:
        if not self._complained:
            self._complained = True
            self.log.warning("the token cache %s cannot be used: %s", self._path, error)


def _stored(content: dict[str, Any]) -> Stored:
    if "token" not in content:
        return Stored(None, str(content["refused"]), float(content["refused_until"]))
    return Stored(Token(str(content["token"]), float(content["expires_at"]), float(content["lifetime"])))
