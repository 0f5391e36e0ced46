"""Strategies: what they refuse, what they show, and that they can be handed to another process."""

from __future__ import annotations

import base64
import json
import pickle
import subprocess
import sys
from typing import Any

import pytest

from zeebe_grpc import Basic, Bearer, ConfigurationError, NoAuth, OAuth
from zeebe_grpc.auth import extra
from zeebe_grpc.auth.endpoint import describe_skew, proxy_for
from zeebe_grpc.auth.flow import check_url, read_answer
from zeebe_grpc.auth.keystore import Keystore, open_keystore, trusted_certificates

KNOWN: dict[str, Any] = {"client_id": "app", "client_secret": "hunter2", "token_url": "https://login.example/token"}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Basic("", "x"), r"^CAMUNDA_BASIC_AUTH_USERNAME: "),
        (lambda: Basic("a:b", "x"), r"^CAMUNDA_BASIC_AUTH_USERNAME: "),
        (lambda: Basic("a", ""), r"^CAMUNDA_BASIC_AUTH_PASSWORD: "),
        (lambda: Bearer(""), r"^CAMUNDA_OAUTH_TOKEN: "),
        (lambda: Bearer("Bearer abc"), r"without the word Bearer"),
        (lambda: Bearer("a\nb"), r"^CAMUNDA_OAUTH_TOKEN: "),
        (lambda: OAuth(**{**KNOWN, "client_id": ""}), r"^CAMUNDA_CLIENT_ID: "),
        (lambda: OAuth(**{**KNOWN, "client_secret": None}), r"^CAMUNDA_CLIENT_SECRET: the client 'app' needs a secret"),
        (lambda: OAuth(**{**KNOWN, "token_url": None}), r"^CAMUNDA_OAUTH_URL: where is the token endpoint"),
        (lambda: OAuth(**{**KNOWN, "token_url": "login.example"}), r"^CAMUNDA_OAUTH_URL: expected a URL such as"),
        (lambda: OAuth(**{**KNOWN, "client_authentication": "x"}), r"expected 'body' or 'basic'"),
        (lambda: OAuth(**{**KNOWN, "max_attempts": 0}), r"^CAMUNDA_AUTH_TOKEN_FETCH_MAX_RETRIES: "),
        (lambda: OAuth(**{**KNOWN, "connect_timeout": 5000}), r"CAMUNDA_AUTH_CONNECT_TIMEOUT: .* milliseconds\?"),
        (lambda: OAuth(**KNOWN, refresh_ahead=30_000), r"REFRESH_THRESHOLD: .* milliseconds\?"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(make: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        make()
    assert "hunter2" not in str(caught.value)


def test_secrets_are_not_shown() -> None:
    for strategy in (Basic("demo", "hunter2"), Bearer("hunter2"), OAuth(**KNOWN, proxy="http://a:hunter2@b:1")):
        assert "hunter2" not in repr(strategy) + str(strategy) + strategy.advice()
    assert repr(OAuth(**KNOWN)) == "OAuth(client_id='app', token_url='https://login.example/token')"


def test_strategies_travel_to_other_processes() -> None:
    for strategy in (NoAuth(), Basic("a", "b"), Bearer("c"), OAuth(**KNOWN, cache_dir="/x")):
        copied = pickle.loads(pickle.dumps(strategy))  # noqa: S301 - our own
        assert copied == strategy
        assert copied.cached() == strategy.cached()


def test_a_missing_extra_is_one_error_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "_NEEDED", ("oauthlib", "no_such_library"))
    with pytest.raises(ConfigurationError, match=r"no_such_library.*: pip install 'zeebe-grpc-client\[oauth\]'$"):
        OAuth(**KNOWN)


def test_nothing_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, zeebe_grpc; from zeebe_grpc import OAuth, ZeebeClient; ZeebeClient('localhost:1').close(); "
        "OAuth(client_id='a', client_secret='b', token_url='http://c/d'); "
        "print([name for name in ('oauthlib', 'urllib3', 'cryptography', 'filelock', 'jwt', 'dotenv', 'requests') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("expires_in", "lifetime"), [(60, 60), ("60", 60), (None, 300), (0, 300), (-5, 300)])
def test_how_long_a_token_lives(expires_in: Any, lifetime: float) -> None:
    body = f'{{"access_token": "x", "token_type": "bearer", "expires_in": {_json(expires_in)}}}'
    token = read_answer(200, "application/json", body, 1000.0)
    assert (token.lifetime, token.expires_at) == (lifetime, 1000 + lifetime)
    assert token.margin == min(10, lifetime / 10)


def _json(value: Any) -> str:
    return "null" if value is None else f'"{value}"' if isinstance(value, str) else str(value)


def test_a_scope_other_than_asked_for_is_no_error() -> None:
    assert read_answer(200, "", '{"access_token": "x", "token_type": "Bearer", "scope": "less"}', 0.0).value == "x"


@pytest.mark.parametrize("url", ["", "x", "ftp://x/y", "https://", "https://me:secret@x/y", "http://[::1/x"])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^NAME: expected a URL"):
        check_url(url, "NAME")


def test_a_small_difference_of_clocks_is_not_worth_telling() -> None:
    assert describe_skew(None) == describe_skew(5.0) == describe_skew(-29.0) == ""
    assert describe_skew(31.0) == "; this machine's clock is 31 s behind the endpoint's: set it right"


def test_proxies_come_from_the_setting_and_else_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for("https://x/y", None) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", "inside.example")
    assert proxy_for("https://x/y", None) == "http://proxy:1"
    assert proxy_for("https://inside.example/y", None) is None
    assert [proxy_for(f"https://{host}/y", None) for host in ("localhost:1", "127.0.0.1:1", "[::1]:1")] == [None] * 3
    assert proxy_for("https://localhost/y", "http://other:1") == "http://other:1"
    assert proxy_for("https://x/y", "") is None
    assert proxy_for("https://x/y", "http://other:1") == "http://other:1"
    monkeypatch.setenv("HTTPS_PROXY", "proxy:1")
    assert proxy_for("https://x/y", None) == "http://proxy:1"


@pytest.mark.parametrize("path", ["-----BEGIN PRIVATE KEY-----", '"LS0tLS1CRUdJTi...'])
def test_a_keystore_given_as_text_is_not_shown(path: str) -> None:
    for read in (open_keystore, trusted_certificates):
        with pytest.raises(ConfigurationError, match=r"^K: expected the path of a file, not its content$"):
            read(Keystore(path=path, source="K"))


def jwt_of(claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{body}.c2ln"


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (jwt_of({"exp": 1_000_000_000}), "it expired at 2001-09-09 01:46:40 UTC: check CAMUNDA_OAUTH_TOKEN"),
        (jwt_of({"exp": 99_999_999_999}), "it may have expired: check CAMUNDA_OAUTH_TOKEN"),
        (jwt_of({"exp": "soon"}), "it may have expired"),
        (jwt_of([1]), "it may have expired"),
        (jwt_of({"exp": 1e300}), "it may have expired"),
        ("opaque", "it may have expired"),
        ("a.b.c", "it may have expired"),
    ],
)
def test_a_fixed_token_that_tells_when_it_expired(token: str, told: str) -> None:
    assert told in Bearer(token).advice()
