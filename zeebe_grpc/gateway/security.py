"""Who may talk to the gateway: TLS, client certificates, and the check of what calls bring along."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc

from zeebe_grpc.gateway.guards import Guard


@dataclass(frozen=True, kw_only=True)
class Security:
    """What a gateway asks of its clients. PEM documents are bytes.

    Attributes:
        certificate: The gateway's certificate chain; with `key`, the gateway speaks TLS.
        key: Its private key.
        client_ca: Whose client certificates are accepted; with it, a client must show one.
        users: Passwords by name, for Basic authentication.
        check_token: Whether a bearer token is accepted. With `users`, either is enough.

    Raises:
        ValueError: A certificate without its key, or `client_ca` without them.
    """

    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)
    client_ca: bytes | None = None
    users: Mapping[str, str] | None = field(default=None, repr=False)
    check_token: Callable[[str], bool] | None = None

    def __post_init__(self) -> None:
        if (self.certificate is None) is not (self.key is None):
            raise ValueError("a certificate needs its key, and a key its certificate")
        if self.client_ca is not None and self.certificate is None:
            raise ValueError("client certificates are only asked for over TLS: certificate and key are missing")

    def credentials(self) -> grpc.ServerCredentials | None:
        """What the port is opened with; None for plaintext."""
        if self.certificate is None or self.key is None:
            return None
        return grpc.ssl_server_credentials(
            [(self.key, self.certificate)], self.client_ca, require_client_auth=self.client_ca is not None
        )

    def guards(self) -> tuple[Guard, ...]:
        """What stands before the service."""
        return () if self.users is None and self.check_token is None else (_CredentialsGuard(self),)

    def refusal(self, metadata: Mapping[str, Any]) -> str | None:
        """Why a call with this metadata is not let in; None if it is."""
        header = metadata.get("authorization")
        if header is None:
            return "an authorization header is missing"
        kind, _, proof = str(header).partition(" ")
        # The words are compared as they are: a real gateway wants the capital letter.
        if kind == "Basic" and self.users is not None:
            return self._user_refusal(proof, self.users)
        if kind == "Bearer" and self.check_token is not None:
            return None if self.check_token(proof) else "the token is not accepted"
        wanted = [word for word, asked in (("Basic", self.users), ("Bearer", self.check_token)) if asked is not None]
        return f"the authorization header does not begin with {' or '.join(wanted)}"

    def _user_refusal(self, proof: str, users: Mapping[str, str]) -> str | None:
        try:
            name, _, password = base64.b64decode(proof, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "the credentials cannot be read"
        known = users.get(name)
        if known is None or not hmac.compare_digest(known.encode(), password.encode()):
            return "wrong user or password"
        return None


class _CredentialsGuard(Guard):
    """Stops calls that bring no proof of who they come from."""

    def __init__(self, security: Security) -> None:
        self._security = security

    def refusal(self, metadata: Mapping[str, Any]) -> tuple[grpc.StatusCode, str] | None:
        """UNAUTHENTICATED for whoever is not let in."""
        reason = self._security.refusal(metadata)
        return None if reason is None else (grpc.StatusCode.UNAUTHENTICATED, reason)
