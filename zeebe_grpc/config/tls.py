"""What TLS needs to know beyond its defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

Pem: TypeAlias = str | Path | bytes
"""A PEM document: the path of a file, or the document itself (text that begins with `-----BEGIN`, or bytes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TLS:
    """Trust and identity for `grpcs://` addresses.

    Attributes:
        ca: Certificates to trust instead of the system's.
        certificate: The client's certificate chain, for mutual TLS; needs `key`.
        key: The client's private key, not encrypted.
        authority: The host name that the gateway's certificate is for, if it is not the address' own.
    """

    ca: Pem | None = None
    certificate: Pem | None = None
    key: Pem | None = field(default=None, repr=False)
    authority: str | None = None
