"""The client credentials grant as values: the request, and what an answer means. Pure.

`oauthlib` knows the protocol; no network, no clock and no randomness are here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast
from urllib.parse import quote_plus, urlsplit

from zeebe_grpc.errors import ConfigurationError, TokenError

ClientAuthentication: TypeAlias = Literal["body", "basic", "assertion"]
"""How a client proves itself to the token endpoint: secret in the form, secret by HTTP Basic, signed assertion."""

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 300
DEFAULT_LIFETIME: Final = 300.0
"""Seconds that a token is taken to live whose endpoint does not say it."""

_LONGEST_QUOTE: Final = 200
_REFUSED: Final = frozenset({400, 401, 403})
_PASSING: Final = frozenset({404, 408, 425, 429})
_CREDENTIAL_ERRORS: Final = frozenset({"invalid_client", "unauthorized_client", "access_denied"})


@dataclass(frozen=True, slots=True)
class Grant:
    """What is asked of the token endpoint."""

    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    audience: str | None = None
    scope: str | None = None
    resource: str | None = None
    authentication: ClientAuthentication = "body"


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A POST to the token endpoint."""

    body: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token.

    Attributes:
        value: The token, without the word Bearer.
        expires_at: Epoch seconds by this machine's clock.
        lifetime: Seconds that it lived when it was new.
    """

    value: str = field(repr=False)
    expires_at: float
    lifetime: float

    @property
    def margin(self) -> float:
        """Seconds before the end from which it is not sent any more: it must still hold when it arrives."""
        return min(10.0, self.lifetime / 10)


class RefusedError(TokenError):
    """The endpoint understood and refused: the same request will be refused again."""


def token_request(grant: Grant, assertion: str | None = None) -> TokenRequest:
    """The request for a token."""
    from oauthlib.oauth2 import BackendApplicationClient

    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    fields: dict[str, str] = {}
    if grant.authentication == "basic":
        # RFC 6749 2.3.1: both are form-encoded before they are joined.
        pair = f"{quote_plus(grant.client_id)}:{quote_plus(grant.client_secret or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif assertion is not None:
        fields = {"client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE}
    else:
        fields = {"client_secret": grant.client_secret or ""}
    fields |= {name: text for name in ("audience", "resource") if (text := getattr(grant, name))}
    client: Any = BackendApplicationClient(client_id=grant.client_id)
    in_body = grant.authentication != "basic"
    scope = " ".join(grant.scope.split()) if grant.scope else None
    body: str = client.prepare_request_body(include_client_id=in_body, scope=scope, **fields)
    return TokenRequest(body, headers)


def assertion_claims(client_id: str, token_url: str, now: float, unique: str) -> dict[str, Any]:
    """What a client asserts of itself for five minutes, when it signs instead of sending a secret."""
    issued = int(now)
    return {
        "iss": client_id,
        "sub": client_id,
        "aud": token_url,
        "jti": unique,
        "iat": issued,
        "nbf": issued,
        "exp": issued + ASSERTION_SECONDS,
    }


def read_answer(status: int, content_type: str, body: str, now: float) -> Token:
    """What the token endpoint said.

    Args:
        status: The HTTP status.
        content_type: What the endpoint says that the body is.
        body: The body.
        now: Epoch seconds.

    Raises:
        RefusedError: It refused.
        TokenError: It answered something else; `retryable` says whether asking again may help.
    """
    fields = _fields(body)
    if status != 200:
        raise _failure(status, content_type, fields)
    if fields is None:
        raise TokenError(f"it answered {_kind(content_type)} and not JSON; is that the address of a token endpoint?")
    return _token(body, fields, now)


def _token(body: str, fields: Mapping[str, Any], now: float) -> Token:
    from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error

    reader: Any = BackendApplicationClient(client_id="")
    try:
        reader.parse_request_body_response(body)
    except (OAuth2Error, ValueError) as error:
        raise TokenError(f"its answer has no usable token: {_quote(getattr(error, 'description', None))}") from None
    if str(fields.get("token_type", "Bearer")).lower() != "bearer":
        raise TokenError(f"its token is of the type {_quote(fields['token_type'])}; only bearer tokens can be sent")
    value = str(fields["access_token"])
    if not value.isascii() or not value.isprintable() or " " in value:
        raise TokenError("its token has characters that cannot be sent")
    lifetime = _lifetime(fields)
    return Token(value, now + lifetime, lifetime)


def _lifetime(fields: Mapping[str, Any]) -> float:
    try:
        lifetime = float(fields.get("expires_in") or DEFAULT_LIFETIME)
    except (TypeError, ValueError):
        return DEFAULT_LIFETIME
    return lifetime if lifetime > 0 else DEFAULT_LIFETIME


def _failure(status: int, content_type: str, fields: Mapping[str, Any] | None) -> TokenError:
    passing = status >= 500 or status in _PASSING
    if fields is None:
        text = f"it answered HTTP {status} with {_kind(content_type)}"
        return RefusedError(text) if status in _REFUSED else TokenError(text, retryable=passing)
    code = fields.get("error")
    description = fields.get("error_description")
    words = ", ".join(_quote(each) for each in (code, description) if each)
    text = f"it answered HTTP {status}" + (f": {words}" if words else "")
    if status in _REFUSED or code in _CREDENTIAL_ERRORS:
        return RefusedError(text)
    return TokenError(text, retryable=passing)


def _fields(body: str) -> dict[str, Any] | None:
    try:
        parsed: Any = json.loads(body)
    except ValueError:
        return None
    return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else None


def _kind(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    return {"text/html": "an HTML page", "": "something"}.get(kind, kind)


def _quote(text: object) -> str:
    """Words of the endpoint, short and in one line."""
    line = " ".join(str(text if text is not None else "no reason given").split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}..."


def token_endpoint(document: str) -> str:
    """The token endpoint that a discovery document names.

    Raises:
        TokenError: It names none.
    """
    endpoint = (_fields(document) or {}).get("token_endpoint")
    if not isinstance(endpoint, str) or urlsplit(endpoint).scheme not in ("http", "https"):
        raise TokenError("its answer is no OpenID configuration with a token_endpoint")
    return endpoint


def check_url(url: str, source: str) -> str:
    """A URL of a token endpoint, as given.

    Raises:
        ConfigurationError: It is no http or https URL with a host.
    """
    try:
        parts = urlsplit(url)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        complete = False
    if not complete:
        raise ConfigurationError(f"{source}: expected a URL such as https://login.example.com/oauth/token")
    return url
