"""Addresses: every form, what decides about TLS, where they come from, and what is said about wrong ones."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeebe_grpc.config import Address, parse_address, resolve
from zeebe_grpc.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "target", "secure"),
    [
        ("grpc://zeebe:26500", "zeebe:26500", False),
        ("grpcs://zeebe:26500", "zeebe:26500", True),
        ("http://zeebe:26500", "zeebe:26500", False),
        ("https://zeebe:443", "zeebe:443", True),
        ("HTTPS://zeebe:8443/", "zeebe:8443", True),
        ("grpc://zeebe:443", "zeebe:443", False),
        ("localhost:26500", "localhost:26500", False),
        (" localhost:26500\n", "localhost:26500", False),
        ("zeebe.corp:443", "zeebe.corp:443", True),
        ("abc.bru-2.zeebe.camunda.io:26500", "abc.bru-2.zeebe.camunda.io:26500", True),
        ("[::1]:26500", "[::1]:26500", False),
        ("grpcs://[fe80::1%25eth0]:443", "[fe80::1%25eth0]:443", True),
        ("127.0.0.1:1", "127.0.0.1:1", False),
        ("unix:/run/zeebe.sock", "unix:/run/zeebe.sock", False),
        ("unix:///run/zeebe.sock", "unix:///run/zeebe.sock", False),
    ],
)
def test_forms(text: str, target: str, secure: bool) -> None:
    assert parse_address(text) == Address(target, secure)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "write grpc://HOST:26500 for plaintext or grpcs://HOST:443 for TLS"),
        ("localhost", r"the port is missing\); write grpc://localhost:26500 or grpcs://localhost:443"),
        ("grpc://zeebe", r"the port is missing\); write grpc://zeebe:26500 or grpcs://zeebe:443"),
        ("https://zeebe", r"the port is missing\); write grpcs://zeebe:443$"),
        ("[::1]", r"the port is missing\); write grpc://\[::1\]:26500"),
        ("::1", r"an IPv6 host is written in brackets\); write grpc://\[::1\]:26500$"),
        ("grpc:/zeebe:26500", r"two slashes follow a scheme\); write grpc://zeebe:26500$"),
        ("HTTPS:zeebe:443", r"two slashes follow a scheme\); write https://zeebe:443$"),
        ('"grpc://zeebe:26500"', r"begins with a quote, .*; write grpc://zeebe:26500 without it$"),
        ("'zeebe:26500'", r"begins with a quote, .*; write zeebe:26500 without it$"),
        ('"grpc://user:secret@zeebe:26500"', r"begins with a quote"),
        ("http://localhost:8080/v2", r"a path, as REST addresses have\); write grpc://localhost:26500$"),
        (
            "https://bru-2.zeebe.camunda.io/7bc802fc-7bf4-4800-b84a-596628d1ed08",
            r"write grpcs://7bc802fc-7bf4-4800-b84a-596628d1ed08\.bru-2\.zeebe\.camunda\.io:443$",
        ),
        (
            "http://localhost:8080",
            r"looks like the REST address; write grpc://localhost:26500, or grpc://localhost:8080",
        ),
        ("grpc://user:secret@zeebe:26500", r"credentials do not belong into it\); write grpc://zeebe:26500$"),
        ("grpcs://user:secret@zeebe:443", r"credentials do not belong into it\); write grpcs://zeebe:443$"),
        ("https://zeebe/v2", r"a path, as REST addresses have\); write grpcs://zeebe:443$"),
        ("a:1,b:1", r"several gateways\); write ipv4:IP:PORT,IP:PORT or dns:///HOST:PORT"),
        ("ipv4:10.0.0.1:1,10.0.0.2", "the port is missing"),
        ("dns:///zeebe", "the port is missing"),
        ("ftp://zeebe:26500", "the scheme 'ftp' is not known"),
        ("zeebe:0", "the port of 'zeebe:0' is not 1 to 65535"),
        ("zeebe:65536", "is not 1 to 65535"),
        ("zeebe:265000", "the port of 'zeebe:265000' is not 1 to 65535"),
        ("zeebe:port", "is no gateway address"),
        ("::zzz:26500", "is no gateway address"),
        ("fe80:26500:", r"an IPv6 host is written in brackets\); write grpc://\[HOST\]:26500"),
        ("a b:26500", "is no gateway address"),
    ],
)
def test_a_wrong_address_gets_one_clear_error(text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        parse_address(text, "ZEEBE_ADDRESS")
    assert str(caught.value).startswith("ZEEBE_ADDRESS: ")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("dns:///zeebe.corp:26500", "zeebe.corp", 26500),
        ("dns://8.8.8.8/zeebe.corp:26500", "zeebe.corp", 26500),
        ("ipv4:10.0.0.1:1,10.0.0.2:2", "10.0.0.1", 1),
        ("ipv6:[::1]:1,[::2]:2", "::1", 1),
        ("grpcs://dns:///zeebe.corp:443", "zeebe.corp", 443),
    ],
)
def test_several_gateways(text: str, host: str, port: int) -> None:
    address = parse_address(text)
    assert address.is_many
    assert (address.host, address.port) == (host, port)
    assert address.target == text.removeprefix("grpcs://")


def find(environment: Mapping[str, str], address: str | None = None) -> str:
    return resolve({"address": address}, None, environment).channel.address.target


@pytest.mark.parametrize(
    ("text", "loopback"),
    [
        ("localhost:1", True),
        ("127.0.0.1:1", True),
        ("127.8.9.1:1", True),
        ("[::1]:1", True),
        ("unix:/x", True),
        ("10.0.0.1:1", False),
        ("zeebe:1", False),
        ("localhost.evil.example:1", False),
    ],
)
def test_what_is_this_machine(text: str, loopback: bool) -> None:
    assert parse_address(text).is_loopback is loopback


def test_an_address_prints_with_its_scheme() -> None:
    assert str(parse_address("zeebe:443")) == "grpcs://zeebe:443"
    assert str(parse_address("zeebe:26500")) == "grpc://zeebe:26500"
    assert parse_address("[::1]:26500").host == "::1"


SOURCES = [
    ({"CAMUNDA_GRPC_ADDRESS": "grpc://a:1"}, "a:1"),
    ({"ZEEBE_GRPC_ADDRESS": "grpc://b:1"}, "b:1"),
    ({"ZEEBE_HOST": "c"}, "c:26500"),
    ({"ZEEBE_PORT": "7"}, "127.0.0.1:7"),
    ({"ZEEBE_HOST": "c", "ZEEBE_PORT": "7"}, "c:7"),
    ({"ZEEBE_ADDRESS": "d:1"}, "d:1"),
    ({"CAMUNDA_CLUSTER_ID": "e"}, "e.bru-2.zeebe.camunda.io:443"),
    ({"CAMUNDA_CLUSTER_ID": "e", "CAMUNDA_CLUSTER_REGION": "ont-1"}, "e.ont-1.zeebe.camunda.io:443"),
    ({}, "localhost:26500"),
]


@pytest.mark.parametrize(("environment", "target"), SOURCES, ids=lambda value: str(value))
def test_where_the_environment_has_it(environment: dict[str, str], target: str) -> None:
    assert find(environment) == target


@given(st.permutations(range(len(SOURCES))), st.integers(1, len(SOURCES)))
def test_the_first_source_wins_whatever_else_is_set(order: list[int], count: int) -> None:
    chosen = sorted(order[:count])
    # ZEEBE_HOST and ZEEBE_PORT are one source in three forms, the cluster one in two; of those one is enough.
    groups = {0: 0, 1: 1, 2: 2, 3: 2, 4: 2, 5: 3, 6: 4, 7: 4, 8: 5}
    first = chosen[0]
    environment: dict[str, str] = dict(SOURCES[first][0])
    for index in chosen[1:]:
        if groups[index] != groups[first]:
            environment.update(SOURCES[index][0])
    assert find(environment) == SOURCES[first][1]


def test_an_explicit_address_wins_over_the_environment() -> None:
    assert find({"CAMUNDA_GRPC_ADDRESS": "nonsense"}, "x:1") == "x:1"


def test_empty_counts_as_unset() -> None:
    environment = dict.fromkeys(
        (
            "CAMUNDA_GRPC_ADDRESS",
            "ZEEBE_GRPC_ADDRESS",
            "ZEEBE_HOST",
            "ZEEBE_PORT",
            "ZEEBE_ADDRESS",
            "CAMUNDA_CLUSTER_ID",
        ),
        "",
    )
    assert find(environment) == "localhost:26500"


def test_an_error_names_the_variable() -> None:
    with pytest.raises(ConfigurationError, match=r"^ZEEBE_HOST, ZEEBE_PORT: "):
        find({"ZEEBE_HOST": "a/b", "ZEEBE_PORT": "1"})


@pytest.mark.parametrize(
    ("host", "port", "told"),
    [
        (
            "zeebe:26500",
            "",
            r"^ZEEBE_HOST: 'zeebe:26500' has a port in it; that goes into ZEEBE_PORT, or write zeebe:26",
        ),
        ("grpc://zeebe:26500", "", r"^ZEEBE_HOST: .* has a port in it; .* or write zeebe:26500 into ZEEBE_ADDRESS"),
        ("zeebe", "http", r"^ZEEBE_PORT: expected 1 to 65535, got 'http'"),
        ("", "0", r"^ZEEBE_PORT: the port of '127.0.0.1:0' is not 1 to 65535"),
    ],
)
def test_halves_that_do_not_fit(host: str, port: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        find({"ZEEBE_HOST": host, "ZEEBE_PORT": port})


def test_a_host_may_be_an_ipv6_address_or_have_a_scheme() -> None:
    assert find({"ZEEBE_HOST": "::1"}) == "[::1]:26500"
    found = resolve({}, None, {"ZEEBE_HOST": "grpcs://zeebe", "ZEEBE_PORT": "443"}).channel.address
    assert str(found) == "grpcs://zeebe:443"


def test_what_is_no_text_is_no_address() -> None:
    with pytest.raises(ConfigurationError, match="address: expected a text such as grpc://HOST:26500, got int"):
        parse_address(26500)  # type: ignore[arg-type]
