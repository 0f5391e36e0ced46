"""Our gateway, a live broker or any address, asked what a real Zeebe was asked, question by question."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from tests.contract.recorded.expected import (
    MISSING_IN_ENGINE,
    MISSING_IN_NEWEST,
    RECORDED,
    expected_of_newest,
    same,
)
from tests.contract.recorded.interview import Told
from tests.contract.recorded.questions import ask_all

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def target(request: pytest.FixtureRequest) -> str:
    target = str(request.config.getoption("--zeebe-target"))
    if target == "engine":
        pytest.skip("the engine's little gateway hardly validates and has no long polling")
    return target


@contextmanager
def _address(target: str, version: str) -> Iterator[str]:
    if target.startswith("in-process"):
        from zeebe_grpc.gateway import Gateway

        with Gateway(version=version) as gateway:
            yield gateway.address
    elif target == "broker":
        from tests.judges.broker import Broker

        with Broker() as broker:
            yield broker.address
    else:
        yield target


@pytest.fixture(scope="module")
def told(target: str) -> tuple[dict[str, Told], dict[str, Told]]:
    """What the release of the recording told, and what the newest one told; asked at the same time."""
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        versions = ("8.6", "8.9") if target.startswith("in-process") else ("8.6",)
        addresses = [stack.enter_context(_address(target, version)) for version in versions]
        answers = list(pool.map(ask_all, addresses))
    return answers[0], answers[-1]


@pytest.mark.parametrize("case", RECORDED)
def test_recorded_release(case: str, target: str, told: tuple[dict[str, Told], dict[str, Told]]) -> None:
    missing = MISSING_IN_ENGINE if target.startswith("in-process") else {}
    _judge(case, told[0][case], RECORDED[case], missing)


@pytest.mark.parametrize("case", RECORDED)
def test_newest_release(case: str, target: str, told: tuple[dict[str, Told], dict[str, Told]]) -> None:
    if not target.startswith("in-process"):
        pytest.skip("the newest release is only imitated")
    if case == "conditional.none":
        pytest.skip("EvaluateConditional has no recorded answer: the recorded releases do not know it")
    _judge(case, told[1][case], expected_of_newest(case), MISSING_IN_NEWEST)


def test_every_question_was_asked_and_recorded(told: tuple[dict[str, Told], dict[str, Told]]) -> None:
    assert list(told[0]) == list(RECORDED)


def test_exceptions_are_recorded_questions() -> None:
    assert set(MISSING_IN_ENGINE) <= set(RECORDED)


def _judge(case: str, told: Told, expected: dict[str, object], missing: dict[str, str]) -> None:
    equal = same(case, expected, told.status, told.reply)
    if case in missing:
        assert not equal, f"{case} is answered as a real Zeebe does: take it off the list of what the engine lacks"
        pytest.xfail(f"the engine lacks {missing[case]}")
    assert equal, f"{case}: expected {expected}, told {told}"
