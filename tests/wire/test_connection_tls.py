"""TLS and mutual TLS against real gateways; and every way in which it goes wrong."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tests.wire import certificates as pki
from tests.wire.callers import Caller
from zeebe_grpc import TLS, ConfigurationError, UnavailableError, ZeebeClient
from zeebe_grpc.gateway import Gateway, Security

pytestmark = pytest.mark.parametrize("colour", ["blocking", "asyncio"])


def secured(certificate: trustme.LeafCert = pki.SERVER, **more: Any) -> Gateway:
    return Gateway(security=Security(certificate=pki.chain(certificate), key=pki.key(certificate), **more))


def topology(colour: str, address: str, **settings: Any) -> Any:
    caller = Caller(colour, address, environment=settings.pop("environment", {}), **{"timeout": 5, **settings})
    try:
        return caller.run(lambda client: client.get_topology())
    finally:
        caller.close()


def test_an_own_authority_as_document_as_path_and_by_the_environment(colour: str, tmp_path: Path) -> None:
    path = pki.write(tmp_path, "ca.pem", pki.authority())
    with secured() as gateway:
        address = f"grpcs://{gateway.address}"
        for tls in (TLS(ca=pki.authority()), TLS(ca=pki.authority().decode()), TLS(ca=path), TLS(ca=str(path))):
            assert topology(colour, address, tls=tls).cluster_size == 1
        for name in ("CAMUNDA_CA_CERTIFICATE_PATH", "ZEEBE_CA_CERTIFICATE_PATH", "CAMUNDA_CUSTOM_ROOT_CERT_PATH"):
            assert topology(colour, address, environment={name: str(path)}).cluster_size == 1
        one_line = pki.authority().decode().replace("\n", "\\n")
        assert topology(colour, address, environment={"CAMUNDA_MTLS_CA": one_line}).cluster_size == 1


def test_mutual_tls_with_documents_files_and_an_encrypted_key(colour: str, tmp_path: Path) -> None:
    plain = load_pem_private_key(pki.key(pki.CLIENT), None)
    encrypted = plain.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass"))
    certificate = pki.write(tmp_path, "tls.crt", pki.chain(pki.CLIENT))
    key = pki.write(tmp_path, "tls.key", encrypted)
    with secured(client_ca=pki.authority()) as gateway:
        address = f"grpcs://{gateway.address}"
        inline = TLS(ca=pki.authority(), certificate=pki.chain(pki.CLIENT), key=pki.key(pki.CLIENT))
        assert topology(colour, address, tls=inline).cluster_size == 1
        files = TLS(ca=pki.authority(), certificate=certificate, key=key, key_password="pass")
        assert topology(colour, address, tls=files).cluster_size == 1
        variables = {
            "CAMUNDA_MTLS_CA": pki.authority().decode(),
            "CAMUNDA_MTLS_CERT_PATH": str(certificate),
            "CAMUNDA_MTLS_KEY_PATH": str(key),
            "CAMUNDA_MTLS_KEY_PASSPHRASE": "pass",
        }
        assert topology(colour, address, environment=variables).cluster_size == 1


def test_the_authority_override(colour: str) -> None:
    other_name = pki.AUTHORITY.issue_cert("zeebe.example")
    with secured(other_name) as gateway:
        address = f"grpcs://{gateway.address}"
        tls = TLS(ca=pki.authority(), authority="zeebe.example")
        assert topology(colour, address, tls=tls).cluster_size == 1
        variables = {"CAMUNDA_MTLS_CA": pki.authority().decode(), "CAMUNDA_OVERRIDE_AUTHORITY": "zeebe.example"}
        assert topology(colour, address, environment=variables).cluster_size == 1


@pytest.mark.parametrize(
    ("certificate", "tls", "told"),
    [
        (pki.SERVER, TLS(ca=pki.stranger()), "does not come from the authority in tls.ca"),
        (pki.SERVER, None, "CAMUNDA_CA_CERTIFICATE_PATH or tls=TLS"),
        (
            pki.AUTHORITY.issue_cert("127.0.0.1", not_after=pki.PAST),
            TLS(ca=pki.authority()),
            "has expired",
        ),
        (
            pki.AUTHORITY.issue_cert("127.0.0.1", not_before=pki.FUTURE, not_after=pki.FAR_FUTURE),
            TLS(ca=pki.authority()),
            "this machine's clock",
        ),
        (pki.AUTHORITY.issue_cert("zeebe.example"), TLS(ca=pki.authority()), "CAMUNDA_OVERRIDE_AUTHORITY"),
    ],
    ids=["wrong authority", "own authority unknown", "expired", "not yet valid", "other host name"],
)
def test_a_certificate_that_cannot_be_trusted(
    colour: str, certificate: trustme.LeafCert, tls: TLS | None, told: str
) -> None:
    with secured(certificate) as gateway:
        begin = time.monotonic()
        with pytest.raises(UnavailableError) as caught:
            topology(colour, f"grpcs://{gateway.address}", tls=tls)
    assert told in str(caught.value)
    assert not caught.value.retryable
    assert caught.value.outcome == "not_executed"
    assert time.monotonic() - begin < 4, "what will not change was tried again and again"


def test_the_variable_is_named_that_gave_the_authority(colour: str) -> None:
    with secured() as gateway, pytest.raises(UnavailableError, match="the authority in CAMUNDA_MTLS_CA"):
        topology(colour, f"grpcs://{gateway.address}", environment={"CAMUNDA_MTLS_CA": pki.stranger().decode()})


def test_no_client_certificate_or_a_foreign_one(colour: str) -> None:
    foreign = pki.STRANGER.issue_cert("worker@example.com")
    with secured(client_ca=pki.authority()) as gateway:
        address = f"grpcs://{gateway.address}"
        with pytest.raises(UnavailableError, match="may want a client certificate: CAMUNDA_MTLS_CERT_PATH"):
            topology(colour, address, tls=TLS(ca=pki.authority()), timeout=1)
        tls = TLS(ca=pki.authority(), certificate=pki.chain(foreign), key=pki.key(foreign))
        with pytest.raises(UnavailableError, match=r"may not accept the certificate in tls\.certificate"):
            topology(colour, address, tls=tls, timeout=1)


def test_plaintext_where_tls_is_spoken_and_the_other_way_round(colour: str) -> None:
    with secured() as gateway, pytest.raises(UnavailableError, match=f"write grpcs://{gateway.address}"):
        topology(colour, f"grpc://{gateway.address}", timeout=1)
    with Gateway() as gateway, pytest.raises(UnavailableError, match=f"write grpc://{gateway.address}"):
        topology(colour, f"grpcs://{gateway.address}", tls=TLS(ca=pki.authority()))


def test_nobody_listens_and_unknown_hosts(colour: str) -> None:
    with Gateway() as gateway:
        address = gateway.address
    with pytest.raises(UnavailableError, match=f"nobody listens at {address}; check the address"):
        topology(colour, f"grpc://{address}", timeout=1)
    with pytest.raises(UnavailableError, match=r"the host name 'no-such-host\.invalid' is not known"):
        topology(colour, "grpc://no-such-host.invalid:26500", timeout=1)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"ca": "/no/such/ca.pem"}, r"^tls\.ca: the file '/no/such/ca\.pem' cannot be read: No such file"),
        ({"ca": b"hello"}, r"^tls\.ca: no PEM document with a certificate"),
        ({"certificate": pki.chain(pki.CLIENT), "key": pki.key(pki.SERVER)}, "not a certificate and its key"),
        ({"certificate": pki.chain(pki.CLIENT)}, r"^tls\.certificate: .* set tls\.key too"),
    ],
)
def test_files_that_cannot_be_used(colour: str, parts: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        topology(colour, "grpcs://127.0.0.1:1", tls=TLS(**parts))


@pytest.mark.parametrize("spoilt", ["'{}'", "{}\n", "  {}", "base64"])
@pytest.mark.parametrize("name", ["CAMUNDA_MTLS_KEY", "CAMUNDA_MTLS_KEY_PATH"])
def test_a_key_in_the_wrong_form_or_place_is_not_shown(colour: str, name: str, spoilt: str) -> None:
    document = pki.key(pki.CLIENT).decode()
    text = base64.b64encode(document.encode()).decode() if spoilt == "base64" else spoilt.format(document)
    environment = {
        "CAMUNDA_GRPC_ADDRESS": "grpcs://127.0.0.1:1",
        "CAMUNDA_MTLS_CERT": pki.chain(pki.CLIENT).decode(),
        name: text,
    }
    secret = document.splitlines()[2]
    encoded = text[40:80]
    caller = Caller(colour, None, environment=environment, timeout=0.2)  # type: ignore[arg-type]
    try:
        with pytest.raises((ConfigurationError, UnavailableError)) as caught:
            caller.run(lambda client: client.get_topology())
        for shown in (str(caught.value), repr(caught.value), repr(caller.client.settings), repr(caller.client)):
            assert secret not in shown
            assert encoded not in shown
        if spoilt in ("base64", "'{}'"):
            assert f"{name}: neither the path of a file nor a PEM document; that begins with" in str(caught.value)
    finally:
        caller.close()


def test_a_wrong_passphrase(colour: str) -> None:
    plain = load_pem_private_key(pki.key(pki.CLIENT), None)
    encrypted = plain.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass"))
    for password, told in ((None, r"the key is encrypted; set tls\.key_password"), ("hunter2", "cannot be decrypted")):
        tls = TLS(certificate=pki.chain(pki.CLIENT), key=encrypted, key_password=password)
        with pytest.raises(ConfigurationError, match=told) as caught:
            topology(colour, "grpcs://127.0.0.1:1", tls=tls)
        assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("at_home", [False, True])
def test_certificates_are_read_again_when_they_rotate_on_disk(
    colour: str, at_home: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    folder = Path("~") if at_home else tmp_path
    certificate = pki.write(tmp_path, "tls.crt", pki.chain(pki.STRANGER.issue_cert("old@example.com")))
    key = pki.write(tmp_path, "tls.key", pki.key(pki.STRANGER.issue_cert("old@example.com")))
    old = pki.STRANGER.issue_cert("old@example.com")
    certificate.write_bytes(pki.chain(old))
    key.write_bytes(pki.key(old))
    with secured(client_ca=pki.authority()) as gateway:
        tls = TLS(ca=pki.authority(), certificate=folder / "tls.crt", key=folder / "tls.key")
        caller = Caller(colour, f"grpcs://{gateway.address}", tls=tls, environment={}, timeout=1)
        try:
            with pytest.raises(UnavailableError):
                caller.run(lambda client: client.get_topology())
            # As a mounted secret changes: another file under the same name, the certificate before its key.
            _replace(certificate, pki.chain(pki.CLIENT))
            with pytest.raises(UnavailableError):
                caller.run(lambda client: client.get_topology())
            _replace(key, pki.key(pki.CLIENT))
            assert caller.run(lambda client: client.get_topology(timeout=10)).cluster_size == 1
        finally:
            caller.close()


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)


def test_health_stays_open_and_a_constructor_reads_nothing(colour: str) -> None:
    ZeebeClient("grpcs://127.0.0.1:1", tls=TLS(ca="/no/such/file"), environment={}).close()
    with secured(users={"demo": "demo"}) as gateway:
        assert health(gateway.address) == "SERVING"


def health(address: str) -> str:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    credentials = grpc.ssl_channel_credentials(pki.authority())
    with grpc.secure_channel(address, credentials) as channel:
        reply = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status))
