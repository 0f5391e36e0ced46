"""Where the gateway is: the forms of an address, and the environment's ways to give one."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zeebe_grpc.errors import ConfigurationError

DEFAULT_ADDRESS: Final = "grpc://localhost:26500"
DEFAULT_PORT: Final = 26500
SAAS_DOMAIN: Final = ".zeebe.camunda.io"
DEFAULT_SAAS_REGION: Final = "bru-2"

_SCHEMES: Final = {"grpc": False, "http": False, "grpcs": True, "https": True}
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9A-Za-z:.%_-]+\]|[^:/\[\]@?#\s]+):(?P<port>[0-9]{1,5})\Z")

_HINT: Final = "write grpc://HOST:26500 for plaintext or grpcs://HOST:443 for TLS"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the gateway is, and whether it speaks TLS there."""

    target: str
    """What grpc is given: `host:port` or `unix:path`."""
    secure: bool
    """Whether TLS is spoken."""

    @property
    def host(self) -> str:
        """The host, without brackets; empty for a unix socket."""
        return "" if self.target.startswith("unix:") else self.target.rpartition(":")[0].strip("[]")

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine, where no proxy belongs in between."""
        if self.host in ("", "localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"grpcs://{self.target}" if self.secure else f"grpc://{self.target}"


def parse_address(text: str, source: str = "address") -> Address:
    """An address as users write it.

    Args:
        text: `grpc://HOST:PORT` (plaintext), `grpcs://HOST:PORT` (TLS), the same with `http` and `https`, a bare
            `HOST:PORT` (TLS for port 443 and for Camunda SaaS, else plaintext), `unix:PATH`. An IPv6 host is written in
            brackets.
        source: Where the text comes from, for the error.

    Raises:
        ConfigurationError: It is none of these.
    """
    stripped = text.strip()
    if stripped.startswith("unix:"):
        return Address(stripped, secure=False)
    scheme, separator, rest = stripped.rpartition("://")
    if separator and scheme.lower() not in _SCHEMES:
        raise ConfigurationError(f"{source}: the scheme {scheme!r} is not known; {_HINT}")
    authority = rest[:-1] if separator and rest.endswith("/") else rest
    match = _HOST_AND_PORT.match(authority)
    if match is None:
        raise ConfigurationError(f"{source}: {text!r} is no gateway address{_suspicion(authority)}; {_HINT}")
    if not 0 < int(match["port"]) < 65536:
        raise ConfigurationError(f"{source}: the port of {text!r} is not 1 to 65535")
    bare_secure = match["port"] == "443" or match["host"].endswith(SAAS_DOMAIN)
    return Address(authority, secure=_SCHEMES[scheme.lower()] if separator else bare_secure)


def _suspicion(authority: str) -> str:
    if "@" in authority:
        return " (credentials do not belong into it)"
    if "/" in authority:
        return " (a path, as REST addresses have)"
    if ":" not in authority or authority.endswith("]"):
        return " (the port is missing)"
    return ""


def saas_address(cluster_id: str, region: str = DEFAULT_SAAS_REGION) -> Address:
    """The gateway of a Camunda SaaS cluster."""
    return Address(f"{cluster_id}.{region}{SAAS_DOMAIN}:443", secure=True)


def find_address(explicit: str | None, environment: Mapping[str, str]) -> Address:
    """The address to use: the explicit one, else the first that the environment gives, else localhost:26500.

    The environment is asked for CAMUNDA_GRPC_ADDRESS, ZEEBE_GRPC_ADDRESS, ZEEBE_HOST with ZEEBE_PORT (either may be
    missing), ZEEBE_ADDRESS, and CAMUNDA_CLUSTER_ID with CAMUNDA_CLUSTER_REGION, in this order. Empty counts as unset.

    Raises:
        ConfigurationError: What was found is no address.
    """
    if explicit is not None:
        return parse_address(explicit)
    for name in ("CAMUNDA_GRPC_ADDRESS", "ZEEBE_GRPC_ADDRESS"):
        if environment.get(name):
            return parse_address(environment[name], name)
    host, port = environment.get("ZEEBE_HOST"), environment.get("ZEEBE_PORT")
    if host or port:
        return parse_address(f"{host or '127.0.0.1'}:{port or DEFAULT_PORT}", "ZEEBE_HOST, ZEEBE_PORT")
    if environment.get("ZEEBE_ADDRESS"):
        return parse_address(environment["ZEEBE_ADDRESS"], "ZEEBE_ADDRESS")
    if environment.get("CAMUNDA_CLUSTER_ID"):
        region = environment.get("CAMUNDA_CLUSTER_REGION") or DEFAULT_SAAS_REGION
        return saas_address(environment["CAMUNDA_CLUSTER_ID"], region)
    return parse_address(DEFAULT_ADDRESS)
