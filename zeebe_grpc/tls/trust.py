"""Whom the system trusts, for grpc; and contexts of Python's `ssl`, for token endpoints and for looking closer.

grpc brings a list of certificate authorities of its own, which knows nothing of a company's; so the system's is given
to it, where Python can read it.
"""

from __future__ import annotations

import functools
import ssl
from pathlib import Path

from zeebe_grpc.tls.material import present, read
from zeebe_grpc.tls.settings import TLS


def context(tls: TLS | None) -> ssl.SSLContext:
    """A context for a client: the settings' trust or the system's, and the settings' identity.

    Raises:
        ConfigurationError: A certificate or key cannot be used.
    """
    if tls is None:
        return ssl.create_default_context()
    material = read(tls)
    own = None if material.ca is None else material.ca.decode("ascii", "ignore")
    made = ssl.create_default_context(cadata=own)
    if tls.system and own is not None:
        made.load_default_certs()
    present(made, material)
    return made


def roots(tls: TLS | None, own: bytes | None) -> bytes | None:
    """Whom to trust, as one PEM document for grpc; None leaves it to grpc's own list.

    Args:
        tls: The settings.
        own: The certificates that they name.
    """
    if own is None:
        return system_roots()
    if tls is not None and tls.system:
        return own + b"\n" + (system_roots() or b"")
    return own


@functools.lru_cache(maxsize=1)
def system_roots() -> bytes | None:
    """The certificates that this system trusts, as PEM; None if Python cannot tell, as on some builds for macOS.

    Like OpenSSL, it minds SSL_CERT_FILE and SSL_CERT_DIR.
    """
    loaded = ssl.create_default_context().get_ca_certs(binary_form=True)
    found = [ssl.DER_cert_to_PEM_cert(each).encode() for each in loaded] or _from_folder()
    return b"".join(found) or None


def _from_folder() -> list[bytes]:
    """A folder of certificates, one a file, which OpenSSL reads only when it needs one."""
    folder = ssl.get_default_verify_paths().capath
    if not folder:
        return []
    documents = {path.resolve() for path in Path(folder).glob("*") if path.suffix in (".pem", ".crt", ".0")}
    return [path.read_bytes() for path in sorted(documents) if path.is_file()]
