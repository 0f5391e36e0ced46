"""Credentials for channels, and the watch over the files that they are made from.

grpc keeps what it was given when a channel was made, so a certificate that is renewed on disk needs another channel.
"""

from __future__ import annotations

import time
from typing import Final

import grpc

from zeebe_grpc.config import ChannelSettings
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.logs import Log
from zeebe_grpc.tls import TLS
from zeebe_grpc.tls.material import Material, Stamp, read, stamp
from zeebe_grpc.tls.trust import roots

_LOOK_EVERY: Final = 1.0
"""Seconds between looks at the files."""

RETIREMENT: Final = 9 * 3600.0
"""Seconds after which a channel that was replaced is closed: no job stream of ours is open for longer than 8 h."""


def credentials(tls: TLS | None) -> grpc.ChannelCredentials:
    """Channel credentials for a TLS address.

    Raises:
        ConfigurationError: A file cannot be read, or certificate and key do not fit together.
    """
    material = Material() if tls is None else read(tls)
    return grpc.ssl_channel_credentials(
        root_certificates=roots(tls, material.ca),
        private_key=material.key,
        certificate_chain=material.certificate,
    )


class CertificateWatch:
    """Tells when the files behind a channel have changed, so that it is time for another channel.

    A file that is half written, or a certificate whose key has not arrived yet, is no reason: then the present channel
    goes on, and the files are looked at again.
    """

    def __init__(self, tls: TLS, log: Log) -> None:
        self._tls = tls
        self._log = log
        self._seen: Stamp = stamp(tls)
        self._next_look = 0.0

    def changed(self) -> bool:
        """Whether the files are others than before, and good. Quick: it looks at them once a second at most."""
        now = time.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + _LOOK_EVERY
        present = stamp(self._tls)
        if present == self._seen:
            return False
        try:
            read(self._tls)
        except ConfigurationError as error:
            self._log.warning("certificates have changed on disk but cannot be used yet: %s", error)
            return False
        self._seen = present
        self._log.info("certificates have changed on disk: connecting anew")
        return True


def watch(settings: ChannelSettings) -> CertificateWatch | None:
    """A watch over the files of a channel; None if there are none."""
    if not settings.address.secure or settings.tls is None or not settings.tls.files:
        return None
    return CertificateWatch(settings.tls, settings.log)
