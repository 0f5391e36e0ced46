"""How calls prove who sends them: strategies, from none to OAuth with tokens that renew themselves.

Nothing of gateways and commands is known here, and no environment is read. What needs other libraries imports them
when it is used.
"""

from zeebe_grpc.auth.keystore import Keystore
from zeebe_grpc.auth.oauth import OAuth
from zeebe_grpc.auth.strategy import Auth, Basic, Bearer, CallMetadata, NoAuth

__all__ = ["Auth", "Basic", "Bearer", "CallMetadata", "Keystore", "NoAuth", "OAuth"]
