"""Talking HTTP to a token endpoint: time limits, repetitions, proxies, certificates, and errors that name a setting."""

from __future__ import annotations

import email.utils
import ipaddress
import random
import ssl
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import unquote, urlsplit

from zeebe_grpc.errors import TokenError
from zeebe_grpc.tls import TLS
from zeebe_grpc.tls.trust import context

if TYPE_CHECKING:
    import urllib3

T = TypeVar("T")

_LARGEST_ANSWER: Final = 1024 * 1024
_SKEW_WORTH_TELLING: Final = 30.0
_WANTS_IDENTITY: Final = (
    "it may want a client certificate: CAMUNDA_SSL_CLIENT_KEYSTORE_PATH or CAMUNDA_MTLS_CERT_PATH and _KEY_PATH"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """How to talk to a token endpoint.

    Attributes:
        connect_timeout: Seconds to reach it.
        read_timeout: Seconds to wait for its answer.
        max_attempts: How often to ask, when it is not reached or is out of order.
        first_backoff: Seconds of the first pause, at most; the real one is chosen at random.
        backoff_factor: By how much the longest possible pause grows each time.
        proxy: `http://HOST:PORT`; None for what the environment says, empty for none.
        tls: Trust and identity; a function, because what it reads may change between requests.
    """

    connect_timeout: float = 5.0
    read_timeout: float = 5.0
    max_attempts: int = 5
    first_backoff: float = 1.0
    backoff_factor: float = 2.0
    proxy: str | None = field(default=None, repr=False)
    tls: Callable[[], TLS | None] = field(default=lambda: None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    body: str = field(repr=False)
    skew: float | None
    """Seconds by which the endpoint's clock is ahead of ours, give or take one; None if it did not say."""


def with_retries(settings: EndpointSettings, deadline: float, ask: Callable[[], T]) -> T:
    """Ask until there is an answer, as often as the settings say and as `deadline` (monotonic seconds) allows.

    Raises:
        TokenError: It refused, or all attempts failed.
    """
    for attempt in range(1, settings.max_attempts + 1):
        try:
            return ask()
        except TokenError as error:
            longest = settings.first_backoff * settings.backoff_factor ** (attempt - 1)
            pause = random.uniform(longest / 2, longest)  # noqa: S311 - only jitter
            last = attempt == settings.max_attempts or time.monotonic() + pause >= deadline
            if not error.retryable or last:
                raise
            time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def request(
    settings: EndpointSettings, method: str, url: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One HTTP request; redirections are not followed, because a secret goes where it was meant to go and not on.

    Raises:
        TokenError: Nothing came back; `retryable` unless the certificates are to blame.
        ConfigurationError: A certificate cannot be used.
    """
    import urllib3

    where = f"token endpoint {url}"
    timeout = urllib3.Timeout(connect=settings.connect_timeout, read=settings.read_timeout)
    try:
        with _pool(settings, url) as pool:
            sent = time.time()
            response = pool.request(
                method, url, body=body, headers=dict(headers or {}), timeout=timeout, retries=False, redirect=False,
                preload_content=False,
            )  # fmt: skip
            return _answer(response, sent, settings.read_timeout, url)
    except urllib3.exceptions.HTTPError as error:
        raise _unreached(where, error, settings) from error


def _answer(response: urllib3.BaseHTTPResponse, sent: float, read_timeout: float, url: str) -> Answer:
    deadline = time.monotonic() + read_timeout
    chunks: list[bytes] = []
    size = 0
    for chunk in response.stream(16_384):
        chunks.append(chunk)
        size += len(chunk)
        if size > _LARGEST_ANSWER:
            raise TokenError(f"token endpoint {url}: it answered more than 1 MiB; is that a token endpoint?")
        if time.monotonic() > deadline:
            raise TokenError(
                f"token endpoint {url}: it did not finish its answer within {read_timeout:g} s "
                "(CAMUNDA_AUTH_READ_TIMEOUT)",
                retryable=True,
            )
    if 300 <= response.status < 400:
        target = response.headers.get("location", "elsewhere").partition("?")[0]
        raise TokenError(f"token endpoint {url}: it redirects to {target}; write that into CAMUNDA_OAUTH_URL")
    text = b"".join(chunks).decode("utf-8", "replace")
    skew = _skew(response.headers.get("date"), sent)
    return Answer(response.status, response.headers.get("content-type", ""), text, skew)


def _skew(date: str | None, sent: float) -> float | None:
    """The difference of the clocks, as far as a header in whole seconds tells it."""
    if date is None:
        return None
    try:
        theirs = email.utils.parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
    ours = (sent + time.time()) / 2
    return theirs + 0.5 - ours


def describe_skew(skew: float | None) -> str:
    """A warning to add to an error, if the clocks are so far apart that it may be the reason."""
    if skew is None or abs(skew) < _SKEW_WORTH_TELLING:
        return ""
    direction = "behind" if skew > 0 else "ahead of"
    return f"; this machine's clock is {abs(skew):.0f} s {direction} the endpoint's: set it right"


def _pool(settings: EndpointSettings, url: str) -> urllib3.PoolManager:
    """Connections for this request only: certificates may be others next time, and tokens are fetched seldom."""
    import urllib3

    trust = context(settings.tls()) if urlsplit(url).scheme == "https" else None
    proxy = proxy_for(url, settings.proxy)
    if proxy is None:
        return urllib3.PoolManager(ssl_context=trust)
    parts = urlsplit(proxy)
    headers = None
    if parts.username:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = urllib3.make_headers(proxy_basic_auth=user)
    return urllib3.ProxyManager(proxy, proxy_headers=headers, ssl_context=trust)


def proxy_for(url: str, setting: str | None) -> str | None:
    """The proxy for a URL: the setting's, else that of HTTPS_PROXY, HTTP_PROXY, NO_PROXY, never to loopback."""
    if setting is not None:
        return _with_scheme(setting)
    parts = urlsplit(url)
    if parts.hostname is None or _is_loopback(parts.hostname) or urllib.request.proxy_bypass(parts.hostname):
        return None
    return _with_scheme(urllib.request.getproxies().get(parts.scheme, ""))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _with_scheme(proxy: str) -> str | None:
    """Environments often have a bare `host:port`."""
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy or None


def _unreached(where: str, error: urllib3.exceptions.HTTPError, settings: EndpointSettings) -> TokenError:
    from urllib3 import exceptions

    if isinstance(error, exceptions.SSLError):
        return TokenError(f"{where}: {_tls_trouble(error)}")
    if isinstance(error, exceptions.ProxyError):
        return TokenError(
            f"{where}: the proxy cannot be used: {_cause(error)}; check proxy=, HTTPS_PROXY", retryable=True
        )
    if isinstance(error, exceptions.NameResolutionError):
        return TokenError(f"{where}: its host name is not known; check CAMUNDA_OAUTH_URL", retryable=True)
    if isinstance(error, exceptions.ConnectTimeoutError) and not isinstance(error, exceptions.NewConnectionError):
        return TokenError(
            f"{where}: not reached within {settings.connect_timeout:g} s (CAMUNDA_AUTH_CONNECT_TIMEOUT); "
            "check CAMUNDA_OAUTH_URL, or set a proxy",
            retryable=True,
        )
    if isinstance(error, exceptions.NewConnectionError):
        return TokenError(f"{where}: cannot be reached ({_cause(error)}); check CAMUNDA_OAUTH_URL", retryable=True)
    if isinstance(error, exceptions.ReadTimeoutError):
        return TokenError(
            f"{where}: no answer within {settings.read_timeout:g} s (CAMUNDA_AUTH_READ_TIMEOUT)", retryable=True
        )
    identity = f"; {_WANTS_IDENTITY}" if where.startswith("token endpoint https:") else ""
    text = f"{where}: the connection broke ({_cause(error)}); check CAMUNDA_OAUTH_URL{identity}"
    return TokenError(text, retryable=True)


def _cause(error: BaseException) -> str:
    """The innermost reason, in its own words."""
    reason: BaseException = error
    while (inner := reason.__cause__ or reason.__context__) is not None:
        reason = inner
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__


def _tls_trouble(error: BaseException) -> str:
    trust = "CAMUNDA_CA_CERTIFICATE_PATH, CAMUNDA_SSL_CLIENT_TRUSTSTORE_PATH or OAuth(tls=TLS(ca=...))"
    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, ssl.SSLError):
        reason = reason.__cause__ or reason.__context__
    text = str(reason or error)
    if "ostname mismatch" in text or "IP address mismatch" in text:
        return "its certificate is for another host name; write the one that it is for into CAMUNDA_OAUTH_URL"
    if "has expired" in text:
        return "its certificate has expired; its owner must renew it (or this machine's clock is wrong)"
    if "not yet valid" in text:
        return "its certificate is not valid yet; is this machine's clock right?"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return f"its certificate is not trusted here; name the certificate authority in {trust}"
    if "CERTIFICATE_REQUIRED" in text or "certificate required" in text or "HANDSHAKE_FAILURE" in text:
        return f"it does not let us in; {_WANTS_IDENTITY}"
    if "EOF occurred" in text:
        return f"it hung up; {_WANTS_IDENTITY}"
    if "WRONG_VERSION_NUMBER" in text or "record layer failure" in text:
        return "it does not speak TLS; write http:// into CAMUNDA_OAUTH_URL if that is meant"
    return f"no TLS connection: {text}"
