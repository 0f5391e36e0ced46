"""The immutable settings of a client: those of its channel, and those of its calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from zeebe_grpc.auth import Auth, NoAuth
from zeebe_grpc.calls import CallObserver
from zeebe_grpc.config.address import Address
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.logs import Log
from zeebe_grpc.resilience import Resilience
from zeebe_grpc.tls import TLS

MEBIBYTE: Final = 1024 * 1024

MAX_RECEIVE_MESSAGE_SIZE: Final = 5 * MEBIBYTE
"""Bytes of the largest reply: the gateway cuts at 4 MiB of jobs, to which the frame around them comes."""

MAX_SEND_MESSAGE_SIZE: Final = 4 * MEBIBYTE
"""Bytes of the largest request: what a gateway with its default settings accepts."""

Compression: TypeAlias = Literal["gzip", "deflate"]
LoadBalancing: TypeAlias = Literal["pick_first", "round_robin"]
ChannelOptions: TypeAlias = Sequence[tuple[str, str | int]]
Metadata: TypeAlias = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """What a connection is made from; two clients with equal ones still have a connection each."""

    address: Address
    tls: TLS | None = field(default=None, repr=False)
    max_receive_message_size: int = MAX_RECEIVE_MESSAGE_SIZE
    max_send_message_size: int = MAX_SEND_MESSAGE_SIZE
    compression: Compression | None = None
    auth: Auth = field(default_factory=NoAuth)
    """How calls prove who sends them."""
    keepalive: float = 45.0
    """Seconds between pings while calls are open; a gateway allows one in 30."""
    keepalive_timeout: float = 20.0
    """Seconds that an answer to a ping may take."""
    initial_reconnect_backoff: float = 0.25
    """Seconds of the first pause between attempts to connect."""
    min_reconnect_backoff: float | None = None
    """Seconds of the least such pause, and of the time that an attempt gets; None for grpc's."""
    max_reconnect_backoff: float = 5.0
    """Seconds of the longest such pause."""
    proxy: str | None = field(default=None, repr=False)
    """`http://HOST:PORT` for the gateway; None for what the environment says, empty for none."""
    load_balancing: LoadBalancing | None = None
    """Which of several gateways calls go to; None for one at a time, and all in turn where the address has several."""
    user_agent: str = ""
    """Added to ours."""
    options: tuple[tuple[str, str | int], ...] = ()
    """grpc channel options of the caller; they win over ours."""
    interceptors: tuple[Any, ...] = field(default=(), repr=False)
    """grpc interceptors of the caller, outermost first."""
    resilience: Resilience = field(default_factory=Resilience)
    log: Log = field(default_factory=lambda: Log("zeebe_grpc.client"), repr=False, compare=False)
    """Where what happens on the connection is told."""
    observer: CallObserver | None = field(default=None, repr=False)
    """Who is told of every call."""

    def __post_init__(self) -> None:
        if self.tls is not None and not self.address.secure:
            raise ConfigurationError(f"tls: {self.address} is a plaintext address; write grpcs://{self.address.target}")
        _check_choice("load_balancing", self.load_balancing, "pick_first", "round_robin")
        _check_choice("compression", self.compression, "gzip", "deflate")
        _check_kind("resilience", self.resilience, Resilience)
        if self.observer is not None:
            _check_kind("observer", self.observer, CallObserver)
        if self.proxy and not self.proxy.startswith("http://"):
            raise ConfigurationError("proxy: expected http://HOST:PORT, or an empty text for none")
        for name in ("max_receive_message_size", "max_send_message_size"):
            size = getattr(self, name)
            if not isinstance(size, int) or size < 1:
                raise ConfigurationError(f"{name}: expected bytes, at least 1, got {size!r}")

    def with_own_connection(self, options: ChannelOptions = ()) -> ChannelSettings:
        """The same, for a channel that shares its connection with no other."""
        alone = ("grpc.use_local_subchannel_pool", 1)
        return replace(self, options=(*self.options, alone, *read_options(options)))


def _check_choice(name: str, value: Any, *choices: str) -> None:
    if value is not None and value not in choices:
        raise ConfigurationError(f"{name}: expected {' or '.join(map(repr, choices))}, got {value!r}")


def _check_kind(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise ConfigurationError(f"{name}: expected a {kind.__name__}, got {type(value).__name__}")


def read_options(given: ChannelOptions) -> tuple[tuple[str, str | int], ...]:
    """Grpc channel options as grpc wants them.

    Raises:
        ConfigurationError: They are no pairs of a name and a text or whole number.
    """
    pairs: Any = given
    if isinstance(pairs, Mapping):
        raise ConfigurationError("channel_options: expected pairs of name and value, got a mapping; use its items()")
    try:
        options = tuple((name, value) for name, value in pairs)
    except (TypeError, ValueError):
        raise ConfigurationError("channel_options: expected pairs such as ('grpc.max_metadata_size', 65536)") from None
    for name, value in options:
        if not isinstance(name, str) or not isinstance(value, (str, int)):
            raise ConfigurationError(
                f"channel_options: {name!r}: expected a text or a whole number, got {type(value).__name__}"
            )
    return options


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSettings:
    """What holds for every call that does not say otherwise."""

    timeout: float | None = None
    """Seconds for a call, all attempts included; None for the RPC's own default."""
    tenant_id: str = ""
    """The tenant of commands, empty for the gateway's default."""
    worker_name: str = ""
    """Who activates jobs."""
    metadata: Metadata = field(default=(), repr=False)
    """Sent along with every call; not shown, because it may hold secrets."""


def read_metadata(given: Mapping[str, str | bytes] | None) -> Metadata:
    """Call metadata as grpc wants it.

    Raises:
        ConfigurationError: A name that HTTP/2 or grpc does not allow, or bytes under a name without `-bin`.
    """
    pairs = tuple((name.lower(), value) for name, value in (given or {}).items())
    for name, value in pairs:
        if not name or name.startswith((":", "grpc-")) or not set(name) <= _NAME_CHARACTERS:
            raise ConfigurationError(f"metadata: {name!r} is no name that a client may send")
        if isinstance(value, bytes) is not name.endswith("-bin"):
            raise ConfigurationError(f"metadata: {name!r}: bytes need a name that ends in -bin, text one without")
    return pairs


_NAME_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
