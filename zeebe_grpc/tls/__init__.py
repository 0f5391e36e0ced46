"""Trust and identity for TLS: what users say about certificates, and how it is read.

Used for the gateway and for token endpoints alike, so nothing of either is known here. No `grpc`, no environment.
"""

from zeebe_grpc.tls.settings import TLS, Pem

__all__ = ["TLS", "Pem"]
