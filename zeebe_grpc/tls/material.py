"""From settings to bytes: certificates and keys read from disk, decrypted and checked; and whether they changed.

What is read here is handed to grpc and to `ssl` by others.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.tls.settings import TLS, Pem, is_document, may_be_secret

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""What tells whether files have changed: name, time of change, size."""

_BEGIN: Final = b"-----BEGIN"


@dataclass(frozen=True, slots=True)
class Material:
    """PEM documents, ready to use; None for what was not given."""

    ca: bytes | None = None
    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)


def read(tls: TLS) -> Material:
    """Read everything that the settings name, and check that it fits together.

    Raises:
        ConfigurationError: A file cannot be read or is no PEM document, the password is wrong, or certificate and key
            do not belong together. The text names the setting.
    """
    found = Material(
        _document(tls.ca, tls.source("ca"), b"CERTIFICATE"),
        _document(tls.certificate, tls.source("certificate"), b"CERTIFICATE"),
        _key(tls),
    )
    _check_trust(found.ca, tls)
    _check_identity(found, tls)
    return found


def stamp(tls: TLS) -> Stamp:
    """What the files of the settings look like now; a file that is not there looks like an empty one."""
    return tuple(_look(path) for path in tls.files)


def _look(path: Path) -> tuple[str, int, int]:
    try:
        # Follows links: Kubernetes changes a mounted secret by changing a link.
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_mtime_ns, status.st_size


def _document(given: Pem | None, source: str, kind: bytes) -> bytes | None:
    if given is None:
        return None
    document = _bytes(given, source)
    if _BEGIN not in document or kind not in document:
        raise ConfigurationError(
            f"{source}: no PEM document with a {kind.decode().lower()} in it; it begins with -----BEGIN"
        )
    return document


def _bytes(given: Pem, source: str) -> bytes:
    if isinstance(given, bytes):
        return given
    if is_document(given):
        return str(given).encode()
    if may_be_secret(str(given)):
        raise ConfigurationError(
            f"{source}: neither the path of a file nor a PEM document; that begins with -----BEGIN, without a quote "
            "before it, and is not encoded as base64"
        )
    try:
        return Path(given).expanduser().read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{source}: the file {str(given)!r} cannot be read: {error.strerror}") from error


def _key(tls: TLS) -> bytes | None:
    document = _document(tls.key, tls.source("key"), b"PRIVATE KEY")
    if document is None or not _encrypted(document):
        return document
    if tls.key_password is None:
        raise ConfigurationError(f"{tls.source('key')}: the key is encrypted; set {tls.source('key_password')}")
    return _decrypted(document, tls)


def _encrypted(key: bytes) -> bool:
    return b"BEGIN ENCRYPTED PRIVATE KEY" in key or b"Proc-Type: 4,ENCRYPTED" in key


def _decrypted(key: bytes, tls: TLS) -> bytes:
    """The key as plain PEM: grpc takes no passwords."""
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError as error:
        raise ConfigurationError(
            f"{tls.source('key')}: an encrypted key needs `cryptography`: pip install 'zeebe-grpc-client[oauth]'"
        ) from error
    password = tls.key_password.encode() if isinstance(tls.key_password, str) else tls.key_password
    try:
        loaded = serialization.load_pem_private_key(key, password)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{tls.source('key')}: cannot be decrypted; is {tls.source('key_password')} right?"
        ) from error
    return loaded.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _check_trust(ca: bytes | None, tls: TLS) -> None:
    if ca is None:
        return
    try:
        # Only for parsing: nothing connects with it.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=ca.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError) as error:
        raise ConfigurationError(f"{tls.source('ca')}: its certificates cannot be read: {error}") from error


def _check_identity(found: Material, tls: TLS) -> None:
    if found.certificate is None or found.key is None:
        return
    try:
        present(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), found)
    except (ssl.SSLError, ValueError) as error:
        raise ConfigurationError(
            f"{tls.source('certificate')} and {tls.source('key')}: not a certificate and its key: {error}"
        ) from error


def present(context: ssl.SSLContext, material: Material) -> None:
    """Have a context of Python's `ssl` show the client's certificate.

    `ssl` only reads files, so certificate and key lie in one that nobody else can read, for that moment.
    """
    if material.certificate is None or material.key is None:
        return
    handle, name = tempfile.mkstemp(prefix="zeebe-grpc-", suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(material.key + b"\n" + material.certificate)
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
