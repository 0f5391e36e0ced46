"""Which strategy of authentication and which certificates the variables ask for. Pure."""

from __future__ import annotations

from typing import Any, Final

from zeebe_grpc.auth import Auth, Basic, Bearer, Keystore, NoAuth, OAuth
from zeebe_grpc.auth.oauth import SAAS_AUDIENCE, SAAS_TOKEN_URL
from zeebe_grpc.config.address import Address
from zeebe_grpc.config.values import Values
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.tls import TLS

_KINDS: Final = {
    "BASIC": ("CAMUNDA_BASIC_AUTH_USERNAME", "CAMUNDA_BASIC_AUTH_PASSWORD"),
    "OAUTH": ("CAMUNDA_CLIENT_ID", "CAMUNDA_CLIENT_SECRET"),
    "BEARER": ("CAMUNDA_OAUTH_TOKEN",),
}

_CERTIFICATES: Final = {
    "certificate": ("CAMUNDA_MTLS_CERT", "CAMUNDA_MTLS_CERT_PATH"),
    "key": ("CAMUNDA_MTLS_KEY", "CAMUNDA_MTLS_KEY_PATH"),
}
_OWN_TRUST: Final = ("CAMUNDA_MTLS_CA", "CAMUNDA_MTLS_CA_PATH", "CAMUNDA_CA_CERTIFICATE_PATH")
_MORE_TRUST: Final = ("CAMUNDA_CUSTOM_ROOT_CERT_STRING", "CAMUNDA_CUSTOM_ROOT_CERT_PATH")


def choose_auth(values: Values, address: Address) -> Auth:
    """The strategy that the variables name, else the one that there are credentials for.

    Raises:
        ConfigurationError: Credentials for several, or some are missing; the text names the variables.
    """
    chosen = values.text("CAMUNDA_AUTH_STRATEGY")
    kind, why = (chosen, "CAMUNDA_AUTH_STRATEGY") if chosen else _inferred(values)
    if kind == "BASIC":
        user, password = (_needed(values, name, why) for name in _KINDS["BASIC"])
        return Basic(user, password)
    if kind == "BEARER":
        return Bearer(_needed(values, "CAMUNDA_OAUTH_TOKEN", why))
    if kind == "OAUTH" and not values.flag("CAMUNDA_OAUTH_DISABLED"):
        return _oauth(values, address, why)
    return NoAuth()


def _inferred(values: Values) -> tuple[str, str]:
    """The kind that there are credentials for, and the variable that says so."""
    present: dict[str, str] = {}
    for kind, names in _KINDS.items():
        found = next((said for name in names if (said := values.said(name)) is not None), None)
        if found is not None and not (kind == "OAUTH" and values.flag("CAMUNDA_OAUTH_DISABLED")):
            present[kind] = f"{found.name} ({found.place})"
    if len(present) > 1:
        raise ConfigurationError(
            f"CAMUNDA_AUTH_STRATEGY: credentials of several kinds are set, {' and '.join(present.values())}; "
            f"remove one, or say {' or '.join(present)}"
        )
    return next(iter(present.items()), ("NONE", ""))


def _needed(values: Values, name: str, why: str) -> str:
    text = values.text(name)
    if text is None:
        raise ConfigurationError(f"{name}: is not set, and belongs to {why}, which is")
    return text


def _oauth(values: Values, address: Address, why: str) -> OAuth:
    given: dict[str, Any] = {
        "client_id": _needed(values, "CAMUNDA_CLIENT_ID", why),
        "client_secret": values.text("CAMUNDA_CLIENT_SECRET"),
        "scope": values.text("CAMUNDA_TOKEN_SCOPE"),
        "resource": values.text("CAMUNDA_TOKEN_RESOURCE"),
        "assertion": _keystore(values, "CAMUNDA_CLIENT_ASSERTION_KEYSTORE"),
        "keystore": _client_keystore(values),
        "truststore": _truststore(values),
        "tls": _endpoint_tls(values),
        "audience": values.text("CAMUNDA_TOKEN_AUDIENCE") or (SAAS_AUDIENCE if address.is_saas else None),
        "max_attempts": values.number("CAMUNDA_AUTH_TOKEN_FETCH_MAX_RETRIES"),
        "backoff_factor": values.factor("CAMUNDA_AUTH_TOKEN_FETCH_BACKOFF_MULTIPLIER"),
        "connect_timeout": values.seconds("CAMUNDA_AUTH_CONNECT_TIMEOUT"),
        "read_timeout": values.seconds("CAMUNDA_AUTH_READ_TIMEOUT"),
        "first_backoff": values.seconds("CAMUNDA_AUTH_TOKEN_FETCH_INITIAL_BACKOFF_MS", least=0),
        "refresh_ahead": values.seconds("CAMUNDA_AUTH_PROACTIVE_TOKEN_REFRESH_THRESHOLD"),
        **_where(values, address),
    }
    if not values.flag("CAMUNDA_TOKEN_DISK_CACHE_DISABLE"):
        given["cache_dir"] = values.text("CAMUNDA_TOKEN_CACHE_DIR")
    return OAuth(**{name: value for name, value in given.items() if value is not None})


def _where(values: Values, address: Address) -> dict[str, str | None]:
    """The token endpoint: what names it most directly wins."""
    for name, argument in (
        ("CAMUNDA_OAUTH_URL", "token_url"),
        ("CAMUNDA_WELL_KNOWN_CONFIGURATION_URL", "well_known_url"),
        ("CAMUNDA_ISSUER_URL", "issuer_url"),
    ):
        text = values.text(name)
        if text is not None:
            return {argument: text}
    if address.is_saas:
        return {"token_url": SAAS_TOKEN_URL}
    raise ConfigurationError(
        f"CAMUNDA_OAUTH_URL: is not set (nor CAMUNDA_ISSUER_URL); who gives tokens for {address}? "
        "CAMUNDA_AUTH_STRATEGY=NONE does without"
    )


def _keystore(values: Values, prefix: str) -> Keystore | None:
    said = values.said(f"{prefix}_PATH")
    if said is None:
        return None
    return Keystore(
        path=said.text,
        password=values.text(f"{prefix}_PASSWORD"),
        alias=values.text(f"{prefix}_KEY_ALIAS"),
        key_password=values.text(f"{prefix}_KEY_PASSWORD"),
        source=said.name,
    )


def _client_keystore(values: Values) -> Keystore | None:
    said = values.said("CAMUNDA_SSL_CLIENT_KEYSTORE_PATH")
    if said is None:
        return None
    password = values.text("CAMUNDA_SSL_CLIENT_KEYSTORE_SECRET")
    key_password = values.text("CAMUNDA_SSL_CLIENT_KEYSTORE_KEY_SECRET")
    return Keystore(path=said.text, password=password, key_password=key_password, source=said.name)


def _truststore(values: Values) -> Keystore | None:
    said = values.said("CAMUNDA_SSL_CLIENT_TRUSTSTORE_PATH")
    if said is None:
        return None
    return Keystore(path=said.text, password=values.text("CAMUNDA_SSL_CLIENT_TRUSTSTORE_SECRET"), source=said.name)


def choose_tls(values: Values) -> TLS | None:
    """Trust and identity for the gateway; None if nothing is said about either.

    Raises:
        ConfigurationError: A certificate without its key, or the other way round.
    """
    parts, sources = _identity(values)
    for names, system in ((_OWN_TRUST, False), (_MORE_TRUST, True)):
        ca = _first(values, names)
        if ca is not None and "ca" not in parts:
            parts["ca"], sources["ca"] = ca
            parts["system"] = system
    authority = values.text("CAMUNDA_OVERRIDE_AUTHORITY")
    if authority is not None:
        parts["authority"] = authority
    return TLS(**parts, sources=sources) if parts else None


def _endpoint_tls(values: Values) -> TLS | None:
    """The same for the token endpoint, which is often a public one: the system's trust is kept in any case."""
    parts, sources = _identity(values)
    ca = _first(values, (*_MORE_TRUST, *_OWN_TRUST))
    if ca is not None:
        parts["ca"], sources["ca"] = ca
        parts["system"] = True
    return TLS(**parts, sources=sources) if parts else None


def _identity(values: Values) -> tuple[dict[str, Any], dict[str, str]]:
    parts: dict[str, Any] = {}
    sources = {"ca": "CAMUNDA_CA_CERTIFICATE_PATH", "key_password": "CAMUNDA_MTLS_KEY_PASSPHRASE"}
    for part, names in _CERTIFICATES.items():
        sources[part] = names[1]
        found = _first(values, names)
        if found is not None:
            parts[part], sources[part] = found
    if "key" in parts:
        parts["key_password"] = values.text("CAMUNDA_MTLS_KEY_PASSPHRASE")
    return parts, sources


def _first(values: Values, names: tuple[str, ...]) -> tuple[str, str] | None:
    """The first that is set, as text and the name that it had."""
    for name in names:
        said = values.said(name)
        if said is not None:
            # In one line, as environments often have it, a PEM document has \n for its line ends.
            text = said.text.replace("\\n", "\n") if said.text.startswith("-----BEGIN") else said.text
            return text, said.name
    return None
