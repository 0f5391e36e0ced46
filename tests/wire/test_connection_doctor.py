"""`zeebe-grpc doctor` and `zeebe-grpc status`, as a user in trouble runs them."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.wire import certificates as pki
from tests.wire.oauth_support import guarded, variables
from tests.wire.relays import Relay
from tests.wire.token_endpoint import TokenEndpoint
from zeebe_grpc.cli.app import app
from zeebe_grpc.gateway import Gateway, Security


def run(*arguments: str, environment: dict[str, str] | None = None) -> Result:
    clean: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name.startswith(("CAMUNDA_", "ZEEBE_")))
    return CliRunner().invoke(app, arguments, env={**clean, **(environment or {})}, catch_exceptions=False)


def verdicts(result: Result) -> dict[str, str]:
    return {each["check"]: each["verdict"] for each in json.loads(result.stdout)["checks"]}


def finding(result: Result, check: str) -> dict[str, Any]:
    [found] = [each for each in json.loads(result.stdout)["checks"] if each["check"] == check]
    return dict(found)


def test_everything_is_well() -> None:
    with Gateway() as gateway:
        result = run("doctor", "--address", f"grpc://{gateway.address}", "--output", "json")
    assert result.exit_code == 0
    assert verdicts(result) == {
        "settings": "ok",
        "name": "ok",
        "connection": "ok",
        "TLS": "ok",
        "token": "skipped",
        "Topology": "ok",
        "health": "ok",
        "clock": "skipped",
        "job stream": "ok",
    }


def test_with_tls_and_tokens_by_the_environment() -> None:
    server = Security(certificate=pki.chain(pki.SERVER), key=pki.key(pki.SERVER), check_token=lambda _: True)
    with TokenEndpoint() as endpoint, Gateway(security=server) as gateway:
        environment = variables(
            endpoint, CAMUNDA_GRPC_ADDRESS=f"grpcs://{gateway.address}", CAMUNDA_MTLS_CA=pki.authority().decode()
        )
        result = run("doctor", environment=environment)
        assert result.exit_code == 0, result.output
        for line in ("ok    ALPN         h2", "ok    token        OAuth in", "ok    clock        right to within"):
            assert line in result.output
        assert "TLSv1.3, certificate from trustme" in result.output
        assert endpoint.SECRET not in result.output
        endpoint.clock_ahead = 600
        result = run("doctor", "--output", "json", environment=environment)
        assert finding(result, "clock")["text"] == "this machine's is 600 s behind"


@pytest.mark.parametrize(
    ("certificate", "authority", "fix"),
    [
        (pki.SERVER, pki.stranger(), "does not come from the authority in CAMUNDA_MTLS_CA"),
        (pki.AUTHORITY.issue_cert("127.0.0.1", not_after=pki.PAST), pki.authority(), "has expired"),
        (pki.AUTHORITY.issue_cert("zeebe.example"), pki.authority(), "CAMUNDA_OVERRIDE_AUTHORITY"),
    ],
    ids=["wrong authority", "expired", "other host name"],
)
def test_certificates_that_cannot_be_trusted(certificate: Any, authority: bytes, fix: str) -> None:
    with Gateway(security=Security(certificate=pki.chain(certificate), key=pki.key(certificate))) as gateway:
        environment = {"CAMUNDA_GRPC_ADDRESS": f"grpcs://{gateway.address}", "CAMUNDA_MTLS_CA": authority.decode()}
        result = run("doctor", "--output", "json", environment=environment)
    assert result.exit_code == 1
    assert fix in finding(result, "TLS")["fix"]


def test_a_client_certificate_is_wanted() -> None:
    security = Security(certificate=pki.chain(pki.SERVER), key=pki.key(pki.SERVER), client_ca=pki.authority())
    with Gateway(security=security) as gateway:
        environment = {
            "CAMUNDA_GRPC_ADDRESS": f"grpcs://{gateway.address}",
            "CAMUNDA_MTLS_CA": pki.authority().decode(),
        }
        result = run("doctor", "--output", "json", environment=environment)
    assert result.exit_code == 1
    assert "CAMUNDA_MTLS_CERT_PATH" in finding(result, "Topology")["fix"]


def test_a_wrong_secret() -> None:
    with TokenEndpoint() as endpoint, guarded(endpoint) as gateway:
        environment = variables(
            endpoint, CAMUNDA_GRPC_ADDRESS=f"grpc://{gateway.address}", CAMUNDA_CLIENT_SECRET="hunter2"
        )
        result = run("doctor", "--output", "json", environment=environment)
    assert result.exit_code == 1
    assert finding(result, "token")["fix"] == "check CAMUNDA_CLIENT_ID ('app') and CAMUNDA_CLIENT_SECRET"
    assert "HTTP 401: invalid_client" in finding(result, "token")["text"]
    assert verdicts(result).get("Topology") is None, "it would say the same once more"
    assert verdicts(result)["health"] == "ok"
    assert "hunter2" not in result.output


def test_nobody_listens_and_an_unknown_host() -> None:
    with Gateway() as gateway:
        address = gateway.address
    result = run("doctor", "--address", f"grpc://{address}", "--output", "json")
    assert (result.exit_code, finding(result, "connection")["verdict"]) == (1, "failed")
    result = run("doctor", "--address", "grpc://no-such-host.invalid:1")
    assert result.exit_code == 1
    assert "FAIL  name         no-such-host.invalid is not known" in result.output


def test_what_listens_speaks_no_grpc_or_wants_tls() -> None:
    with TokenEndpoint() as endpoint:
        address = endpoint.root.removeprefix("http://")
        result = run("doctor", "--address", f"grpc://{address}", "--output", "json")
    assert result.exit_code == 1
    assert "speaks no gRPC" in finding(result, "Topology")["fix"]
    assert "nobody listens" not in result.output
    assert verdicts(result)["health"] == "skipped"
    with Gateway(security=Security(certificate=pki.chain(pki.SERVER), key=pki.key(pki.SERVER))) as gateway:
        result = run("doctor", "--address", f"grpc://{gateway.address}", "--output", "json")
        assert f"grpcs://{gateway.address}" in finding(result, "Topology")["fix"]
        result = run("doctor", "--address", f"grpcs://{gateway.address}", "--output", "json")
        assert "CAMUNDA_CA_CERTIFICATE_PATH" in finding(result, "TLS")["fix"]
    with Gateway() as gateway:
        result = run("doctor", "--address", f"grpcs://{gateway.address}", "--output", "json")
        assert f"write grpc://{gateway.address}" in finding(result, "TLS")["fix"]


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"CAMUNDA_OAUTH_TOKEN": "wrong"}, "check CAMUNDA_OAUTH_TOKEN"),
        ({}, "no credentials are configured; set CAMUNDA_CLIENT_ID"),
    ],
    ids=["wrong token", "no token"],
)
def test_a_token_that_the_gateway_does_not_accept(environment: dict[str, str], told: str) -> None:
    with Gateway(security=Security(check_token=lambda _: False)) as gateway:
        result = run("doctor", "--address", f"grpc://{gateway.address}", "--output", "json", environment=environment)
    assert result.exit_code == 1
    assert told in finding(result, "Topology")["fix"]


def test_where_the_address_comes_from() -> None:
    with Gateway() as gateway:
        result = run("doctor", environment={"ZEEBE_ADDRESS": gateway.address})
    assert f"ok    settings     grpc://{gateway.address} (ZEEBE_ADDRESS, environment), auth" in result.output
    result = run("doctor", environment={"ZEEBE_REST_ADDRESS": "https://camunda.corp"})
    assert "warn  settings     grpc://localhost:26500 (default), auth" in result.output
    assert "ZEEBE_REST_ADDRESS is set, but that is for REST" in result.output


def test_a_setting_that_cannot_be_used() -> None:
    result = run("doctor", environment={"CAMUNDA_GRPC_ADDRESS": "http://localhost:8080/v2"})
    assert result.exit_code == 2
    assert "write grpc://localhost:26500" in result.output


def test_a_proxy_that_cuts_off_what_is_silent() -> None:
    with Gateway() as gateway, Relay(gateway.address, patience=1.5) as relay:
        arguments = ("doctor", "--address", f"grpc://{relay.address}", "--slow", "--output", "json", "--idle")
        assert finding(run(*arguments, "1.2"), "idle")["verdict"] == "ok"
        result = run(*arguments, "5")
    idle = finding(result, "idle")
    assert (result.exit_code, idle["verdict"]) == (1, "failed")
    assert idle["text"].startswith("cut off after 1.")


def test_status() -> None:
    with Gateway() as gateway:
        address = f"grpc://{gateway.address}"
        result = run("status", "--address", address)
        assert result.exit_code == 0
        assert "gateway 8.9.0, cluster size 1, 1 partitions" in result.output
        assert "leader" in result.output
        parsed = json.loads(run("status", "--address", address, "--output", "json").stdout)
    assert parsed["brokers"][0]["partitions"] == [{"partition_id": 1, "role": "LEADER", "health": "HEALTHY"}]
    assert run("status", "--address", "nonsense").exit_code == 2
    result = run("status", environment={"ZEEBE_ADDRESS": "localhost:443", "CAMUNDA_BASIC_AUTH_USERNAME": "x"})
    assert result.exit_code == 2
    assert "CAMUNDA_BASIC_AUTH_PASSWORD" in result.output


def test_no_secret_can_be_given_on_the_command_line() -> None:
    from zeebe_grpc.cli.doctor import doctor
    from zeebe_grpc.cli.status import status

    names = {option for command in (doctor, status) for each in command.params for option in each.opts}
    assert names == {"--address", "--slow", "--idle", "--output"}
