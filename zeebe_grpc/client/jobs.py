"""The methods of `ZeebeClient` about jobs."""

from __future__ import annotations

from collections.abc import Iterable

from typing_extensions import Never

from zeebe_grpc.client.base import BlockingBase
from zeebe_grpc.client.job_stream import JobStream
from zeebe_grpc.commands import jobs
from zeebe_grpc.commands.checks import JobLike
from zeebe_grpc.commands.jobs import JOB_TIMEOUT, MAX_JOBS_TO_ACTIVATE
from zeebe_grpc.models.jobs import ActivatedJobs, JobCompletion, TenantFilter
from zeebe_grpc.rpc import POLL_REQUEST_TIMEOUT
from zeebe_grpc.spans import Span
from zeebe_grpc.variables import V, Variables


class JobMethods(BlockingBase):
    """Activate, stream, complete, fail, throw an error, update."""

    def activate_jobs(
        self,
        job_type: str,
        *,
        max_jobs_to_activate: int = MAX_JOBS_TO_ACTIVATE,
        job_timeout: Span = JOB_TIMEOUT,
        request_timeout: Span = POLL_REQUEST_TIMEOUT,
        worker_name: str | None = None,
        fetch_variables: Iterable[str] | None = None,
        tenant_ids: Iterable[str] | None = None,
        tenant_filter: TenantFilter = TenantFilter.PROVIDED,
        with_lease: bool = False,
        as_type: type[V] | None = None,
        timeout: Span | None = None,
    ) -> ActivatedJobs[V]:
        """Take jobs of one type, to work on them until their deadline (RPC ActivateJobs).

        The gateway answers as soon as it has at least one job; it does not wait to fill up. Where there is none, it
        keeps the request open. A job that is neither completed nor failed in time is offered to others again.

        Args:
            job_type: The type in the model's task definition.
            max_jobs_to_activate: At most so many, at least 1.
            job_timeout: How long the jobs are held, from 1 ms on.
            request_timeout: How long the gateway may wait while there is nothing to give; 0 to look once.
            worker_name: Who takes them, for people to see; None for the client's (the host name).
            fetch_variables: The names of the variables to fetch; None for all.
            tenant_ids: Whose jobs; None for the client's tenant, or the default one.
            tenant_filter: `ASSIGNED` takes those of all tenants that the caller is assigned to (8.9).
            with_lease: Ask for a lease token with each job (8.10). A job once leased is only given to workers that
                ask for leases.
            as_type: What `job.variables` is decoded into; None for plain dict.
            timeout: Span for the call; None for the request timeout and 10 seconds.

        Returns:
            The jobs that arrived, possibly none; with `.error` if the call failed after that.

        Raises:
            BackpressureError: There was nothing to give, and a partition was too busy to look.
            InvalidArgumentError: The gateway refuses the arguments, such as a tenant.
            GatewayError: The call failed before any job arrived.
        """
        command = jobs.activate_jobs(
            job_type,
            max_jobs_to_activate=max_jobs_to_activate,
            job_timeout=job_timeout,
            request_timeout=request_timeout,
            worker_name=self._worker(worker_name),
            fetch_variables=fetch_variables,
            tenant_ids=self._tenants(tenant_ids),
            tenant_filter=tenant_filter,
            with_lease=with_lease,
            as_type=as_type,
        )
        return self._collect(command, timeout)

    def stream_activated_jobs(
        self,
        job_type: str,
        *,
        job_timeout: Span = JOB_TIMEOUT,
        worker_name: str | None = None,
        fetch_variables: Iterable[str] | None = None,
        tenant_ids: Iterable[str] | None = None,
        tenant_filter: TenantFilter = TenantFilter.PROVIDED,
        with_lease: bool = False,
        as_type: type[V] | None = None,
        timeout: Span | None = None,
    ) -> JobStream[V]:
        """Open a stream over which jobs are pushed the moment they can be worked on (RPC StreamActivatedJobs, 8.3).

        Jobs that were there before the stream, or that no stream was ready to take, do not come over it: poll beside
        it with `activate_jobs`, or use a worker, which does both.

        Args:
            job_type: The type in the model's task definition.
            job_timeout: How long each job is held from its push on, from 1 ms on.
            worker_name: Who takes them, for people to see; None for the client's (the host name).
            fetch_variables: The names of the variables to fetch; None for all.
            tenant_ids: Whose jobs; None for the client's tenant, or the default one.
            tenant_filter: `ASSIGNED` takes those of all tenants that the caller is assigned to (8.9).
            with_lease: Ask for a lease token with each job (8.10), as in `activate_jobs`.
            as_type: What `job.variables` is decoded into; None for plain dict.
            timeout: How long the stream lives; None for an hour. Reaching it is the normal end, and a new stream may
                go to another gateway.

        Returns:
            An iterator of jobs and a context manager. Leaving the context reads out what was sent and
            hands back every job that was not taken from the iterator, so that none waits for its timeout.

        Raises:
            GatewayError: From the iteration, if the call failed; open a new stream after a pause.
        """
        command = jobs.stream_activated_jobs(
            job_type,
            job_timeout=job_timeout,
            worker_name=self._worker(worker_name),
            fetch_variables=fetch_variables,
            tenant_ids=self._tenants(tenant_ids),
            tenant_filter=tenant_filter,
            with_lease=with_lease,
            as_type=as_type,
        )
        return JobStream(job_type, self.stream(command, timeout=timeout), self.execute, self._settings.log)

    def complete_job(
        self,
        job: JobLike,
        *,
        variables: Variables = None,
        result: JobCompletion | None = None,
        business_id: str | None = None,
        timeout: Span | None = None,
    ) -> None:
        """Complete a job, so that its process instance goes on (RPC CompleteJob).

        It is sent again until it is answered or `timeout` is over. If the gateway does not know the job any more when
        it is sent again, an earlier attempt was executed, and that is success.

        Args:
            job: Its key, or the job itself, whose lease token then travels along.
            variables: Merged into the process instance, through the output mappings of the element.
            result: What a user task listener or the job of an ad-hoc sub-process says (8.8).
            business_id: For a process instance that has none yet, at most 256 characters (8.10).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            JobNotFoundError: No such job: it is completed already, or its process instance is gone.
            InvalidJobStateError: The job is failed, in backoff or has thrown an error, or its lease is lost.
            VariablesError: The variables have no JSON form.
            GatewayError: The call failed otherwise.
        """
        return self.execute(
            jobs.complete_job(job, variables=variables, result=result, business_id=business_id), timeout=timeout
        )

    def fail_job(
        self,
        job: JobLike,
        *,
        retries: int | None = None,
        error_message: str = "",
        backoff: Span = 0,
        variables: Variables = None,
        timeout: Span | None = None,
        **foreign: Never,
    ) -> None:
        """Fail a job: it is offered again while retries are left, else it becomes an incident (RPC FailJob).

        Args:
            job: Its key, or the job itself, whose lease token then travels along.
            retries: How many are left after this; 0 raises an incident. None for one less than the job has, which
                needs the job itself.
            error_message: Shown to people; the engine keeps 10,000 characters.
            backoff: Span until the job is offered again.
            variables: Set in the job's local scope (8.2).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).
            **foreign: Nothing; there to name the right word for those that other clients use.

        Raises:
            TypeError: `retries` is missing for a job given by its key, or an argument has another client's name.
            JobNotFoundError: No such job: it is completed already, or its process instance is gone.
            InvalidJobStateError: The job is failed already, in backoff or has thrown an error, or its lease is lost.
            AmbiguousResultError: Nobody knows whether it was done; sent again, it could fail a newer activation.
            GatewayError: The call failed otherwise.
        """
        command = jobs.fail_job(
            job, retries=retries, error_message=error_message, backoff=backoff, variables=variables, **foreign
        )
        return self.execute(command, timeout=timeout)

    def throw_error(
        self,
        job: JobLike,
        error_code: str,
        *,
        error_message: str = "",
        variables: Variables = None,
        timeout: Span | None = None,
    ) -> None:
        """Throw a BPMN error from a job; if the process does not catch it, it becomes an incident (RPC ThrowError).

        Args:
            job: Its key, or the job itself, whose lease token then travels along.
            error_code: Compared with the codes of the error events that may catch it.
            error_message: Shown to people; the engine keeps 10,000 characters.
            variables: Set in the scope of the event that catches it (8.2).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            JobNotFoundError: No such job: it is completed already, or its process instance is gone.
            InvalidJobStateError: The job is failed, in backoff or has thrown an error already, or its lease is lost.
            AmbiguousResultError: Nobody knows whether it was done.
            GatewayError: The call failed otherwise.
        """
        command = jobs.throw_error(job, error_code, error_message=error_message, variables=variables)
        return self.execute(command, timeout=timeout)

    def update_job_retries(
        self, job: JobLike, *, retries: int, operation_reference: int | None = None, timeout: Span | None = None
    ) -> None:
        """Set how many retries a job has; an incident stays until it is resolved (RPC UpdateJobRetries).

        Args:
            job: Its key, or the job itself, whose lease token then travels along.
            retries: At least 1.
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            JobNotFoundError: No such job.
            GatewayError: The call failed otherwise.
        """
        command = jobs.update_job_retries(job, retries=retries, operation_reference=operation_reference)
        return self.execute(command, timeout=timeout)

    def update_job_timeout(
        self, job: JobLike, *, job_timeout: Span, operation_reference: int | None = None, timeout: Span | None = None
    ) -> None:
        """Hold an activated job for a new span, counted from now (RPC UpdateJobTimeout, 8.4).

        Args:
            job: Its key, or the job itself, whose lease token then travels along.
            job_timeout: From now on; 0 lets others have it at the broker's next look, within about a second.
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            JobNotFoundError: No such job.
            InvalidJobStateError: Nobody holds the job, or its lease is lost.
            GatewayError: The call failed otherwise.
        """
        command = jobs.update_job_timeout(job, job_timeout=job_timeout, operation_reference=operation_reference)
        return self.execute(command, timeout=timeout)

    def update_job_priority(
        self, job: JobLike, *, priority: int, operation_reference: int | None = None, timeout: Span | None = None
    ) -> None:
        """Set the priority with which a job is handed out from now on (RPC UpdateJobPriority, 8.10).

        Args:
            job: Its key, or the job itself, whose lease token then travels along.
            priority: Higher is polled first, within one partition.
            operation_reference: A number of yours, at least 1, that shows up in the records.
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            JobNotFoundError: No such job.
            InvalidJobStateError: The job is ended.
            UnimplementedError: The gateway is older than 8.10.
            GatewayError: The call failed otherwise.
        """
        command = jobs.update_job_priority(job, priority=priority, operation_reference=operation_reference)
        return self.execute(command, timeout=timeout)
