"""Whether and when to send a command again. Pure: time and chance come in as numbers, nothing sleeps here."""

from zeebe_grpc.resilience.budget import Budget
from zeebe_grpc.resilience.limiter import Gate, Limiter, Signal, Ticket
from zeebe_grpc.resilience.retry import Again, Attempts, Done, Fail, Resilience

__all__ = [
    "Again",
    "Attempts",
    "Budget",
    "Done",
    "Fail",
    "Gate",
    "Limiter",
    "Resilience",
    "Signal",
    "Ticket",
]
