"""From what was said, in code, mappings, environment and files, to the settings of a client; with where each came from.

An explicit argument wins over `configuration=`, that over the environment, that over a `.env` file, that over the
default. The environment comes in as a mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from zeebe_grpc.auth import Auth, NoAuth
from zeebe_grpc.config.address import DEFAULT_ADDRESS, Address, Found, address_in, parse_address
from zeebe_grpc.config.credentials import choose_auth, choose_tls
from zeebe_grpc.config.envfile import read_envfile
from zeebe_grpc.config.settings import CallSettings, ChannelSettings, read_metadata, read_options
from zeebe_grpc.config.values import Place, Values, as_place, shown
from zeebe_grpc.config.variables import BY_NAME
from zeebe_grpc.config.workers import job_defaults
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.logs import LEVELS, Log, LoggerLike
from zeebe_grpc.spans import seconds
from zeebe_grpc.tls import TLS

EXPLICIT: Final = "argument"
DEFAULT: Final = "default"
SHORTEST_KEEPALIVE: Final = 30.0
"""Seconds. A gateway closes connections that ping more often."""

_ADDRESS_NAMES: Final = (
    "CAMUNDA_GRPC_ADDRESS", "ZEEBE_GRPC_ADDRESS", "ZEEBE_HOST", "ZEEBE_PORT", "ZEEBE_ADDRESS", "CAMUNDA_CLUSTER_ID",
    "CAMUNDA_CLUSTER_REGION",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a setting came from.

    Attributes:
        setting: The argument's or variable's name.
        shown: Its value for people, without secrets.
        place: `argument`, `configuration`, `environment`, the path of a `.env` file, or `default`.
    """

    setting: str
    shown: str
    place: str

    def __str__(self) -> str:
        return f"{self.setting}={self.shown} ({self.place})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a client was made from. Its `repr` says where each value came from, and no secrets."""

    channel: ChannelSettings
    calls: CallSettings
    log: Log = field(repr=False)
    origins: tuple[Origin, ...]
    job_defaults: Mapping[str, Any] = field(repr=False)
    """Options of a `Worker` that the variables give, by name; spans in seconds."""
    environment: Mapping[str, str] = field(repr=False)
    """The variables in force, from all places, by name."""

    def __repr__(self) -> str:
        return f"Settings({', '.join(map(str, self.origins))})"


def resolve(
    arguments: Mapping[str, Any], configuration: Mapping[str, Any] | None, environment: Mapping[str, str]
) -> Settings:
    """The settings of a client.

    Args:
        arguments: What its constructor was given, by the parameters' names; None counts as not given.
        configuration: Variables by name that win over the environment.
        environment: The environment.

    Raises:
        ConfigurationError: Something cannot be used; the text names the argument or the variable.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    values = _values(configuration, environment)
    address, origin = _address(given, values)
    auth = _auth(given, values, address)
    _refuse_guess(address, auth, origin.setting)
    tls = _tls(given, values, address)
    log = _log(given, values)
    auth.attach(log)
    if not address.secure and not address.is_loopback and not isinstance(auth, NoAuth):
        log.warning("credentials go to %s in the clear; grpcs:// would protect them", address)
    channel = replace(_channel(given, values, address, tls, auth), log=log)
    calls = _calls(given, values)
    jobs = job_defaults(values)
    return Settings(
        channel=channel,
        calls=calls,
        log=log,
        origins=(origin, *_origins(given, values, auth)),
        job_defaults=jobs,
        environment=values.merged,
    )


def _values(configuration: Mapping[str, Any] | None, environment: Mapping[str, str]) -> Values:
    places = [as_place("configuration", configuration)] if configuration else []
    places.append(Place("environment", environment))
    wish = Values(places).said("CAMUNDA_LOAD_ENVFILE")
    file = read_envfile(wish.text) if wish is not None else None
    return Values([*places, file] if file is not None else places)


def _address(given: Mapping[str, Any], values: Values) -> tuple[Address, Origin]:
    """The strongest place that says anything about an address decides alone; only halves of pairs may lie lower."""
    plaintext = _plaintext(values)
    if "address" in given:
        address = parse_address(given["address"], plaintext=plaintext)
        return address, Origin("address", str(address), EXPLICIT)
    for place in values.places:
        found = address_in(place.texts, values.merged, plaintext)
        if found is not None:
            return found.address, _origin_of(found, values, place)
    return parse_address(DEFAULT_ADDRESS), Origin("address", DEFAULT_ADDRESS, DEFAULT)


def _origin_of(found: Found, values: Values, place: Place) -> Origin:
    for name in found.names:
        values.said(name)
    return Origin(", ".join(found.names), str(found.address), place.name)


def _plaintext(values: Values) -> bool | None:
    secure = values.flag("CAMUNDA_SECURE_CONNECTION")
    if secure is not None:
        return not secure
    return values.flag("CAMUNDA_INSECURE_CONNECTION")


def _auth(given: Mapping[str, Any], values: Values, address: Address) -> Auth:
    if "auth" not in given:
        return choose_auth(values, address)
    auth = given["auth"]
    if not isinstance(auth, Auth):
        raise ConfigurationError(f"auth: expected Basic, Bearer, OAuth or another Auth, got {type(auth).__name__}")
    return auth


def _refuse_guess(address: Address, auth: Auth, source: str) -> None:
    """Credentials do not leave this machine in the clear because somebody left out a scheme."""
    if address.explicit or address.secure or address.is_loopback or isinstance(auth, NoAuth):
        return
    raise ConfigurationError(
        f"{source}: credentials would go to {address.target} in the clear; write grpcs://{address.target} "
        f"for TLS, or grpc://{address.target} if plaintext is meant"
    )


def _tls(given: Mapping[str, Any], values: Values, address: Address) -> TLS | None:
    if "tls" in given:
        tls: TLS = given["tls"]
        return tls
    # A shared environment may have certificates for other addresses.
    return choose_tls(values) if address.secure else None


def _log(given: Mapping[str, Any], values: Values) -> Log:
    level = values.text("CAMUNDA_SDK_LOG_LEVEL")
    sink: LoggerLike | None = given.get("logger")
    missing = [name for name in ("debug", "info", "warning", "error") if not callable(getattr(sink, name, None))]
    if sink is not None and missing:
        raise ConfigurationError(
            f"logger: expected one such as logging.getLogger(NAME), got {type(sink).__name__} without {missing[0]}()"
        )
    return Log("zeebe_grpc.client", sink, 0 if level is None else LEVELS[level])


def _channel(
    given: Mapping[str, Any], values: Values, address: Address, tls: TLS | None, auth: Auth
) -> ChannelSettings:
    known: dict[str, Any] = {
        name: given[name]
        for name in (
            "max_receive_message_size", "max_send_message_size", "compression", "resilience", "proxy", "load_balancing",
            "observer",
        )
        if name in given
    }  # fmt: skip
    pauses: dict[str, Any] = {
        argument: milliseconds
        for argument, name in (
            ("initial_reconnect_backoff", "GRPC_INITIAL_RECONNECT_BACKOFF_MS"),
            ("min_reconnect_backoff", "GRPC_MIN_RECONNECT_BACKOFF_MS"),
            ("max_reconnect_backoff", "GRPC_MAX_RECONNECT_BACKOFF_MS"),
            ("keepalive_timeout", "GRPC_KEEPALIVE_TIMEOUT_MS"),
        )
        if (milliseconds := values.seconds(name)) is not None
    }
    return ChannelSettings(
        address=address,
        tls=tls,
        auth=auth,
        keepalive=_keepalive(given, values),
        user_agent=values.text("CAMUNDA_CUSTOM_USER_AGENT_STRING") or "",
        options=read_options(given.get("channel_options", ())),
        interceptors=tuple(given.get("interceptors", ())),
        **known,
        **pauses,
    )


def _keepalive(given: Mapping[str, Any], values: Values) -> float:
    if "keepalive" in given:
        found, name = seconds(given["keepalive"], "keepalive"), "keepalive"
    else:
        found, name = values.seconds("CAMUNDA_KEEP_ALIVE") or 45.0, "CAMUNDA_KEEP_ALIVE"
    if found < SHORTEST_KEEPALIVE:
        raise ConfigurationError(
            f"{name}: {found:g} s; a gateway closes connections that are pinged more often than every "
            f"{SHORTEST_KEEPALIVE:g} s"
        )
    return found


def _calls(given: Mapping[str, Any], values: Values) -> CallSettings:
    metadata = dict(given.get("metadata") or {})
    tenant = values.text("CAMUNDA_PHYSICAL_TENANT_ID")
    if tenant is not None and "camunda-physical-tenant" not in {name.lower() for name in metadata}:
        metadata["camunda-physical-tenant"] = tenant
    return CallSettings(
        timeout=None if "timeout" not in given else seconds(given["timeout"], "timeout"),
        tenant_id=given.get("tenant_id", values.text("CAMUNDA_DEFAULT_TENANT_ID") or ""),
        worker_name=given.get("worker_name", values.text("CAMUNDA_WORKER_NAME") or ""),
        metadata=read_metadata(metadata),
    )


def _origins(given: Mapping[str, Any], values: Values, auth: Auth) -> list[Origin]:
    """Everything but the address: what was given in code, what was said elsewhere, and how calls authenticate."""
    hidden = ("metadata", "interceptors", "proxy", "observer")
    found = [
        Origin(name, "***" if name in hidden else repr(value), EXPLICIT)
        for name, value in given.items()
        if name not in ("address", "auth")
    ]
    for name, said in values.used.items():
        if name not in _ADDRESS_NAMES:
            found.append(Origin(said.name, shown(BY_NAME[name], said.text), said.place))
    place = EXPLICIT if "auth" in given else "default" if isinstance(auth, NoAuth) else "credentials"
    return [*found, Origin("auth", repr(auth), place)]
