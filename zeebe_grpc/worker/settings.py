"""What a job type is worked with: options as users give them, and the settings that they become. Pure.

An option comes from the decorator, else from the `Worker`, else from the client's settings (which know the variables
``CAMUNDA_WORKER_*``), else from the table of defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from typing_extensions import TypedDict

from zeebe_grpc.errors import ConfigurationError, JobFailure
from zeebe_grpc.models.jobs import TenantFilter
from zeebe_grpc.spans import Span, seconds
from zeebe_grpc.worker.backoff import Backoff
from zeebe_grpc.worker.binding import Strategy
from zeebe_grpc.worker.job import Job

ExecutionStrategy: TypeAlias = Literal["auto", "async", "thread", "process"]
"""How a handler runs: in the event loop, in a thread, in a child process; ``"auto"`` decides by ``async def``."""

RetryPolicy: TypeAlias = Backoff | Callable[[Job[Any], BaseException], JobFailure]
"""What becomes of a job whose handler raised: a backoff, or a function that says how the job fails."""

MAX_CONCURRENT_JOBS = 32
JOB_TIMEOUT = 300.0
REQUEST_TIMEOUT = 30.0
JOB_TIME_FACTOR = 4.0
GRACE = 25.0


class JobOptions(TypedDict, total=False):
    """The options of `Worker` (for all its job types) and of `Worker.job` (for one).

    Spans are seconds or `timedelta`.

    Attributes:
        max_concurrent_jobs: Jobs held at a time. 32; for processes, one per CPU.
        max_bytes: Stop fetching while the variables of the held jobs are larger than that; None for no limit. None.
        job_timeout: How long an activated job stays ours before it is offered to others. 300 s.
        adaptive_timeout: Whether `job_timeout` is only where to start from, and then follows how long jobs really take:
            the 99th percentile of the last 1,000, from 10 seconds to 10 minutes. False.
        max_job_time: How long a job may be extended to; None for no end. Four times `job_timeout`.
        extend: Whether jobs are extended while their handlers run. True.
        stall_timeout: Extend only handlers that called ``job.progress()`` within this span. None: trust all.
        request_timeout: How long the gateway may hold a poll that finds nothing. 30 s.
        stream: Whether to open a job stream beside the poll. False.
        fetch_variables: Names of the variables to fetch; None for all. What the handler's parameters ask for.
        worker_name: Who holds the job, for people who look at it. The client's, which is the host's name.
        tenant_ids: Whose jobs to take. The client's tenant.
        tenant_filter: ``ASSIGNED`` takes those of all tenants that the client is assigned to (8.9).
        with_lease: Ask for leases (8.10): then only workers with leases get jobs that had one. False.
        execution_strategy: ``"auto"``, ``"async"``, ``"thread"`` or ``"process"``. ``"auto"``.
        retry: What follows an exception: a `Backoff`, or a function of job and exception that gives a `JobFailure`.
            ``Backoff(first=1, factor=4, cap=60)``.
        on_bad_variables: ``"incident"``, because another try can not help, or ``"fail"``, one retry less.
        describe_error: Makes the text that the engine gets of an exception. Its class and first line, at most 500
            characters, because many people read it.
        on_stop: ``"return"`` the jobs of handlers that did not finish within the grace, or ``"leave"`` them locked.
    """

    max_concurrent_jobs: int
    max_bytes: int | None
    job_timeout: Span
    adaptive_timeout: bool
    max_job_time: Span | None
    extend: bool
    stall_timeout: Span | None
    request_timeout: Span
    stream: bool
    fetch_variables: Iterable[str] | None
    worker_name: str
    tenant_ids: Sequence[str]
    tenant_filter: TenantFilter
    with_lease: bool
    execution_strategy: ExecutionStrategy
    retry: RetryPolicy
    on_bad_variables: Literal["incident", "fail"]
    describe_error: Callable[[BaseException], str]
    on_stop: Literal["return", "leave"]


_FOREIGN_WORDS: Mapping[str, str] = {
    "task_type": "the first argument",
    "timeout": "job_timeout (the job's) or request_timeout (the poll's)",
    "timeout_ms": "job_timeout, in seconds",
    "job_timeout_milliseconds": "job_timeout, in seconds",
    "request_timeout_milliseconds": "request_timeout, in seconds",
    "max_running_jobs": "max_concurrent_jobs",
    "max_jobs_active": "max_concurrent_jobs",
    "max_jobs_to_activate": "max_concurrent_jobs",
    "variables_to_fetch": "fetch_variables",
    "single_value": "result_variable",
    "variable_name": "result_variable",
    "before": "worker.middleware",
    "after": "worker.middleware",
    "exception_handler": "retry",
    "retry_back_off": "retry=Backoff(...)",
    "backoff": "retry=Backoff(...)",
    "retries": "retry=Backoff(retries=...), or the model",
}


def check_options(options: Mapping[str, Any], where: str) -> None:
    """Refuse options that do not exist, with the word that exists instead.

    Raises:
        TypeError: There is no such option.
    """
    for name in options:
        if name not in JobOptions.__annotations__:
            hint = _FOREIGN_WORDS.get(name)
            raise TypeError(f"{where} has no option {name!r}" + (f"; here it is {hint}" if hint else ""))


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """Everything that holds for one job type, checked and in seconds; see `JobOptions` for the meanings."""

    type: str
    strategy: Strategy
    worker_name: str | None = None
    result_variable: str | None = None
    fetch_variables: tuple[str, ...] | None = None
    max_concurrent_jobs: int = MAX_CONCURRENT_JOBS
    max_bytes: int | None = None
    job_timeout: float = JOB_TIMEOUT
    adaptive_timeout: bool = False
    max_job_time: float | None = JOB_TIMEOUT * JOB_TIME_FACTOR
    extend: bool = True
    stall_timeout: float | None = None
    request_timeout: float = REQUEST_TIMEOUT
    stream: bool = False
    tenant_ids: tuple[str, ...] = ()
    tenant_filter: TenantFilter = TenantFilter.PROVIDED
    with_lease: bool = False
    retry: RetryPolicy = field(default_factory=Backoff)
    on_bad_variables: Literal["incident", "fail"] = "incident"
    describe_error: Callable[[BaseException], str] | None = None
    return_on_stop: bool = True

    def with_variables(self, names: Iterable[str]) -> JobSettings:
        """The same, with these variables fetched as well."""
        if self.fetch_variables is None:
            return self
        return replace(self, fetch_variables=tuple(dict.fromkeys((*self.fetch_variables, *names))))


def resolve(
    job_type: str,
    options: Mapping[str, Any],
    *,
    strategy: Strategy,
    inferred_variables: tuple[str, ...] | None,
    result_variable: str | None,
    cpus: int,
) -> JobSettings:
    """The settings of a job type.

    Args:
        job_type: The job type.
        options: What decorator, worker and the client's settings say, in this order.
        strategy: How the handler runs.
        inferred_variables: The variables that its parameters ask for.
        result_variable: The variable that its result becomes.
        cpus: How many CPUs this machine has.

    Raises:
        ConfigurationError: A number or a span is out of its range.
    """
    try:
        return _checked(job_type, options, strategy, inferred_variables, result_variable, cpus)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"job type {job_type}: {error}") from error


def check_values(options: Mapping[str, Any]) -> None:
    """Refuse defaults of a worker that no job type could run with.

    Raises:
        ConfigurationError: A number or a span is out of its range, or of the wrong type.
    """
    try:
        strategy = options.get("execution_strategy", "auto")
        _one_of(strategy, "execution_strategy", "auto", "async", "thread", "process")
        _checked("", options, "thread", None, None, 1)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"Worker: {error}") from error


def _checked(
    job_type: str,
    given: Mapping[str, Any],
    strategy: Strategy,
    inferred_variables: tuple[str, ...] | None,
    result_variable: str | None,
    cpus: int,
) -> JobSettings:
    default_places = cpus if strategy == "process" else MAX_CONCURRENT_JOBS
    places = _positive(given.get("max_concurrent_jobs", default_places), "max_concurrent_jobs")
    job_timeout = seconds(given.get("job_timeout", JOB_TIMEOUT), "job_timeout")
    fetch = given.get("fetch_variables", inferred_variables)
    return JobSettings(
        type=job_type,
        strategy=strategy,
        worker_name=_text(given.get("worker_name"), "worker_name"),
        result_variable=result_variable,
        fetch_variables=None if fetch is None else _names(fetch, "fetch_variables"),
        max_concurrent_jobs=places,
        max_bytes=None if given.get("max_bytes") is None else _positive(given["max_bytes"], "max_bytes"),
        job_timeout=job_timeout,
        adaptive_timeout=_yes_or_no(given.get("adaptive_timeout", False), "adaptive_timeout"),
        max_job_time=_longest(given, job_timeout),
        extend=_yes_or_no(given.get("extend", True), "extend"),
        stall_timeout=None if given.get("stall_timeout") is None else seconds(given["stall_timeout"], "stall_timeout"),
        request_timeout=seconds(given.get("request_timeout", REQUEST_TIMEOUT), "request_timeout", shortest=0.0),
        stream=_yes_or_no(given.get("stream", False), "stream") and places > 1,
        tenant_ids=_names(given.get("tenant_ids", ()), "tenant_ids"),
        tenant_filter=TenantFilter(given.get("tenant_filter", TenantFilter.PROVIDED)),
        with_lease=_yes_or_no(given.get("with_lease", False), "with_lease"),
        retry=_retry(given.get("retry", Backoff())),
        on_bad_variables=_one_of(given.get("on_bad_variables", "incident"), "on_bad_variables", "incident", "fail"),
        describe_error=_function(given.get("describe_error"), "describe_error"),
        return_on_stop=_one_of(given.get("on_stop", "return"), "on_stop", "return", "leave") == "return",
    )


def _longest(given: Mapping[str, Any], job_timeout: float) -> float | None:
    if "max_job_time" not in given:
        return job_timeout * JOB_TIME_FACTOR
    longest = given["max_job_time"]
    return None if longest is None else max(job_timeout, seconds(longest, "max_job_time"))


def _positive(number: Any, name: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValueError(f"{name} must be a whole number from 1, not {number!r}")
    return number


def lasting(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, to be read more than once: what can be iterated only once has become a tuple."""
    return {name: tuple(value) if hasattr(value, "__next__") else value for name, value in options.items()}


def _text(value: Any, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} is a text, not {value!r}")
    return value


def _function(value: Any, name: str) -> Any:
    if value is not None and not callable(value):
        raise TypeError(f"{name} is a function, not {value!r}")
    return value


def _names(names: Iterable[str], option: str) -> tuple[str, ...]:
    if isinstance(names, str):
        raise TypeError(f"{option} is a list of names; write [{names!r}]")
    found = tuple(names)
    if not all(isinstance(name, str) for name in found):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{option} is a list of names, and names are texts")
    return found


def _yes_or_no(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} is True or False, not {value!r}")
    return value


def _retry(policy: RetryPolicy) -> RetryPolicy:
    if not callable(policy) and not isinstance(policy, Backoff):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"retry is a Backoff, or a function of job and exception, not {type(policy).__name__}")
    return policy


def _one_of(value: Any, name: str, *allowed: str) -> Any:
    if value not in allowed:
        raise ValueError(f"{name} is {' or '.join(map(repr, allowed))}, not {value!r}")
    return value
