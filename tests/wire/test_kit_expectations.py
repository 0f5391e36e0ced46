"""Expectations of a process instance: what they accept, and what they say when they fail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from tests.wire.kit_models import APPROVAL, CAUGHT, CHARGE, ORDER, flow, model, service
from zeebe_grpc import Resource
from zeebe_grpc.testing import InstanceExpectation, Zeebe
from zeebe_grpc.worker import Job

Check = Callable[[InstanceExpectation], Any]


@dataclass
class Price:
    amount: Decimal
    currency: str


@pytest.fixture
def order(zeebe: Zeebe) -> InstanceExpectation:
    """An order whose card was charged at the second try; it waits for its payment."""
    zeebe.deploy(ORDER)
    zeebe.mock_job("charge-card").fail().then_complete({"price": {"amount": 9.5, "currency": "EUR"}, "sure": True})
    return zeebe.expect(zeebe.client.create_process_instance("order", variables={"orderId": "7", "n": 1}))


def failure(expectation: InstanceExpectation, check: Check) -> str:
    with pytest.raises(AssertionError) as caught:
        check(expectation)
    return str(caught.value)


def test_expectations_that_hold_can_be_chained(order: InstanceExpectation) -> None:
    (
        order.is_active()
        .has_passed("start", "charge")
        .has_passed("start", "start-charge", "charge", in_order=True)
        .has_passed("charge", times=1)
        .has_passed("remind", times=0)
        .has_not_passed("remind", "paid")
        .is_waiting_at("payment-received", only=True)
        .is_waiting_for_message("payment-received")
        .is_waiting_for_message("payment-received", "7")
        .has_variable("n", 1.0)
        .has_variables({"sure": True, "price": Price(Decimal("9.50"), "EUR")})
        .has_no_incidents()
    )


FAILING: dict[str, tuple[Check, str]] = {
    "passed": (lambda e: e.has_passed("charge", "remind", "paid"), "it did not pass 'remind', 'paid'"),
    "order": (lambda e: e.has_passed("charge", "start", in_order=True), "in this order: it passed them in another"),
    "times": (lambda e: e.has_passed("charge", times=2), "'charge', 2 times each: it passed 'charge' 1 times"),
    "not passed": (lambda e: e.has_not_passed("charge"), "not to have passed 'charge': it passed 'charge'"),
    "flow": (lambda e: e.has_not_passed("start-charge"), "it passed 'start-charge'"),
    "at": (lambda e: e.is_waiting_at("charge"), "to wait at 'charge': it is not at 'charge'"),
    "message": (lambda e: e.is_waiting_for_message("paid"), "to wait for message 'paid': it does not"),
    "key": (lambda e: e.is_waiting_for_message("payment-received", "8"), "with key '8': it does not"),
    "completed": (lambda e: e.is_completed(), "to be completed: it is active"),
    "terminated": (lambda e: e.is_terminated(), "to be terminated: it is active"),
    "variable": (lambda e: e.has_variable("n", 2), "to have the variable 'n' as given: 'n' is 1, not 2"),
    "true is not 1": (lambda e: e.has_variable("sure", 1), "'sure' is True, not 1"),
    "variables": (lambda e: e.has_variables({"n": 1, "m": 2}), "'n', 'm' as given: it has no variable 'm'"),
    "deep": (lambda e: e.has_variable("price", {"amount": 9, "currency": "EUR"}), "'amount': 9.5"),
    "incident": (lambda e: e.has_incident("charge", error_type="JOB_NO_RETRIES", message="x"),
                 "an incident at 'charge' of type 'JOB_NO_RETRIES' saying 'x': it has no such incident"),
    "job": (lambda e: e.has_job("charge-card"), "to have a job of type 'charge-card': it has none"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILING)
def test_what_fails_says_what_was_expected_and_where_the_instance_is(name: str, order: InstanceExpectation) -> None:
    check, expected = FAILING[name]
    first, *path = failure(order, check).splitlines()
    assert first.startswith("expected process instance 22517998136852")
    assert " of 'order' " in first
    assert expected in first
    assert path == [
        "  state:      active",
        "  passed:     start, charge",
        "  waits at:   payment-received",
        "  message:    'payment-received' with key '7' at payment-received",
        "  timer:      overdue, due 2026-01-08T00:00:00+00:00",
        "  variables:  orderId, n, price, sure",
        "  clock:      2026-01-01T00:00:00+00:00",
    ]


def test_the_path_tells_of_jobs_and_incidents(zeebe: Zeebe) -> None:
    zeebe.deploy(
        model(
            "three",
            '<startEvent id="start"/><parallelGateway id="fork"/>',
            service("a", "mocked"), service("b", "backed-off"), service("c", "nobodys"), service("d", "thrown"),
            *(flow("start", "fork"), flow("fork", "a"), flow("fork", "b"), flow("fork", "c"), flow("fork", "d")),
        )
    )  # fmt: skip
    zeebe.mock_job("mocked").fail("broken", retries=0)
    zeebe.mock_job("backed-off").fail(backoff=90)
    zeebe.mock_job("thrown").throw_error("UNKNOWN")
    expectation = zeebe.expect(zeebe.client.create_process_instance("three"))
    expectation.has_job("mocked").has_job("backed-off", element_id="b").has_incident("a", message="broken")
    lines = failure(expectation, lambda e: e.has_no_incidents()).splitlines()
    assert lines[0].endswith("to have no incidents: it has 2")
    incidents = [line for line in lines if line.startswith("  incident:")]
    assert len(incidents) == 2
    assert "  incident:   JOB_NO_RETRIES at a: broken" in incidents
    assert [line for line in lines[1:] if line not in incidents] == [
        "  state:      active",
        "  passed:     start, fork",
        "  waits at:   d, c, b, a",
        "  job:        'thrown' at d, 3 retries left: threw an error that nothing catches",
        "  job:        'nobodys' at c, 3 retries left: nobody works on this type",
        "  job:        'backed-off' at b, 2 retries left: failed, next try in 90 s by the clock",
        "  job:        'mocked' at a, 0 retries left: failed, without retries",
        "  variables:  nothing",
        "  clock:      2026-01-01T00:00:00+00:00",
    ]


def test_an_incident_that_is_resolved_is_none_any_more(zeebe: Zeebe) -> None:
    zeebe.deploy(CHARGE)
    mock = zeebe.mock_job("charge-card").fail(retries=0)
    instance = zeebe.client.create_process_instance("charging")
    zeebe.expect(instance).has_incident("charge")
    mock.then_complete()
    [incident] = [record.key for record in zeebe.records if record.value_type == "INCIDENT"]
    zeebe.client.update_job_retries(mock.calls[0].key, retries=1)
    zeebe.client.resolve_incident(incident)
    zeebe.expect(instance).has_no_incidents().is_completed()


def test_what_was_terminated_was_not_passed(zeebe: Zeebe) -> None:
    zeebe.deploy(CAUGHT)
    zeebe.mock_job("charge-card").throw_error("DECLINED")
    caught = zeebe.expect(zeebe.client.create_process_instance("caught"))
    caught.has_not_passed("charge").has_passed("declined", "told").is_completed()
    assert "  terminated: charge\n" in failure(caught, lambda e: e.is_active())


def test_a_cancelled_instance_is_terminated(zeebe: Zeebe) -> None:
    zeebe.deploy(CHARGE)
    instance = zeebe.client.create_process_instance("charging")
    zeebe.client.cancel_process_instance(instance.process_instance_key)
    zeebe.expect(instance).is_terminated().has_not_passed("end")


def test_a_sub_process_is_waited_in_and_a_called_instance_is_found(zeebe: Zeebe) -> None:
    zeebe.deploy(APPROVAL, CHARGE)
    zeebe.mock_job("charge-card").complete({"paid": 1})
    instance = zeebe.client.create_process_instance("approval")
    approval = zeebe.expect(instance).is_waiting_at("inner").is_waiting_at("approve", only=True)
    assert "also waits at 'approve'" in failure(approval, lambda e: e.is_waiting_at("inner", only=True))
    assert "  user task:  approve\n" in failure(approval, lambda e: e.is_completed())
    with pytest.raises(AssertionError, match=r"^no user task is open at 'inner'\n  state:      active"):
        zeebe.complete_user_task(instance, "inner")
    zeebe.complete_user_task(instance, "approve", {"approved": True})
    approval.has_passed("approve", "inner", "ask", "end", in_order=True).has_variable("approved", True)
    [called] = zeebe.instances("charging")
    zeebe.expect(called).is_completed().has_variable("paid", 1)


def test_a_user_task_that_may_not_be_completed_says_why(zeebe: Zeebe) -> None:
    listeners = '<zeebe:taskListeners><zeebe:taskListener eventType="completing" type="check"/></zeebe:taskListeners>'
    task = f'<userTask id="ask"><extensionElements><zeebe:userTask/>{listeners}</extensionElements></userTask>'
    zeebe.deploy(model("asking", '<startEvent id="start"/>', task, flow("start", "ask")))
    instance = zeebe.client.create_process_instance("asking")
    zeebe.complete_user_task(instance, "ask")
    with pytest.raises(AssertionError, match=r"the user task 'ask' cannot be completed: .*COMPLETING"):
        zeebe.complete_user_task(instance, "ask")
    zeebe.mock_job("check").complete()
    zeebe.expect(instance).has_passed("ask")


def test_a_variable_of_an_element_is_pointed_out(zeebe: Zeebe) -> None:
    mapping = '<zeebe:ioMapping><zeebe:input source="=9" target="amount"/></zeebe:ioMapping>'
    task = service("charge", "charge-card", more=mapping)
    zeebe.deploy(model("local", '<startEvent id="start"/>', task, flow("start", "charge")))
    local = zeebe.expect(zeebe.client.create_process_instance("local"))
    text = failure(local, lambda e: e.has_variable("amount", 9))
    assert "it has no variable 'amount', only 'charge' has one of that name" in text


def test_an_instance_is_named_in_any_way(zeebe: Zeebe) -> None:
    zeebe.deploy(CHARGE)
    zeebe.mock_job("charge-card").complete()
    instance = zeebe.client.create_process_instance("charging")
    for name in (instance, instance.process_instance_key, str(instance.process_instance_key)):
        zeebe.expect(name).is_completed()
    zeebe.expect(zeebe.client.create_process_instance_with_result("charging", timeout=20)).is_completed()


def test_an_unknown_instance_is_said_to_be_unknown(zeebe: Zeebe) -> None:
    unknown = zeebe.expect(2251799813685999)
    with pytest.raises(AssertionError, match=r"^there is no process instance 2251799813685999 in this gateway$"):
        unknown.has_not_passed("charge")
    with pytest.raises(ValueError, match="no partition can have made the key 7"):
        zeebe.expect(7)


@pytest.mark.parametrize("method", ["has_passed", "has_not_passed", "is_waiting_at"])
def test_an_expectation_of_nothing_is_refused(zeebe: Zeebe, method: str) -> None:
    with pytest.raises(TypeError, match=f"{method}: name at least one element"):
        getattr(zeebe.expect(2251799813685999), method)()


def test_while_a_handler_works_nothing_is_said_to_be_absent(zeebe: Zeebe) -> None:
    go = threading.Event()
    zeebe.deploy(CHARGE)
    zeebe.mock_job("charge-card").with_handler(lambda job: {"went": go.wait(20)})
    instance = zeebe.client.create_process_instance("charging")
    waiting = zeebe.expect(instance, within=0.1)
    try:
        waiting.is_waiting_at("charge").is_active().has_passed("start").has_job("charge-card")
        for check in (
            lambda e: e.has_not_passed("charge"),
            lambda e: e.has_no_incidents(),
            lambda e: e.has_passed("start", times=1),
        ):
            text = failure(waiting, check)
            assert "that cannot be said yet" in text
            assert "\n  still in work: job 'charge-card' (element 'charge', " in text
    finally:
        go.set()
    zeebe.expect(instance).is_completed().has_variable("went", True)


def test_an_expectation_waits_for_handlers_at_work(zeebe: Zeebe) -> None:
    begun, go = threading.Event(), threading.Event()

    def charge(job: Job) -> None:
        begun.set()
        assert go.wait(20)

    zeebe.deploy(CHARGE)
    mock = zeebe.mock_job("charge-card").with_handler(charge)
    instance = zeebe.client.create_process_instance("charging")
    threading.Thread(target=lambda: go.set() if begun.wait(20) else None).start()
    zeebe.expect(instance).is_completed()
    assert len(mock.calls) == 1


def test_files_folders_and_resources_are_deployed_together(zeebe: Zeebe, tmp_path: Any) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "order.bpmn").write_bytes(ORDER.content)
    (tmp_path / "caught.bpmn").write_bytes(CAUGHT.content)
    deployment = zeebe.deploy(tmp_path / "folder", str(tmp_path / "caught.bpmn"), CHARGE)
    assert {process.bpmn_process_id for process in deployment.processes} == {"order", "caught", "charging"}
    with pytest.raises(FileNotFoundError, match="nowhere"):
        zeebe.deploy("nowhere")
    assert isinstance(CHARGE, Resource)


def test_the_kit_needs_no_pytest() -> None:
    with Zeebe(within=1) as zeebe:
        zeebe.deploy(CHARGE)
        zeebe.mock_job("charge-card").complete()
        instance = zeebe.client.create_process_instance("charging")
        zeebe.wait_until_idle()
        zeebe.expect(instance).is_completed()
        assert repr(zeebe) == f"Zeebe({zeebe.gateway.address}, 2026-01-01T00:00:00+00:00)"
    assert not zeebe.gateway.running


@pytest.mark.parametrize("method", ["has_passed", "has_not_passed", "is_waiting_at"])
def test_a_list_of_elements_is_refused(zeebe: Zeebe, method: str) -> None:
    zeebe.deploy(CHARGE)
    expectation = zeebe.expect(zeebe.client.create_process_instance("charging"))
    with pytest.raises(TypeError, match=rf"{method}: ids of elements are texts; a list is given as {method}\(\*ids\)"):
        getattr(expectation, method)(["charge"])


@pytest.mark.parametrize("given", [["a.bpmn"], b"<xml/>"])
def test_what_cannot_be_deployed_is_refused(zeebe: Zeebe, given: Any) -> None:
    with pytest.raises(TypeError, match=r"deploy\(\*files\) takes paths and Resource\(name, content\)"):
        zeebe.deploy(given)
