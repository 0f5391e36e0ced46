"""The real Zeebe with TLS on: what the in-process gateway is trusted for, asked of the original.

Runs where `--zeebe-target broker` asks for a JVM.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.judges.broker import Broker
from tests.judges.missing import MissingError
from tests.wire import certificates as pki
from tests.wire.oauth_support import topology
from tests.wire.test_connection_doctor import finding, run
from zeebe_grpc import TLS, UnavailableError
from zeebe_grpc.config import parse_address
from zeebe_grpc.config.settings import ChannelSettings
from zeebe_grpc.transport.probe import check_health


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.config.getoption("--zeebe-target") != "broker":
        pytest.skip("only with --zeebe-target broker")
    folder: Path = tmp_path_factory.mktemp("tls")
    chain = pki.write(folder, "chain.pem", pki.chain(pki.SERVER))
    key = pki.write(folder, "key.pem", pki.key(pki.SERVER))
    environment = {
        "ZEEBE_BROKER_GATEWAY_SECURITY_ENABLED": "true",
        "ZEEBE_BROKER_GATEWAY_SECURITY_CERTIFICATECHAINPATH": os.fspath(chain),
        "ZEEBE_BROKER_GATEWAY_SECURITY_PRIVATEKEYPATH": os.fspath(key),
    }
    try:
        with Broker(environment=environment) as broker:
            yield broker.address
    except MissingError as error:
        pytest.skip(str(error))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("colour", ["blocking", "asyncio"])
def test_tls(address: str, colour: str) -> None:
    assert topology(colour, f"grpcs://{address}", tls=TLS(ca=pki.authority()), timeout=20).cluster_size == 1
    with pytest.raises(UnavailableError, match="does not come from the authority in"):
        topology(colour, f"grpcs://{address}", tls=TLS(ca=pki.stranger()))
    with pytest.raises(UnavailableError, match=f"it may want TLS: write grpcs://{address}"):
        topology(colour, f"grpc://{address}", timeout=1)


def test_health_and_doctor(address: str) -> None:
    settings = ChannelSettings(address=parse_address(f"grpcs://{address}"), tls=TLS(ca=pki.authority()))
    assert check_health(settings, 5).status == "SERVING"
    environment = {"CAMUNDA_GRPC_ADDRESS": f"grpcs://{address}", "CAMUNDA_MTLS_CA": pki.authority().decode()}
    result = run("doctor", "--output", "json", environment=environment)
    assert result.exit_code == 0, result.output
    assert finding(result, "ALPN")["text"] == "h2"
    assert finding(result, "job stream")["verdict"] == "ok"
