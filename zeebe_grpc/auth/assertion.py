"""A signed statement of a client about itself, in place of a secret (RFC 7523, with an X.509 certificate)."""

from __future__ import annotations

import base64
from typing import Any

from zeebe_grpc.auth.flow import assertion_claims
from zeebe_grpc.auth.keystore import Keystore, open_keystore
from zeebe_grpc.errors import ConfigurationError


def sign_assertion(keystore: Keystore, client_id: str, token_url: str, now: float, unique: str) -> str:
    """The assertion: a JWT signed by the certificate's key, whose header has the certificate's thumbprint.

    The file is read every time, so that a renewed certificate is used.

    Args:
        keystore: The key, an RSA one, and its certificate.
        client_id: Who asserts.
        token_url: Whom it is for.
        now: Epoch seconds; it holds for five minutes from then.
        unique: Never used before.

    Raises:
        ConfigurationError: The keystore cannot be used.
    """
    import jwt
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    identity = open_keystore(keystore)
    if not isinstance(identity.key, RSAPrivateKey):
        raise ConfigurationError(f"{keystore.source}: an assertion is signed with RS256, which needs an RSA key")
    # SHA-1 is what x5t is made of (RFC 7515 4.1.7); it identifies and protects nothing.
    thumbprint = identity.certificates[0].fingerprint(hashes.SHA1())  # noqa: S303
    headers: dict[str, Any] = {"x5t": base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()}
    claims = assertion_claims(client_id, token_url, now, unique)
    return jwt.encode(claims, identity.key, algorithm="RS256", headers=headers)
