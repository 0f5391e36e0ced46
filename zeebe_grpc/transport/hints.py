"""What may be wrong when no connection comes about, and which setting mends it: read from grpc's own words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from zeebe_grpc.config import ChannelSettings
from zeebe_grpc.tls import TLS


@dataclass(frozen=True, slots=True)
class Hint:
    """What may be wrong.

    Attributes:
        text: For people; names the setting.
        lasting: Whether it will still be wrong in a while, so that trying again is of no use.
    """

    text: str
    lasting: bool = False


def connection_hint(details: str, settings: ChannelSettings) -> Hint | None:
    """What the details of an UNAVAILABLE call say about the connection; None if they say nothing about it."""
    if "CERTIFICATE_VERIFY_FAILED" in details:
        return Hint(_untrusted(details, settings.tls or TLS()), lasting=True)
    if "Hostname Verification Check failed" in details or "is not in peer certificate" in details:
        asked = (settings.tls.authority if settings.tls else None) or settings.address.host
        return Hint(
            f"the gateway's certificate is not for {asked!r}; use the name that it is for, or set "
            "CAMUNDA_OVERRIDE_AUTHORITY or tls=TLS(authority=...) to it",
            lasting=True,
        )
    if "WRONG_VERSION_NUMBER" in details:
        return Hint(
            f"no TLS is spoken at {settings.address.target}; if plaintext is meant, write "
            f"grpc://{settings.address.target}",
            lasting=True,
        )
    if "No such host" in details or "Domain name not found" in details or "errors resolving" in details:
        return Hint(f"the host name {settings.address.host!r} is not known; check the address, CAMUNDA_GRPC_ADDRESS")
    if "failed to connect" in details.lower():
        return _unconnected(details, settings)
    return None


def _untrusted(details: str, tls: TLS) -> str:
    if "has expired" in details:
        return "the gateway's certificate has expired; it must be renewed there (or this machine's clock is wrong)"
    if "not yet valid" in details:
        return "the gateway's certificate is not valid yet; is this machine's clock right?"
    # Older versions of grpc do not say what is wrong with it.
    other = "" if "CERTIFICATE_VERIFY_FAILED:" in details else ", or it has expired, or this machine's clock is wrong"
    if tls.ca is None:
        return (
            f"the gateway's certificate is not trusted by this system{other}; name its authority in "
            "CAMUNDA_CA_CERTIFICATE_PATH or tls=TLS(ca=...)"
        )
    return f"the gateway's certificate does not come from the authority in {tls.source('ca')}{other}"


def _unconnected(details: str, settings: ChannelSettings) -> Hint | None:
    address = settings.address
    if address.target.startswith("unix:") and "No such file" in details:
        return Hint(f"there is no socket at {address.target}; check the address, CAMUNDA_GRPC_ADDRESS")
    if "Connection refused" in details:
        proxy = "the proxy or " if settings.proxy else ""
        return Hint(f"{proxy}nobody listens at {address.target}; check the address, CAMUNDA_GRPC_ADDRESS")
    if "Expected SETTINGS frame" in details or "Failed parsing HTTP/2" in details:
        return Hint(
            f"what listens at {address.target} speaks no gRPC; is that the REST port? gRPC is mostly at 26500 "
            "(CAMUNDA_GRPC_ADDRESS)"
        )
    if "Socket closed" not in details and "Connection reset" not in details:
        return None
    if not address.secure:
        return Hint(f"{address.target} hung up; it may want TLS: write grpcs://{address.target}")
    if settings.tls is None or settings.tls.certificate is None:
        return Hint(
            f"{address.target} hung up; it may want a client certificate: CAMUNDA_MTLS_CERT_PATH and "
            "CAMUNDA_MTLS_KEY_PATH, or tls=TLS(certificate=..., key=...)"
        )
    return Hint(f"{address.target} hung up; it may not accept the certificate in {settings.tls.source('certificate')}")
