"""OAuth 2.0 client credentials as a strategy: configuration in, metadata out."""

from __future__ import annotations

import dataclasses
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from zeebe_grpc.auth import flow
from zeebe_grpc.auth.disk import DiskStore, file_name
from zeebe_grpc.auth.endpoint import EndpointSettings, describe_skew, request, with_retries
from zeebe_grpc.auth.extra import require_oauth
from zeebe_grpc.auth.flow import Grant, Token
from zeebe_grpc.auth.keeper import TokenKeeper
from zeebe_grpc.auth.keystore import Keystore, identity_as_pem, open_keystore, trusted_certificates
from zeebe_grpc.auth.strategy import AUTHORIZATION, Auth, CallMetadata
from zeebe_grpc.errors import ConfigurationError, TokenError
from zeebe_grpc.logs import Log
from zeebe_grpc.spans import Span, seconds
from zeebe_grpc.tls import TLS

SAAS_TOKEN_URL: Final = "https://login.cloud.camunda.io/oauth/token"  # noqa: S105 - an address
SAAS_AUDIENCE: Final = "zeebe.camunda.io"
_AHEAD: Final = "CAMUNDA_AUTH_PROACTIVE_TOKEN_REFRESH_THRESHOLD"


@dataclass(frozen=True, kw_only=True, repr=False)
class OAuth(Auth):
    """Tokens by the OAuth 2.0 client credentials grant, renewed ahead of their end. Needs the extra `oauth`.

    A token is fetched at the first call, and then in the background; however many threads, tasks and (with `cache_dir`)
    processes wait for one, the endpoint is asked once. After a refusal it is left alone for 30 seconds.

    Attributes:
        client_id: Who this is.
        client_secret: The proof; or give `assertion`.
        token_url: The token endpoint; or give one of the next two.
        well_known_url: Address of an OpenID configuration that names the endpoint.
        issuer_url: The same, without `/.well-known/openid-configuration`.
        audience: What the token is for; None to leave it out. Camunda SaaS wants `zeebe.camunda.io`.
        scope: Scopes, separated by blanks.
        resource: The `resource` field of RFC 8707.
        client_authentication: `"body"` sends the secret in the form, `"basic"` by HTTP Basic.
        assertion: A key and its certificate; what they sign is sent in place of the secret.
        tls: Trust and identity for the endpoint.
        keystore: Identity for the endpoint as PKCS#12, in place of that of `tls`.
        truststore: Trust for the endpoint as PKCS#12, in place of that of `tls`.
        proxy: `http://HOST:PORT` for the endpoint; None for what HTTPS_PROXY and NO_PROXY say, empty for none.
        cache_dir: Folder in which processes share tokens; None for no file.
        connect_timeout: Span to reach the endpoint.
        read_timeout: Span to wait for its answer.
        max_attempts: How often it is asked when it is out of order.
        first_backoff: Span of the first pause between attempts.
        backoff_factor: By how much the pause grows.
        refresh_ahead: Span before expiry in which a new token is fetched.

    Raises:
        ConfigurationError: Something is missing or does not fit, or the extra is not installed.
    """

    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    token_url: str | None = None
    well_known_url: str | None = None
    issuer_url: str | None = None
    audience: str | None = None
    scope: str | None = None
    resource: str | None = None
    client_authentication: Literal["body", "basic"] = "body"
    assertion: Keystore | None = None
    tls: TLS | None = None
    keystore: Keystore | None = None
    truststore: Keystore | None = None
    proxy: str | None = field(default=None, repr=False)
    cache_dir: str | Path | None = None
    connect_timeout: Span = 5.0
    read_timeout: Span = 5.0
    max_attempts: int = 5
    first_backoff: Span = 1.0
    backoff_factor: float = 2.0
    refresh_ahead: Span = 30.0

    def __post_init__(self) -> None:
        require_oauth()
        if not self.client_id:
            raise ConfigurationError("CAMUNDA_CLIENT_ID: expected the id of an OAuth client")
        if not self.client_secret and self.assertion is None:
            raise ConfigurationError(
                f"CAMUNDA_CLIENT_SECRET: the client {self.client_id!r} needs a secret, or a keystore in "
                "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH"
            )
        self._check_where()
        if self.client_authentication not in ("body", "basic"):
            raise ConfigurationError("OAuth(client_authentication=): expected 'body' or 'basic'")
        if self.max_attempts < 1:
            raise ConfigurationError("CAMUNDA_AUTH_TOKEN_FETCH_MAX_RETRIES: expected at least 1")
        object.__setattr__(self, "_endpoint", self._endpoint_settings())
        object.__setattr__(self, "_making", threading.Lock())
        object.__setattr__(self, "_kept", None)
        object.__setattr__(self, "_last_skew", None)
        object.__setattr__(self, "_last_trouble", "")

    def _check_where(self) -> None:
        given = {
            "CAMUNDA_OAUTH_URL": self.token_url,
            "CAMUNDA_WELL_KNOWN_CONFIGURATION_URL": self.well_known_url,
            "CAMUNDA_ISSUER_URL": self.issuer_url,
        }
        if not any(given.values()):
            raise ConfigurationError("CAMUNDA_OAUTH_URL: where is the token endpoint? (or CAMUNDA_ISSUER_URL)")
        for name, url in given.items():
            if url:
                flow.check_url(url, name)

    def _endpoint_settings(self) -> EndpointSettings:
        try:
            seconds(self.refresh_ahead, _AHEAD)
            return EndpointSettings(
                connect_timeout=seconds(self.connect_timeout, "CAMUNDA_AUTH_CONNECT_TIMEOUT"),
                read_timeout=seconds(self.read_timeout, "CAMUNDA_AUTH_READ_TIMEOUT"),
                max_attempts=self.max_attempts,
                first_backoff=seconds(self.first_backoff, "CAMUNDA_AUTH_TOKEN_FETCH_INITIAL_BACKOFF_MS", shortest=0.0),
                backoff_factor=self.backoff_factor,
                proxy=self.proxy,
                tls=self._endpoint_tls,
            )
        except (TypeError, ValueError) as error:
            raise ConfigurationError(str(error)) from error

    def obtain(self, timeout: float) -> CallMetadata:
        """The header with a token; fetched if need be.

        Raises:
            TokenError: No token could be had; the text names the setting to look at.
        """
        return _header(self._keeper.obtain(timeout))

    def cached(self) -> CallMetadata | None:
        """The header with the token that is at hand, or None."""
        token = self._keeper.current()
        return None if token is None else _header(token)

    def rejected(self, metadata: CallMetadata) -> bool:
        """Drop the token that the gateway did not accept."""
        return self._keeper.reject(dict(metadata).get(AUTHORIZATION, "").removeprefix("Bearer "))

    def advice(self) -> str:
        """Say whose token it was and which settings made it what it is."""
        audience = f"audience {self.audience!r}" if self.audience else "no audience"
        skew: float | None = getattr(self, "_last_skew", None)
        return (
            f"a token of client {self.client_id!r} from {self._where} with {audience} was sent; "
            f"check CAMUNDA_TOKEN_AUDIENCE, CAMUNDA_TOKEN_SCOPE and CAMUNDA_OAUTH_URL{describe_skew(skew)}"
        )

    def trouble(self) -> str:
        """Say what went wrong at the last attempt, or that there is no answer yet."""
        return str(getattr(self, "_last_trouble", "")) or f"token endpoint {self._where} has not answered yet"

    def attach(self, log: Log) -> None:
        """Log to where the client logs to."""
        self._keeper.attach(log.child("zeebe_grpc.auth"))

    @property
    def clock_skew(self) -> float | None:
        """Seconds by which the endpoint's clock was ahead of ours when it was last asked; None if unknown."""
        skew: float | None = getattr(self, "_last_skew", None)
        return skew

    @property
    def _where(self) -> str:
        return str(self.token_url or self.well_known_url or self.issuer_url)

    @property
    def _keeper(self) -> TokenKeeper:
        kept: TokenKeeper | None = getattr(self, "_kept", None)
        return self._make_keeper() if kept is None else kept

    def _make_keeper(self) -> TokenKeeper:
        lock: threading.Lock = object.__getattribute__(self, "_making")
        with lock:
            kept: TokenKeeper | None = getattr(self, "_kept", None)
            if kept is None:
                ahead = seconds(self.refresh_ahead, _AHEAD)
                kept = TokenKeeper(self._fetch, self._store(), refresh_ahead=ahead, trouble=self.trouble)
                object.__setattr__(self, "_kept", kept)
            return kept

    def _store(self) -> DiskStore | None:
        if self.cache_dir is None:
            return None
        proof = "" if self.assertion is None else str(self.assertion.path)
        return DiskStore(Path(self.cache_dir).expanduser(), file_name(self._where, self._grant(), proof))

    def _grant(self) -> Grant:
        how: flow.ClientAuthentication = "assertion" if self.assertion is not None else self.client_authentication
        return Grant(self.client_id, self.client_secret, self.audience, self.scope, self.resource, how)

    def _fetch(self, patience: float) -> Token:
        deadline = time.monotonic() + patience
        settings: EndpointSettings = object.__getattribute__(self, "_endpoint")
        token = with_retries(settings, deadline, lambda: self._try(settings))
        object.__setattr__(self, "_last_trouble", "")
        return token

    def _try(self, settings: EndpointSettings) -> Token:
        """One attempt; what goes wrong is remembered for those who do not wait for the others."""
        try:
            return self._ask(settings)
        except TokenError as error:
            text = self._without_secrets(str(error))
            object.__setattr__(self, "_last_trouble", text)
            raise type(error)(text, retryable=error.retryable) from None

    def _ask(self, settings: EndpointSettings) -> Token:
        url = self._discover(settings)
        assertion = None
        if self.assertion is not None:
            assertion = _sign(self.assertion, self.client_id, url)
        made = flow.token_request(self._grant(), assertion)
        answer = request(settings, "POST", url, made.body, made.headers)
        object.__setattr__(self, "_last_skew", answer.skew)
        try:
            return flow.read_answer(answer.status, answer.content_type, answer.body, time.time())
        except TokenError as error:
            text = f"token endpoint {url}: {error}{self._mend(error)}{describe_skew(answer.skew)}"
            raise type(error)(text, retryable=error.retryable) from None

    def _discover(self, settings: EndpointSettings) -> str:
        if self.token_url:
            return self.token_url
        url = self.well_known_url or f"{str(self.issuer_url).rstrip('/')}/.well-known/openid-configuration"
        name = "CAMUNDA_WELL_KNOWN_CONFIGURATION_URL" if self.well_known_url else "CAMUNDA_ISSUER_URL"
        answer = request(settings, "GET", url, headers={"Accept": "application/json"})
        if answer.status != 200:
            again = answer.status >= 500
            raise TokenError(f"{url} answered HTTP {answer.status}; check {name}", retryable=again)
        try:
            return flow.token_endpoint(answer.body)
        except TokenError as error:
            raise TokenError(f"{url}: {error}; check {name}") from None

    def _mend(self, error: TokenError) -> str:
        if not isinstance(error, flow.RefusedError):
            return "; check CAMUNDA_OAUTH_URL"
        text = str(error)
        if "audience" in text or "resource" in text:
            return "; check CAMUNDA_TOKEN_AUDIENCE and CAMUNDA_TOKEN_RESOURCE"
        if "scope" in text:
            return "; check CAMUNDA_TOKEN_SCOPE"
        proof = "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH" if self.assertion is not None else "CAMUNDA_CLIENT_SECRET"
        return f"; check CAMUNDA_CLIENT_ID ({self.client_id!r}) and {proof}"

    def _without_secrets(self, text: str) -> str:
        """An endpoint may repeat what it was sent."""
        return text.replace(self.client_secret, "***") if self.client_secret else text

    def _endpoint_tls(self) -> TLS | None:
        tls = self.tls
        changes: dict[str, Any] = {}
        if self.keystore is not None:
            changes["certificate"], changes["key"] = identity_as_pem(open_keystore(self.keystore))
            changes["key_password"] = None
        if self.truststore is not None:
            changes["ca"], changes["system"] = trusted_certificates(self.truststore), False
        return dataclasses.replace(tls or TLS(), **changes) if changes else tls

    def __repr__(self) -> str:
        """What was set and is no secret."""
        told = (
            f"{each.name}={getattr(self, each.name)!r}"
            for each in dataclasses.fields(self)
            if each.repr and getattr(self, each.name) != each.default
        )
        return f"OAuth({', '.join(told)})"

    def __getstate__(self) -> dict[str, Any]:
        """The settings alone: tokens and locks belong to one process."""
        return {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self.__post_init__()


def _header(token: Token) -> CallMetadata:
    return ((AUTHORIZATION, f"Bearer {token.value}"),)


def _sign(keystore: Keystore, client_id: str, url: str) -> str:
    from zeebe_grpc.auth.assertion import sign_assertion

    return sign_assertion(keystore, client_id, url, time.time(), uuid.uuid4().hex)
