"""The immutable settings of channels and calls."""

from __future__ import annotations

from typing import Any

import pytest

from zeebe_grpc.config import TLS, ChannelSettings, parse_address
from zeebe_grpc.config.settings import read_metadata
from zeebe_grpc.errors import ConfigurationError


def settings(address: str = "localhost:26500", **changes: Any) -> ChannelSettings:
    return ChannelSettings(address=parse_address(address), **changes)


def test_tls_needs_a_tls_address() -> None:
    assert settings("grpcs://zeebe:1", tls=TLS()).tls == TLS()
    with pytest.raises(
        ConfigurationError, match=r"^tls: grpc://zeebe:1 is a plaintext address; write grpcs://zeebe:1$"
    ):
        settings("grpc://zeebe:1", tls=TLS())


@pytest.mark.parametrize("name", ["max_receive_message_size", "max_send_message_size"])
def test_a_size_is_at_least_one_byte(name: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{name}: expected bytes, at least 1, got 0$"):
        settings(**{name: 0})


def test_an_own_connection_adds_to_the_callers_options() -> None:
    own = settings(options=(("a", 1),)).with_own_connection([("b", 2)])
    assert own.options == (("a", 1), ("grpc.use_local_subchannel_pool", 1), ("b", 2))


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(settings("grpcs://z:1", tls=TLS(certificate="c", key="secret")))
    assert "secret" not in repr(TLS(certificate="c", key="secret"))


def test_metadata_names_are_lower_case() -> None:
    assert read_metadata({"X-Request-Id": "1", "trace-bin": b"\0"}) == (("x-request-id", "1"), ("trace-bin", b"\0"))
    assert read_metadata(None) == ()


@pytest.mark.parametrize("name", ["", ":path", "grpc-timeout", "a b", "ä"])
def test_a_name_that_may_not_be_sent(name: str) -> None:
    with pytest.raises(ConfigurationError, match="is no name that a client may send"):
        read_metadata({name: "x"})


@pytest.mark.parametrize("metadata", [{"a": b"x"}, {"a-bin": "x"}])
def test_bytes_and_text_under_the_wrong_name(metadata: Any) -> None:
    with pytest.raises(ConfigurationError, match="bytes need a name that ends in -bin"):
        read_metadata(metadata)
