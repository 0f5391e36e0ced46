"""Mocks of jobs: their answers, in the order in which the test wrote them down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import pytest

from tests.wire.gateway.support import until
from tests.wire.kit_models import CAUGHT, CHARGE, ORDER
from zeebe_grpc import AsyncZeebeClient, BpmnError, ConfigurationError, JobFailure, VariablesError, ZeebeClient
from zeebe_grpc.testing import Zeebe
from zeebe_grpc.worker import Completed, Header, Job, Worker


@dataclass
class Receipt:
    receipt: str


@pytest.fixture(autouse=True)
def deployed(zeebe: Zeebe) -> None:
    zeebe.deploy(CHARGE, CAUGHT)


def start(zeebe: Zeebe, process_id: str = "charging", **variables: Any) -> Any:
    return zeebe.client.create_process_instance(process_id, variables=variables)


def jobs(zeebe: Zeebe) -> Counter[str]:
    return Counter(record.intent for record in zeebe.records if record.value_type == "JOB")


def test_answers_come_in_their_order_and_the_last_one_lasts(zeebe: Zeebe) -> None:
    mock = zeebe.mock_job("charge-card").fail("bank down", times=2).then_complete({"by": "card"}, times=2)
    mock.then_throw_error("DECLINED", "no", variables={"missing": 3})
    instances = [start(zeebe, "caught") for _ in range(4)]
    for instance in instances[:2]:
        zeebe.expect(instance).has_passed("end").has_variable("by", "card")
    for instance in instances[2:]:
        zeebe.expect(instance).has_passed("declined", "told")
    thrown = [record.value for record in zeebe.records if record.intent == "ERROR_THROWN"]
    assert [(value["errorCode"], value["variables"]) for value in thrown] == [("DECLINED", {"missing": 3})] * 2
    assert jobs(zeebe) == {"CREATED": 4, "FAILED": 2, "COMPLETED": 2, "ERROR_THROWN": 2}


def test_an_answer_that_is_appended_later_is_the_next(zeebe: Zeebe) -> None:
    mock = zeebe.mock_job("charge-card").complete({"n": 1})
    first, second = start(zeebe), start(zeebe)
    assert len(mock.calls) == 2
    mock.then_complete({"n": 2})
    third = start(zeebe)
    for instance, number in ((first, 1), (second, 1), (third, 2)):
        zeebe.expect(instance).has_variable("n", number)


def test_the_jobs_are_there_as_they_came(zeebe: Zeebe) -> None:
    zeebe.mock_job("charge-card").fail().then_complete()
    instance = start(zeebe, amount=9)
    first, second = zeebe.mock_job("charge-card").calls
    assert (first.variables, first.retries, first.element_id) == ({"amount": 9}, 3, "charge")
    assert (second.custom_headers, second.retries) == ({"bank": "north"}, 2)
    assert first.process_instance_key == instance.process_instance_key


def test_a_mock_without_an_answer_takes_nothing(zeebe: Zeebe) -> None:
    mock = zeebe.mock_job("charge-card")
    instance = start(zeebe)
    with pytest.raises(
        AssertionError, match="'charge-card' at charge, 3 retries left: its mock has been given no answer"
    ):
        zeebe.expect(instance).is_waiting_at("charge").is_completed()
    assert not mock.answers
    assert mock.calls == ()
    mock.complete()
    assert mock.answers
    zeebe.expect(instance).is_completed()
    assert len(mock.calls) == 1


def test_a_failure_without_retries_is_an_incident(zeebe: Zeebe) -> None:
    zeebe.mock_job("charge-card").fail("no funds", retries=0, variables={"why": "limit"})
    zeebe.expect(start(zeebe)).has_incident("charge", error_type="JOB_NO_RETRIES", message="no funds")


def test_a_backoff_is_one_of_the_held_clock(zeebe: Zeebe) -> None:
    zeebe.mock_job("charge-card").fail(backoff=timedelta(minutes=5)).then_complete()
    instance = start(zeebe)
    zeebe.clock.advance(299)
    zeebe.expect(instance).is_waiting_at("charge").has_not_passed("charge")
    zeebe.clock.advance(1)
    zeebe.expect(instance).is_completed()


def test_what_a_function_returns_or_raises_is_the_answer(zeebe: Zeebe) -> None:
    def refuse(job: Job) -> None:
        raise BpmnError("DECLINED")

    def with_client(amount: int, *, bank: Annotated[str, Header()], client: ZeebeClient) -> dict[str, Any]:
        return {"brokers": len(client.get_topology().brokers), "bank": bank, "amount": amount}

    async def receipt(job: Job) -> Receipt:
        return Receipt(f"{job.variables['amount']}")

    def fail(job: Job) -> None:
        raise JobFailure("for good", retries=0)

    mock = zeebe.mock_job("charge-card").with_handler(lambda job: {"doubled": job.variables["amount"] * 2})
    mock.then_handle(refuse).then_handle(with_client).then_handle(receipt)
    mock.then_handle(lambda job: Completed({"outcome": job.type})).then_handle(fail)
    doubled, refused, told, received, outcome, failed = [start(zeebe, "caught", amount=n) for n in range(6)]
    zeebe.expect(doubled).has_variables({"amount": 0, "doubled": 0})
    zeebe.expect(refused).has_passed("declined")
    zeebe.expect(told).has_variables({"brokers": 1, "bank": "north", "amount": 2})
    zeebe.expect(received).has_variable("receipt", "3")
    zeebe.expect(outcome).has_variable("outcome", "charge-card")
    zeebe.expect(failed).has_incident(message="for good")


def test_an_async_client_is_not_to_be_had(zeebe: Zeebe) -> None:
    async def handler(client: AsyncZeebeClient) -> None: ...

    with pytest.raises(TypeError, match="a mock has no AsyncZeebeClient"):
        zeebe.mock_job("charge-card").with_handler(handler)


@pytest.mark.parametrize("answer", ["complete", "fail", "throw_error", "with_handler"])
def test_an_answer_that_is_never_given_is_refused(zeebe: Zeebe, answer: str) -> None:
    first: dict[str, tuple[Any, ...]] = {"throw_error": ("CODE",), "with_handler": (lambda job: None,)}
    with pytest.raises(ValueError, match="times must be at least 1, not 0"):
        getattr(zeebe.mock_job("charge-card"), answer)(*first.get(answer, ()), times=0)


def test_variables_that_have_no_json_are_refused_at_once(zeebe: Zeebe) -> None:
    mock = zeebe.mock_job("charge-card")
    for give in (mock.complete, lambda v: mock.fail(variables=v), lambda v: mock.throw_error("C", variables=v)):
        with pytest.raises(VariablesError):
            give({"worker": object()})
    assert not mock.answers


def worker_of(*job_types: str) -> Worker:
    worker = Worker()
    for job_type in job_types:
        worker.job(job_type, result_variable="by")(lambda: "worker")
    return worker


def test_a_mock_takes_the_jobs_of_a_worker_that_runs_later(zeebe: Zeebe) -> None:
    zeebe.deploy(ORDER)
    zeebe.mock_job("charge-card").complete({"by": "mock"})
    worker = worker_of("charge-card", "send-reminder")
    instance = start(zeebe, "order", orderId="1")
    with zeebe.running(worker):
        zeebe.expect(instance).has_variable("by", "mock")
        zeebe.clock.advance(timedelta(days=7))
    zeebe.expect(instance).has_variable("by", "worker")
    with zeebe.running(worker_of("charge-card")):
        zeebe.expect(start(zeebe)).has_variable("by", "mock")
    assert worker.job_types == ("charge-card", "send-reminder")


def test_a_worker_that_runs_already_keeps_its_jobs(zeebe: Zeebe) -> None:
    with (
        zeebe.running(worker_of("charge-card")),
        pytest.raises(
            ValueError, match="a worker of this test works on job type 'charge-card' already; mock it before"
        ),
    ):
        zeebe.mock_job("charge-card")
    zeebe.mock_job("charge-card").complete({"by": "mock"})
    zeebe.expect(start(zeebe)).has_variable("by", "mock")


def test_a_worker_without_handlers_is_refused_as_ever(zeebe: Zeebe) -> None:
    with pytest.raises(ConfigurationError, match="no job types"):
        zeebe.run(Worker())
    with pytest.raises(TypeError, match=r"the kit takes a Worker, not list"):
        zeebe.run([worker_of("charge-card")])  # type: ignore[arg-type]


def test_what_is_no_job_type_is_refused(zeebe: Zeebe) -> None:
    with pytest.raises(TypeError, match="a job type is a text"):
        zeebe.mock_job(" ")


def test_a_mock_works_where_a_job_waits_already_and_for_every_process(zeebe: Zeebe) -> None:
    zeebe.deploy(ORDER)
    waiting = start(zeebe, "order", orderId="1")
    zeebe.mock_job("charge-card").complete()
    zeebe.expect(waiting).has_passed("charge")
    done = zeebe.client.create_process_instance_with_result("charging", timeout=20)
    zeebe.expect(done).is_completed()


def test_a_mock_says_what_it_is(zeebe: Zeebe) -> None:
    assert repr(zeebe.mock_job("charge-card").complete()) == "JobMock('charge-card', answers=1, calls=0)"


@pytest.mark.parametrize(
    ("method", "given", "options", "error"),
    [
        ("fail", (2,), {}, "message is a text, not int; times=, retries= and variables= have names"),
        ("fail", (), {"backoff": 5000}, "backoff: 5000 seconds as a bare number"),
        ("fail", (), {"backoff": -1}, "backoff"),
        ("fail", (), {"retries": "2"}, "retries"),
        ("fail", (), {"times": "2"}, "times must be at least 1, not '2'"),
        ("throw_error", (404,), {}, "error_code"),
        ("throw_error", ("E", {"a": 1}), {}, "message is a text, not dict"),
    ],
)
def test_an_answer_that_cannot_be_given_is_refused_where_it_is_written(
    zeebe: Zeebe, method: str, given: tuple[Any, ...], options: dict[str, Any], error: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=error):
        getattr(zeebe.mock_job("charge-card"), method)(*given, **options)


def test_an_assertion_that_fails_in_a_function_of_a_mock_fails_the_test(zeebe: Zeebe) -> None:
    def look(job: Job) -> None:
        assert job.variables["n"] == 99, "not ours"

    mock = zeebe.mock_job("charge-card").with_handler(look)
    instance = start(zeebe, n=1)
    with pytest.raises(AssertionError, match="not ours"):
        zeebe.expect(instance).is_active()
    assert mock.failed is None


def test_an_assertion_that_fails_when_nobody_looks_any_more_is_told_at_the_end() -> None:
    kit = Zeebe()
    kit.deploy(CHARGE)

    def look(job: Job) -> None:
        raise AssertionError("too late")

    mock = kit.mock_job("charge-card").with_handler(look)
    start(kit)
    until(lambda: mock.failed is not None)
    with pytest.raises(AssertionError, match="too late"):
        kit.close()
