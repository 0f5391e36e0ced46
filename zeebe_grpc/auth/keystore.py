"""Keys with their certificates in one file, PKCS#12 or PEM: read for signing and for mutual TLS."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.tls.settings import may_be_secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

_JAVA_MAGIC: Final = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keystore:
    """A file with a private key and its certificate: PKCS#12, or PEM with both.

    Attributes:
        path: The file, or its content.
        password: Of the file; None if it is not encrypted.
        alias: The name of the key in a PKCS#12 file, to be sure that it is the right one; None for the one that is
            there.
        key_password: Of the key in a PEM file, if it is not `password`.
        source: The setting that named it, for errors.
    """

    path: str | Path | bytes = field(repr=False)
    password: str | None = field(default=None, repr=False)
    alias: str | None = None
    key_password: str | None = field(default=None, repr=False)
    source: str = "keystore"


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key and the certificates that go with it, the key's own first."""

    key: PrivateKeyTypes = field(repr=False)
    certificates: tuple[Certificate, ...]


def open_keystore(keystore: Keystore) -> Identity:
    """Read a keystore.

    Raises:
        ConfigurationError: It cannot be read, its password is wrong, or it has not both a key and a certificate.
    """
    content = _content(keystore)
    if content[:4] in _JAVA_MAGIC:
        raise ConfigurationError(
            f"{keystore.source}: a Java keystore (JKS); convert it: keytool -importkeystore -srckeystore FILE "
            "-destkeystore FILE.p12 -deststoretype pkcs12"
        )
    try:
        identity = _pem(content, keystore) if b"-----BEGIN" in content else _pkcs12(content, keystore)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{keystore.source}: cannot be opened as PKCS#12 or PEM; is its password right?"
        ) from error
    if identity is None:
        raise ConfigurationError(f"{keystore.source}: expected a private key and its certificate in it")
    return identity


def trusted_certificates(keystore: Keystore) -> bytes:
    """All certificates of a truststore as PEM.

    Raises:
        ConfigurationError: It cannot be read, or has none.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    content = _content(keystore)
    if b"-----BEGIN" in content:
        return content
    try:
        bundle = _load_pkcs12(content, keystore)
    except ValueError as error:
        raise ConfigurationError(
            f"{keystore.source}: cannot be opened as PKCS#12 or PEM; is its password right?"
        ) from error
    found = [each.certificate for each in (bundle.cert, *bundle.additional_certs) if each is not None]
    if not found:
        raise ConfigurationError(f"{keystore.source}: no certificates are in it")
    return b"".join(each.public_bytes(Encoding.PEM) for each in found)


def identity_as_pem(identity: Identity) -> tuple[bytes, bytes]:
    """Certificate chain and key, for TLS."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    chain = b"".join(each.public_bytes(Encoding.PEM) for each in identity.certificates)
    return chain, identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _content(keystore: Keystore) -> bytes:
    if isinstance(keystore.path, bytes):
        return keystore.path
    if may_be_secret(str(keystore.path)):
        raise ConfigurationError(f"{keystore.source}: expected the path of a file, not its content")
    try:
        return Path(keystore.path).expanduser().read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{keystore.source}: the file {str(keystore.path)!r} cannot be read: {error.strerror}"
        ) from error


def _load_pkcs12(content: bytes, keystore: Keystore):  # type: ignore[no-untyped-def]
    from cryptography.hazmat.primitives.serialization import pkcs12

    return pkcs12.load_pkcs12(content, (keystore.password or "").encode() or None)


def _pkcs12(content: bytes, keystore: Keystore) -> Identity | None:
    bundle = _load_pkcs12(content, keystore)
    if bundle.key is None or bundle.cert is None:
        return None
    name = (bundle.cert.friendly_name or b"").decode(errors="replace")
    # Java keeps aliases in lower case and compares them so.
    if keystore.alias is not None and name.lower() != keystore.alias.lower():
        raise ConfigurationError(f"{keystore.source}: its key is called {name!r} and not {keystore.alias!r}")
    return Identity(bundle.key, (bundle.cert.certificate, *(each.certificate for each in bundle.additional_certs)))


def _pem(content: bytes, keystore: Keystore) -> Identity | None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if b"PRIVATE KEY" not in content or b"BEGIN CERTIFICATE" not in content:
        return None
    password = keystore.key_password or keystore.password
    encrypted = b"ENCRYPTED" in content
    key = load_pem_private_key(content, password.encode() if encrypted and password else None)
    return Identity(key, tuple(x509.load_pem_x509_certificates(content)))
