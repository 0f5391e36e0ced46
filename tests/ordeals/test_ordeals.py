"""The ordeals, small. They run with `--zeebe-target broker`, on brokers of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.judges.broker import Broker
from tests.judges.missing import MissingError
from tests.ordeals.outages import outage
from tests.ordeals.owners import killed_worker, long_handler
from tests.ordeals.refusals import LIMIT, back_pressure
from tests.ordeals.restarts import rolling_restart, silent_streams
from tests.ordeals.site import Outcome, Site
from tests.ordeals.stalls import stalled_handlers

pytestmark = pytest.mark.timeout(300)


def _broker(request: pytest.FixtureRequest, settings: dict[str, str]) -> Iterator[Broker]:
    if request.config.getoption("--zeebe-target") != "broker":
        pytest.skip("needs a real broker: --zeebe-target broker")
    try:
        with Broker(environment=settings) as broker:
            yield broker
    except MissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """One that takes all that it can."""
    yield from _broker(request, {})


@pytest.fixture(scope="module")
def limited_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """One that takes three commands at a time."""
    yield from _broker(request, LIMIT)


def expect_no_faults(outcome: Outcome) -> None:
    print(outcome)
    assert outcome.faults == []


@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
async def test_the_worker_recovers_from_an_outage(broker: Broker, how: str) -> None:
    expect_no_faults(await outage(Site(broker), how, jobs=600, stream=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("stream", [False, True], ids=["polling", "streaming"])
async def test_a_rolling_restart_loses_nothing(broker: Broker, stream: bool) -> None:
    expect_no_faults(await rolling_restart(Site(broker), jobs=600, stream=stream, every=0.7))


async def test_a_silent_stream_loses_nothing(broker: Broker) -> None:
    expect_no_faults(await silent_streams(Site(broker), jobs=60, rounds=2))


@pytest.mark.parametrize("retries", ["3", "0"])
async def test_jobs_behind_stalled_handlers_go_to_others(broker: Broker, retries: str) -> None:
    expect_no_faults(await stalled_handlers(Site(broker), retries=retries))


async def test_a_long_handler_runs_once(broker: Broker) -> None:
    expect_no_faults(await long_handler(Site(broker), job_timeout=1))


async def test_the_job_of_a_killed_worker_is_soon_free(broker: Broker) -> None:
    expect_no_faults(await killed_worker(Site(broker), job_timeout=3))


@pytest.mark.parametrize("stream", [False, True], ids=["polling", "streaming"])
async def test_back_pressure_holds_nothing_up_for_good(limited_broker: Broker, stream: bool) -> None:
    expect_no_faults(await back_pressure(Site(limited_broker), jobs=300, stream=stream))
