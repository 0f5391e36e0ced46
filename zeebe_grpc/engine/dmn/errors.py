"""What can be wrong with a decision model, and how an evaluation fails."""

from __future__ import annotations

from collections.abc import Sequence

MAX_PROBLEMS = 20


class DmnError(ValueError):
    """A document that is not a decision model Zeebe would deploy.

    Attributes:
        problems: What is wrong, each with its place and what to do about it; at least one, at most 20.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems[:MAX_PROBLEMS])
        super().__init__("\n".join(self.problems))


class EvaluationFailure(Exception):  # noqa: N818  the word of the protocol: a failed evaluation is an answer
    """A decision has no result; the reason becomes the answer's failure message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LimitFailure(EvaluationFailure):
    """Deciding would take too much time, depth or space; unlike other failures it ends every decision above it."""


class UnknownDecisionError(LookupError):
    """A model has no decision of this id, or none was named and there is not exactly one to choose."""

    def __init__(self, decision_id: str, known: Sequence[str]) -> None:
        found = ", ".join(f"'{identity}'" for identity in known) or "none"
        if decision_id:
            super().__init__(f"there is no decision '{decision_id}' in this model; it has {found}")
        else:
            super().__init__(f"which decision? Name one; those that no other requires are: {found}")
