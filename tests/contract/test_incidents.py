"""Incidents and ResolveIncident; their keys come from the target's records."""

from __future__ import annotations

import pytest

from tests.contract.bpmn import chain, flow, service
from tests.contract.helpers import UNKNOWN_KEY, Name, expect_nothing, start, take_one
from tests.contract.targets import Seen, Target, eventually
from zeebe_grpc import IncidentNotFoundError, InvalidStateError, NotFoundError, Resource, ZeebeClient

pytestmark = pytest.mark.process


def incident_of(target: Target, instance: int) -> Seen:
    return target.find("INCIDENT", "CREATED", processInstanceKey=instance)


def choice(process_id: str, job_type: str) -> Resource:
    """A process that goes on only where `amount` is above 10."""
    model = chain(process_id, ("choice", '<bpmn:exclusiveGateway id="choice"/>'), service("work", job_type))
    bare, conditional = flow("choice", "work"), flow("choice", "work", "=amount &gt; 10")
    return Resource(model.name, model.content.replace(bare.encode(), conditional.encode()))


def test_a_job_without_retries_is_an_incident(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.fail_job(job, retries=0, error_message="out of paper")
    value = incident_of(target, instance).value
    assert (value["errorType"], value["errorMessage"]) == ("JOB_NO_RETRIES", "out of paper")
    assert (value["jobKey"], value["elementId"]) == (job.key, "work")


def test_retries_and_resolution_bring_the_job_back(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.fail_job(job, retries=0)
    incident = incident_of(target, instance)
    client.update_job_retries(job.key, retries=2)
    expect_nothing(client, t)
    client.resolve_incident(incident.key)
    again = take_one(client, t)
    assert (again.key, again.retries) == (job.key, 2)
    with pytest.raises(IncidentNotFoundError):
        client.resolve_incident(incident.key)


def test_a_job_incident_is_not_resolved_while_retries_are_missing(
    client: ZeebeClient, target: Target, name: Name
) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    client.fail_job(take_one(client, t), retries=0)
    with pytest.raises((InvalidStateError, NotFoundError)):
        client.resolve_incident(incident_of(target, instance).key)


def test_a_condition_that_nothing_fulfils_is_resolved_by_better_variables(
    client: ZeebeClient, target: Target, name: Name
) -> None:
    p, t = name("p"), name("t")
    instance = start(client, choice(p, t), p, amount=1)
    incident = incident_of(target, instance)
    assert (incident.value["errorType"], incident.value["elementId"]) == ("CONDITION_ERROR", "choice")
    client.set_variables(instance, variables={"amount": 11})
    client.resolve_incident(incident.key)
    assert take_one(client, t).variables == {"amount": 11}


def test_a_cause_that_remains_makes_a_new_incident(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, choice(p, t), p)
    first = incident_of(target, instance)
    assert first.value["errorType"] == "EXTRACT_VALUE_ERROR"
    client.resolve_incident(first.key)
    assert eventually(lambda: incident_of(target, instance).key != first.key)


def test_an_error_that_nobody_caught_brings_the_job_back(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    job = take_one(client, t)
    client.throw_error(job, "NOBODY")
    client.resolve_incident(incident_of(target, instance).key)
    again = take_one(client, t)
    assert (again.key, again.retries) == (job.key, 3)


def test_cancelling_closes_the_incident(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    instance = start(client, chain(p, service("work", t)), p)
    client.fail_job(take_one(client, t), retries=0)
    incident = incident_of(target, instance)
    client.cancel_process_instance(instance)
    assert target.find("INCIDENT", "RESOLVED", processInstanceKey=instance).key == incident.key
    with pytest.raises(IncidentNotFoundError):
        client.resolve_incident(incident.key)


def test_an_unknown_incident_is_not_found(client: ZeebeClient) -> None:
    with pytest.raises(IncidentNotFoundError):
        client.resolve_incident(UNKNOWN_KEY)
