"""ModifyProcessInstance and MigrateProcessInstance."""

from __future__ import annotations

import pytest

from tests.contract.bpmn import chain, service
from tests.contract.helpers import UNKNOWN_KEY, Name, expect_nothing, start, take_one
from zeebe_grpc import (
    ActivateInstruction,
    InvalidArgumentError,
    JobNotFoundError,
    NotFoundError,
    ProcessInstanceNotFoundError,
    TerminateInstruction,
    VariableInstruction,
    ZeebeClient,
)

pytestmark = pytest.mark.process


def test_an_element_is_activated_with_variables_and_another_terminated(client: ZeebeClient, name: Name) -> None:
    p, first, second = name("p"), name("first"), name("second")
    instance = start(client, chain(p, service("a", first), service("b", second)), p)
    job = take_one(client, first)
    client.modify_process_instance(
        instance,
        activate=[ActivateInstruction(element_id="b", variable_instructions=[VariableInstruction(variables={"x": 1})])],
        terminate=[TerminateInstruction(element_instance_key=job.element_instance_key)],
    )
    assert take_one(client, second).variables == {"x": 1}
    with pytest.raises(JobNotFoundError):
        client.complete_job(job)


def test_terminating_everything_ends_the_instance(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.modify_process_instance(
        instance, terminate=[TerminateInstruction(element_instance_key=job.element_instance_key)]
    )
    with pytest.raises(ProcessInstanceNotFoundError):
        client.cancel_process_instance(instance)


def test_a_modification_of_what_is_unknown_is_refused(client: ZeebeClient, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    with pytest.raises(InvalidArgumentError):
        client.modify_process_instance(instance, activate=[ActivateInstruction(element_id="nowhere")])
    with pytest.raises(InvalidArgumentError):
        client.modify_process_instance(instance, terminate=[TerminateInstruction(element_instance_key=UNKNOWN_KEY)])
    with pytest.raises(ProcessInstanceNotFoundError):
        client.modify_process_instance(UNKNOWN_KEY, activate=[ActivateInstruction(element_id="work")])


def test_an_instance_goes_on_in_another_definition(client: ZeebeClient, name: Name) -> None:
    p, q, t, after = name("p"), name("q"), name("t"), name("after")
    instance = start(client, chain(p, service("work", t)), p)
    (other,) = client.deploy_resources([chain(q, service("task", t), service("next", after))]).processes
    job = take_one(client, t)
    client.migrate_process_instance(
        instance,
        target_process_definition_key=other.process_definition_key,
        mapping_instructions={"work": "task"},
    )
    client.complete_job(job)
    moved = take_one(client, after)
    assert (moved.bpmn_process_id, moved.process_instance_key) == (q, instance)


def test_a_migration_must_map_what_is_active(client: ZeebeClient, name: Name) -> None:
    p, q, t = name("p"), name("q"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    (other,) = client.deploy_resources([chain(q, service("task", t))]).processes
    with pytest.raises(InvalidArgumentError):
        client.migrate_process_instance(
            instance,
            target_process_definition_key=other.process_definition_key,
            mapping_instructions={"nowhere": "task"},
        )
    with pytest.raises(NotFoundError):
        client.migrate_process_instance(
            instance, target_process_definition_key=UNKNOWN_KEY, mapping_instructions={"work": "task"}
        )
    expect_nothing(client, t + "_other")
