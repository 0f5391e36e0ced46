"""Whether and when to send a command again. Pure: time and chance come in as numbers, nothing sleeps here."""

from zeebe_grpc.resilience.retry import Again, Attempts, Done, Fail, Resilience

__all__ = ["Again", "Attempts", "Done", "Fail", "Resilience"]
