"""Certificates made for one test run, and servers' contexts made from them."""

from __future__ import annotations

import ssl
from datetime import datetime, timezone
from pathlib import Path

import trustme

AUTHORITY = trustme.CA()
STRANGER = trustme.CA()

PAST = datetime(2020, 1, 1, tzinfo=timezone.utc)
FUTURE = datetime(2090, 1, 1, tzinfo=timezone.utc)
FAR_FUTURE = datetime(2091, 1, 1, tzinfo=timezone.utc)

SERVER = AUTHORITY.issue_cert("localhost", "127.0.0.1", "::1")
CLIENT = AUTHORITY.issue_cert("worker@example.com", key_type=trustme.KeyType.RSA)


def authority() -> bytes:
    return bytes(AUTHORITY.cert_pem.bytes())


def stranger() -> bytes:
    return bytes(STRANGER.cert_pem.bytes())


def chain(certificate: trustme.LeafCert) -> bytes:
    return b"".join(each.bytes() for each in certificate.cert_chain_pems)


def key(certificate: trustme.LeafCert) -> bytes:
    return bytes(certificate.private_key_pem.bytes())


def server_context(certificate: trustme.LeafCert = SERVER, *, client_ca: trustme.CA | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if client_ca is not None:
        client_ca.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
