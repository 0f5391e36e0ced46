"""The generated messages of the gateway's protocol, for `execute_raw` and for what this package does not wrap.

They live in a descriptor pool of their own, so they are other classes than those of any other package.
"""

from zeebe_grpc._proto.gateway_pb2 import *  # noqa: F403 - every message is public here
