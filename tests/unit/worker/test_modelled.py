"""Task headers that say how a job is worked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.worker.jobs import activated
from zeebe_grpc.worker.guard import conclude
from zeebe_grpc.worker.modelled import JOB_TIMEOUT, RETRY_BACKOFF, mentioned, span, unreadable
from zeebe_grpc.worker.outcomes import Failed
from zeebe_grpc.worker.settings import JobSettings


@pytest.mark.parametrize(
    ("text", "seconds"), [("PT5M", 300), ("PT0S", 0), ("P1DT12H", 129_600), ("PT0.25S", 0.25), ("P3650D", 315_360_000)]
)
def test_a_header_is_a_duration(text: str, seconds: float) -> None:
    job = activated(headers={JOB_TIMEOUT: text})
    assert mentioned(job)
    assert span(job, JOB_TIMEOUT) == seconds
    assert span(job, RETRY_BACKOFF) is None
    assert unreadable(job) == ()


@pytest.mark.parametrize(
    "text",
    ["", "5", "300", "P1Y", "-PT5S", "five minutes", "=duration", "P3650DT1S", "P4000D", "P999999999D", "P9999999999D"],
)
def test_what_is_no_duration_is_named_and_ignored(text: str) -> None:
    job = activated(headers={JOB_TIMEOUT: "PT5M", RETRY_BACKOFF: text})
    assert span(job, RETRY_BACKOFF) is None
    assert unreadable(job) == (RETRY_BACKOFF,)


def test_other_headers_say_nothing() -> None:
    job = activated(headers={"method": "fifo", "note": "see jobTimeout"})
    assert span(job, JOB_TIMEOUT) is None
    assert unreadable(job) == ()
    assert not mentioned(activated(headers={"method": "fifo"}))


@pytest.mark.parametrize(
    ("headers", "outcome", "milliseconds"),
    [
        ({RETRY_BACKOFF: "PT7S"}, Failed("m"), 7_000),
        ({RETRY_BACKOFF: "soon"}, Failed("m"), 1_000),
        ({RETRY_BACKOFF: "P4000D"}, Failed("m"), 1_000),
        ({RETRY_BACKOFF: "PT7S"}, Failed("m", backoff=2), 2_000),
        ({RETRY_BACKOFF: "PT7S"}, Failed("m", retries=0), 0),
    ],
    ids=["modelled", "unreadable", "too long", "the handler said otherwise", "no retries left"],
)
def test_a_failure_rests_as_the_model_says_unless_the_handler_says(
    headers: dict[str, str], outcome: Failed, milliseconds: int
) -> None:
    settings = JobSettings(type="charge-card", strategy="thread")
    ending: Any = conclude(outcome, activated(headers=headers), settings, 0.5)
    assert ending.command.request.retryBackOff == milliseconds
