"""What users say about certificates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from zeebe_grpc.errors import ConfigurationError

Pem: TypeAlias = str | Path | bytes
"""A PEM document: the path of a file, or the document itself (text that begins with `-----BEGIN`, or bytes)."""

_PARTS: Final = ("ca", "certificate", "key")
_BASE64_OF_BEGIN: Final = "LS0tLS1CRUdJTi"
_LONGEST_PATH: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TLS:
    """Trust and identity for `grpcs://` addresses, and for token endpoints.

    Files are read when a connection is made, and again when they have changed.

    Attributes:
        ca: Certificates to trust instead of the system's; a path, or the PEM document itself.
        certificate: The client's certificate chain, for mutual TLS; needs `key`.
        key: The client's private key.
        key_password: What the key is encrypted with; needs the extra `oauth`, which brings `cryptography`.
        authority: The host name that the gateway's certificate is for, if it is not the address' own.
        system: Whether the system's certificates are trusted beside those of `ca`.

    Raises:
        ConfigurationError: A certificate without its key, or the other way round.
    """

    ca: Pem | None = None
    certificate: Pem | None = None
    key: Pem | None = field(default=None, repr=False)
    key_password: str | bytes | None = field(default=None, repr=False)
    authority: str | None = None
    system: bool = False
    sources: Mapping[str, str] = field(default_factory=dict[str, str], repr=False, compare=False)
    """Which setting gave a part, for errors; by the name of the part."""

    def __post_init__(self) -> None:
        if (self.certificate is None) is not (self.key is None):
            given, missing = ("certificate", "key") if self.key is None else ("key", "certificate")
            raise ConfigurationError(
                f"{self.source(given)}: a certificate and its key belong together; set {self.source(missing)} too"
            )

    def source(self, part: str) -> str:
        """The name of the setting that decides about a part such as `"ca"`."""
        return self.sources.get(part, f"tls.{part}")

    @property
    def files(self) -> tuple[Path, ...]:
        """The files among the parts: what may change while we run."""
        parts = (getattr(self, part) for part in _PARTS)
        return tuple(Path(part).expanduser() for part in parts if part is not None and not is_document(part))


def is_document(given: Pem) -> bool:
    """Whether this is a PEM document and not the path of one."""
    return isinstance(given, bytes) or (isinstance(given, str) and given.lstrip().startswith("-----BEGIN"))


def may_be_secret(text: str) -> bool:
    """Whether a text that should be a path may be a document after all, bare, quoted or as base64: not to be shown."""
    return "-----BEGIN" in text or text.lstrip("\"'").startswith(_BASE64_OF_BEGIN) or len(text) > _LONGEST_PATH
