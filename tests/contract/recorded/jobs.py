"""Questions about jobs: activating, completing, failing, throwing, updating."""

from __future__ import annotations

import time
from typing import Any

from tests.contract.recorded.interview import UNKNOWN_KEY, Interview
from zeebe_grpc._proto import gateway_pb2 as pb


def jobs(interview: Interview) -> None:
    """Work on the jobs of the `p` instances that the questions before have started."""
    taken = interview.jobs("p", 6)
    interview.note("jobs.shape", "OK", _shape(taken))
    _activation(interview)
    _completion(interview, taken)
    _failure(interview, taken)
    _errors(interview, taken)
    _timeouts(interview, failed=taken[2].key)


def _activation(interview: Interview) -> None:
    _ask_activation(interview, "no_type", type="")
    _ask_activation(interview, "timeout_0", timeout=0)
    _ask_activation(interview, "max_0", maxJobsToActivate=0)
    _ask_activation(interview, "no_worker", len, worker="")
    started = time.monotonic()
    _ask_activation(interview, "none_negative", lambda got: [len(got), time.monotonic() - started < 1])
    started = time.monotonic()
    _ask_activation(
        interview, "none_1500ms", lambda got: [len(got), 1.3 < time.monotonic() - started < 3], requestTimeout=1500
    )
    started = time.monotonic()
    _ask_activation(
        interview, "none_default", lambda got: [len(got), round(time.monotonic() - started)], requestTimeout=0
    )
    _ask_activation(interview, "tenant_when_off", tenantIds=["other"])
    _ask_activation(interview, "timeout_huge", len, timeout=2**62)


def _ask_activation(interview: Interview, name: str, fact: Any = None, **fields: Any) -> None:
    usual = {"type": "zz", "worker": "w", "timeout": 1000, "maxJobsToActivate": 1, "requestTimeout": -1}
    request = pb.ActivateJobsRequest(**{**usual, **fields})
    interview.ask(f"activate.{name}", interview.gateway.ActivateJobs, request, fact)


def _completion(interview: Interview, taken: list[pb.ActivatedJob]) -> None:
    def complete(name: str, key: int, variables: str = "") -> None:
        request = pb.CompleteJobRequest(jobKey=key, variables=variables)
        interview.ask(f"complete.{name}", interview.gateway.CompleteJob, request)

    complete("unknown", UNKNOWN_KEY)
    complete("key_0", 0)
    complete("key_negative", -5)
    complete("partition_77", (77 << 51) + 5)
    complete("bad_json", taken[0].key, "[]")
    complete("ok", taken[0].key, '{"r": 1}')
    complete("again", taken[0].key)


def _failure(interview: Interview, taken: list[pb.ActivatedJob]) -> None:
    def fail(name: str, key: int, **fields: Any) -> None:
        interview.ask(f"fail.{name}", interview.gateway.FailJob, pb.FailJobRequest(jobKey=key, **fields))

    complete, throw = interview.gateway.CompleteJob, interview.gateway.ThrowError
    fail("unknown", UNKNOWN_KEY, retries=1)
    fail("retries_left_backoff", taken[1].key, retries=2, retryBackOff=60_000, errorMessage="later")
    interview.ask("complete.during_backoff", complete, pb.CompleteJobRequest(jobKey=taken[1].key))
    fail("retries_unset", taken[2].key, errorMessage="boom", variables='{"why":"x"}')
    fail("again", taken[2].key, retries=1)
    interview.ask("complete.failed_job", complete, pb.CompleteJobRequest(jobKey=taken[2].key))
    interview.ask("throw.failed_job", throw, pb.ThrowErrorRequest(jobKey=taken[2].key, errorCode="E"))
    for name, key, retries in (("zero", taken[2].key, 0), ("unknown", UNKNOWN_KEY, 1), ("ok", taken[2].key, 2)):
        request = pb.UpdateJobRetriesRequest(jobKey=key, retries=retries)
        interview.ask(f"retries.{name}", interview.gateway.UpdateJobRetries, request)
    fail("negative_retries", taken[3].key, retries=-1, errorMessage="neg")


def _errors(interview: Interview, taken: list[pb.ActivatedJob]) -> None:
    def throw(name: str, key: int, code: str = "E", message: str = "") -> None:
        request = pb.ThrowErrorRequest(jobKey=key, errorCode=code, errorMessage=message)
        interview.ask(f"throw.{name}", interview.gateway.ThrowError, request)

    throw("unknown", UNKNOWN_KEY)
    throw("no_catcher", taken[4].key, message="m")
    throw("again", taken[4].key)
    thrown = pb.CompleteJobRequest(jobKey=taken[4].key)
    interview.ask("complete.error_thrown_job", interview.gateway.CompleteJob, thrown)
    throw("empty_code", taken[5].key, code="")


def _timeouts(interview: Interview, failed: int) -> None:
    def update(name: str, key: int, timeout: int) -> None:
        request = pb.UpdateJobTimeoutRequest(jobKey=key, timeout=timeout)
        interview.ask(f"timeout.{name}", interview.gateway.UpdateJobTimeout, request)

    first, second = interview.jobs("p", 2)
    update("ok", first.key, 30_000)
    update("zero", first.key, 0)
    update("negative", second.key, -1)
    update("unknown", UNKNOWN_KEY, 1000)
    update("not_active", failed, 1000)
    interview.create("p")
    (late,) = interview.jobs("p", 1, timeout=300)
    time.sleep(3)  # a broker looks for timed out jobs once a second
    interview.ask("complete.after_timeout", interview.gateway.CompleteJob, pb.CompleteJobRequest(jobKey=late.key))


def _shape(taken: list[pb.ActivatedJob]) -> dict[str, Any]:
    job = taken[0]
    return {
        "n": len(taken),
        "retries": job.retries,
        "headers": job.customHeaders,
        "variables": job.variables,
        "worker": job.worker,
        "elementId": job.elementId,
        "tenant": job.tenantId,
        "deadline_ms_from_now": round(job.deadline - time.time() * 1000, -4),
        "kind": job.kind,
        "listener": job.listenerEventType,
        "key_partition": job.key >> 51,
    }
