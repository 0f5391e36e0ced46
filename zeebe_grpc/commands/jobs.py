"""Commands about jobs: activate, stream, complete, fail, throw an error, update.

Each builder owns its argument names, their checks and their conversion to the wire, and knows how the reply is read.
Where a builder takes a job, it takes its key (an int or decimal text) or the job itself, whose lease token travels
along.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from typing_extensions import Never

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.commands import checks
from zeebe_grpc.commands.checks import JobLike
from zeebe_grpc.commands.job_replies import read_job, read_jobs
from zeebe_grpc.commands.job_results import result_message
from zeebe_grpc.errors import FOREIGN_WORDS, refuse_foreign
from zeebe_grpc.models.jobs import ActivatedJob, JobCompletion, TenantFilter
from zeebe_grpc.rpc import POLL_REQUEST_TIMEOUT, RPCS, STREAM_TIMEOUT, Command, StreamCommand, command, nothing
from zeebe_grpc.spans import Span, milliseconds, poll_timeout, seconds
from zeebe_grpc.variables import V, Variables, check_type, encode_text

MAX_JOBS_TO_ACTIVATE = 32
"""Jobs asked for by one `activate_jobs`, unless the caller says otherwise."""

JOB_TIMEOUT = 300.0
"""Seconds that a job is held, unless the caller says otherwise."""


def activate_jobs(
    job_type: str,
    *,
    max_jobs_to_activate: int = MAX_JOBS_TO_ACTIVATE,
    job_timeout: Span = JOB_TIMEOUT,
    request_timeout: Span = POLL_REQUEST_TIMEOUT,
    worker_name: str = "",
    fetch_variables: Iterable[str] | None = None,
    tenant_ids: Iterable[str] | None = None,
    tenant_filter: TenantFilter = TenantFilter.PROVIDED,
    with_lease: bool = False,
    as_type: type[V] | None = None,
) -> StreamCommand[ActivatedJob[V]]:
    """Build ActivateJobs: see `ZeebeClient.activate_jobs` for what the arguments mean.

    The wire's own numbers for "the gateway's default" (0) and "do not wait" (below 0) are not used at the face:
    `request_timeout=0` means do not wait. The call's deadline is 10 seconds beyond the request timeout, because the
    gateway starts its timer late and ends an empty poll with OK.
    """
    check_type(as_type)
    waiting = seconds(request_timeout, "request_timeout", shortest=0.0)
    request = pb.ActivateJobsRequest(
        type=checks.text(job_type, "job_type"),
        worker=checks.any_text(worker_name, "worker_name"),
        timeout=milliseconds(job_timeout, "job_timeout"),
        maxJobsToActivate=checks.number(max_jobs_to_activate, "max_jobs_to_activate", 1),
        fetchVariable=checks.names(fetch_variables, "fetch_variables"),
        requestTimeout=milliseconds(request_timeout, "request_timeout", shortest=0.0) or -1,
        tenantIds=checks.tenant_ids(tenant_ids),
        tenantFilter=_filter(tenant_filter),
        withLease=checks.flag(with_lease, "with_lease"),
    )
    read = partial(read_jobs, as_type=as_type)
    return StreamCommand(rpc=RPCS["ActivateJobs"], request=request, read=read, timeout=poll_timeout(waiting))


def stream_activated_jobs(
    job_type: str,
    *,
    job_timeout: Span = JOB_TIMEOUT,
    worker_name: str = "",
    fetch_variables: Iterable[str] | None = None,
    tenant_ids: Iterable[str] | None = None,
    tenant_filter: TenantFilter = TenantFilter.PROVIDED,
    with_lease: bool = False,
    as_type: type[V] | None = None,
    timeout: Span = STREAM_TIMEOUT,
) -> StreamCommand[ActivatedJob[V]]:
    """Build StreamActivatedJobs: see `ZeebeClient.stream_activated_jobs` for what the arguments mean."""
    check_type(as_type)
    request = pb.StreamActivatedJobsRequest(
        type=checks.text(job_type, "job_type"),
        worker=checks.any_text(worker_name, "worker_name"),
        timeout=milliseconds(job_timeout, "job_timeout"),
        fetchVariable=checks.names(fetch_variables, "fetch_variables"),
        tenantIds=checks.tenant_ids(tenant_ids),
        tenantFilter=_filter(tenant_filter),
        withLease=checks.flag(with_lease, "with_lease"),
    )
    return StreamCommand(
        rpc=RPCS["StreamActivatedJobs"],
        request=request,
        read=partial(_one_job, as_type=as_type),
        timeout=seconds(timeout, "timeout"),
        ends_at_deadline=True,
    )


def complete_job(
    job: JobLike,
    *,
    variables: Variables = None,
    result: JobCompletion | None = None,
    business_id: str | None = None,
) -> Command[None]:
    """Build CompleteJob: see `ZeebeClient.complete_job` for what the arguments mean."""
    # Of all commands this one is sent most often, so what is rarely given costs nothing.
    request = pb.CompleteJobRequest(jobKey=checks.job_key(job), variables=encode_text(variables))
    if type(job) is not int and (token := checks.lease_token(job)) is not None:
        request.jobLeaseToken = token
    if result is not None:
        request.result.CopyFrom(result_message(result))
    if business_id is not None:
        request.businessId = checks.business_id(business_id) or ""
    return command("CompleteJob", request, nothing)


def fail_job(
    job: JobLike,
    *,
    retries: int | None = None,
    error_message: str = "",
    backoff: Span = 0,
    variables: Variables = None,
    **foreign: Never,
) -> Command[None]:
    """Build FailJob: see `ZeebeClient.fail_job` for what the arguments mean.

    The wire's default of no retries raises an incident, so a job given by its key alone needs `retries`.
    """
    refuse_foreign("fail_job", foreign, FOREIGN_WORDS)
    request = pb.FailJobRequest(
        jobKey=checks.job_key(job),
        retries=_retries_left(job) if retries is None else checks.number(retries, "retries", 0),
        errorMessage=checks.message(error_message, "error_message"),
        retryBackOff=milliseconds(backoff, "backoff", shortest=0.0),
        variables=encode_text(variables),
        jobLeaseToken=checks.lease_token(job),
    )
    return command("FailJob", request, nothing)


def hand_back_job(job: ActivatedJob[Any]) -> Command[None]:
    """Build what gives an activated job back unworked: others get it at once, and its retries stay as they are.

    That is FailJob with unchanged retries. A job without retries would become an incident by that, so it gets
    UpdateJobTimeout with 0 instead, and is free at the broker's next look.
    """
    if job.retries < 1:
        return update_job_timeout(job, job_timeout=0)
    return fail_job(job, retries=job.retries, error_message="handed back unworked")


def throw_error(
    job: JobLike, error_code: str, *, error_message: str = "", variables: Variables = None
) -> Command[None]:
    """Build ThrowError: see `ZeebeClient.throw_error` for what the arguments mean."""
    request = pb.ThrowErrorRequest(
        jobKey=checks.job_key(job),
        errorCode=checks.text(error_code, "error_code"),
        errorMessage=checks.message(error_message, "error_message"),
        variables=encode_text(variables),
        jobLeaseToken=checks.lease_token(job),
    )
    return command("ThrowError", request, nothing)


def update_job_retries(job: JobLike, *, retries: int, operation_reference: int | None = None) -> Command[None]:
    """Build UpdateJobRetries: see `ZeebeClient.update_job_retries` for what the arguments mean."""
    request = pb.UpdateJobRetriesRequest(
        jobKey=checks.job_key(job),
        retries=checks.number(retries, "retries", 1),
        operationReference=checks.operation_reference(operation_reference),
        jobLeaseToken=checks.lease_token(job),
    )
    return command("UpdateJobRetries", request, nothing)


def update_job_timeout(job: JobLike, *, job_timeout: Span, operation_reference: int | None = None) -> Command[None]:
    """Build UpdateJobTimeout: see `ZeebeClient.update_job_timeout` for what the arguments mean."""
    request = pb.UpdateJobTimeoutRequest(
        jobKey=checks.job_key(job),
        timeout=milliseconds(job_timeout, "job_timeout", shortest=0.0),
        operationReference=checks.operation_reference(operation_reference),
        jobLeaseToken=checks.lease_token(job),
    )
    return command("UpdateJobTimeout", request, nothing)


def update_job_priority(job: JobLike, *, priority: int, operation_reference: int | None = None) -> Command[None]:
    """Build UpdateJobPriority (8.10): see `ZeebeClient.update_job_priority` for what the arguments mean."""
    request = pb.UpdateJobPriorityRequest(
        jobKey=checks.job_key(job),
        priority=checks.number(priority, "priority", -checks.LARGEST_INT32 - 1),
        operationReference=checks.operation_reference(operation_reference),
        jobLeaseToken=checks.lease_token(job),
    )
    return command("UpdateJobPriority", request, nothing)


def _one_job(message: pb.ActivatedJob, as_type: type[V] | None) -> tuple[ActivatedJob[V]]:
    return (read_job(message, as_type),)


def _filter(given: TenantFilter) -> pb.TenantFilter.ValueType:
    if not isinstance(given, TenantFilter):
        raise TypeError(f"tenant_filter: expected a TenantFilter, got {type(given).__name__}")
    return pb.TenantFilter.Value(given.value)


def _retries_left(job: JobLike) -> int:
    if isinstance(job, (int, str)):
        raise TypeError("retries: say how many are left, because the job is given by its key; 0 raises an incident")
    return max(0, job.retries - 1)
