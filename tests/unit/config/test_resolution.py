"""Settings: which place wins, what each variable does, and what is shown of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from zeebe_grpc import AsyncZeebeClient, ZeebeClient
from zeebe_grpc.auth import Basic, Bearer, NoAuth, OAuth
from zeebe_grpc.config import Settings, resolve
from zeebe_grpc.config.table import renewed
from zeebe_grpc.config.variables import BY_NAME, NOT_READ, VARIABLES
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.models.jobs import TenantFilter
from zeebe_grpc.transport.channel import channel_options

SAAS = {"CAMUNDA_CLUSTER_ID": "abc"}
OAUTH = {**SAAS, "CAMUNDA_CLIENT_ID": "id", "CAMUNDA_CLIENT_SECRET": "secret"}
TLS_ADDRESS = {"ZEEBE_ADDRESS": "zeebe:443"}
CERTIFICATE = {"CAMUNDA_MTLS_CERT": "-----BEGIN CERT", "CAMUNDA_MTLS_KEY": "-----BEGIN KEY"}
BARE = {"ZEEBE_ADDRESS": "zeebe:26500"}


def settings(environment: Mapping[str, str], **arguments: Any) -> Settings:
    return resolve(arguments, None, environment)


def option(name: str) -> Callable[[Settings], Any]:
    return lambda found: dict(channel_options(found.channel)).get(name)


def trust(found: Settings) -> Any:
    tls: Any = found.channel.tls
    return tls.ca, tls.system


Read = Callable[[Settings], Any]
READ: dict[str, tuple[Mapping[str, str], str, Read, Any]] = {
    # the variable: what else is set, its text, what of the settings it decides, and the outcome
    "CAMUNDA_GRPC_ADDRESS": ({}, "grpcs://a:1", lambda s: str(s.channel.address), "grpcs://a:1"),
    "ZEEBE_GRPC_ADDRESS": ({}, "grpc://b:1", lambda s: str(s.channel.address), "grpc://b:1"),
    "ZEEBE_HOST": ({}, "c", lambda s: s.channel.address.target, "c:26500"),
    "ZEEBE_PORT": ({}, "7", lambda s: s.channel.address.target, "127.0.0.1:7"),
    "ZEEBE_ADDRESS": ({}, "d:1", lambda s: s.channel.address.target, "d:1"),
    "CAMUNDA_CLUSTER_ID": ({}, "e", lambda s: s.channel.address.target, "e.bru-2.zeebe.camunda.io:443"),
    "CAMUNDA_CLUSTER_REGION": (SAAS, "ont-1", lambda s: s.channel.address.target, "abc.ont-1.zeebe.camunda.io:443"),
    "CAMUNDA_SECURE_CONNECTION": (BARE, "true", lambda s: s.channel.address.secure, True),
    "CAMUNDA_INSECURE_CONNECTION": (TLS_ADDRESS, "true", lambda s: s.channel.address.secure, False),
    "CAMUNDA_KEEP_ALIVE": ({}, "60000", option("grpc.keepalive_time_ms"), 60_000),
    "GRPC_KEEPALIVE_TIMEOUT_MS": ({}, "7000", option("grpc.keepalive_timeout_ms"), 7_000),
    "GRPC_INITIAL_RECONNECT_BACKOFF_MS": ({}, "11", option("grpc.initial_reconnect_backoff_ms"), 11),
    "GRPC_MIN_RECONNECT_BACKOFF_MS": ({}, "12", option("grpc.min_reconnect_backoff_ms"), 12),
    "GRPC_MAX_RECONNECT_BACKOFF_MS": ({}, "13", option("grpc.max_reconnect_backoff_ms"), 13),
    "CAMUNDA_CUSTOM_USER_AGENT_STRING": (
        {}, "mine/1", lambda s: option("grpc.primary_user_agent")(s).rpartition(" ")[2], "mine/1",
    ),
    "CAMUNDA_PHYSICAL_TENANT_ID": ({}, "red", lambda s: s.calls.metadata, (("camunda-physical-tenant", "red"),)),
    "CAMUNDA_CA_CERTIFICATE_PATH": (TLS_ADDRESS, "/ca", trust, ("/ca", False)),
    "CAMUNDA_MTLS_CA": (TLS_ADDRESS, "-----BEGIN A\\nB", lambda s: s.channel.tls.ca, "-----BEGIN A\nB"),
    "CAMUNDA_MTLS_CA_PATH": (TLS_ADDRESS, "/ca", lambda s: s.channel.tls.ca, "/ca"),
    "CAMUNDA_CUSTOM_ROOT_CERT_STRING": (TLS_ADDRESS, "-----BEGIN", lambda s: s.channel.tls.system, True),
    "CAMUNDA_CUSTOM_ROOT_CERT_PATH": (TLS_ADDRESS, "/ca", trust, ("/ca", True)),
    "CAMUNDA_MTLS_CERT": (
        {**TLS_ADDRESS, "CAMUNDA_MTLS_KEY_PATH": "/k"}, "-----BEGIN", lambda s: s.channel.tls.certificate, "-----BEGIN",
    ),
    "CAMUNDA_MTLS_CERT_PATH": (
        {**TLS_ADDRESS, "CAMUNDA_MTLS_KEY_PATH": "/k"}, "/c", lambda s: s.channel.tls.certificate, "/c",
    ),
    "CAMUNDA_MTLS_KEY": (
        {**TLS_ADDRESS, "CAMUNDA_MTLS_CERT_PATH": "/c"}, "-----BEGIN", lambda s: s.channel.tls.key, "-----BEGIN",
    ),
    "CAMUNDA_MTLS_KEY_PATH": ({**TLS_ADDRESS, "CAMUNDA_MTLS_CERT_PATH": "/c"}, "/k", lambda s: s.channel.tls.key, "/k"),
    "CAMUNDA_MTLS_KEY_PASSPHRASE": ({**TLS_ADDRESS, **CERTIFICATE}, "p", lambda s: s.channel.tls.key_password, "p"),
    "CAMUNDA_OVERRIDE_AUTHORITY": (TLS_ADDRESS, "z", option("grpc.ssl_target_name_override"), "z"),
    "CAMUNDA_AUTH_STRATEGY": (OAUTH, "none", lambda s: s.channel.auth, NoAuth()),
    "CAMUNDA_OAUTH_DISABLED": (OAUTH, "true", lambda s: s.channel.auth, NoAuth()),
    "CAMUNDA_BASIC_AUTH_USERNAME": (
        {"CAMUNDA_BASIC_AUTH_PASSWORD": "p"}, "u", lambda s: s.channel.auth, Basic("u", "p"),
    ),
    "CAMUNDA_BASIC_AUTH_PASSWORD": (
        {"CAMUNDA_BASIC_AUTH_USERNAME": "u"}, "p", lambda s: s.channel.auth, Basic("u", "p"),
    ),
    "CAMUNDA_OAUTH_TOKEN": ({}, "t", lambda s: s.channel.auth, Bearer("t")),
    "CAMUNDA_CLIENT_ID": ({**SAAS, "CAMUNDA_CLIENT_SECRET": "s"}, "id", lambda s: s.channel.auth.client_id, "id"),
    "CAMUNDA_CLIENT_SECRET": ({**SAAS, "CAMUNDA_CLIENT_ID": "i"}, "s", lambda s: s.channel.auth.client_secret, "s"),
    "CAMUNDA_OAUTH_URL": (OAUTH, "http://l/t", lambda s: s.channel.auth.token_url, "http://l/t"),
    "CAMUNDA_WELL_KNOWN_CONFIGURATION_URL": (OAUTH, "http://l/w", lambda s: s.channel.auth.well_known_url, "http://l/w"),
    "CAMUNDA_ISSUER_URL": (OAUTH, "http://l/i", lambda s: s.channel.auth.issuer_url, "http://l/i"),
    "CAMUNDA_TOKEN_AUDIENCE": (OAUTH, "a", lambda s: s.channel.auth.audience, "a"),
    "CAMUNDA_TOKEN_SCOPE": (OAUTH, "a b", lambda s: s.channel.auth.scope, "a b"),
    "CAMUNDA_TOKEN_RESOURCE": (OAUTH, "r", lambda s: s.channel.auth.resource, "r"),
    "CAMUNDA_TOKEN_CACHE_DIR": (OAUTH, "/t", lambda s: s.channel.auth.cache_dir, "/t"),
    "CAMUNDA_TOKEN_DISK_CACHE_DISABLE": (
        {**OAUTH, "CAMUNDA_TOKEN_CACHE_DIR": "/t"}, "true", lambda s: s.channel.auth.cache_dir, None,
    ),
    "CAMUNDA_AUTH_CONNECT_TIMEOUT": (OAUTH, "1500", lambda s: s.channel.auth.connect_timeout, 1.5),
    "CAMUNDA_AUTH_READ_TIMEOUT": (OAUTH, "1500", lambda s: s.channel.auth.read_timeout, 1.5),
    "CAMUNDA_AUTH_PROACTIVE_TOKEN_REFRESH_THRESHOLD": (OAUTH, "90000", lambda s: s.channel.auth.refresh_ahead, 90.0),
    "CAMUNDA_AUTH_TOKEN_FETCH_MAX_RETRIES": (OAUTH, "9", lambda s: s.channel.auth.max_attempts, 9),
    "CAMUNDA_AUTH_TOKEN_FETCH_INITIAL_BACKOFF_MS": (OAUTH, "250", lambda s: s.channel.auth.first_backoff, 0.25),
    "CAMUNDA_AUTH_TOKEN_FETCH_BACKOFF_MULTIPLIER": (OAUTH, "1.5", lambda s: s.channel.auth.backoff_factor, 1.5),
    "CAMUNDA_SSL_CLIENT_KEYSTORE_PATH": (OAUTH, "/p12", lambda s: s.channel.auth.keystore.path, "/p12"),
    "CAMUNDA_SSL_CLIENT_KEYSTORE_SECRET": (
        {**OAUTH, "CAMUNDA_SSL_CLIENT_KEYSTORE_PATH": "/p12"}, "p", lambda s: s.channel.auth.keystore.password, "p",
    ),
    "CAMUNDA_SSL_CLIENT_KEYSTORE_KEY_SECRET": (
        {**OAUTH, "CAMUNDA_SSL_CLIENT_KEYSTORE_PATH": "/p12"}, "p", lambda s: s.channel.auth.keystore.key_password, "p",
    ),
    "CAMUNDA_SSL_CLIENT_TRUSTSTORE_PATH": (OAUTH, "/p12", lambda s: s.channel.auth.truststore.path, "/p12"),
    "CAMUNDA_SSL_CLIENT_TRUSTSTORE_SECRET": (
        {**OAUTH, "CAMUNDA_SSL_CLIENT_TRUSTSTORE_PATH": "/p12"}, "p", lambda s: s.channel.auth.truststore.password, "p",
    ),
    "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH": (OAUTH, "/p12", lambda s: s.channel.auth.assertion.path, "/p12"),
    "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PASSWORD": (
        {**OAUTH, "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH": "/x"}, "p",
        lambda s: s.channel.auth.assertion.password, "p",
    ),
    "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS": (
        {**OAUTH, "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH": "/x"}, "a", lambda s: s.channel.auth.assertion.alias, "a",
    ),
    "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_PASSWORD": (
        {**OAUTH, "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH": "/x"}, "p",
        lambda s: s.channel.auth.assertion.key_password, "p",
    ),
    "CAMUNDA_DEFAULT_TENANT_ID": ({}, "red", lambda s: s.calls.tenant_id, "red"),
    "CAMUNDA_DEFAULT_JOB_WORKER_TENANT_IDS": ({}, "a, b,", lambda s: s.job_defaults["tenant_ids"], ("a", "b")),
    "CAMUNDA_DEFAULT_JOB_WORKER_TENANT_FILTER_MODE": (
        {}, "assigned", lambda s: s.job_defaults["tenant_filter"], TenantFilter.ASSIGNED,
    ),
    "CAMUNDA_CLIENT_WORKER_STREAM_ENABLED": ({}, "TRUE", lambda s: s.job_defaults["stream"], True),
    "CAMUNDA_WORKER_TIMEOUT": ({}, "60000", lambda s: s.job_defaults["job_timeout"], 60.0),
    "CAMUNDA_WORKER_MAX_CONCURRENT_JOBS": ({}, "8", lambda s: s.job_defaults["max_concurrent_jobs"], 8),
    "CAMUNDA_WORKER_REQUEST_TIMEOUT": ({}, "5000", lambda s: s.job_defaults["request_timeout"], 5.0),
    "ZEEBE_GRPC_WORKER_LONGPOLL_SECONDS": ({}, "50", lambda s: s.job_defaults["request_timeout"], 50.0),
    "CAMUNDA_WORKER_NAME": ({}, "me", lambda s: (s.job_defaults["worker_name"], s.calls.worker_name), ("me", "me")),
    "CAMUNDA_WORKER_STARTUP_JITTER_MAX_SECONDS": (
        {}, "1.5", lambda s: s.job_defaults["startup_jitter_max_seconds"], 1.5,
    ),
    "CAMUNDA_SDK_LOG_LEVEL": ({}, "Error", lambda s: s.log.least, 40),
}  # fmt: skip

NAMES = [(variable.name, name) for variable in VARIABLES for name in variable.names]


def test_every_variable_is_tried_here() -> None:
    assert {*READ, "CAMUNDA_LOAD_ENVFILE"} == {variable.name for variable in VARIABLES}


@pytest.mark.parametrize(("variable", "name"), [pair for pair in NAMES if pair[0] in READ], ids=lambda pair: pair)
def test_each_variable_is_read_under_each_of_its_names(variable: str, name: str) -> None:
    others, text, read, expected = READ[variable]
    without = {key: value for key, value in others.items() if key != variable}
    assert read(settings({**without, name: text})) == expected
    assert read(resolve({}, {name: text}, without)) == expected


@pytest.mark.parametrize("variable", [each for each in VARIABLES if len(each.names) > 1], ids=lambda each: each.name)
def test_of_two_names_in_one_place_the_first_wins(variable: Any) -> None:
    others, text, read, expected = READ[variable.name]
    wrong = dict.fromkeys(variable.names[1:], "/nonsense")
    assert read(settings({**others, **wrong, variable.name: text})) == expected


def test_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("ZEEBE_ADDRESS=from-file:1\nCAMUNDA_TENANT_ID='red'\nEMPTY\n")
    before = dict(os.environ)
    for wish in (str(tmp_path), str(tmp_path / ".env")):
        found = settings({"CAMUNDA_LOAD_ENVFILE": wish})
        assert (found.channel.address.target, found.calls.tenant_id) == ("from-file:1", "red")
        assert f"ZEEBE_ADDRESS=grpc://from-file:1 ({tmp_path / '.env'})" in repr(found)
    monkeypatch.chdir(tmp_path)
    for wish in ("true", "1", "YES"):
        assert settings({"CAMUNDA_LOAD_ENVFILE": wish}).channel.address.target == "from-file:1"
        assert resolve({}, {"CAMUNDA_LOAD_ENVFILE": wish}, {}).channel.address.target == "from-file:1"
    for wish in ("false", "0", ""):
        assert settings({"CAMUNDA_LOAD_ENVFILE": wish}).channel.address.target == "localhost:26500"
    assert settings({"CAMUNDA_LOAD_ENVFILE": "true", "ZEEBE_HOST": "env"}).channel.address.target == "env:26500"
    assert dict(os.environ) == before


def test_an_env_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings({"CAMUNDA_LOAD_ENVFILE": "true"}).channel.address.target == "localhost:26500"
    with pytest.raises(ConfigurationError, match=r"^CAMUNDA_LOAD_ENVFILE: there is no file '/no/such/file'"):
        settings({"CAMUNDA_LOAD_ENVFILE": "/no/such/file"})
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"^CAMUNDA_LOAD_ENVFILE: .* it is no UTF-8 text"):
        settings({"CAMUNDA_LOAD_ENVFILE": str(tmp_path / "binary")})


PLACES = ("argument", "configuration", "environment", "file")
TENANT_NAMES = BY_NAME["CAMUNDA_DEFAULT_TENANT_ID"].names
tenants = st.one_of(st.just(""), st.from_regex(r"[a-z]{1,8}", fullmatch=True))
places = st.fixed_dictionaries({place: st.dictionaries(st.sampled_from(TENANT_NAMES), tenants) for place in PLACES[1:]})


@examples(deadline=None)  # a file is written and read for each
@given(st.one_of(st.none(), tenants), places)
def test_the_strongest_place_wins_and_in_it_the_first_name(
    tmp_path_factory: pytest.TempPathFactory, explicit: str | None, said: dict[str, dict[str, str]]
) -> None:
    file = tmp_path_factory.getbasetemp() / "precedence.env"
    file.write_text("".join(f"{name}={text}\n" for name, text in said["file"].items()))
    environment = {**said["environment"], "CAMUNDA_LOAD_ENVFILE": str(file)}
    found = resolve({"tenant_id": explicit}, said["configuration"], environment)
    in_order = (said[place].get(name, "") for place in PLACES[1:] for name in TENANT_NAMES)
    expected = explicit if explicit is not None else next(filter(None, in_order), "")
    assert found.calls.tenant_id == expected


ADDRESSES = (
    ({"CAMUNDA_GRPC_ADDRESS": "grpc://a:1"}, "a:1"),
    ({"ZEEBE_GRPC_ADDRESS": "grpc://b:1"}, "b:1"),
    ({"ZEEBE_HOST": "c", "ZEEBE_PORT": "1"}, "c:1"),
    ({"ZEEBE_ADDRESS": "d:1"}, "d:1"),
    ({"CAMUNDA_CLUSTER_ID": "e"}, "e.bru-2.zeebe.camunda.io:443"),
)
subsets = st.sets(st.integers(0, len(ADDRESSES) - 1))


@given(subsets, subsets)
def test_a_stronger_place_decides_about_the_address_whatever_the_names(high: set[int], low: set[int]) -> None:
    configuration = {name: text for index in high for name, text in ADDRESSES[index][0].items()}
    environment = {name: text for index in low for name, text in ADDRESSES[index][0].items()}
    deciding = high or low
    expected = ADDRESSES[min(deciding)][1] if deciding else "localhost:26500"
    assert resolve({}, configuration, environment).channel.address.target == expected


IN_ORDER = ("configuration", "environment", "file")
WRONG = "grpc://wrong:9"


@examples(deadline=None)
@given(st.sampled_from([pair for pair in NAMES if pair[0] in READ]), st.sampled_from(list(combinations(IN_ORDER, 2))))
def test_for_every_variable_and_name_the_stronger_place_wins(
    tmp_path_factory: pytest.TempPathFactory, named: tuple[str, str], between: tuple[str, str]
) -> None:
    variable, name = named
    others, text, read, expected = READ[variable]
    said: dict[str, dict[str, str]] = {place: {} for place in IN_ORDER}
    said[IN_ORDER[-1]] = {each: other for each, other in others.items() if each != variable}
    strong, weak = between
    said[weak] = {**said[weak], **dict.fromkeys(BY_NAME[variable].names, WRONG)}
    said[strong] = {**said[strong], name: text}
    file = tmp_path_factory.getbasetemp() / "stronger.env"
    file.write_text("".join(f"{each}='{other}'\n" for each, other in said["file"].items()))
    environment = {**said["environment"], "CAMUNDA_LOAD_ENVFILE": str(file)}
    assert read(resolve({}, said["configuration"], environment)) == expected


def test_a_port_may_stand_in_a_weaker_place() -> None:
    assert resolve({}, {"ZEEBE_HOST": "c"}, {"ZEEBE_PORT": "7"}).channel.address.target == "c:7"


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"CAMUNDA_KEEP_ALIVE": "soon"}, r"^CAMUNDA_KEEP_ALIVE: expected a whole number of milliseconds"),
        ({"ZEEBE_KEEP_ALIVE": "-1"}, r"^ZEEBE_KEEP_ALIVE: expected a whole number of milliseconds, at least 1"),
        ({"CAMUNDA_KEEP_ALIVE": "29999"}, r"^CAMUNDA_KEEP_ALIVE: .* closes connections"),
        ({"ZEEBE_INSECURE_CONNECTION": "maybe"}, r"^ZEEBE_INSECURE_CONNECTION: expected true or false, got 'maybe'"),
        ({"CAMUNDA_AUTH_STRATEGY": "COOKIE"}, r"^CAMUNDA_AUTH_STRATEGY: expected NONE, BASIC, OAUTH, BEARER, got"),
        ({"CAMUNDA_SDK_LOG_LEVEL": "loud"}, r"^CAMUNDA_SDK_LOG_LEVEL: expected silent, error, .* got 'loud'"),
        ({"CAMUNDA_LOG_LEVEL": "loud"}, r"^CAMUNDA_LOG_LEVEL: "),
        ({"CAMUNDA_AUTH_STRATEGY": "BASIC"}, r"^CAMUNDA_BASIC_AUTH_USERNAME: .* belongs to CAMUNDA_AUTH_STRATEGY,"),
        (
            {"CAMUNDA_BASIC_AUTH_USERNAME": "u"},
            r"^CAMUNDA_BASIC_AUTH_PASSWORD: .* to CAMUNDA_BASIC_AUTH_USERNAME \(",
        ),
        (
            {"CAMUNDA_CLIENT_SECRET": "s"},
            r"^CAMUNDA_CLIENT_ID: .* to CAMUNDA_CLIENT_SECRET \(environment\), w",
        ),
        ({**SAAS, "CAMUNDA_CLIENT_ID": "i"}, r"^CAMUNDA_CLIENT_SECRET: the client 'i' needs a secret"),
        ({"CAMUNDA_CLIENT_ID": "i", "CAMUNDA_CLIENT_SECRET": "s"}, r"^CAMUNDA_OAUTH_URL: is not set .*STRATEGY=NONE"),
        (
            {**OAUTH, "CAMUNDA_BASIC_AUTH_USERNAME": "u"},
            r"^CAMUNDA_AUTH_STRATEGY: .*CAMUNDA_BASIC_AUTH_USERNAME \(environment\) and CAMUNDA_CLIENT_ID \(environ",
        ),
        ({**TLS_ADDRESS, "CAMUNDA_MTLS_CERT_PATH": "/c"}, r"^CAMUNDA_MTLS_CERT_PATH: .* set CAMUNDA_MTLS_KEY_PATH too"),
        ({**BARE, "CAMUNDA_OAUTH_TOKEN": "t"}, r"^ZEEBE_ADDRESS: .* write grpcs://zeebe:26500 for TLS, or grpc://zee"),
        ({**SAAS, "CAMUNDA_CLUSTER_REGION": "x/y"}, r"^CAMUNDA_CLUSTER_REGION: "),
        ({"ZEEBE_GRPC_WORKER_LONGPOLL_SECONDS": "x"}, r"^ZEEBE_GRPC_WORKER_LONGPOLL_SECONDS: expected 0 to 3600"),
        ({"CAMUNDA_AUTH_TOKEN_FETCH_BACKOFF_MULTIPLIER": "0.5", **OAUTH}, r"MULTIPLIER: expected a number of at leas"),
    ],
)
def test_an_error_names_the_variable_that_was_set(environment: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        settings(environment)


def test_with_a_strategy_that_was_chosen_other_credentials_do_not_matter() -> None:
    environment = {**OAUTH, "CAMUNDA_BASIC_AUTH_USERNAME": "u", "CAMUNDA_BASIC_AUTH_PASSWORD": "p"}
    assert settings({**environment, "CAMUNDA_AUTH_STRATEGY": "BASIC"}).channel.auth == Basic("u", "p")
    assert isinstance(settings({**environment, "CAMUNDA_AUTH_STRATEGY": "oauth"}).channel.auth, OAuth)
    assert settings(environment, auth=NoAuth()).channel.auth == NoAuth()


def test_bare_addresses_with_credentials_are_fine_where_nothing_can_leak() -> None:
    basic = {"CAMUNDA_BASIC_AUTH_USERNAME": "u", "CAMUNDA_BASIC_AUTH_PASSWORD": "p"}
    for address in ("localhost:26500", "127.0.0.1:1", "[::1]:1", "zeebe:443", "grpc://zeebe:26500", "grpcs://zeebe:1"):
        assert settings({**basic, "ZEEBE_ADDRESS": address}).channel.auth == Basic("u", "p")
    plain = settings({**basic, **BARE, "ZEEBE_INSECURE_CONNECTION": "true"})
    assert not plain.channel.address.secure


def test_on_saas_audience_and_token_endpoint_are_known() -> None:
    for environment in (OAUTH, {**OAUTH, "ZEEBE_ADDRESS": "x.ont-1.zeebe.camunda.io:443"}):
        auth = settings(environment).channel.auth
        assert isinstance(auth, OAuth)
        assert (auth.token_url, auth.audience) == ("https://login.cloud.camunda.io/oauth/token", "zeebe.camunda.io")


@pytest.mark.parametrize("client_class", [ZeebeClient, AsyncZeebeClient])
def test_saas(client_class: Any) -> None:
    client = client_class.saas(cluster_id="abc", region="ont-1", client_id="id", client_secret="hunter2", timeout=9)
    assert client.channel_settings.address.target == "abc.ont-1.zeebe.camunda.io:443"
    assert client.call_settings.timeout == 9
    assert (client.channel_settings.auth.client_id, client.channel_settings.auth.client_secret) == ("id", "hunter2")
    assert "hunter2" not in repr(client.settings) + repr(client)


def test_a_mapping_as_users_of_the_official_sdk_write_it() -> None:
    configuration = {
        "CAMUNDA_REST_ADDRESS": "http://localhost:8080/v2",
        "CAMUNDA_AUTH_STRATEGY": "NONE",
        "CAMUNDA_TOKEN_DISK_CACHE_DISABLE": True,
        "CAMUNDA_KEEP_ALIVE": 60_000,
        "CAMUNDA_CA_CERTIFICATE_PATH": Path("/ca"),
        "CAMUNDA_TOKEN_SCOPE": None,
    }
    with ZeebeClient(configuration=configuration, environment={}) as client:
        assert client.channel_settings.keepalive == 60
    assert resolve({}, dict.fromkeys(NOT_READ, "x"), {}).origins == resolve({}, None, {}).origins
    for wrong, told in (
        ({"CAMUNDA_CLIENT_IDD": "x"}, r"^configuration: the name 'CAMUNDA_CLIENT_IDD' .* is CAMUNDA_CLIENT_ID meant\?"),
        ({"whatever": "x"}, r"^configuration: the name 'whatever' is not known$"),
        ({"CAMUNDA_CLIENT_ID": ["x"]}, r"^configuration\['CAMUNDA_CLIENT_ID'\]: expected a text, .* got list"),
    ):
        with pytest.raises(ConfigurationError, match=told):
            resolve({}, wrong, {})


def test_what_is_shown_says_where_it_came_from_and_hides_secrets() -> None:
    environment = {
        "ZEEBE_ADDRESS": "zeebe:443",
        "ZEEBE_CLIENT_ID": "app",
        "ZEEBE_CLIENT_SECRET": "hunter2",
        "CAMUNDA_OAUTH_URL": "https://login.example/token",
        "CAMUNDA_MTLS_KEY": "-----BEGIN hunter2",
        "CAMUNDA_MTLS_CERT_PATH": "/tls.crt",
    }
    arguments = {"timeout": 5, "metadata": {"x-token": "hunter2"}, "proxy": "http://me:hunter2@proxy:1"}
    shown = repr(resolve(arguments, {"CAMUNDA_TENANT_ID": "red"}, environment))
    for part in (
        "ZEEBE_ADDRESS=grpcs://zeebe:443 (environment)",
        "ZEEBE_CLIENT_ID=app (environment)",
        "ZEEBE_CLIENT_SECRET=*** (environment)",
        "CAMUNDA_TENANT_ID=red (configuration)",
        "timeout=5 (argument)",
    ):
        assert part in shown
    assert "hunter2" not in shown


def test_the_page_has_the_tables_of_the_code() -> None:
    page = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert renewed(page) == page, "run: python -m zeebe_grpc.config.table docs/configuration.md"


def test_no_name_means_two_things() -> None:
    assert len(BY_NAME) == len(NAMES)
    assert not set(NOT_READ) & set(BY_NAME)
