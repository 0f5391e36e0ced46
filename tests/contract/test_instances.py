"""CreateProcessInstance with and without result, CancelProcessInstance, SetVariables."""

from __future__ import annotations

from typing import TypedDict

import pytest

from tests.contract.bpmn import chain, flow, message, service
from tests.contract.helpers import UNKNOWN_KEY, Awaited, Name, expect_nothing, start, take_one
from tests.contract.targets import Target
from zeebe_grpc import (
    AmbiguousResultError,
    DeadlineError,
    ElementInstanceNotFoundError,
    InvalidArgumentError,
    InvalidStateError,
    JobNotFoundError,
    ProcessDefinitionNotFoundError,
    ProcessInstanceNotFoundError,
    ZeebeClient,
    partition_of,
)

pytestmark = pytest.mark.process


class Total(TypedDict):
    total: int


def test_an_instance_of_the_latest_version(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    client.deploy_resources([chain(p)])
    (second,) = client.deploy_resources([chain(p, service("work", name("t")))]).processes
    instance = client.create_process_instance(p)
    assert (instance.bpmn_process_id, instance.version, instance.tenant_id) == (p, 2, "<default>")
    assert instance.process_definition_key == second.process_definition_key
    assert partition_of(instance.process_instance_key) == 1


def test_an_instance_of_a_named_version_or_definition(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    (first,) = client.deploy_resources([chain(p)]).processes
    client.deploy_resources([chain(p, service("work", name("t")))])
    assert client.create_process_instance(p, version=1).version == 1
    by_key = client.create_process_instance(process_definition_key=first.process_definition_key)
    assert (by_key.bpmn_process_id, by_key.version) == (p, 1)


def test_what_is_not_deployed_cannot_be_started(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    client.deploy_resources([chain(p)])
    with pytest.raises(ProcessDefinitionNotFoundError):
        client.create_process_instance(name("never"))
    with pytest.raises(ProcessDefinitionNotFoundError):
        client.create_process_instance(p, version=99)
    with pytest.raises(ProcessDefinitionNotFoundError):
        client.create_process_instance(process_definition_key=UNKNOWN_KEY)


def test_a_process_without_none_start_event_needs_a_start_element(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    by_message = '<bpmn:messageEventDefinition id="definition" messageRef="m"/>'
    client.deploy_resources([chain(p, service("work", t), roots=message("m", name("m")), start=by_message)])
    with pytest.raises(InvalidStateError):
        client.create_process_instance(p)
    client.create_process_instance(p, start_before_elements=["work"])
    assert take_one(client, t).element_id == "work"


def test_starting_before_an_element_skips_what_comes_earlier(client: ZeebeClient, name: Name) -> None:
    p, first, second = name("p"), name("first"), name("second")
    client.deploy_resources([chain(p, service("a", first), service("b", second))])
    client.create_process_instance(p, variables={"x": 1}, start_before_elements=["b"])
    assert take_one(client, second).variables == {"x": 1}
    expect_nothing(client, first)


def test_an_unknown_start_element_is_refused(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    client.deploy_resources([chain(p)])
    with pytest.raises(InvalidArgumentError):
        client.create_process_instance(p, start_before_elements=["nowhere"])


def test_the_result_has_the_variables_of_the_end(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t))])
    result = Awaited(client, p, variables={"amount": 4})
    client.complete_job(take_one(client, t), variables={"total": 8})
    assert result.variables() == {"amount": 4, "total": 8}


def test_the_result_can_be_narrowed_and_typed(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    client.deploy_resources([chain(p)])
    result = client.create_process_instance_with_result(
        p, variables={"total": 8, "other": 1}, fetch_variables=["total", "never_set"], as_type=Total
    )
    assert result.variables == {"total": 8}
    assert (result.bpmn_process_id, result.version) == (p, 1)


@pytest.mark.wire
def test_a_result_that_is_late_is_an_ambiguous_deadline_and_the_instance_lives_on(
    client: ZeebeClient, name: Name
) -> None:
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t))])
    with pytest.raises(DeadlineError) as late:
        client.create_process_instance_with_result(p, timeout=0.5)
    assert isinstance(late.value, AmbiguousResultError)
    client.complete_job(take_one(client, t))


def test_cancelling_takes_the_jobs_away(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.cancel_process_instance(instance)
    with pytest.raises(JobNotFoundError):
        client.complete_job(job)
    with pytest.raises(ProcessInstanceNotFoundError):
        client.cancel_process_instance(instance)


def test_an_unknown_instance_cannot_be_cancelled(client: ZeebeClient) -> None:
    with pytest.raises(ProcessInstanceNotFoundError):
        client.cancel_process_instance(UNKNOWN_KEY)


def test_variables_set_at_the_instance_are_seen_by_its_jobs(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p, a=1)
    assert client.set_variables(instance, variables={"a": 2, "b": None}).key > 0
    assert take_one(client, t).variables == {"a": 2, "b": None}


def test_variables_of_an_element_climb_unless_they_are_local(client: ZeebeClient, name: Name) -> None:
    p, first, second = name("p"), name("first"), name("second")
    start(client, chain(p, service("a", first), service("b", second)), p)
    job = take_one(client, first)
    client.set_variables(job.element_instance_key, variables={"kept": 1})
    client.set_variables(job.element_instance_key, variables={"gone": 1}, local=True)
    client.complete_job(job)
    assert take_one(client, second).variables == {"kept": 1}


def test_variables_of_what_is_unknown_or_over_are_refused(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    client.cancel_process_instance(instance)
    for key in (UNKNOWN_KEY, instance):
        with pytest.raises(ElementInstanceNotFoundError):
            client.set_variables(key, variables={"a": 1})


def test_conditions_choose_the_path(client: ZeebeClient, name: Name) -> None:
    p, small, large = name("p"), name("small"), name("large")
    tasks = [service("s", small)[1], service("l", large)[1]]
    gateway = ("choice", '<bpmn:exclusiveGateway id="choice" default="choice_to_l"/>')
    beside = "".join([*tasks, flow("choice", "s", "=amount &lt; 10"), flow("choice", "l")])
    model = chain(p, gateway, beside=beside)
    model = type(model)(model.name, model.content.replace(flow("choice", "end").encode(), b""))
    client.deploy_resources([model])
    client.create_process_instance(p, variables={"amount": 3})
    client.create_process_instance(p, variables={"amount": 30})
    assert take_one(client, small).variables == {"amount": 3}
    assert take_one(client, large).variables == {"amount": 30}


def test_keys_rise(client: ZeebeClient, target: Target, name: Name) -> None:
    p = name("p")
    client.deploy_resources([chain(p)])
    keys = [client.create_process_instance(p).process_instance_key for _ in range(5)]
    assert keys == sorted(set(keys))


@pytest.mark.wire  # the engine's little gateway drops tags
def test_tags_travel_from_8_8_on(client: ZeebeClient, target: Target, name: Name) -> None:
    if target.version is None or target.version < (8, 8):
        pytest.skip(f"{target.name} is older than tags")
    p, t = name("p"), name("t")
    client.deploy_resources([chain(p, service("work", t))])
    assert set(client.create_process_instance(p, tags=["blue", "priority:high"]).tags) == {"blue", "priority:high"}
    assert set(take_one(client, t).tags) == {"blue", "priority:high"}
