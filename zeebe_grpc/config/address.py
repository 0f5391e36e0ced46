"""Where the gateway is: the forms of an address, what decides about TLS, and what to write in place of a wrong one."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from zeebe_grpc.errors import ConfigurationError

DEFAULT_ADDRESS: Final = "grpc://localhost:26500"
DEFAULT_PORT: Final = 26500
TLS_PORT: Final = 443
REST_PORT: Final = 8080
SAAS_DOMAIN: Final = ".zeebe.camunda.io"
DEFAULT_SAAS_REGION: Final = "bru-2"

_SCHEMES: Final = {"grpc": False, "http": False, "grpcs": True, "https": True}
_RESOLVED_BY_GRPC: Final = ("dns:", "ipv4:", "ipv6:")
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+(%[0-9A-Za-z._~%-]+)?\]|[^:/\[\]@?#,\s]+):(?P<port>[0-9]+)\Z")
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*\Z")
_ONE_SLASH = re.compile(r"(?P<scheme>grpcs?|https?):/?(?!/)(?P<rest>[^/]+:[0-9]+)\Z", re.IGNORECASE)
_QUOTES: Final = "\"'"
_CLUSTER_PATH = re.compile(r"/(?P<cluster>[0-9a-f]{8}-[0-9a-f-]{27})(/|\Z)")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the gateway is, and whether it speaks TLS there."""

    target: str
    """What grpc is given: `host:port`, `unix:path`, `dns:///host:port`, or `ipv4:` and `ipv6:` with several."""
    secure: bool
    """Whether TLS is spoken."""
    explicit: bool = field(default=True, compare=False, repr=False)
    """Whether a scheme said so; for a bare address it is a guess."""

    @property
    def host(self) -> str:
        """The host, without brackets, the first of several; empty for a unix socket."""
        if self.target.startswith("unix:"):
            return ""
        return _first(self.target).rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port; 0 for a unix socket."""
        return 0 if self.target.startswith("unix:") else int(_first(self.target).rpartition(":")[2])

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine, where no proxy belongs in between."""
        if self.host in ("", "localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_saas(self) -> bool:
        """Whether it is a cluster of Camunda SaaS."""
        return self.host.lower().endswith(SAAS_DOMAIN)

    @property
    def is_many(self) -> bool:
        """Whether it stands for several gateways, to be used in turn."""
        return self.target.startswith(_RESOLVED_BY_GRPC)

    def __str__(self) -> str:
        if self.target.startswith("unix:"):
            return self.target
        return f"grpcs://{self.target}" if self.secure else f"grpc://{self.target}"


def _first(target: str) -> str:
    """`host:port` in a target, the first if there are several."""
    return target.rpartition("/")[2].removeprefix("ipv4:").removeprefix("ipv6:").removeprefix("dns:").partition(",")[0]


def parse_address(text: str, source: str = "address", *, plaintext: bool | None = None) -> Address:
    """An address as users write it.

    Args:
        text: `grpc://HOST:PORT` (plaintext), `grpcs://HOST:PORT` (TLS), the same with `http` and `https`, a bare
            `HOST:PORT` (TLS for port 443 and for Camunda SaaS, else plaintext), `unix:PATH`. An IPv6 host is written in
            brackets. In place of `HOST:PORT` also several gateways: `dns:///HOST:PORT` for all that the name stands
            for, or `ipv4:IP:PORT,IP:PORT` and `ipv6:[IP]:PORT,[IP]:PORT`.
        source: Where the text comes from, for the error.
        plaintext: What was said elsewhere about a bare address; None for nothing.

    Raises:
        ConfigurationError: It is none of these. The text says what to write instead.
    """
    if not isinstance(text, str):
        raise ConfigurationError(
            f"{source}: expected a text such as grpc://HOST:{DEFAULT_PORT}, got {type(text).__name__}; "
            "channels are made in here"
        )
    stripped = text.strip()
    if stripped[:1] in _QUOTES and stripped:
        raise ConfigurationError(
            f"{source}: {_shown(stripped)} begins with a quote, as files for `docker run --env-file` must not; write "
            f"{_shown(stripped.strip(_QUOTES), quoted=False)} without it"
        )
    if stripped.startswith("unix:") and len(stripped) > len("unix:"):
        return Address(stripped, secure=False)
    scheme, rest = _split(stripped, source)
    authority = rest[:-1] if scheme and rest.endswith("/") else rest
    targets = [_host_and_port(each, stripped, source) for each in _first_of_all(authority)]
    if scheme in ("http", "https") and targets[0][1] == REST_PORT:
        raise ConfigurationError(
            f"{source}: {text!r} looks like the REST address; write {_plain(targets[0][0])}, "
            f"or grpc://{targets[0][0]}:{REST_PORT} if the gateway does serve gRPC there"
        )
    guess = targets[0][1] == TLS_PORT or targets[0][0].lower().endswith(SAAS_DOMAIN)
    if scheme:
        return Address(authority, _SCHEMES[scheme])
    return Address(authority, guess if plaintext is None else not plaintext, explicit=plaintext is not None)


def _split(text: str, source: str) -> tuple[str, str]:
    """Scheme in lower case, empty if there is none, and the rest."""
    if text.startswith(_RESOLVED_BY_GRPC):
        return "", text
    scheme, separator, rest = text.partition("://")
    if not separator:
        return "", text
    if scheme.lower() not in _SCHEMES:
        raise ConfigurationError(
            f"{source}: the scheme {scheme!r} is not known; write grpc://HOST:{DEFAULT_PORT} for plaintext or "
            f"grpcs://HOST:{TLS_PORT} for TLS"
        )
    return scheme.lower(), rest


def _first_of_all(authority: str) -> list[str]:
    """The parts that must be `host:port`."""
    for prefix in ("ipv4:", "ipv6:"):
        if authority.startswith(prefix):
            return authority.removeprefix(prefix).split(",")
    if authority.startswith("dns:"):
        # dns:[//server/]host:port, as grpc has it
        rest = authority.removeprefix("dns:")
        return [rest.removeprefix("//").partition("/")[2] if rest.startswith("//") else rest]
    return [authority]


def _host_and_port(authority: str, text: str, source: str) -> tuple[str, int]:
    match = _HOST_AND_PORT.match(authority)
    if match is None:
        raise ConfigurationError(f"{source}: {_shown(text)} is no gateway address{_mend(authority, _says_tls(text))}")
    port = int(match["port"])
    if not 0 < port < 65536:
        raise ConfigurationError(f"{source}: the port of {text!r} is not 1 to 65535")
    return match["host"], port


def _shown(text: str, *, quoted: bool = True) -> str:
    """The text without what may be a password in it."""
    plain = re.sub(r"[^/]*@", "***@", text)
    return repr(plain) if quoted else plain


def _says_tls(text: str) -> bool:
    return _SCHEMES.get(text.partition("://")[0].lower(), False)


def _mend(authority: str, secure: bool) -> str:
    """What is wrong with it, and what to write instead; never plaintext for who asked for TLS."""
    slip = _ONE_SLASH.match(authority)
    if slip:
        return f" (two slashes follow a scheme); write {slip['scheme'].lower()}://{slip['rest']}"
    if "@" in authority:
        return f" (credentials do not belong into it); write {_written(_host_in(authority.rpartition('@')[2]), secure)}"
    if "," in authority:
        return " (several gateways); write ipv4:IP:PORT,IP:PORT or dns:///HOST:PORT"
    if "/" in authority or "?" in authority:
        return f" (a path, as REST addresses have); write {_without_path(authority, secure)}"
    if _BARE_IPV6.match(authority):
        return f" (an IPv6 host is written in brackets); write {_written(f'[{_ipv6_or_host(authority)}]', secure)}"
    if authority and (":" not in authority or authority.endswith("]")) and not re.search(r"\s", authority):
        other = "" if secure else f" or grpcs://{authority}:{TLS_PORT}"
        return f" (the port is missing); write {_written(authority, secure)}{other}"
    return f"; write grpc://HOST:{DEFAULT_PORT} for plaintext or grpcs://HOST:{TLS_PORT} for TLS"


def _ipv6_or_host(text: str) -> str:
    """The text if it is an IPv6 address as a whole: then no port can be in it."""
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        return "HOST"


def _without_path(authority: str, secure: bool) -> str:
    host = _host_in(authority)
    cluster = _CLUSTER_PATH.search(authority)
    if f".{host}".endswith(SAAS_DOMAIN) and cluster:
        # The REST address of SaaS has the cluster in its path, the gRPC one in its host.
        return f"grpcs://{cluster['cluster']}.{host}:{TLS_PORT}"
    return _written(host, secure)


def _host_in(authority: str) -> str:
    return re.split(r"[/?#]", authority)[0].partition(":")[0] or "HOST"


def _written(host: str, secure: bool) -> str:
    return f"grpcs://{host}:{TLS_PORT}" if secure else _plain(host)


def _plain(host: str) -> str:
    return f"grpc://{host}:{DEFAULT_PORT}"


def saas_address(cluster_id: str, region: str = DEFAULT_SAAS_REGION) -> Address:
    """The gateway of a Camunda SaaS cluster.

    Raises:
        ConfigurationError: The id or the region has other characters than ids and regions have.
    """
    for name, part in (("CAMUNDA_CLUSTER_ID", cluster_id), ("CAMUNDA_CLUSTER_REGION", region)):
        if not re.fullmatch(r"[A-Za-z0-9-]+", part):
            raise ConfigurationError(f"{name}: {part!r} has characters that no such name has")
    return Address(f"{cluster_id}.{region}{SAAS_DOMAIN}:{TLS_PORT}", secure=True)


@dataclass(frozen=True, slots=True)
class Found:
    """An address and the variables that gave it."""

    address: Address
    names: tuple[str, ...]


def address_in(variables: Mapping[str, str], others: Mapping[str, str], plaintext: bool | None) -> Found | None:
    """The address that some variables give; None if none of them is about addresses. Empty counts as unset.

    Asked for are CAMUNDA_GRPC_ADDRESS, ZEEBE_GRPC_ADDRESS, ZEEBE_HOST with ZEEBE_PORT (either may be missing),
    ZEEBE_ADDRESS, and CAMUNDA_CLUSTER_ID with CAMUNDA_CLUSTER_REGION, in this order.

    Args:
        variables: Where to look.
        others: Where to look for the second half of a pair.
        plaintext: What was said about bare addresses.

    Raises:
        ConfigurationError: What was found is no address.
    """
    for name in ("CAMUNDA_GRPC_ADDRESS", "ZEEBE_GRPC_ADDRESS"):
        if variables.get(name):
            return Found(parse_address(variables[name], name, plaintext=plaintext), (name,))
    if variables.get("ZEEBE_HOST") or variables.get("ZEEBE_PORT"):
        names = tuple(name for name in ("ZEEBE_HOST", "ZEEBE_PORT") if others.get(name))
        return Found(_from_halves(others, ", ".join(names), plaintext), names)
    if variables.get("ZEEBE_ADDRESS"):
        return Found(
            parse_address(variables["ZEEBE_ADDRESS"], "ZEEBE_ADDRESS", plaintext=plaintext), ("ZEEBE_ADDRESS",)
        )
    if variables.get("CAMUNDA_CLUSTER_ID"):
        region = others.get("CAMUNDA_CLUSTER_REGION")
        names = ("CAMUNDA_CLUSTER_ID", *(("CAMUNDA_CLUSTER_REGION",) if region else ()))
        return Found(saas_address(variables["CAMUNDA_CLUSTER_ID"], region or DEFAULT_SAAS_REGION), names)
    return None


def _from_halves(variables: Mapping[str, str], source: str, plaintext: bool | None) -> Address:
    host = (variables.get("ZEEBE_HOST") or "127.0.0.1").strip()
    port = (variables.get("ZEEBE_PORT") or str(DEFAULT_PORT)).strip()
    if not port.isascii() or not port.isdigit():
        raise ConfigurationError(f"ZEEBE_PORT: expected 1 to 65535, got {port!r}")
    bare = host.rpartition("://")[2]
    if _HOST_AND_PORT.match(bare):
        raise ConfigurationError(
            f"ZEEBE_HOST: {host!r} has a port in it; that goes into ZEEBE_PORT, or write {bare} into ZEEBE_ADDRESS"
        )
    written = f"[{host}]" if _BARE_IPV6.match(host) else host
    return parse_address(f"{written}:{port}", source, plaintext=plaintext)
