"""How a handler ends, as values: what middleware sees and may change, and what tests compare.

A handler itself returns its variables, or raises; it may also return one of these. Pure data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from zeebe_grpc.models.jobs import JobCompletion
from zeebe_grpc.spans import Span
from zeebe_grpc.variables import decode, encode
from zeebe_grpc.worker.events import CancelReason

JobResult: TypeAlias = JobCompletion
"""What the handler of a task listener or of an ad-hoc sub-process may return."""


class _Document:
    """An outcome with variables."""

    variables: Any

    def document(self) -> dict[str, Any]:
        """The variables as a dict, in whatever form they are: a mapping, a typed object, the text of a child process.

        For middleware: ``replace(outcome, variables={**outcome.document(), "by": "me"})``.

        Raises:
            VariablesError: They have no JSON form, or are no object.
        """
        return decode(encode(self.variables), dict[str, Any])


@dataclass(frozen=True)
class Completed(_Document):
    """The job is done. `variables` go to the process; `result` is for task listeners and ad-hoc sub-processes."""

    variables: Any = None
    result: JobResult | None = None


@dataclass(frozen=True)
class Failed(_Document):
    """The job has failed.

    Attributes:
        message: What people will read in the incident.
        retries: How many are left; None for one less than the job came with.
        backoff: Span before the next try; None for what the handler's retry policy says.
        variables: Set in the job's own scope.
        error: The exception behind it, which stays here.
    """

    message: str = ""
    retries: int | None = None
    backoff: Span | None = None
    variables: Any = None
    error: BaseException | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class ErrorThrown(_Document):
    """The job has thrown a BPMN error. Compared by code and variables, not by its message."""

    error_code: str
    message: str = field(default="", compare=False)
    variables: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Deferred:
    """Somebody else will answer the job, within `timeout`.

    The worker keeps the job locked for that span and forgets it: its place is free at once.
    """

    timeout: Span = 3600.0


@dataclass(frozen=True)
class Lost:
    """The handler was told to stop and stopped, or died. What becomes of the job depends on the reason."""

    reason: CancelReason


Outcome: TypeAlias = Completed | Failed | ErrorThrown | Deferred | Lost
"""How a handler may end."""
