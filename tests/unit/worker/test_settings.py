"""Options and defaults; registering and including."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any

import pytest

from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.models.jobs import TenantFilter
from zeebe_grpc.worker import Backoff, CallNext, Job, Outcome, Worker, run_workers
from zeebe_grpc.worker.settings import JobOptions, JobSettings, resolve


def settings(options: dict[str, Any] | None = None, **more: Any) -> JobSettings:
    return resolve(
        "work",
        options or {},
        **{
            "strategy": "thread",
            "inferred_variables": ("a",),
            "result_variable": None,
            "cpus": 3,
            **more,
        },
    )


def test_the_table_of_defaults() -> None:
    assert settings() == JobSettings(
        type="work",
        strategy="thread",
        worker_name=None,
        result_variable=None,
        fetch_variables=("a",),
        max_concurrent_jobs=32,
        max_bytes=None,
        job_timeout=300,
        max_job_time=1200,
        extend=True,
        stall_timeout=None,
        request_timeout=30,
        stream=False,
        tenant_ids=(),
        tenant_filter=TenantFilter.PROVIDED,
        with_lease=False,
        retry=Backoff(first=1, factor=4, cap=60),
        on_bad_variables="incident",
        describe_error=None,
        return_on_stop=True,
    )
    assert settings(strategy="process").max_concurrent_jobs == 3


def test_a_longer_job_timeout_has_a_longer_job_time() -> None:
    long = settings({"job_timeout": timedelta(hours=2)})
    assert (long.job_timeout, long.max_job_time) == (7200, 28800)
    assert settings({"job_timeout": 60, "max_job_time": None}).max_job_time is None
    assert settings({"job_timeout": 60, "max_job_time": 10}).max_job_time == 60
    assert settings({"max_job_time": timedelta(hours=3)}).max_job_time == 10800


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"max_concurrent_jobs": 0}, "max_concurrent_jobs must be a whole number from 1, not 0"),
        ({"max_concurrent_jobs": True}, "max_concurrent_jobs"),
        ({"job_timeout": 60000}, "milliseconds"),
        ({"job_timeout": 0}, "job_timeout"),
        ({"request_timeout": -1}, "request_timeout"),
        ({"max_bytes": -5}, "max_bytes"),
        ({"fetch_variables": "sku"}, r"write \['sku'\]"),
        ({"on_bad_variables": "explode"}, "'incident' or 'fail'"),
        ({"on_stop": "run"}, "'return' or 'leave'"),
        ({"tenant_ids": "red"}, r"write \['red'\]"),
        ({"fetch_variables": [1]}, "names are texts"),
        ({"tenant_filter": "SOME"}, "TenantFilter"),
        ({"stream": "yes"}, "stream is True or False, not 'yes'"),
        ({"extend": 0}, "extend is True or False"),
        ({"with_lease": None}, "with_lease is True or False"),
        ({"retry": 3}, "retry is a Backoff, or a function"),
    ],
)
def test_bad_options_are_refused_at_registration_with_their_place(options: dict[str, Any], text: str) -> None:
    worker = Worker()
    with pytest.raises(ConfigurationError, match=f"job type work: .*{text}"):
        worker.job("work", **options)(handler)
    assert not worker.job_types
    with pytest.raises(ConfigurationError, match=f"Worker: .*{text}"):
        Worker(**options)


def test_a_single_place_has_no_stream() -> None:
    assert not settings({"stream": True, "max_concurrent_jobs": 1}).stream


@pytest.mark.parametrize(
    ("word", "hint"),
    [("max_running_jobs", "max_concurrent_jobs"), ("timeout_ms", "job_timeout"), ("retry_back_off", "Backoff")],
)
def test_words_of_others_are_refused_with_our_word(word: str, hint: str) -> None:
    for refuse in (lambda: Worker(**{word: 1}), lambda: Worker().job("work", **{word: 1})):
        with pytest.raises(TypeError, match=f"no option '{word}'.*{hint}"):
            refuse()


def test_every_option_is_documented() -> None:
    documentation = inspect.getdoc(JobOptions)  # as people see it: Python 3.13 takes the margin off by itself
    assert documentation is not None
    for name in JobOptions.__annotations__:
        assert f"    {name}: " in documentation


def handler() -> None: ...


def test_a_worker_is_bound_to_nothing_and_gives_the_function_back() -> None:
    worker = Worker()
    assert worker.job("a")(handler) is handler
    assert worker.job_types == ("a",)


def test_a_job_type_has_one_handler() -> None:
    worker, other = Worker(), Worker()
    worker.job("a")(handler)
    with pytest.raises(ConfigurationError, match="a has a handler in this worker already"):
        worker.job("a")(handler)
    other.job("a")(handler)
    with pytest.raises(ConfigurationError, match="both workers have a handler for a"):
        worker.include(other)


def test_included_workers_keep_their_defaults_and_take_the_others() -> None:
    outer = Worker(max_concurrent_jobs=3, worker_name="outer")
    inner, innermost = Worker(max_concurrent_jobs=4), Worker()
    outer.include(inner)
    inner.include(innermost)
    inner.job("a", job_timeout=7)(handler)
    innermost.job("b")(handler)
    found = {job.settings.type: job.settings for job in outer._settled()}
    assert outer.job_types == ("a", "b")
    assert (found["a"].max_concurrent_jobs, found["a"].worker_name, found["a"].job_timeout) == (4, "outer", 7)
    assert (found["b"].max_concurrent_jobs, found["b"].worker_name) == (4, "outer")
    for loop in (lambda: innermost.include(outer), lambda: outer.include(outer)):
        with pytest.raises(ConfigurationError, match="can not include itself"):
            loop()


def test_middleware_of_outer_workers_stands_outside() -> None:
    outer, inner = Worker(), Worker()
    outer.include(inner)
    inner.job("a")(handler)

    @outer.middleware
    async def first(job: Job, call_next: Any) -> Any: ...
    @inner.middleware
    async def second(job: Job, call_next: Any) -> Any: ...

    assert outer._settled()[0].middleware == (first, second)


@pytest.mark.parametrize("job_type", ["", "  ", None, handler])
def test_a_job_type_is_text(job_type: Any) -> None:
    with pytest.raises(TypeError, match=r"write @worker.job\('my-type'\)"):
        Worker().job(job_type)(handler)


async def test_a_worker_without_handlers_does_not_run() -> None:
    with pytest.raises(ConfigurationError, match="no job types"):
        async with Worker().running():
            pass
    with pytest.raises(ConfigurationError, match="at least one"):
        run_workers()
    with pytest.raises(ValueError, match="max_total_jobs"):
        Worker(max_total_jobs=0)


def test_a_worker_without_some_of_its_job_types_is_like_it_otherwise() -> None:
    async def layer(job: Job, call_next: CallNext) -> Outcome:
        return await call_next(job)

    inner = Worker(job_timeout=60)
    inner.job("c")(handler)
    inner.job("d", max_concurrent_jobs=2)(handler)
    whole = Worker(max_total_jobs=5, stream=True)
    whole.job("a")(handler)
    whole.job("b")(handler)
    whole.include(inner)
    whole.middleware(layer)
    rest = whole.without("a", "c")
    assert (whole.job_types, rest.job_types, rest.max_total_jobs) == (("a", "b", "c", "d"), ("b", "d"), 5)
    assert rest._settled() == [job for job in whole._settled() if job.settings.type in ("b", "d")]
    rest.job("a")(handler)
    assert inner.job_types == ("c", "d")
    assert len(whole.job_types) == 4
    with pytest.raises(ConfigurationError, match="this worker has no handler for x"):
        whole.without("a", "x")


@pytest.mark.parametrize("bound", [None, 7])
def test_a_worker_tells_its_bound(bound: int | None) -> None:
    assert Worker(max_total_jobs=bound).max_total_jobs == bound
