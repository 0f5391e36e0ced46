"""Everything that can go wrong with a token endpoint: one clear error each, which names the setting to look at."""

from __future__ import annotations

import http.server
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wire import certificates as pki
from tests.wire.callers import Caller
from tests.wire.oauth_support import guarded, oauth, topology, variables
from tests.wire.token_endpoint import Asked, Reply, TokenEndpoint
from zeebe_grpc import TLS, AuthenticationError, ConfigurationError, DeadlineError
from zeebe_grpc.gateway import Gateway, Security

pytestmark = pytest.mark.parametrize("colour", ["blocking", "asyncio"])


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with TokenEndpoint() as serving:
        yield serving


def refused(colour: str, told: str, **settings: Any) -> AuthenticationError:
    """What a call raises for want of a token; nothing is sent to the gateway."""
    with pytest.raises(AuthenticationError, match=told) as caught:
        topology(colour, "grpc://127.0.0.1:1", **settings)
    assert caught.value.outcome == "not_executed"
    assert caught.value.attempts == 0
    return caught.value


def test_a_wrong_secret_is_told_once_and_the_endpoint_left_alone(colour: str, endpoint: TokenEndpoint) -> None:
    environment = variables(endpoint, CAMUNDA_CLIENT_SECRET="hunter2")
    caller = Caller(colour, "grpc://127.0.0.1:1", environment=environment, timeout=5)
    try:
        for _ in range(5):
            with pytest.raises(AuthenticationError) as caught:
                caller.run(lambda client: client.get_topology())
            text = str(caught.value)
            assert "HTTP 401: invalid_client, Client authentication failed" in text
            assert "check CAMUNDA_CLIENT_ID ('app') and CAMUNDA_CLIENT_SECRET" in text
            assert "hunter2" not in text + repr(caught.value) + repr(caller.client.settings)
            assert not caught.value.retryable
        assert "asked again in" in text
    finally:
        caller.close()
    assert endpoint.count == 1


def test_a_secret_that_the_endpoint_repeats_is_not_shown(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.script = lambda asked: Reply(400, {"error": "bad", "error_description": asked.fields["client_secret"]})
    error = refused(colour, "HTTP 400: bad, ", auth=oauth(endpoint))
    assert endpoint.SECRET not in str(error)


def test_a_wrong_audience_and_a_wrong_scope(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.script = lambda _: Reply(403, {"error": "access_denied", "error_description": "unknown audience"})
    refused(colour, "check CAMUNDA_TOKEN_AUDIENCE", auth=oauth(endpoint))
    endpoint.script = lambda _: Reply(400, {"error": "invalid_scope"})
    refused(colour, "check CAMUNDA_TOKEN_SCOPE", auth=oauth(endpoint))


def test_an_endpoint_that_is_down(colour: str) -> None:
    with TokenEndpoint() as endpoint:
        environment = variables(endpoint)
    error = refused(
        colour, r"cannot be reached \(Connection refused\); check CAMUNDA_OAUTH_URL", environment=environment
    )
    assert error.retryable


def test_an_endpoint_that_is_down_for_a_while_is_asked_again(colour: str, endpoint: TokenEndpoint) -> None:
    answers = iter([Reply(503, "busy", "text/plain"), Reply(429, {"error": "slow_down"}), Reply(404, {})])
    endpoint.script = lambda _: next(answers, None)
    with guarded(endpoint) as gateway:
        auth = oauth(endpoint, max_attempts=4)
        assert topology(colour, gateway.address, auth=auth).cluster_size == 1
    assert endpoint.count == 4


def test_an_endpoint_that_is_slow(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.delay = 1.0
    environment = variables(endpoint, CAMUNDA_AUTH_READ_TIMEOUT="100")
    refused(colour, r"no answer within 0\.1 s \(CAMUNDA_AUTH_READ_TIMEOUT\)", environment=environment)


def test_a_call_waits_for_a_token_no_longer_than_its_timeout(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.delay = 2.0
    begin = time.monotonic()
    told = rf"within 0\.\d s: token endpoint {re.escape(endpoint.url)} has not answered yet"
    with pytest.raises(DeadlineError, match=told):
        topology(colour, "grpc://127.0.0.1:1", auth=oauth(endpoint), timeout=0.3)
    assert time.monotonic() - begin < 1.5


def test_a_call_that_does_not_wait_for_all_attempts_tells_what_went_wrong(colour: str) -> None:
    with TokenEndpoint() as endpoint:
        auth = oauth(endpoint, first_backoff=20, max_attempts=3)
    told = r"within 0\.\d s: token endpoint .*cannot be reached \(Connection refused\); check CAMUNDA_OAUTH_URL"
    with pytest.raises(DeadlineError, match=told):
        topology(colour, "grpc://127.0.0.1:1", auth=auth, timeout=0.7)


def test_an_endpoint_that_cannot_be_connected_to(colour: str) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        crowd = [socket.socket() for _ in range(3)]
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        environment = {
            "CAMUNDA_CLIENT_ID": "a",
            "CAMUNDA_CLIENT_SECRET": "b",
            "CAMUNDA_OAUTH_URL": f"http://127.0.0.1:{port}/token",
            "CAMUNDA_AUTH_CONNECT_TIMEOUT": "100",
            "CAMUNDA_AUTH_TOKEN_FETCH_MAX_RETRIES": "1",
        }
        refused(colour, r"not reached within 0\.1 s \(CAMUNDA_AUTH_CONNECT_TIMEOUT\)", environment=environment)
        for each in crowd:
            each.close()


def test_an_html_page(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.script = lambda _: Reply(200, "<html>Log in</html>", "text/html; charset=utf-8")
    refused(colour, "it answered an HTML page and not JSON.*check CAMUNDA_OAUTH_URL", auth=oauth(endpoint))
    endpoint.script = lambda _: Reply(405, "<html>No</html>", "text/html")
    refused(colour, "it answered HTTP 405 with an HTML page.*check CAMUNDA_OAUTH_URL", auth=oauth(endpoint))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"token_type": "Bearer"}, "its answer has no usable token"),
        ({"access_token": "x", "token_type": "mac"}, "its token is of the type mac"),
        ([1], "and not JSON"),
        ({"access_token": "x\ny", "token_type": "Bearer"}, "its token has characters that cannot be sent"),
    ],
)
def test_an_answer_that_is_none(colour: str, endpoint: TokenEndpoint, body: Any, told: str) -> None:
    endpoint.script = lambda _: Reply(200, body)
    refused(colour, told, auth=oauth(endpoint))


def test_a_redirection_is_not_followed(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.script = lambda _: Reply(307, headers={"Location": "https://elsewhere.example/token?x=1"})
    refused(
        colour, "redirects to https://elsewhere.example/token; write that into CAMUNDA_OAUTH_URL", auth=oauth(endpoint)
    )
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("certificate", "trusted", "told"),
    [
        (pki.SERVER, False, "not trusted here; name the certificate authority in CAMUNDA_CA_CERTIFICATE_PATH"),
        (pki.AUTHORITY.issue_cert("localhost", not_after=pki.PAST), True, "its certificate has expired"),
        (
            pki.AUTHORITY.issue_cert("localhost", not_before=pki.FUTURE, not_after=pki.FAR_FUTURE),
            True,
            "not valid yet; is this machine's clock right",
        ),
        (pki.AUTHORITY.issue_cert("login.example"), True, "for another host name.*CAMUNDA_OAUTH_URL"),
    ],
    ids=["wrong authority", "expired", "not yet valid", "other host name"],
)
def test_certificates(colour: str, certificate: Any, trusted: bool, told: str) -> None:
    with TokenEndpoint(pki.server_context(certificate)) as endpoint:
        tls = TLS(ca=pki.authority() if trusted else pki.stranger())
        error = refused(colour, told, auth=oauth(endpoint, tls=tls, max_attempts=3))
    assert not error.retryable
    assert endpoint.asked == []


def test_https_where_http_is_spoken(colour: str, endpoint: TokenEndpoint) -> None:
    url = endpoint.url.replace("http:", "https:")
    refused(colour, "it does not speak TLS; write http:// into CAMUNDA_OAUTH_URL", auth=oauth(endpoint, token_url=url))


def test_clocks_that_disagree(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.clock_ahead = 300
    endpoint.script = lambda _: Reply(401, {"error": "invalid_client", "error_description": "assertion expired"})
    refused(colour, "this machine's clock is (299|300|301) s behind the endpoint's: set it right", auth=oauth(endpoint))


def test_a_gateway_that_finds_tokens_expired_because_clocks_disagree(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.clock_ahead = -300
    told = r"clock is \d+ s ahead of the endpoint's: set it right"
    with (
        Gateway(security=Security(check_token=lambda _: False)) as gateway,
        pytest.raises(AuthenticationError, match=told),
    ):
        topology(colour, gateway.address, auth=oauth(endpoint))


def test_a_token_that_has_expired_is_replaced_before_it_is_sent(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.lifetime = 1
    with guarded(endpoint) as gateway:
        caller = Caller(colour, gateway.address, auth=oauth(endpoint), environment={}, timeout=5)
        try:
            caller.run(lambda client: client.get_topology())
            endpoint.lifetime = 3600
            time.sleep(1.0)
            endpoint.given.pop(0)
            caller.run(lambda client: client.get_topology())
        finally:
            caller.close()
    assert endpoint.count == 2


def test_discovery_that_leads_nowhere(colour: str, endpoint: TokenEndpoint) -> None:
    endpoint.script = lambda asked: Reply(200, {"issuer": "x"}) if asked.path.startswith("/.well") else None
    environment = variables(endpoint, CAMUNDA_OAUTH_URL="", CAMUNDA_ISSUER_URL=endpoint.root)
    refused(colour, "no OpenID configuration with a token_endpoint; check CAMUNDA_ISSUER_URL", environment=environment)
    endpoint.script = lambda _: Reply(404, {})
    refused(colour, "answered HTTP 404; check CAMUNDA_ISSUER_URL", environment=environment)


def test_a_keystore_that_is_not_there(colour: str, endpoint: TokenEndpoint, tmp_path: Path) -> None:
    environment = variables(endpoint, ZEEBE_CLIENT_ASSERTION_KEYSTORE_PATH=str(tmp_path / "none.p12"))
    with pytest.raises(ConfigurationError, match=r"^ZEEBE_CLIENT_ASSERTION_KEYSTORE_PATH: the file .* cannot be read"):
        topology(colour, "grpc://127.0.0.1:1", environment=environment)


def test_a_proxy(colour: str, endpoint: TokenEndpoint) -> None:
    with Proxy() as proxy, guarded(endpoint) as gateway:
        auth = oauth(endpoint, proxy=f"http://me:hunter2@127.0.0.1:{proxy.port}")
        assert topology(colour, gateway.address, auth=auth).cluster_size == 1
        assert proxy.authorized == ["Basic bWU6aHVudGVyMg=="]
        assert "hunter2" not in repr(auth)
    error = refused(colour, "the proxy cannot be used.*check proxy=", auth=oauth(endpoint, proxy="http://127.0.0.1:9"))
    assert "hunter2" not in str(error)


class Proxy:
    """An HTTP proxy for one kind of request: POSTs with a body, handed on as they are."""

    def __init__(self) -> None:
        self.authorized: list[str] = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                import urllib.request

                proxy.authorized.append(self.headers.get("Proxy-Authorization", ""))
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sent = {name: text for name, text in self.headers.items() if name in ("Content-Type", "Accept")}
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                request = urllib.request.Request(self.path, body, sent)  # noqa: S310 - the test's own endpoint
                with opener.open(request, timeout=5) as answer:
                    content = answer.read()
                self.send_response_only(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def test_what_was_asked_is_not_logged(colour: str, endpoint: TokenEndpoint, caplog: pytest.LogCaptureFixture) -> None:
    asked: list[Asked] = endpoint.asked
    with caplog.at_level(1), guarded(endpoint) as gateway:
        topology(colour, gateway.address, auth=oauth(endpoint))
    assert len(asked) == 1
    for secret in (endpoint.SECRET, "s3cret", "token-1"):
        assert secret not in caplog.text
