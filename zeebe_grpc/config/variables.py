"""The table of all variables that are read, with what each means. The documentation is made from it.

A name stands before its older twins; of two that are set in the same place, the one that stands first wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["text", "secret", "flag", "milliseconds", "seconds", "number", "factor", "names", "path"]

CONNECTION, SECURITY, AUTHENTICATION, WORKERS, OTHERS = "Connection", "TLS", "Authentication", "Jobs", "Other"


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting and the names that it goes by.

    Attributes:
        name: Its name.
        meaning: A sentence for the documentation.
        kind: How its text is read.
        twins: Older or other names for the same.
        default: What holds without it, for the documentation.
        room: The heading under which it is documented.
        choices: The only texts that are allowed, in any case; empty for all.
    """

    name: str
    meaning: str
    kind: Kind = "text"
    twins: tuple[str, ...] = ()
    default: str = ""
    room: str = CONNECTION
    choices: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All its names, the strongest first."""
        return (self.name, *self.twins)


LOG_LEVELS: Final = ("silent", "error", "warn", "info", "debug", "trace", "silly")


def _zeebe(name: str, meaning: str, kind: Kind = "text", default: str = "", room: str = CONNECTION) -> Variable:
    """A variable whose older name begins with ZEEBE_."""
    return Variable(name, meaning, kind, (name.replace("CAMUNDA_", "ZEEBE_", 1),), default, room)


_CONNECTION: Final = (
    Variable("CAMUNDA_LOAD_ENVFILE", "`true` reads `.env` in the working directory, a path reads that file."),
    Variable(
        "CAMUNDA_GRPC_ADDRESS",
        "The gateway: `grpc://HOST:PORT`, `grpcs://HOST:PORT` for TLS, or a bare `HOST:PORT`.",
        default="`grpc://localhost:26500`",
    ),
    Variable("ZEEBE_GRPC_ADDRESS", "The same, if `CAMUNDA_GRPC_ADDRESS` is not set."),
    Variable("ZEEBE_HOST", "The gateway's host, if none of the above is set.", default="`127.0.0.1`"),
    Variable("ZEEBE_PORT", "Its port; either of the two is enough.", default="`26500`"),
    Variable("ZEEBE_ADDRESS", "The gateway as `HOST:PORT`, if none of the above is set."),
    Variable("CAMUNDA_CLUSTER_ID", "A cluster of Camunda SaaS, if none of the above is set."),
    Variable("CAMUNDA_CLUSTER_REGION", "Its region.", default="`bru-2`"),
    Variable(
        "CAMUNDA_SECURE_CONNECTION", "Whether a bare address is reached by TLS.", "flag",
        default="for port 443 and Camunda SaaS",
    ),
    Variable(
        "CAMUNDA_INSECURE_CONNECTION", "The opposite, if that is not set.", "flag", ("ZEEBE_INSECURE_CONNECTION",)
    ),
    _zeebe("CAMUNDA_KEEP_ALIVE", "Time between pings while calls are open; at least 30,000.", "milliseconds", "45000"),
    Variable("GRPC_KEEPALIVE_TIMEOUT_MS", "How long an answer to a ping may take.", "milliseconds", default="20000"),
    Variable(
        "GRPC_INITIAL_RECONNECT_BACKOFF_MS", "The first pause between attempts to connect.", "milliseconds",
        default="250",
    ),
    Variable("GRPC_MIN_RECONNECT_BACKOFF_MS", "The least such pause.", "milliseconds", default="grpc's"),
    Variable("GRPC_MAX_RECONNECT_BACKOFF_MS", "The longest such pause.", "milliseconds", default="5000"),
    Variable("CAMUNDA_CUSTOM_USER_AGENT_STRING", "Added to the user agent."),
    Variable(
        "CAMUNDA_PHYSICAL_TENANT_ID", "The physical tenant (8.10), sent as `camunda-physical-tenant`.",
        twins=("CAMUNDA_CLIENT_PHYSICALTENANTID",),
    ),
)  # fmt: skip


def _tls(name: str, meaning: str, kind: Kind = "text", twin: str = "") -> Variable:
    return Variable(name, meaning, kind, (twin,) if twin else (), "", SECURITY)


_SECURITY: Final = (
    _tls(
        "CAMUNDA_CA_CERTIFICATE_PATH",
        "Certificate authorities to trust instead of the system's.",
        "path",
        "ZEEBE_CA_CERTIFICATE_PATH",
    ),
    _tls("CAMUNDA_MTLS_CA", "The same as PEM text."),
    _tls("CAMUNDA_MTLS_CA_PATH", "The same as a path.", "path"),
    _tls("CAMUNDA_CUSTOM_ROOT_CERT_STRING", "Authorities to trust beside the system's, as PEM text."),
    _tls("CAMUNDA_CUSTOM_ROOT_CERT_PATH", "The same as a path.", "path"),
    _tls("CAMUNDA_MTLS_CERT", "The client's certificate chain, as PEM text."),
    _tls("CAMUNDA_MTLS_CERT_PATH", "The same as a path.", "path", "CAMUNDA_CUSTOM_CERT_CHAIN_PATH"),
    _tls("CAMUNDA_MTLS_KEY", "Its private key, as PEM text.", "secret"),
    _tls("CAMUNDA_MTLS_KEY_PATH", "The same as a path.", "path", "CAMUNDA_CUSTOM_PRIVATE_KEY_PATH"),
    _tls("CAMUNDA_MTLS_KEY_PASSPHRASE", "What the key is encrypted with.", "secret"),
    _tls(
        "CAMUNDA_OVERRIDE_AUTHORITY",
        "The host name that the gateway's certificate is for, if it is not the address' own.",
        "text",
        "ZEEBE_OVERRIDE_AUTHORITY",
    ),
)


def _auth(
    name: str, meaning: str, kind: Kind = "text", twins: tuple[str, ...] = (), default: str = "",
    choices: tuple[str, ...] = (),
) -> Variable:  # fmt: skip
    return Variable(name, meaning, kind, twins, default, AUTHENTICATION, choices)


def _both(name: str, meaning: str, kind: Kind = "text", default: str = "") -> Variable:
    return _zeebe(name, meaning, kind, default, AUTHENTICATION)


_AUTHENTICATION: Final = (
    _auth(
        "CAMUNDA_AUTH_STRATEGY", "`NONE`, `BASIC`, `OAUTH` or `BEARER`.", default="what credentials are there",
        choices=("NONE", "BASIC", "OAUTH", "BEARER"),
    ),
    _auth("CAMUNDA_OAUTH_DISABLED", "Do without OAuth, whatever is set.", "flag", default="`false`"),
    _auth("CAMUNDA_BASIC_AUTH_USERNAME", "User of Basic authentication."),
    _auth("CAMUNDA_BASIC_AUTH_PASSWORD", "Password of Basic authentication.", "secret"),
    _auth("CAMUNDA_OAUTH_TOKEN", "A token to be sent as it is.", "secret"),
    _auth(
        "CAMUNDA_CLIENT_ID", "Id of the OAuth client.", twins=("ZEEBE_CLIENT_ID", "CAMUNDA_CLIENT_AUTH_CLIENTID")
    ),
    _auth(
        "CAMUNDA_CLIENT_SECRET", "Its secret.", "secret", ("ZEEBE_CLIENT_SECRET", "CAMUNDA_CLIENT_AUTH_CLIENTSECRET")
    ),
    _auth(
        "CAMUNDA_OAUTH_URL", "The token endpoint.",
        twins=("CAMUNDA_AUTHORIZATION_SERVER_URL", "ZEEBE_AUTHORIZATION_SERVER_URL"), default="that of Camunda SaaS",
    ),
    _auth("CAMUNDA_WELL_KNOWN_CONFIGURATION_URL", "An OpenID configuration that names it."),
    _auth("CAMUNDA_ISSUER_URL", "The same, without `/.well-known/openid-configuration`."),
    _auth(
        "CAMUNDA_TOKEN_AUDIENCE", "What the token is for.",
        twins=("CAMUNDA_ZEEBE_OAUTH_AUDIENCE", "ZEEBE_TOKEN_AUDIENCE"), default="`zeebe.camunda.io` on Camunda SaaS",
    ),
    _both("CAMUNDA_TOKEN_SCOPE", "Scopes of the token, separated by blanks."),
    _both("CAMUNDA_TOKEN_RESOURCE", "The `resource` field of the token request."),
    _auth("CAMUNDA_TOKEN_CACHE_DIR", "A folder in which processes share tokens.", "path", default="no file"),
    _auth("CAMUNDA_TOKEN_DISK_CACHE_DISABLE", "Keep tokens in memory only.", "flag", default="`false`"),
    _both("CAMUNDA_AUTH_CONNECT_TIMEOUT", "Time to reach the token endpoint.", "milliseconds", "5000"),
    _auth(
        "CAMUNDA_AUTH_READ_TIMEOUT", "Time that its answer may take.", "milliseconds",
        ("ZEEBE_AUTH_READ_TIMEOUT", "ZEEBE_AUTH_REQUEST_TIMEOUT"), "5000",
    ),
    _auth("CAMUNDA_AUTH_PROACTIVE_TOKEN_REFRESH_THRESHOLD", "How long before its end a token is renewed.",
          "milliseconds", ("CAMUNDA_OAUTH_TOKEN_REFRESH_THRESHOLD_MS",), "30000"),
    _auth("CAMUNDA_AUTH_TOKEN_FETCH_MAX_RETRIES", "How often the endpoint is asked at most.", "number", default="5"),
    _auth(
        "CAMUNDA_AUTH_TOKEN_FETCH_INITIAL_BACKOFF_MS", "The first pause between attempts.", "milliseconds",
        default="1000",
    ),
    _auth("CAMUNDA_AUTH_TOKEN_FETCH_BACKOFF_MULTIPLIER", "By how much it grows.", "factor", default="2.0"),
    _both("CAMUNDA_SSL_CLIENT_KEYSTORE_PATH", "Identity for the token endpoint: PKCS#12 or PEM.", "path"),
    _both("CAMUNDA_SSL_CLIENT_KEYSTORE_SECRET", "Password of that file.", "secret"),
    _both("CAMUNDA_SSL_CLIENT_KEYSTORE_KEY_SECRET", "Password of the key in it.", "secret", "that of the file"),
    _both("CAMUNDA_SSL_CLIENT_TRUSTSTORE_PATH", "Trust for the token endpoint: PKCS#12 or PEM.", "path"),
    _both("CAMUNDA_SSL_CLIENT_TRUSTSTORE_SECRET", "Password of that file.", "secret"),
    _both(
        "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH",
        "A key and its certificate, PKCS#12 or PEM, to sign in place of a secret.", "path",
    ),
    _both("CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PASSWORD", "Password of that file.", "secret"),
    _both("CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS", "Name of the key in it.", default="the one that is there"),
    _both("CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_PASSWORD", "Password of the key.", "secret", "that of the file"),
)  # fmt: skip


def _jobs(
    name: str, meaning: str, kind: Kind = "text", default: str = "", twins: tuple[str, ...] = (),
    choices: tuple[str, ...] = (),
) -> Variable:  # fmt: skip
    return Variable(name, meaning, kind, twins, default, WORKERS, choices)


_WORKERS: Final = (
    _jobs(
        "CAMUNDA_DEFAULT_TENANT_ID",
        "The tenant of commands.",
        default="the gateway's",
        twins=("ZEEBE_DEFAULT_TENANT_ID", "CAMUNDA_TENANT_ID"),
    ),
    _jobs(
        "CAMUNDA_DEFAULT_JOB_WORKER_TENANT_IDS",
        "Whose jobs workers take, separated by commas.",
        "names",
        default="the tenant of commands",
        twins=("ZEEBE_DEFAULT_JOB_WORKER_TENANT_IDS", "CAMUNDA_TENANT_IDS"),
    ),
    _jobs(
        "CAMUNDA_DEFAULT_JOB_WORKER_TENANT_FILTER_MODE",
        "`PROVIDED` for those, `ASSIGNED` for all that the client may see (8.9).",
        default="`PROVIDED`",
        choices=("PROVIDED", "ASSIGNED"),
    ),
    _jobs(
        "CAMUNDA_CLIENT_WORKER_STREAM_ENABLED",
        "Whether workers open job streams.",
        "flag",
        default="`false`",
        twins=("ZEEBE_CLIENT_WORKER_STREAM_ENABLED",),
    ),
    _jobs("CAMUNDA_WORKER_TIMEOUT", "How long an activated job stays the worker's.", "milliseconds", default="300000"),
    _jobs("CAMUNDA_WORKER_MAX_CONCURRENT_JOBS", "Jobs held at a time, for each type.", "number", default="32"),
    _jobs("CAMUNDA_WORKER_REQUEST_TIMEOUT", "How long an empty poll waits.", "milliseconds", default="30000"),
    _jobs("ZEEBE_GRPC_WORKER_LONGPOLL_SECONDS", "The same in seconds.", "seconds"),
    _jobs("CAMUNDA_WORKER_NAME", "Who holds jobs, for people to see.", default="the host's name"),
    _jobs(
        "CAMUNDA_WORKER_STARTUP_JITTER_MAX_SECONDS",
        "Longest random pause before a worker starts.",
        "seconds",
        default="0",
    ),
)


_OTHERS: Final = (
    Variable(
        "CAMUNDA_SDK_LOG_LEVEL", "What this package logs at most: `silent`, `error`, `warn`, `info`, `debug`, `trace` "
        "or `silly`. It adds no handler.", twins=("CAMUNDA_LOG_LEVEL", "ZEEBE_CLIENT_LOG_LEVEL"),
        default="what `logging` says", room=OTHERS, choices=LOG_LEVELS,
    ),
)  # fmt: skip

VARIABLES: Final[tuple[Variable, ...]] = (*_CONNECTION, *_SECURITY, *_AUTHENTICATION, *_WORKERS, *_OTHERS)

BY_NAME: Final = {name: variable for variable in VARIABLES for name in variable.names}

NOT_READ: Final = {
    "CAMUNDA_REST_ADDRESS": "for REST",
    "ZEEBE_REST_ADDRESS": "for REST",
    "CAMUNDA_PREFER_REST": "for REST",
    "ZEEBE_PREFER_REST": "for REST",
    "CAMUNDA_PREFIX_PHYSICAL_TENANT_PATH": "for REST",
    "CAMUNDA_MAX_HTTP_CONNECTIONS": "for REST",
    "CAMUNDA_REST_ADDRESS_EXACT": "for REST",
    "CAMUNDA_SDK_BACKPRESSURE_PROFILE": "for REST; calls back off by `resilience=`",
    "CAMUNDA_COOKIE_AUTH_URL": "gateways take no cookies over gRPC",
    "CAMUNDA_COOKIE_AUTH_USERNAME": "gateways take no cookies over gRPC",
    "CAMUNDA_COOKIE_AUTH_PASSWORD": "gateways take no cookies over gRPC",
    "CAMUNDA_CLIENT_CONFIG_PATH": "a token file that other clients write; ours are in `CAMUNDA_TOKEN_CACHE_DIR`",
    "ZEEBE_CLIENT_CONFIG_PATH": "a token file that other clients write; ours are in `CAMUNDA_TOKEN_CACHE_DIR`",
    "CAMUNDA_CREDENTIALS_SCOPES": "a list of products, not an OAuth scope",
    "CAMUNDA_OAUTH_FAIL_ON_ERROR": "errors of the token endpoint are always raised",
    "CAMUNDA_CLIENT_USE_DEFAULT_RETRY_POLICY": "what is safe to repeat is repeated; see `resilience=`",
    "ZEEBE_CLIENT_USE_DEFAULT_RETRY_POLICY": "what is safe to repeat is repeated; see `resilience=`",
    "ZEEBE_GRPC_CLIENT_RETRY": "what is safe to repeat is repeated; see `resilience=`",
    "ZEEBE_GRPC_CLIENT_MAX_RETRIES": "see `resilience=`",
    "ZEEBE_GRPC_CLIENT_MAX_RETRY_TIMEOUT_SECONDS": "the `timeout=` of a call holds for all its attempts",
    "ZEEBE_GRPC_CLIENT_EAGER_CONNECT": "a client connects at its first call",
    "ZEEBE_GRPC_CLIENT_CONNECTION_TOLERANCE_MS": "see `resilience=`",
    "ZEEBE_GRPC_CLIENT_INITIAL_CONNECTION_TOLERANCE_MS": "see `resilience=`",
    "ZEEBE_GRPC_WORKER_POLL_INTERVAL_MS": "a worker asks as soon as it has free places, and the gateway holds the poll",
    "CAMUNDA_JOB_WORKER_MAX_BACKOFF_MS": "after failed polls a worker pauses for 5 s at most",
    "CAMUNDA_SUPPORT_LOG_ENABLED": "see `logger=`",
    "CAMUNDA_SUPPORT_LOG_FILE_PATH": "see `logger=`",
    "OAUTH_SSL_CLIENT_CERT_PATH": "see `CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH`",
    "OAUTH_SSL_CLIENT_CERT_PASSWORD": "see `CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PASSWORD`",
    "GRPC_KEEPALIVE_TIME_MS": "see `CAMUNDA_KEEP_ALIVE`",
    "GRPC_KEEPALIVE_PERMIT_WITHOUT_CALLS": "gateways close connections that ping without calls",
    "GRPC_HTTP2_MIN_TIME_BETWEEN_PINGS_MS": "see `CAMUNDA_KEEP_ALIVE`",
    "GRPC_HTTP2_MAX_PINGS_WITHOUT_DATA": "always 0, so that silent job streams stay watched",
}
"""Variables of the official clients that are known here and have no effect, and why."""
