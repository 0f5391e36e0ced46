"""What a model says about how its jobs are worked, in task headers that Camunda's Connectors know too. Pure.

``jobTimeout``: how long the job is meant to take; it is extended by that much at a time. ``retryBackoff``: how long it
rests after a failure that says nothing about that. Both are ISO 8601 durations such as ``PT5M``, of at most ten years:
no command takes a longer one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import msgspec

from zeebe_grpc.errors import VariablesError
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.spans import LONGEST_SPAN

JOB_TIMEOUT: Final = "jobTimeout"
RETRY_BACKOFF: Final = "retryBackoff"
_NONE: Final = timedelta()


def mentioned(job: ActivatedJob[Any]) -> bool:
    """Whether a job may have one of the headers; so quick that every job can be asked."""
    return JOB_TIMEOUT in job.custom_headers_json or RETRY_BACKOFF in job.custom_headers_json


def span(job: ActivatedJob[Any], header: str) -> float | None:
    """Seconds that a header says; None if the job has no such header, or one that says none that can be used."""
    if header not in job.custom_headers_json:
        return None
    try:
        said = msgspec.convert(job.custom_headers[header], timedelta)
    except (KeyError, TypeError, VariablesError, msgspec.ValidationError):
        return None
    return said.total_seconds() if _NONE <= said <= LONGEST_SPAN else None


def unreadable(job: ActivatedJob[Any]) -> tuple[str, ...]:
    """Those of the headers that a job has and that say no duration that can be used."""
    try:
        said = job.custom_headers
    except VariablesError:
        return ()
    return tuple(header for header in (JOB_TIMEOUT, RETRY_BACKOFF) if header in said and span(job, header) is None)
