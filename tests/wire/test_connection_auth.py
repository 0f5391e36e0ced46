"""Every strategy of authentication against a gateway that checks, with tokens from a real endpoint."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

from tests.wire import certificates as pki
from tests.wire.callers import Caller
from tests.wire.oauth_support import guarded, oauth, topology, variables
from tests.wire.token_endpoint import TokenEndpoint
from zeebe_grpc import TLS, Auth, AuthenticationError, Basic, Bearer, Keystore, TokenError
from zeebe_grpc.auth import CallMetadata
from zeebe_grpc.gateway import Gateway, Security

pytestmark = pytest.mark.parametrize("colour", ["blocking", "asyncio"])


def test_basic(colour: str) -> None:
    with Gateway(security=Security(users={"demo": "pässwörd:1"})) as gateway:
        assert topology(colour, gateway.address, auth=Basic("demo", "pässwörd:1")).cluster_size == 1
        environment = {"CAMUNDA_BASIC_AUTH_USERNAME": "demo", "CAMUNDA_BASIC_AUTH_PASSWORD": "pässwörd:1"}
        assert topology(colour, gateway.address, environment=environment).cluster_size == 1
        with pytest.raises(AuthenticationError, match=r"user 'demo' was sent.*CAMUNDA_BASIC_AUTH_PASSWORD") as caught:
            topology(colour, gateway.address, auth=Basic("demo", "hunter2"))
        assert "hunter2" not in repr(caught.value) + str(caught.value)
        with pytest.raises(AuthenticationError, match=r"no credentials are configured; set CAMUNDA_CLIENT_ID"):
            topology(colour, gateway.address)


def test_a_fixed_token(colour: str) -> None:
    with Gateway(security=Security(check_token=lambda token: token == "abc")) as gateway:
        assert topology(colour, gateway.address, auth=Bearer("abc")).cluster_size == 1
        assert topology(colour, gateway.address, environment={"CAMUNDA_OAUTH_TOKEN": "abc"}).cluster_size == 1
        with pytest.raises(AuthenticationError, match="check CAMUNDA_OAUTH_TOKEN"):
            topology(colour, gateway.address, auth=Bearer("expired"))


def test_client_credentials_in_the_form(colour: str) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        auth = oauth(endpoint, audience="zeebe & co", scope="a b", resource="urn:x")
        assert topology(colour, gateway.address, auth=auth).cluster_size == 1
    [asked] = endpoint.asked
    assert asked.fields == {
        "grant_type": "client_credentials",
        "client_id": "app",
        "client_secret": "s3cret/+ %",
        "audience": "zeebe & co",
        "scope": "a b",
        "resource": "urn:x",
    }
    assert asked.headers["accept"] == "application/json"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


def test_client_credentials_by_http_basic(colour: str) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        assert topology(colour, gateway.address, auth=oauth(endpoint, client_authentication="basic")).cluster_size == 1
    [asked] = endpoint.asked
    assert asked.fields == {"grant_type": "client_credentials"}


@pytest.mark.parametrize("name", ["CAMUNDA_WELL_KNOWN_CONFIGURATION_URL", "CAMUNDA_ISSUER_URL"])
def test_discovery(colour: str, name: str) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        url = endpoint.root + ("/.well-known/openid-configuration" if "WELL_KNOWN" in name else "")
        environment = variables(endpoint, **{"CAMUNDA_OAUTH_URL": "", name: url})
        assert topology(colour, gateway.address, environment=environment).cluster_size == 1
    assert [each.path for each in endpoint.asked] == ["/.well-known/openid-configuration", "/oauth/token"]


def test_an_audience_is_sent_only_if_set(colour: str) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        topology(colour, gateway.address, environment=variables(endpoint))
        topology(colour, gateway.address, environment=variables(endpoint, ZEEBE_TOKEN_AUDIENCE="zeebe"))
    assert [each.fields.get("audience") for each in endpoint.asked] == [None, "zeebe"]


def test_https_with_an_own_authority(colour: str, tmp_path: Path) -> None:
    ca = str(pki.write(tmp_path, "ca.pem", pki.authority()))
    with TokenEndpoint(pki.server_context()) as endpoint, guarded(endpoint) as gateway:
        assert topology(colour, gateway.address, auth=oauth(endpoint, tls=TLS(ca=ca))).cluster_size == 1
        for name in ("CAMUNDA_CA_CERTIFICATE_PATH", "CAMUNDA_SSL_CLIENT_TRUSTSTORE_PATH"):
            assert topology(colour, gateway.address, environment=variables(endpoint, **{name: ca})).cluster_size == 1


def test_https_with_client_certificates(colour: str, tmp_path: Path) -> None:
    keystore = pki.write(tmp_path, "client.p12", as_pkcs12("pass"))
    with TokenEndpoint(pki.server_context(client_ca=pki.AUTHORITY)) as endpoint, guarded(endpoint) as gateway:
        tls = TLS(ca=pki.authority(), certificate=pki.chain(pki.CLIENT), key=pki.key(pki.CLIENT))
        assert topology(colour, gateway.address, auth=oauth(endpoint, tls=tls)).cluster_size == 1
        environment = variables(
            endpoint,
            CAMUNDA_MTLS_CA=pki.authority().decode(),
            ZEEBE_SSL_CLIENT_KEYSTORE_PATH=str(keystore),
            ZEEBE_SSL_CLIENT_KEYSTORE_SECRET="pass",
        )
        assert topology(colour, gateway.address, environment=environment).cluster_size == 1
        with pytest.raises(AuthenticationError, match="it may want a client certificate: CAMUNDA_SSL_CLIENT"):
            topology(colour, gateway.address, auth=oauth(endpoint, tls=TLS(ca=pki.authority())))


def as_pkcs12(password: str, name: str = "zeebe") -> bytes:
    key: Any = load_pem_private_key(pki.key(pki.CLIENT), None)
    certificate = x509.load_pem_x509_certificate(pki.chain(pki.CLIENT))
    encryption = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, encryption)


@pytest.mark.parametrize("form", ["pkcs12", "pem"])
def test_a_signed_assertion(colour: str, form: str, tmp_path: Path) -> None:
    content = as_pkcs12("pass") if form == "pkcs12" else pki.key(pki.CLIENT) + pki.chain(pki.CLIENT)
    path = pki.write(tmp_path, "keystore", content)
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        environment = {
            "CAMUNDA_CLIENT_ID": "app",
            "CAMUNDA_OAUTH_URL": endpoint.url,
            "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH": str(path),
            "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PASSWORD": "pass",
            "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS": "Zeebe" if form == "pkcs12" else "",
        }
        assert topology(colour, gateway.address, environment=environment).cluster_size == 1
    fields = endpoint.asked[0].fields
    assert fields["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert fields["client_id"] == "app"
    assert "client_secret" not in fields
    check_assertion(fields["client_assertion"], endpoint.url)


def check_assertion(assertion: str, url: str) -> None:
    certificate = x509.load_pem_x509_certificate(pki.chain(pki.CLIENT))
    public: Any = certificate.public_key()
    claims = jwt.decode(assertion, public, algorithms=["RS256"], audience=url)
    assert (claims["iss"], claims["sub"]) == ("app", "app")
    assert claims["exp"] - claims["iat"] == 300
    assert claims["nbf"] == claims["iat"]
    assert claims["jti"]
    thumbprint = jwt.get_unverified_header(assertion)["x5t"]
    assert jwt.utils.base64url_decode(thumbprint) == certificate.fingerprint(hashes.SHA1())  # noqa: S303


def test_a_wrong_alias_or_password_of_a_keystore(colour: str) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        for keystore, told in (
            (Keystore(path=as_pkcs12("pass"), password="hunter2"), "is its password right"),
            (Keystore(path=as_pkcs12("pass"), password="pass", alias="other"), "its key is called 'zeebe' and not"),
            (Keystore(path=b"\xfe\xed\xfe\xed", password="pass"), "keytool -importkeystore"),
        ):
            auth = oauth(endpoint, client_secret=None, assertion=keystore)
            with pytest.raises(Exception, match=told) as caught:
                topology(colour, gateway.address, auth=auth)
            assert "hunter2" not in str(caught.value)


class Slow(Auth):
    """A strategy as a user writes one."""

    def __init__(self) -> None:
        self.obtained = 0

    def obtain(self, timeout: float) -> CallMetadata:
        self.obtained += 1
        time.sleep(min(timeout, 0.05))
        return (("authorization", "Bearer mine"),)


def test_a_strategy_of_ones_own(colour: str) -> None:
    with Gateway(security=Security(check_token=lambda token: token == "mine")) as gateway:
        auth = Slow()
        assert topology(colour, gateway.address, auth=auth).cluster_size == 1
    assert auth.obtained == 1


class Failing(Auth):
    def obtain(self, timeout: float) -> CallMetadata:
        raise TokenError("the vault is sealed")


def test_a_strategy_that_fails(colour: str) -> None:
    with pytest.raises(AuthenticationError, match=r"^Topology: UNAUTHENTICATED: the vault is sealed$") as caught:
        topology(colour, "grpc://localhost:1", auth=Failing())
    assert isinstance(caught.value.__cause__, TokenError)
    assert (caught.value.attempts, caught.value.outcome) == (0, "not_executed")


def test_a_rejected_token_is_replaced_and_the_call_sent_once_more(colour: str) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        caller = Caller(colour, gateway.address, auth=oauth(endpoint), environment={}, timeout=5)
        try:
            for use in (
                lambda client: client.get_topology(),
                lambda client: client.activate_jobs("none", max_jobs_to_activate=1, request_timeout=0.05),
            ):
                caller.client._transport._auth._keeper._rejected_at = float("-inf")
                before = endpoint.count
                caller.run(use)
                endpoint.revoke()
                caller.run(use)
                assert endpoint.count - before <= 2
            assert endpoint.count == 3
        finally:
            caller.close()


def test_a_gateway_that_accepts_nothing_does_not_make_us_hammer_the_endpoint(colour: str) -> None:
    with TokenEndpoint() as endpoint, Gateway(security=Security(check_token=lambda _token: False)) as gateway:
        caller = Caller(colour, gateway.address, auth=oauth(endpoint, audience="other"), environment={}, timeout=5)
        try:
            for _ in range(4):
                with pytest.raises(AuthenticationError, match=r"'other' was sent; check CAMUNDA_TOKEN_AUDIENCE"):
                    caller.run(lambda client: client.get_topology())
        finally:
            caller.close()
    assert endpoint.count == 2


def test_a_job_stream_waits_for_its_token_and_replaces_a_rejected_one(colour: str) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        caller = Caller(colour, gateway.address, auth=oauth(endpoint), environment={}, timeout=5)
        try:
            open_for_a_moment(caller)
            assert endpoint.count == 1
            endpoint.revoke()
            with pytest.raises(AuthenticationError):
                open_for_a_moment(caller)
            open_for_a_moment(caller)
            assert endpoint.count == 2
        finally:
            caller.close()


def open_for_a_moment(caller: Caller) -> None:
    assert caller.take(lambda client: client.stream_activated_jobs("none", timeout=0.2), -1) == []


def test_over_plaintext_to_another_machine_there_is_a_warning(colour: str, caplog: pytest.LogCaptureFixture) -> None:
    Caller(colour, "grpc://gateway.example:26500", auth=Basic("demo", "demo"), environment={}).close()
    [record] = caplog.records
    assert record.name == "zeebe_grpc.client"
    assert "grpc://gateway.example:26500 in the clear" in record.getMessage()
    assert "demo:demo" not in caplog.text


def test_the_event_loop_is_never_blocked(colour: str) -> None:
    if colour == "blocking":
        return
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        endpoint.delay = 0.5
        caller = Caller(colour, gateway.address, auth=oauth(endpoint), environment={}, timeout=5)
        try:
            longest = caller.run(_longest_gap)
        finally:
            caller.close()
    assert longest < 0.25, f"the loop stood still for {longest} s"


async def _longest_gap(client: Any) -> float:
    import asyncio

    call = asyncio.ensure_future(client.get_topology())
    longest, last = 0.0, time.monotonic()
    while not call.done():
        await asyncio.sleep(0.01)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    await call
    return longest


def test_twenty_first_calls_ask_for_one_token(colour: str) -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        endpoint.delay = 0.2
        caller = Caller(colour, gateway.address, auth=oauth(endpoint), environment={}, timeout=10)
        try:
            if colour == "asyncio":
                assert caller.run(_twenty_tasks) == 20
            else:
                assert _twenty_threads(caller.client) == 20
        finally:
            caller.close()
    assert endpoint.count == 1


async def _twenty_tasks(client: Any) -> int:
    import asyncio

    return len(await asyncio.gather(*(client.get_topology() for _ in range(20))))


def _twenty_threads(client: Any) -> int:
    done: list[Any] = []
    threads = [threading.Thread(target=lambda: done.append(client.get_topology())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done)
