"""What grpc is told about a channel."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zeebe_grpc import TLS, ConfigurationError, ZeebeClient
from zeebe_grpc.config import ChannelSettings, parse_address
from zeebe_grpc.transport.channel import channel_options
from zeebe_grpc.transport.hints import connection_hint


def options(address: str = "grpc://zeebe:26500", **settings: Any) -> dict[str, str | int]:
    return dict(channel_options(ChannelSettings(address=parse_address(address), **settings)))


def test_what_holds_by_default() -> None:
    found = options()
    assert {
        "grpc.keepalive_time_ms": 45_000,
        "grpc.keepalive_timeout_ms": 20_000,
        "grpc.http2.ping_timeout_ms": 20_000,
        "grpc.keepalive_permit_without_calls": 0,
        "grpc.http2.max_pings_without_data": 0,
        "grpc.service_config_disable_resolution": 1,
        "grpc.max_receive_message_length": 5 * 1024 * 1024,
        "grpc.initial_reconnect_backoff_ms": 250,
        "grpc.max_reconnect_backoff_ms": 5_000,
    }.items() <= found.items()
    assert str(found["grpc.primary_user_agent"]).startswith("zeebe-grpc-client-python/")
    assert "grpc.service_config" not in found
    assert "grpc.enable_retries" not in found, "transparent retries stay on"
    assert "grpc.enable_http_proxy" not in found


def test_the_callers_options_win() -> None:
    found = options(options=(("grpc.keepalive_time_ms", 1), ("grpc.lb_policy_name", "x")))
    assert (found["grpc.keepalive_time_ms"], found["grpc.lb_policy_name"]) == (1, "x")


@pytest.mark.parametrize(
    ("address", "balancing", "policy"),
    [
        ("grpc://zeebe:1", None, None),
        ("grpc://zeebe:1", "round_robin", "round_robin"),
        ("dns:///zeebe:1", None, "round_robin"),
        ("ipv4:10.0.0.1:1,10.0.0.2:1", None, "round_robin"),
        ("dns:///zeebe:1", "pick_first", "pick_first"),
    ],
)
def test_how_calls_are_spread(address: str, balancing: Any, policy: str | None) -> None:
    config = options(address, load_balancing=balancing).get("grpc.service_config")
    assert (json.loads(str(config)) if config else None) == (
        {"loadBalancingConfig": [{policy: {}}]} if policy else None
    )


def test_proxies() -> None:
    assert options(proxy="http://proxy:1")["grpc.http_proxy"] == "http://proxy:1"
    assert options(proxy="")["grpc.enable_http_proxy"] == 0
    assert options("grpc://127.0.0.1:1")["grpc.enable_http_proxy"] == 0
    with pytest.raises(ConfigurationError, match=r"^proxy: expected http://HOST:PORT"):
        options(proxy="https://me:hunter2@proxy:1")
    shown = repr(ChannelSettings(address=parse_address("zeebe:1"), proxy="http://me:hunter2@proxy:1"))
    assert "hunter2" not in shown


def test_the_settings_of_a_client_reach_its_channel() -> None:
    with ZeebeClient("zeebe:1", environment={}, keepalive=60, load_balancing="round_robin", proxy="") as client:
        found = dict(channel_options(client.channel_settings))
    assert (found["grpc.keepalive_time_ms"], found["grpc.enable_http_proxy"]) == (60_000, 0)
    assert "round_robin" in str(found["grpc.service_config"])
    with pytest.raises(ConfigurationError, match=r"^keepalive: 10 s; a gateway closes"):
        ZeebeClient("zeebe:1", environment={}, keepalive=10)
    with pytest.raises(ConfigurationError, match=r"^load_balancing: "):
        options(load_balancing="random")


@pytest.mark.parametrize("details", ["", "no leader for partition 1", "Stream removed", "partition is not available"])
def test_what_says_nothing_about_the_connection_gets_no_hint(details: str) -> None:
    settings = ChannelSettings(address=parse_address("grpcs://zeebe:1"), tls=TLS())
    assert connection_hint(details, settings) is None
