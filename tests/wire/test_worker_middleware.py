"""What people put around handlers: auth, logging, tracing and a codec, each in a few lines, for every strategy."""

from __future__ import annotations

import json
import logging
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest

from tests.wire.worker_support import Site, eventually
from zeebe_grpc.errors import JobFailure
from zeebe_grpc.worker import Backoff, CallNext, Completed, ErrorThrown, Failed, Job, Middleware, Outcome, Worker


@dataclass
class Bill:
    total: int
    lines: list[str]


def charge(amount: int, note: str = "none") -> Bill:
    if amount < 0:
        raise JobFailure("negative", retries=0, variables={"seen": amount})
    return Bill(amount + 1, [note])


async def charge_later(amount: int, note: str = "none") -> Bill:
    return charge(amount, note)


def charge_the_job(job: Job[dict[str, Any]]) -> dict[str, Any]:
    return {"total": job.variables["amount"] + 1, "lines": sorted(job.variables)}


Strategy = Literal["async", "thread", "process"]
STRATEGIES: dict[Strategy, Any] = {"async": charge_later, "thread": charge, "process": charge}
every_strategy = pytest.mark.parametrize("strategy", STRATEGIES)


def worker_with(middleware: Middleware, strategy: Strategy, handler: Any = None) -> Worker:
    worker = Worker(retry=Backoff(first=3600), max_concurrent_jobs=1)
    worker.middleware(middleware)
    worker.job("charge", execution_strategy=strategy)(handler or STRATEGIES[strategy])
    return worker


# The four, as one would write them


def seal(value: Any) -> str:
    return b64encode(json.dumps(value).encode()).decode()


def unseal(text: str) -> Any:
    return json.loads(b64decode(text))


async def codec(job: Job, call_next: CallNext) -> Outcome:
    clear = {name: unseal(value) for name, value in job.variables.items()}
    outcome = await call_next(job.with_variables(clear))
    if isinstance(outcome, (Completed, Failed, ErrorThrown)):
        sealed = {name: seal(value) for name, value in outcome.document().items()}
        return replace(outcome, variables=sealed)
    return outcome


async def auth(job: Job, call_next: CallNext) -> Outcome:
    variables = dict(job.variables)
    if variables.pop("token", None) != "let me in":
        return ErrorThrown("FORBIDDEN", "no token")
    return await call_next(job.with_variables(variables))


auth.fetch_variables = ("token",)  # type: ignore[attr-defined]


async def timing(job: Job, call_next: CallNext) -> Outcome:
    began = time.monotonic()
    outcome = await call_next(job)
    job.log.info("%s after %.3f s", type(outcome).__name__, time.monotonic() - began)
    return outcome


async def tracing(job: Job, call_next: CallNext) -> Outcome:
    trail = [*job.variables.get("trail", []), job.element_id]
    outcome = await call_next(job)
    if isinstance(outcome, Completed):
        return replace(outcome, variables={**outcome.document(), "trail": trail})
    return outcome


tracing.fetch_variables = ("trail",)  # type: ignore[attr-defined]


# What they do


@every_strategy
async def test_a_codec_opens_what_comes_in_and_seals_what_goes_out(site: Site, strategy: Strategy) -> None:
    site.create("charge", variables={"amount": seal(41), "note": seal("confidential")})
    async with worker_with(codec, strategy).running(site.client):
        await site.completed(1)
    assert unseal(site.variables()["total"]) == 42
    assert unseal(site.variables()["lines"]) == ["confidential"]
    assert "confidential" not in str([record.value for record in site.gateway.records])


@every_strategy
async def test_a_codec_seals_what_a_failure_says_too(site: Site, strategy: Strategy) -> None:
    site.create("charge", variables={"amount": seal(-41), "note": seal("confidential")})
    async with worker_with(codec, strategy).running(site.client):
        await eventually(lambda: site.intents()["FAILED"] == 1)
    assert site.jobs("FAILED")[0]["errorMessage"] == "negative"
    assert unseal(site.variables()["seen"]) == -41


@pytest.mark.parametrize("strategy", ["thread", "process"])
async def test_a_job_has_the_variables_that_middleware_gave_it(site: Site, strategy: Strategy) -> None:
    site.create("charge", variables={"amount": seal(41)})
    async with worker_with(codec, strategy, charge_the_job).running(site.client):
        await site.completed(1)
    assert unseal(site.variables()["total"]) == 42
    assert unseal(site.variables()["lines"]) == ["amount"]


@every_strategy
@pytest.mark.parametrize(("token", "intent"), [("let me in", "COMPLETED"), ("please", "ERROR_THROWN")])
async def test_auth_stops_whoever_has_no_token(site: Site, strategy: Strategy, token: str, intent: str) -> None:
    site.create("charge", variables={"amount": 1, "token": token})
    async with worker_with(auth, strategy).running(site.client):
        await eventually(lambda: site.intents()[intent] == 1)
    assert site.intents()["COMPLETED"] == (intent == "COMPLETED")


@every_strategy
async def test_a_line_of_log_for_each_job(site: Site, strategy: Strategy, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    site.create("charge", variables={"amount": 1})
    async with worker_with(timing, strategy).running(site.client):
        await site.completed(1)
    (record,) = [record for record in caplog.records if record.getMessage().startswith("Completed after")]
    assert record.job_key in site.completions()  # type: ignore[attr-defined]


@every_strategy
async def test_a_trace_that_travels_in_the_variables(site: Site, strategy: Strategy) -> None:
    site.create("charge", variables={"amount": 1, "trail": ["before"]})
    async with worker_with(tracing, strategy).running(site.client):
        await site.completed(1)
    assert site.variables()["trail"] == ["before", site.jobs("COMPLETED")[0]["elementId"]]
    assert site.variables()["total"] == 2


async def test_variables_of_middleware_that_do_not_fit_are_told_as_those_of_the_process_are(site: Site) -> None:
    async def wrong(job: Job, call_next: CallNext) -> Outcome:
        return await call_next(job.with_variables({"amount": "many"}))

    site.create("charge", variables={"amount": 1})
    async with worker_with(wrong, "thread").running(site.client):
        await eventually(lambda: bool(site.incidents()))
    assert "amount" in site.incidents()[0]["errorMessage"]


async def test_variables_of_middleware_without_a_json_form_fail_the_job(site: Site) -> None:
    async def wrong(job: Job, call_next: CallNext) -> Outcome:
        return await call_next(job.with_variables({"amount": object()}))

    site.create("charge", variables={"amount": 1})
    async with worker_with(wrong, "thread").running(site.client):
        await eventually(lambda: site.intents()["FAILED"] == 1)
    message = site.jobs("FAILED")[0]["errorMessage"]
    assert message == "VariablesError: $.amount: a value of type object has no JSON form"
