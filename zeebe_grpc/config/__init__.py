"""Settings of a client: where the gateway is, how to reach it, and what holds for every call.

Made from explicit arguments, a mapping, the environment and a `.env` file, in this order. The environment comes in as
a mapping; nothing here makes a channel.
"""

from zeebe_grpc.config.address import DEFAULT_ADDRESS, Address, parse_address
from zeebe_grpc.config.resolution import Origin, Settings, resolve
from zeebe_grpc.config.settings import CallSettings, ChannelSettings
from zeebe_grpc.tls import TLS

__all__ = [
    "DEFAULT_ADDRESS",
    "TLS",
    "Address",
    "CallSettings",
    "ChannelSettings",
    "Origin",
    "Settings",
    "parse_address",
    "resolve",
]
