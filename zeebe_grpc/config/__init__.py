"""Settings of a client: where the gateway is, how to reach it, and what holds for every call.

Here live addresses, TLS and the immutable settings, made from explicit arguments first and the environment second. The
environment comes in as a mapping; nothing here reads it, opens a file or makes a channel.
"""

from zeebe_grpc.config.address import DEFAULT_ADDRESS, Address, find_address, parse_address
from zeebe_grpc.config.settings import CallSettings, ChannelSettings
from zeebe_grpc.tls import TLS

__all__ = ["DEFAULT_ADDRESS", "TLS", "Address", "CallSettings", "ChannelSettings", "find_address", "parse_address"]
