"""The checks of `zeebe-grpc doctor`, from the host's name to a job stream. Each gives findings and raises nothing."""

from __future__ import annotations

import itertools
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any, Final

from zeebe_grpc.auth import NoAuth, OAuth
from zeebe_grpc.cli.findings import Finding
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.config import ChannelSettings
from zeebe_grpc.config.resolution import DEFAULT, EXPLICIT
from zeebe_grpc.errors import ConfigurationError, DeadlineError, GatewayError, TokenError, UnimplementedError
from zeebe_grpc.models import PartitionHealth, PartitionRole, Topology
from zeebe_grpc.tls.trust import context
from zeebe_grpc.transport.hints import connection_hint
from zeebe_grpc.transport.probe import check_health

_WAIT: Final = 5.0
_TOKEN_WAIT: Final = 30.0
_STREAM_SECONDS: Final = 1.0
_EXPIRES_SOON: Final = 14 * 86400
_SKEW: Final = 30.0
_JOB_TYPE: Final = "zeebe-grpc-doctor"
_REST: Final = ("CAMUNDA_REST_ADDRESS", "ZEEBE_REST_ADDRESS")


def examine(client: ZeebeClient, idle: float | None) -> Iterator[Finding]:
    """Look at everything between this process and a job, nearest first; what cannot work after a failure is left out.

    Args:
        client: Whose settings to look at, and what to connect with.
        idle: Seconds for which to hold a silent stream; None not to.
    """
    settings = client.channel_settings
    yield _settings(client)
    for step in (_reachable, _tls):
        findings = list(step(settings))
        yield from findings
        if any(each.verdict == "failed" for each in findings):
            return
    token = _token(settings)
    yield token
    topology: Topology | None = None
    if token.verdict != "failed":
        topology, found = _topology(client)
        yield from found
    yield from _health_and_clock(settings)
    if topology is not None:
        yield _stream(client, _STREAM_SECONDS, "job stream")
        if idle is not None:
            yield _stream(client, idle, "idle")


def _settings(client: ZeebeClient) -> Finding:
    """What holds, and where the address came from: the first of the origins."""
    settings, origin = client.channel_settings, client.settings.origins[0]
    source = origin.place if origin.place in (EXPLICIT, DEFAULT) else f"{origin.setting}, {origin.place}"
    text = f"{settings.address} ({source}), authentication: {type(settings.auth).__name__}"
    rest = next((name for name in _REST if client.settings.environment.get(name)), None)
    if origin.place == DEFAULT and rest is not None:
        fix = f"{rest} is set, but that is for REST; the address for gRPC goes into CAMUNDA_GRPC_ADDRESS"
        return Finding("settings", "warning", text, fix)
    return Finding("settings", "ok", text)


def _reachable(settings: ChannelSettings) -> Iterator[Finding]:
    address = settings.address
    if address.target.startswith("unix:") or settings.proxy:
        yield Finding("network", "skipped", "a socket on this machine, or through a proxy")
        return
    hint = "check the address: CAMUNDA_GRPC_ADDRESS"
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError as error:
        yield Finding("name", "failed", f"{address.host} is not known: {error.strerror or error}", hint)
        return
    hosts = sorted({str(each[4][0]) for each in found})
    yield Finding("name", "ok", f"{address.host} is {', '.join(hosts)}")
    yield _connected(address.host, address.port, hint)


def _connected(host: str, port: int, hint: str) -> Finding:
    begin = time.monotonic()
    try:
        with socket.create_connection((host, port), timeout=_WAIT):
            pass
    except OSError as error:
        text = f"no connection to {host}:{port}: {error.strerror or error}"
        return Finding("connection", "failed", text, f"{hint}; a firewall, or proxy=, HTTPS_PROXY")
    return Finding("connection", "ok", f"{host}:{port} in {(time.monotonic() - begin) * 1000:.0f} ms")


def _tls(settings: ChannelSettings) -> Iterator[Finding]:
    address = settings.address
    if not address.secure:
        verdict = "ok" if address.is_loopback or isinstance(settings.auth, NoAuth) else "warning"
        fix = "" if verdict == "ok" else f"credentials go over it: grpcs://{address.target}"
        yield Finding("TLS", verdict, "plaintext", fix)  # type: ignore[arg-type]
        return
    if settings.proxy:
        yield Finding("TLS", "skipped", "through a proxy; Topology will tell")
        return
    try:
        certificate, protocol, version = _handshake(settings)
    except ConfigurationError as error:
        yield Finding("TLS", "failed", str(error), "see the setting that it names")
    except (OSError, ssl.SSLError) as error:
        yield Finding("TLS", "failed", _reason(error), _mend(error, settings))
    else:
        yield _validity(certificate, version)
        if protocol == "h2":
            yield Finding("ALPN", "ok", "h2")
        else:
            text = f"the other side chose {protocol or 'nothing'} instead of h2"
            yield Finding("ALPN", "failed", text, "what terminates TLS there must let HTTP/2 through")


def _handshake(settings: ChannelSettings) -> tuple[dict[str, Any], str | None, str | None]:
    ours = context(settings.tls)
    ours.set_alpn_protocols(["h2"])
    name = (settings.tls.authority if settings.tls else None) or settings.address.host
    with (
        socket.create_connection((settings.address.host, settings.address.port), timeout=_WAIT) as plain,
        ours.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return secured.getpeercert() or {}, secured.selected_alpn_protocol(), secured.version()


def _validity(certificate: dict[str, Any], version: str | None) -> Finding:
    until = ssl.cert_time_to_seconds(certificate["notAfter"]) if "notAfter" in certificate else float("inf")
    issuer = dict(itertools.chain.from_iterable(certificate.get("issuer", ())))
    who = issuer.get("organizationName") or issuer.get("commonName") or "an unnamed authority"
    left = until - time.time()
    day = "for ever" if left == float("inf") else f"until {datetime.fromtimestamp(until, timezone.utc):%Y-%m-%d}"
    text = f"{version}, certificate from {who}, valid {day}"
    if left < _EXPIRES_SOON:
        return Finding("TLS", "warning", text, "it must be renewed soon")
    return Finding("TLS", "ok", text)


def _reason(error: Exception) -> str:
    return str(getattr(error, "verify_message", "") or getattr(error, "reason", "") or error)


def _mend(error: Exception, settings: ChannelSettings) -> str:
    """The advice of a call that fails in the same way."""
    text = str(error)
    if "ostname mismatch" in text or "IP address mismatch" in text:
        text = "Hostname Verification Check failed"
    elif isinstance(error, ssl.SSLCertVerificationError):
        text = f"CERTIFICATE_VERIFY_FAILED: {error.verify_message}"
    elif not isinstance(error, ssl.SSLError) or "EOF" in text:
        text = "failed to connect: Socket closed"
    hint = connection_hint(text, settings)
    return hint.text if hint is not None else "tls=, CAMUNDA_CA_CERTIFICATE_PATH"


def _token(settings: ChannelSettings) -> Finding:
    auth = settings.auth
    if isinstance(auth, NoAuth):
        return Finding("token", "skipped", "no credentials are configured")
    begin = time.monotonic()
    try:
        auth.obtain(_TOKEN_WAIT)
    except (TokenError, ConfigurationError) as error:
        # The strategy's own errors say what to look at, behind the last semicolon.
        text, _, fix = str(error).rpartition("; ")
        return Finding("token", "failed", text or fix, fix if text else "")
    return Finding("token", "ok", f"{type(auth).__name__} in {(time.monotonic() - begin) * 1000:.0f} ms")


def _topology(client: ZeebeClient) -> tuple[Topology | None, list[Finding]]:
    try:
        topology = client.get_topology(timeout=_WAIT)
    except (GatewayError, ConfigurationError) as error:
        details = getattr(error, "details", "") or str(error)
        return None, [Finding("Topology", "failed", details, _mend_call(client.channel_settings, error, details))]
    size = f"{_count(len(topology.brokers), 'broker')}, {_count(topology.partitions_count, 'partition')}"
    text = f"gateway {topology.gateway_version}, {size}"
    return topology, [Finding("Topology", "ok", text), *_partitions(topology)]


def _mend_call(settings: ChannelSettings, error: Exception, details: str) -> str:
    """The error's own advice, except where this diagnosis knows better: something did take our connection."""
    address = settings.address
    if "Connection refused" in details and not settings.proxy and not address.target.startswith("unix:"):
        other = "" if address.secure else f", or it wants TLS: grpcs://{address.target}"
        return f"something listens at {address.target}, but speaks no gRPC (is that the REST port?){other}"
    return str(getattr(error, "hint", ""))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _partitions(topology: Topology) -> Iterator[Finding]:
    held = [each for broker in topology.brokers for each in broker.partitions]
    led = {each.partition_id for each in held if each.role is PartitionRole.LEADER}
    lost = sorted(set(range(1, topology.partitions_count + 1)) - led)
    ill = sorted({each.partition_id for each in held if each.health is not PartitionHealth.HEALTHY})
    if lost:
        yield Finding("partitions", "warning", f"without a leader: {lost}", "the brokers' logs tell why")
    elif ill:
        yield Finding("partitions", "warning", f"not healthy: {ill}", "the brokers' logs tell why")


def _health_and_clock(settings: ChannelSettings) -> Iterator[Finding]:
    begin = time.time()
    health = check_health(settings, _WAIT)
    now = (begin + time.time()) / 2
    if health.status == "SERVING":
        finding = Finding("health", "ok", health.status)
    elif health.status == "UNIMPLEMENTED":
        finding = Finding("health", "warning", "no health service", "a proxy may hide it; calls do not need it")
    elif connection_hint(health.details, settings) is not None:
        finding = Finding("health", "skipped", "no connection, as above")
    else:
        finding = Finding("health", "warning", f"{health.status} {health.details}".strip(), "the gateway is not ready")
    yield finding
    skew = settings.auth.clock_skew if isinstance(settings.auth, OAuth) else None
    if skew is None and health.date is not None:
        skew = health.date + 0.5 - now
    yield _clock(skew)


def _clock(skew: float | None) -> Finding:
    if skew is None:
        return Finding("clock", "skipped", "nobody told the time")
    if abs(skew) < _SKEW:
        return Finding("clock", "ok", "right to within a few seconds")
    direction = "behind" if skew > 0 else "ahead"
    return Finding("clock", "failed", f"this machine's is {abs(skew):.0f} s {direction}", "set it right, by NTP")


def _stream(client: ZeebeClient, span: float, check: str) -> Finding:
    """Hold a stream open on which nothing comes; being cut off is what it looks for."""
    begin = time.monotonic()
    held: Callable[[], float] = lambda: time.monotonic() - begin  # noqa: E731
    try:
        with client.stream_activated_jobs(_JOB_TYPE, job_timeout=1, timeout=span) as stream:
            for _ in stream:
                break
    except UnimplementedError:
        return Finding(check, "warning", "this gateway has no job streams", "leave stream=False; polling works")
    except DeadlineError:
        return Finding(check, "ok", f"open for {held():.0f} s")
    except GatewayError as error:
        text = f"cut off after {held():.1f} s: {error.details}"
        fix = "a proxy in between ends silent calls: raise its time limit, or keep request_timeout below it"
        return Finding(check, "failed", text, error.hint or fix)
    if held() < span * 0.9:
        return Finding(check, "failed", f"ended after {held():.1f} s", "something in between ends silent calls")
    return Finding(check, "ok", f"open for {held():.0f} s")
