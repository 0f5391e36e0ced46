"""Timers and signals: the clock is moved, signals are broadcast."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contract.bpmn import catch_signal, catch_timer, chain, flow, service
from tests.contract.helpers import Name, expect_nothing, start, take, take_one
from tests.contract.targets import Seen, Target, eventually
from zeebe_grpc import JobNotFoundError, ZeebeClient, partition_of

pytestmark = pytest.mark.process

HOUR = timedelta(hours=1)


def signal(signal_id: str, name: str) -> str:
    return f'<bpmn:signal id="{signal_id}" name="{name}"/>'


def waits_for(event: Seen, signal_name: str) -> bool:
    created = (event.value_type, event.intent) == ("SIGNAL_SUBSCRIPTION", "CREATED")
    return created and bool(event.value["signalName"] == signal_name)


def test_a_timer_waits_its_time(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, catch_timer("pause", "PT1H"), service("work", t)), p)
    target.advance(HOUR / 2)
    expect_nothing(client, t)
    target.advance(HOUR)
    assert take_one(client, t).element_id == "work"


def test_a_timer_may_be_computed(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t = name("p"), name("t")
    start(client, chain(p, catch_timer("pause", "=duration(wait)"), service("work", t)), p, wait="PT2H")
    target.advance(HOUR)
    expect_nothing(client, t)
    target.advance(HOUR)
    assert take_one(client, t).element_id == "work"


def test_an_interrupting_timer_takes_the_job_away(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t, late = name("p"), name("t"), name("late")
    boundary = (
        '<bpmn:boundaryEvent id="due" attachedToRef="work"><bpmn:outgoing>due_to_remind</bpmn:outgoing>'
        '<bpmn:timerEventDefinition id="definition">'
        '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>'
        f"</bpmn:timerEventDefinition></bpmn:boundaryEvent>{flow('due', 'remind')}{service('remind', late)[1]}"
    )
    start(client, chain(p, service("work", t), beside=boundary), p)
    job = take_one(client, t, job_timeout=3600)
    target.advance(HOUR)
    assert take_one(client, late).element_id == "remind"
    with pytest.raises(JobNotFoundError):
        client.complete_job(job)


def test_a_timer_starts_instances_of_the_newest_version(client: ZeebeClient, target: Target, name: Name) -> None:
    p, old, new = name("p"), name("old"), name("new")
    timer = (
        '<bpmn:timerEventDefinition id="cycle"><bpmn:timeCycle xsi:type="bpmn:tFormalExpression">R2/PT1H'
        "</bpmn:timeCycle></bpmn:timerEventDefinition>"
    )
    client.deploy_resources([chain(p, service("work", old), start=timer)])
    client.deploy_resources([chain(p, service("work", new), start=timer)])
    target.advance(HOUR)
    assert take_one(client, new).process_definition_version == 2
    expect_nothing(client, old)


def test_a_signal_reaches_all_who_wait(client: ZeebeClient, target: Target, name: Name) -> None:
    p, t, s = name("p"), name("t"), name("s")
    client.deploy_resources([chain(p, catch_signal("go", "s"), service("work", t), roots=signal("s", s))])
    instances = [client.create_process_instance(p).process_instance_key for _ in range(2)]
    eventually(lambda: len([each for each in target.records() if waits_for(each, s)]) == 2)
    broadcast = client.broadcast_signal(s, variables={"a": 1})
    assert partition_of(broadcast.signal_key) == 1
    jobs = take(client, t, 2)
    assert [job.process_instance_key for job in jobs] == instances
    assert jobs[0].variables == {"a": 1}


def test_a_signal_starts_an_instance(client: ZeebeClient, name: Name) -> None:
    p, t, s = name("p"), name("t"), name("s")
    by_signal = '<bpmn:signalEventDefinition id="by_signal" signalRef="s"/>'
    client.deploy_resources([chain(p, service("work", t), roots=signal("s", s), start=by_signal)])
    client.broadcast_signal(s, variables={"a": 1})
    assert take_one(client, t).variables == {"a": 1}


def test_a_signal_that_nobody_waits_for_is_no_error(client: ZeebeClient, name: Name) -> None:
    assert client.broadcast_signal(name("s")).signal_key > 0
